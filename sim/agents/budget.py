"""Step 9, funding, without any lever: base funds by student, spent within the year; and the district's ledger."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass
class Ledger:
    """Yuan that flowed since the baseline. Budgeted = spent by zones + spent by schools + what stands on accounts."""

    base_funds: int = 0
    budgeted: int = 0
    spent_by_zones: int = 0
    spent_by_schools: int = 0


def fund_schools(model: "ZoneReform") -> None:
    """Public-use funds (公用经费) of the year, by student and the official quota.

    Schools with fewer students than `smallest_funded` get them as for so many.
    They are spent within the year: books, equipment and rooms are taken to be kept up from them as they stand.
    """
    schools = model.schools
    students = np.bincount(model.students.school, minlength=len(schools))
    funds = np.maximum(students, model.terms.smallest_funded) * model.terms.quota[schools.level]
    model.ledger.base_funds += int(np.round(funds).sum())

"""Step 9, funding, without any lever: base funds by student, spent within the year; the district's ledger and limit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.userinput import UserError

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
    students = np.maximum(model.classes.students_by_school(len(model.schools)), model.terms.smallest_funded)
    model.ledger.base_funds += int(np.round(students * model.terms.quota[schools.level]).sum())
    if model.policy.holds_spending(model.year):
        above_law = model.terms.quota - np.array(model.background.at(model.year).quota)
        model.spend("spending_never_falls", schools.sum_by_level(students) * above_law)


def keep_to_limit(model: "ZoneReform") -> None:
    """Refuse levers that cost more in a year than the policy's `budget`; a policy that states none has no limit.

    What zones and schools buy from the zone fund is bound by their accounts, and costs nothing beyond the fund.
    """
    cost, limit = int(model.level_costs.sum()), model.policy.budget(model.year)
    if limit is None or cost <= limit:
        return
    by_lever = sorted(((sum(yuan), lever) for lever, yuan in model.terms.costs.items()), reverse=True)
    spent = ", ".join(f"{lever} {yuan:,}" for yuan, lever in by_lever)
    raise UserError(
        f"policy {model.policy.name}: in {model.year} its levers cost {cost:,} yuan ({spent}), more than "
        f"policy.budget, {limit:,.0f} yuan; lower policy.{by_lever[0][1]}, or raise policy.budget"
    )

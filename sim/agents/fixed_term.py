"""Part of step 3, staffing: teachers in posts that the zone fund bought serve for as long as it buys them."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.compiled import compiled
from sim.noise import Ints
from sim.turns import rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform


def settle_contracts(model: "ZoneReform", establishment: Array) -> Array:
    """Say what becomes of those on a fixed term, and return the rows of those for whom there is no post.

    Longest here first, ties by id, they take what is vacant of the establishment, and are then teachers like others;
    the next keep the posts that are bought again.

    Parameters
    ----------
    establishment : array
        Posts of each school without those bought, (S,).
    """
    teachers, schools = model.teachers, len(model.schools)
    rows, bought, others = _on_fixed_terms(teachers.school, teachers.bought, schools)
    vacant = np.maximum(0, establishment - others)
    if (bought <= vacant).all():
        teachers.bought[rows] = False
        return rows[:0]
    at = teachers.school[rows]
    turn = rank_within(at, -teachers.years_here[rows].astype(np.int64), teachers.id[rows])
    teachers.bought[rows[turn < vacant[at]]] = False
    return np.asarray(rows[turn >= vacant[at] + model.schools.funded_posts[at]])


@compiled()
def _on_fixed_terms(school: Ints, bought: Array, schools: int) -> tuple[Ints, Ints, Ints]:
    """Rows of those on a fixed term, and how many of them and of the others each school has, (S,)."""
    rows, found = np.empty(len(school), np.int64), 0
    terms, others = np.zeros(schools, np.int64), np.zeros(schools, np.int64)
    for t in range(len(school)):
        if bought[t]:
            rows[found] = t
            terms[school[t]] += 1
            found += 1
        elif school[t] >= 0:
            others[school[t]] += 1
    return rows[:found], terms, others

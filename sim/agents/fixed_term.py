"""Part of step 3, staffing: teachers in posts that the zone fund bought serve for as long as it buys them."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.compiled import compiled
from sim.noise import Ints
from sim.turns import rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform


def settle_contracts(model: "ZoneReform", establishment: Array, held: Array) -> Array:
    """Say what becomes of those on a fixed term, and return the rows of those for whom there is no post.

    Longest here first, ties by id, they take what is vacant of the establishment, and are then teachers like others;
    the next keep the posts that are bought again.

    Parameters
    ----------
    establishment : array
        Posts of each school without those bought, (S,).
    held : array
        Teachers in post at each school, (S,).
    """
    teachers = model.teachers
    vacant, over = _vacant(teachers.bought, teachers.school, establishment, held)
    if not over:
        teachers.bought[:] = False
        return np.empty(0, np.int64)
    rows = np.flatnonzero(teachers.bought)
    at = teachers.school[rows]
    turn = rank_within(at, -teachers.years_here[rows].astype(np.int64), teachers.id[rows])
    teachers.bought[rows[turn < vacant[at]]] = False
    return np.asarray(rows[turn >= vacant[at] + model.schools.funded_posts[at]])


@compiled()
def _vacant(bought: Array, school: Ints, establishment: Ints, held: Ints) -> tuple[Ints, bool]:
    """Vacant posts of each school's establishment, (S,), and whether more are on a fixed term anywhere."""
    on_term = np.zeros(len(held) + 1, np.int64)  # -1 is the last place, of the empty posts
    for t in range(len(school)):
        on_term[school[t]] += bought[t]
    vacant, over = np.empty(len(held), np.int64), False
    for s in range(len(held)):
        vacant[s] = max(0, establishment[s] - (held[s] - on_term[s]))
        over |= on_term[s] > vacant[s]
    return vacant, over

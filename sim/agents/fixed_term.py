"""Part of step 3, staffing: teachers in posts that the zone fund bought serve for as long as it buys them."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
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
    rows = np.flatnonzero(teachers.bought)
    at = teachers.school[rows]
    if not (held > establishment)[at].any():  # there is a post for all of them
        teachers.bought[rows] = False
        return rows[:0]
    vacant = np.maximum(0, establishment - (held - np.bincount(at, minlength=len(held))))
    turn = rank_within(at, -teachers.years_here[rows].astype(np.int64), teachers.id[rows])
    teachers.bought[rows[turn < vacant[at]]] = False
    return np.asarray(rows[turn >= vacant[at] + model.schools.funded_posts[at]])

"""Rotation of principals and deputies (校长、副校长交流): who has two terms exchanges schools."""

from math import floor
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.management import management

if TYPE_CHECKING:
    from sim.model import ZoneReform

STREAMS = {"head": "rotation heads", "deputy": "rotation deputies"}


def exchange_managers(
    model: "ZoneReform", role: str, year: int, rate: float, pool_of_school: Array, pool_ids: Array
) -> Array:
    """Let those of one role exchange schools in pairs inside each pool; gives the rows of their schools.

    Eligible is who has been at a public school for `head_years`. Half of `rate` times the eligible pairs, rounded by
    lot so that the rate is exact on average; who moves, and with whom, by lot. The management effect goes with the
    person.

    Parameters
    ----------
    role : str
        "head" or "deputy".
    """
    schools, noise, stream = model.schools, model.noise, STREAMS[role]
    person, years = schools.arrays[role], schools.arrays[f"{role}_years"]
    eligible = (years >= model.district.head_years) & ~schools.private & (pool_of_school >= 0)
    rows = np.flatnonzero(eligible)
    rows = rows[np.argsort(noise.rank(stream, year, schools.id[rows]))]
    luck = noise.uniform(f"{stream} number", year, pool_ids)
    moved = [np.zeros(0, np.int64)]
    for pool in np.unique(pool_of_school[rows]):
        inside = rows[pool_of_school[rows] == pool]
        pairs = min(len(inside) // 2, floor(rate * len(inside) / 2 + float(luck[pool])))
        first, second = inside[0 : 2 * pairs : 2], inside[1 : 2 * pairs : 2]
        person[first], person[second] = person[second].copy(), person[first].copy()
        years[inside[: 2 * pairs]] = 0
        moved.append(inside[: 2 * pairs])
    schools.principal = management(model, schools)
    return np.concatenate(moved)

"""Rotation of principals (校长交流): those with two terms at a school exchange schools, and keep their ways."""

from math import floor
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.staffing import principal_effect

if TYPE_CHECKING:
    from sim.model import ZoneReform


def exchange_heads(model: "ZoneReform", year: int, rate: float, pool_of_school: Array, pool_ids: Array) -> int:
    """Let principals exchange schools in pairs inside each pool, and say how many moved.

    Eligible is who has been at a public school for `head_years`. Half of `rate` times the eligible pairs, rounded by
    lot so that the rate is exact on average; who moves, and with whom, by lot. The management effect goes with the
    person.
    """
    schools, noise = model.schools, model.noise
    eligible = (schools.head_years >= model.district.head_years) & ~schools.private & (pool_of_school >= 0)
    rows = np.flatnonzero(eligible)
    rows = rows[np.argsort(noise.rank("rotation heads", year, schools.id[rows]))]
    luck = noise.uniform("rotation heads number", year, pool_ids)
    moved = 0
    for pool in np.unique(pool_of_school[rows]):
        inside = rows[pool_of_school[rows] == pool]
        pairs = min(len(inside) // 2, floor(rate * len(inside) / 2 + float(luck[pool])))
        first, second = inside[0 : 2 * pairs : 2], inside[1 : 2 * pairs : 2]
        schools.head[first], schools.head[second] = schools.head[second].copy(), schools.head[first].copy()
        schools.head_years[inside[: 2 * pairs]] = 0
        moved += 2 * pairs
    if moved > 0:
        schools.principal = principal_effect(model, schools)
    return moved

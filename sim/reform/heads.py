"""Rotation of principals and deputies (校长、副校长交流): who has two terms exchanges schools."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.turns import by_lot

if TYPE_CHECKING:
    from sim.model import ZoneReform

STREAMS = {"head": "rotation heads", "deputy": "rotation deputies"}


def exchange_managers(
    model: "ZoneReform", role: str, year: int, rate: float, pool_of_school: Array, pool_ids: Array
) -> Array:
    """Let those of one role exchange schools in pairs inside each pool; gives the rows of their schools.

    Eligible is who has been at a public school for `head_years`. Half of `rate` times the eligible pairs, rounded by
    lot so that the rate is exact on average; who moves, and with whom, by lot.

    Parameters
    ----------
    role : str
        "head" or "deputy".
    """
    schools, noise, stream = model.schools, model.noise, STREAMS[role]
    person, years = schools.arrays[role], schools.arrays[f"{role}_years"]
    eligible = (years >= model.district.head_years) & ~schools.private & (pool_of_school >= 0)
    rows = np.flatnonzero(eligible)
    ids = schools.id[rows]
    rows = rows[by_lot(pool_of_school[rows], noise.lots(stream, year, ids), ids)]
    pool = pool_of_school[rows]
    size = np.bincount(pool, minlength=len(pool_ids))
    luck = noise.uniform(f"{stream} number", year, pool_ids)
    pairs = np.minimum(size // 2, np.floor(rate * size / 2 + luck).astype(np.int64))
    turn = np.arange(len(rows)) - (np.cumsum(size) - size)[pool]
    exchanging = rows[turn < 2 * pairs[pool]]
    first, second = exchanging[0::2], exchanging[1::2]
    person[first], person[second] = person[second], person[first]
    years[exchanging] = 0
    return exchanging

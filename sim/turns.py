"""Who comes first where not all of a group can, without ranking those of whom it makes no difference."""

import numpy as np

from sim.agents.columns import Array
from sim.compiled import loops
from sim.noise import Bits, Ints, rank_within


def first_within(groups: Array, places: Array, key: Array, ids: Ints) -> Array:
    """Mask of the rows that come first in their group by the key, ties by id, as many as the group has places.

    Parameters
    ----------
    groups : (n,) array
        Group of each row, numbered from 0.
    places : (groups,) array
        Places of each group; below 0 is none.
    key : (n,) array
        Lots, or floats.
    """
    if (fast := loops()) is not None:
        return np.asarray(fast.first_within(groups.astype(np.int64), places, key, ids, len(places)))
    return np.asarray(rank_within(groups, key, ids) < places[groups])


def by_lot(groups: Array, lots: Bits, ids: Ints) -> Ints:
    """Rows by group, then lot, ties by id; groups are numbered from 0."""
    within = groups.astype(np.int64)
    if (fast := loops()) is not None and (count := fast.group_count(within)):
        return np.asarray(fast.order_by_lot(within, lots, ids, count))
    return np.lexsort((ids, lots, within))

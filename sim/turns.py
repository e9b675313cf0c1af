"""Who comes first: rows in order and in ranks, within groups, by keys that are drawn or given."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.compiled import loops

Ints = NDArray[np.int64]
Keys = NDArray[np.generic]

_WHOLE = np.iinfo(np.int64)


def rank_within(groups: Keys, *keys: Keys) -> Ints:
    """Rank 0, 1, ... of each row inside its group, by the first key, ties by the next ones, then as they stand."""
    within = groups.astype(np.int64, copy=False)
    if (fast := loops()) is not None and _fit_a_loop(keys) and (count := fast.group_count(within)):
        tie = np.arange(len(within)) if len(keys) < 2 else keys[1].astype(np.int64, copy=False)
        order = fast.order_within(within, whole(keys[0]) if keys else tie, tie, count)
    else:
        order = np.lexsort((*reversed(keys), within))
    return ranks(within, order)


def ranks(groups: Ints, order: Ints) -> Ints:
    """Rank of each row inside its group, from all rows in order of their groups and inside these."""
    if (fast := loops()) is not None and (count := fast.group_count(groups)):
        return np.asarray(fast.ranks(groups, order, count))
    ordered = groups[order]
    position = np.arange(len(order))
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = ordered[1:] != ordered[:-1]
    first_there = np.maximum.accumulate(np.where(starts, position, 0))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = position - first_there
    return rank


def _fit_a_loop(keys: tuple[Keys, ...]) -> bool:
    """Whether a loop sorts by these keys: whole numbers or floats of 64 bits first, whole numbers for ties."""
    whole = [key.dtype.kind in "iub" for key in keys]
    return len(keys) <= 2 and all(whole[1:]) and (not keys or whole[0] or keys[0].dtype == np.float64)


def whole(key: Keys) -> Ints:
    """Whole numbers in the same order, which are equal where the keys are."""
    if key.dtype == np.uint64:
        return np.bitwise_xor(key.view(np.int64), _WHOLE.min)
    if key.dtype != np.float64:
        return key.astype(np.int64, copy=False)
    bits: Ints = (key.astype(np.float64, copy=False) + 0.0).view(np.int64)  # 0.0 and -0.0 are equal
    return bits ^ ((bits < 0) * _WHOLE.max)  # the lower a negative number, the higher its bits


def runs(groups: Keys) -> Iterator[tuple[int, slice]]:
    """Each group of rows that stand in order of their groups, and where it stands."""
    start, at = 0, groups.tolist()
    for end in [*((groups[1:] != groups[:-1]).nonzero()[0] + 1).tolist(), len(at)] if at else []:
        yield int(at[start]), slice(start, end)
        start = end


def in_order(groups: Keys, key: Keys) -> Ints:
    """Rows by group, then key, then as they stand; quick where they are nearly in order."""
    within = groups.astype(np.int64, copy=False)
    if (fast := loops()) is not None and (count := fast.group_count(within)):
        return np.asarray(fast.order_within(within, whole(key), np.arange(len(within)), count))
    return np.lexsort((key, within))


def by_lot(groups: Keys, lots: NDArray[np.uint64], ids: Ints) -> Ints:
    """Rows by group, then lot, ties by id; groups are numbered from 0."""
    within = groups.astype(np.int64, copy=False)
    if (fast := loops()) is not None and (count := fast.group_count(within)):
        return np.asarray(fast.order_by_lot(within, lots, ids, count))
    return np.lexsort((ids, lots, within))


def first_within(groups: Ints, places: Ints, key: Keys, ids: Ints) -> NDArray[np.bool_]:
    """Mask of the rows that come first in their group by the key, ties by id, as many as the group has places.

    Without ranking those of whom it makes no difference.

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
        left = np.ascontiguousarray(places, np.int64)
        return np.asarray(fast.first_within(groups.astype(np.int64), left, whole(key), ids, len(places)))
    return np.asarray(rank_within(groups, key, ids) < places[groups])

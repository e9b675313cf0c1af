"""Who comes first: rows in order and in ranks, within groups, by keys that are drawn or given."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.compiled import loops

Ints = NDArray[np.int64]
Keys = NDArray[np.generic]


def rank_within(groups: Keys, *keys: Keys) -> Ints:
    """Rank 0, 1, ... of each row inside its group, by the first key, ties by the next ones, then as they stand."""
    if (fast := loops()) is not None and _fit_a_loop(keys):
        tie = np.arange(len(groups)) if len(keys) < 2 else keys[1].astype(np.int64, copy=False)
        key = keys[0] if keys else tie
        key = key if key.dtype in (np.float64, np.uint64) else key.astype(np.int64, copy=False)
        if len(ranks := fast.rank_by_key(groups.astype(np.int64, copy=False), key, tie)):
            return np.asarray(ranks)
    order = np.lexsort((*reversed(keys), groups))
    ordered = groups[order]
    position = np.arange(len(order))
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = ordered[1:] != ordered[:-1]
    first_there = np.maximum.accumulate(np.where(starts, position, 0))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = position - first_there
    return ranks


def _fit_a_loop(keys: tuple[Keys, ...]) -> bool:
    """Whether a loop sorts by these keys: whole numbers or floats of 64 bits first, whole numbers for ties."""
    whole = [key.dtype.kind in "iub" for key in keys]
    return len(keys) <= 2 and all(whole[1:]) and (not keys or whole[0] or keys[0].dtype == np.float64)


def runs(groups: Keys) -> Iterator[tuple[int, slice]]:
    """Each group of rows that stand in order of their groups, and where it stands."""
    ends = np.append(np.flatnonzero(groups[1:] != groups[:-1]) + 1, len(groups))
    start = 0
    for end in ends.tolist() if len(groups) else []:
        yield int(groups[start]), slice(start, end)
        start = end


def in_order(groups: Keys, key: Keys) -> Ints:
    """Rows by group, then key, then as they stand; quick where they are nearly in order."""
    within = groups.astype(np.int64, copy=False)
    if (fast := loops()) is not None and (count := fast.group_count(within)):
        return np.asarray(fast.order_within(within, key, np.arange(len(within)), count))
    return np.lexsort((key, within))


def by_lot(groups: Keys, lots: NDArray[np.uint64], ids: Ints) -> Ints:
    """Rows by group, then lot, ties by id; groups are numbered from 0."""
    within = groups.astype(np.int64)
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
        return np.asarray(fast.first_within(groups.astype(np.int64), places, key, ids, len(places)))
    return np.asarray(rank_within(groups, key, ids) < places[groups])

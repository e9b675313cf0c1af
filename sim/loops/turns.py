"""The loops that put rows in order, for numba; each has a plain NumPy twin in `sim.turns`, named beside it.

Keys are whole numbers.
"""

from typing import Any

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.noise import Bits, Ints

_RUN = 24
_32 = np.uint64(32)
_MOST = np.iinfo(np.int64).max


@njit(cache=True)
def order_within(group: Ints, key: Ints, tie: Ints, groups: int) -> Ints:
    """Rows by group, key and tie, as `np.lexsort((tie, key, group))`; quick where they are nearly in order."""
    order, start = by_group(group, groups)
    keys, spare, spare_keys = key[order], np.empty(len(group), np.int64), np.empty(len(group), np.int64)
    for g in range(groups):
        for first in range(start[g], start[g + 1], _RUN):
            insert(order, keys, tie, first, min(first + _RUN, start[g + 1]))
        _merge_runs(order, keys, tie, start[g], start[g + 1], spare, spare_keys)
    return order


@njit(cache=True)
def order_by_lot(group: Ints, lot: Bits, tie: Ints, groups: int) -> Ints:
    """The same for keys that are uniform over all 64 bits: by its first bits each goes nearly to its place at once."""
    drawers, bits = 1, 0
    while drawers * groups < len(group):
        drawers, bits = 2 * drawers, bits + 1
    end, first_bits = np.zeros(drawers * groups + 1, np.int32), np.uint64(32 - bits)
    for i in range(len(group)):
        end[np.uint64(group[i] * drawers + 1) + (lot[i] >> _32 >> first_bits)] += 1
    for d in range(drawers * groups):
        end[d + 1] += end[d]
    order, lots = np.empty(len(group), np.int64), np.empty(len(group), np.uint64)
    for i in range(len(group)):
        drawer = np.uint64(group[i] * drawers) + (lot[i] >> _32 >> first_bits)
        at = np.uint64(end[drawer])
        order[at], lots[at] = i, lot[i]
        end[drawer] += 1  # it was where the drawer begins, and is where it ends once all are in it
    begin = 0
    for d in range(drawers * groups):
        if end[d] > begin + 1:
            insert(order, lots, tie, begin, end[d])
        begin = end[d]
    return order


@njit(cache=True, inline="always")
def whole(key: float) -> int:
    """`turns.whole` of a float."""
    bits = np.float64(key + 0.0).view(np.int64)
    return int(bits ^ ((bits < 0) * _MOST))


@njit(cache=True, inline="always")
def drawer_of(lot: np.uint64, drawers: int) -> int:
    """Which of so many drawers a lot lies in: nearly as many lots lie in each."""
    return int(np.int64((lot >> _32) * np.uint64(drawers) >> _32))


@njit(cache=True)
def group_count(group: Ints) -> int:
    """How many groups there are, 0 ... n - 1; 0 where the numbers are not made for counting."""
    most = 4 * len(group) + 1000
    highest = -1
    for g in group:
        if g < 0 or g >= most:
            return 0
        highest = max(highest, g)
    return highest + 1


@njit(cache=True)
def ranks(group: Ints, order: Ints, groups: int) -> Ints:
    """`turns.ranks`."""
    seen, rank = np.zeros(groups, np.int64), np.empty(len(order), np.int64)
    for i in order:
        rank[i] = seen[group[i]]
        seen[group[i]] += 1
    return rank


@njit(cache=True)
def reorder(values: Array, order: Ints) -> None:
    """`Columns.reorder` of one column, of which only the size of a value counts; nothing to do if all are alike."""
    unlike = len(values) > 0 and values[0] != values[-1]
    if not unlike:
        for value in values:
            unlike |= value != values[0]
        if not unlike:
            return
    before = values.copy()
    for i in range(len(order)):
        values[i] = before[np.uint64(order[i])]


@njit(cache=True)
def by_group(group: Ints, groups: int) -> tuple[Ints, Ints]:
    """Rows by group in the order they stand, and where each group begins."""
    start = np.zeros(groups + 1, np.int64)
    for i in range(len(group)):
        start[np.uint64(group[i] + 1)] += 1
    for g in range(groups):
        start[g + 1] += start[g]
    order, place = np.empty(len(group), np.int64), start[:-1].copy()
    for i in range(len(group)):
        its = np.uint64(group[i])
        order[np.uint64(place[its])] = i
        place[its] += 1
    return order, start


@njit(cache=True, inline="always")
def _before(key: int, row: int, other_key: int, other: int, tie: Ints) -> bool:
    return bool(key < other_key or (key == other_key and tie[row] < tie[other]))


@njit(cache=True, inline="always")
def insert(order: Array, keys: Array, tie: Ints, low: int, high: int) -> None:
    """Insertion sort of `order[low:high]` and of the keys of these rows beside it."""
    for at in range(low + 1, high):
        row, key, to = order[at], keys[at], at
        while to > low and (key < keys[to - 1] or (key == keys[to - 1] and tie[row] < tie[order[to - 1]])):
            order[to], keys[to] = order[to - 1], keys[to - 1]
            to -= 1
        order[to], keys[to] = row, key


@njit(cache=True, inline="always")
def _merge_runs(order: Ints, keys: Ints, tie: Ints, low: int, high: int, spare: Ints, spare_keys: Ints) -> None:
    """Merge sorted runs of `_RUN` rows until `order[low:high]`, and the keys beside it, are one."""
    width = _RUN
    while width < high - low:
        for left in range(low, high - width, 2 * width):
            middle, right = left + width, min(left + 2 * width, high)
            if not _before(keys[middle], order[middle], keys[middle - 1], order[middle - 1], tie):
                continue
            for at in range(width):
                spare[at], spare_keys[at] = order[left + at], keys[left + at]
            i, j, to = 0, middle, left
            while i < width:
                if j < right and _before(keys[j], order[j], spare_keys[i], spare[i], tie):
                    order[to], keys[to] = order[j], keys[j]
                    j += 1
                else:
                    order[to], keys[to] = spare[i], spare_keys[i]
                    i += 1
                to += 1
        width *= 2


@njit(cache=True)
def first_within(group: Ints, places: Array, key: Ints, tie: Ints, groups: int) -> Array:
    """`turns.first_within`: those before the last who comes first, and the first by id of those who draw with him."""
    order, start = by_group(group, groups)
    chosen, keys, ties = np.zeros(len(group), np.bool_), np.empty(len(group), np.int64), np.empty(len(group), np.int64)
    for g in range(groups):
        size = start[g + 1] - start[g]
        left = min(places[g], size)
        if left <= 0:
            continue
        for k in range(size):
            keys[k] = key[np.uint64(order[start[g] + k])]
        last, alike = kth_lowest(keys[:size], left - 1), 0
        for k in range(start[g], start[g + 1]):
            i = np.uint64(order[k])
            if key[i] < last:
                chosen[i] = True
                left -= 1
            elif key[i] == last:
                ties[alike] = tie[i]
                alike += 1
        last_tie = kth_lowest(ties[:alike], left - 1)
        for k in range(start[g], start[g + 1]):
            i = np.uint64(order[k])
            chosen[i] |= key[i] == last and tie[i] <= last_tie
    return chosen


@njit(cache=True)
def kth_lowest(values: Array, k: int) -> Any:
    """The value that `k` others come before, by Hoare's selection; the values change places."""
    low, high = 0, len(values) - 1
    while low < high:
        pivot, i, j = values[(low + high) // 2], low, high
        while i <= j:
            while values[np.uint64(i)] < pivot:  # an unsigned place needs no look for negative ones
                i += 1
            while pivot < values[np.uint64(j)]:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            break
    return values[k]

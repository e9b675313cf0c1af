"""Rows filed by a number: those of each school, zone or post together, to be walked through one file at a time."""

import numpy as np

from sim.agents.columns import Array
from sim.compiled import compiled
from sim.noise import Ints


@compiled()
def filed(number: Array, numbers: int) -> tuple[Ints, Ints]:
    """Rows by their number, as they stand within it, and where each number's begin; below 0 is in no file.

    Parameters
    ----------
    number : (n,) array
        Below `numbers`.

    Returns
    -------
    rows : (at most n,) array
    first : (numbers + 1,) array
        Number k has ``rows[first[k] : first[k + 1]]``.
    """
    first = np.zeros(numbers + 1, np.int64)
    for k in number:
        if k >= 0:
            first[k + 1] += 1
    for k in range(numbers):
        first[k + 1] += first[k]
    rows, place = np.empty(first[numbers], np.int64), first.copy()
    for row in range(len(number)):
        k = number[row]
        if k >= 0:
            rows[place[k]] = row
            place[k] += 1
    return rows, first


@compiled()
def first_few(group: Array, places: Array, key: Array, ids: Array) -> Ints:
    """Places in the list of those who come first in their group by the key, ties by id, as many as the group has places.

    For groups with few places: `sim.turns.first_within` is the one for many.

    Parameters
    ----------
    group, key, ids : (n,) arrays
    places : (groups,) array
        Below 0 is none.
    """
    start = np.zeros(len(places) + 1, np.int64)
    for g in range(len(places)):
        start[g + 1] = start[g] + max(0, places[g])
    end, chosen = start[:-1].copy(), np.empty(start[-1], np.int64)
    for i in range(len(group)):
        g = group[i]
        at = end[g]
        while at > start[g]:
            other = chosen[at - 1]
            if key[i] > key[other] or (key[i] == key[other] and ids[i] >= ids[other]):
                break
            if at < start[g + 1]:
                chosen[at] = other
            at -= 1
        if at < start[g + 1]:
            chosen[at] = i
            end[g] = min(end[g] + 1, start[g + 1])
    found = 0
    for g in range(len(places)):
        for at in range(start[g], end[g]):
            chosen[found] = chosen[at]
            found += 1
    return chosen[:found]

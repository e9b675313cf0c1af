"""Rows filed by a number: those of each school, zone or post together, to be walked through one file at a time."""

import numpy as np

from sim.agents.columns import Array
from sim.compiled import compiled
from sim.noise import Bits, Ints

_HALF = np.uint64(32)


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
def counted(number: Array, among: Array, numbers: int) -> Ints:
    """How many of those `among` whom to count have each number, (numbers,); below 0 is none."""
    count = np.zeros(numbers, np.int64)
    for row in range(len(number)):
        if among[row] and number[row] >= 0:
            count[number[row]] += 1
    return count


@compiled()
def first_few(group: Array, places: Array, key: Array, ids: Array) -> Ints:
    """Rows of those who come first in their group by the key, ties by id, as many as the group has places.

    For few places: `first_by_lot` is the one for many.

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


@compiled()
def first_by_lot(group: Array, places: Ints, lots: Bits, ids: Ints) -> Array:
    """Mask of those who come first in their group by lot, ties by id, as many as it has places; below 0 is no group.

    Lots are uniform: a group has as many drawers as members, who then stand in about as many of them, and only those
    who share the drawer of the last who comes first need to be put in order.
    """
    size, start = np.zeros(len(places), np.int64), np.zeros(len(places) + 1, np.int64)
    for g in group:
        if g >= 0:
            size[g] += 1
    for g in range(len(places)):
        start[g + 1] = start[g] + size[g]
    drawer, count = np.full(len(group), start[-1]), np.zeros(start[-1] + 1, np.int32)  # the last is for no group
    for i in range(len(group)):
        g = group[i]
        if g >= 0:
            drawer[i] = start[g] + np.int64((lots[i] >> _HALF) * np.uint64(size[g]) >> _HALF)
            count[drawer[i]] += 1
    full, partly = np.zeros(len(count), np.bool_), np.zeros(len(count), np.bool_)
    left = np.zeros(len(places), np.int64)  # places in the one drawer of a group that is chosen from partly
    for g in range(len(places)):
        room = places[g]
        for d in range(start[g], start[g + 1]):
            full[d], partly[d] = room >= count[d], 0 < room < count[d]
            left[g] = room if partly[d] else left[g]
            room -= count[d]
    chosen, apart, found = np.empty(len(group), np.bool_), np.empty(len(group), np.int64), 0
    for i in range(len(group)):
        chosen[i] = full[drawer[i]]
        if partly[drawer[i]]:
            apart[found] = i
            found += 1
    last, other = np.full(len(places), -1), np.empty(found, np.int64)
    for k in range(found):
        other[k], last[group[apart[k]]] = last[group[apart[k]]], k
    for i in apart[:found]:
        before, k = 0, last[group[i]]
        while k >= 0:
            j = apart[k]
            before += lots[j] < lots[i] or (lots[j] == lots[i] and ids[j] < ids[i])
            k = other[k]
        chosen[i] = before < left[group[i]]
    return chosen

"""Rows filed by a number: those of each school, zone or post together, to be walked through one file at a time."""

import numpy as np

from sim.agents.columns import Array
from sim.compiled import compiled
from sim.noise import Bits, Ints

LOT_BITS = 64


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
    """How many of those `among` whom to count have each number, (numbers,); -1 is none."""
    count = np.zeros(numbers + 1, np.int64)  # -1 is the last place, of those that have none
    for row in range(len(number)):
        count[number[row]] += among[row]
    return count[:numbers]


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
def first_by_lot(group: Array, among: Array, places: Ints, lots: Bits, ids: Ints) -> Array:
    """Mask of those `among` whom to choose who come first in their group by lot, ties by id, as many as it has places.

    Lots are uniform: by their first bits the members of a group lie in drawers, about one in each, and only those who
    share the drawer of the last who comes first need to be put in order. Groups are looked up one place on, and their
    places unsigned, so that nobody asks whether one is negative: none, -1, is the first.
    """
    drawers, bits = 2, 1
    while drawers * max(1, len(places)) < len(group):
        drawers, bits = 2 * drawers, bits + 1
    first_bits, count = np.uint64(LOT_BITS - bits), np.zeros((len(places) + 1) * drawers, np.int32)
    for i in range(len(group)):
        count[np.uint64(np.int64(group[i] + 1) * drawers) + (lots[i] >> first_bits)] += among[i]
    partly = np.zeros(len(places) + 1, np.int64)  # the one drawer of each group of which not all come first
    left = np.maximum(places, 0)  # places for those in that drawer
    for g in range(len(places)):
        full, at = 0, (g + 1) * drawers
        while full < drawers and left[g] >= count[at + full]:
            left[g] -= count[at + full]
            full += 1
        partly[g + 1] = full
    chosen, apart, found = np.empty(len(group), np.bool_), np.empty(len(group), np.int64), 0
    for i in range(len(group)):
        drawer, not_all = np.int64(lots[i] >> first_bits), partly[np.uint64(group[i] + 1)]
        chosen[i] = among[i] & (drawer < not_all)
        apart[np.uint64(found)] = i  # who is not in that drawer is overwritten by the next
        found += among[i] & (drawer == not_all)
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

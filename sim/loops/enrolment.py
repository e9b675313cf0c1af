"""Enrolment's loops."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.student import ARRIVAL
from sim.loops.turns import by_group, insert, sort_by_lot
from sim.noise import Bits, Floats, Ints


@njit(cache=True)
def fill_pairs(pairs: Ints, leavers: Ints, places: Ints) -> tuple[Ints, Ints]:
    """`geography._fill_pairs`."""
    left, free, junior = leavers.copy(), places.copy(), len(places)
    kept, moved = np.empty(len(left) + junior, np.int64), np.empty(len(left) + junior, np.int64)
    found = 0
    for pair in pairs:
        p, j = pair // junior, pair % junior
        here = min(left[p], free[j])
        if here > 0:
            left[p] -= here
            free[j] -= here
            kept[found], moved[found] = pair, here
            found += 1
    return kept[:found], moved[:found]


@njit(cache=True)
def sizes_in_order(room: Array, classes: int) -> Ints:
    """`classroom._sizes_in_order`."""
    sizes, begun = np.zeros(classes, np.int64), 0
    for at in range(1, len(room) + 1):
        if at < len(room) and room[at] == room[at - 1]:
            continue
        here = room[at - 1]
        if at < len(room) and (here < 0 or 0 <= room[at] < here):
            return sizes[:0]
        if here >= 0:
            sizes[here] = at - begun
        begun = at
    return sizes


@njit(cache=True)
def edges_passed(ids: Ints, catchment: Ints, children: Ints, edges: Floats) -> Ints:
    """`enrolment._edges_passed`."""
    passed = np.empty(len(ids), np.int64)
    for i in range(len(ids)):
        here = catchment[i]
        place, beyond = (ids[i] % ARRIVAL + 0.5) / children[here], 0
        while beyond < edges.shape[1] and place >= edges[here, beyond]:
            beyond += 1
        passed[i] = beyond
    return passed


@njit(cache=True)
def fill_uncontested(placed: Ints, asks: Array, target: Ints, seats: Ints) -> Ints:
    """`enrolment._fill_uncontested`."""
    asking, contested, left = np.zeros(len(seats), np.int64), np.empty(len(asks), np.int64), 0
    for i in range(len(asks)):
        asking[target[i]] += asks[i]
    for i in range(len(asks)):
        if asks[i]:
            if asking[target[i]] <= seats[target[i]]:
                placed[i] = target[i]
            else:
                contested[left] = i
                left += 1
    for school in range(len(seats)):
        if asking[school] <= seats[school]:
            seats[school] -= asking[school]
    return contested[:left].copy()


@njit(cache=True)
def deal(school: Ints, lots: Bits, ids: Ints, classes: Ints, first: Ints) -> tuple[Ints, Ints]:
    """`class_formation._deal`, school by school."""
    rows, start = by_group(school, len(classes))
    size, place = np.zeros(classes.sum(), np.int64), np.zeros(classes.sum(), np.int64)
    room = np.empty(len(school), np.int64)
    for s in range(len(classes)):
        here = rows[start[s] : start[s + 1]]
        sort_by_lot(here, lots, ids)
        for rank in range(len(here)):
            room[here[rank]] = first[s] + rank * classes[s] // len(here)
            size[room[here[rank]]] += 1
    for c in range(1, len(size)):
        place[c] = place[c - 1] + size[c - 1]
    order, order_ids, at = np.empty(len(school), np.int64), np.empty(len(school), np.int64), place.copy()
    for i in range(len(school)):
        order[at[room[i]]], order_ids[at[room[i]]] = i, ids[i]
        at[room[i]] += 1
    for c in range(len(size)):
        insert(order, order_ids, ids, place[c], at[c])
    return order, size

"""Enrolment's loops."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.student import ARRIVAL
from sim.loops.turns import by_group, first_within, insert, sort_by_lot
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
def fill(placed: Ints, asks: Array, target: Ints, last: Array, turn: Ints, ids: Ints, seats: Ints) -> None:
    """`enrolment._fill`."""
    asking, first, contested = np.zeros(len(seats), np.int64), np.zeros(len(seats), np.int64), 0
    for i in range(len(asks)):
        asking[target[i]] += asks[i]
        first[target[i]] += asks[i] and not last[i]
    for school in range(len(seats)):
        contested += asking[school] if asking[school] > seats[school] else 0
    rows, group, at = np.empty(contested, np.int64), np.empty(contested, np.int64), 0
    for i in range(len(asks)):
        if asks[i] and asking[target[i]] <= seats[target[i]]:
            placed[i] = target[i]
        elif asks[i]:
            rows[at], group[at] = i, 2 * target[i] + last[i]
            at += 1
    places = np.empty(2 * len(seats), np.int64)
    for school in range(len(seats)):
        places[2 * school], places[2 * school + 1] = seats[school], seats[school] - first[school]
        seats[school] -= min(asking[school], max(seats[school], 0))
    if contested > 0:
        admitted = first_within(group, places, turn[rows], ids[rows], len(places))
        for k in range(contested):
            if admitted[k]:
                placed[rows[k]] = target[rows[k]]


@njit(cache=True)
def deal(school: Ints, lots: Bits, ids: Ints, classes: Ints, first: Ints) -> tuple[Ints, Ints]:
    """`class_formation._deal`, school by school."""
    rows, start = by_group(school, len(classes))
    size, room, order = np.zeros(classes.sum(), np.int64), np.empty_like(rows), np.empty_like(rows)
    for s in range(len(classes)):
        count = start[s + 1] - start[s]
        for c in range(classes[s]):  # whole numbers from c to c + 1 times count / classes
            size[first[s] + c] = -(-(c + 1) * count // classes[s]) + (-c * count // classes[s])
    place = np.cumsum(size) - size
    for s in range(len(classes)):
        here, c = rows[start[s] : start[s + 1]], 0
        turn = here.copy()
        sort_by_lot(turn, lots, ids)
        for rank in range(len(turn)):
            while rank * classes[s] >= (c + 1) * len(turn):
                c += 1
            room[turn[rank]] = first[s] + c
        for row in here:
            order[place[room[row]]] = row
            place[room[row]] += 1
    for c in range(len(size)):
        members = order[place[c] - size[c] : place[c]]
        insert(members, ids[members], ids, 0, len(members))
    return order, size

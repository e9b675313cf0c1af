"""Enrolment's loops."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.student import ARRIVAL
from sim.loops.turns import drawer_of, first_within, insert
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
def stand_by_class(room: Array, size: Array) -> bool:
    """`classroom._stand_by_class`."""
    seated, end, falls = room[: size.sum()], 0, False
    for i in range(1, len(seated)):
        falls |= seated[i] < seated[i - 1]
    if falls or len(seated) < size.sum():
        return False
    for c in range(len(size)):
        begin, end = end, end + size[c]
        if begin < end and (seated[begin] != c or seated[end - 1] != c):
            return False
    for here in room[end:]:
        falls |= here != -1
    return not falls


@njit(cache=True)
def junior_homes(ids: Ints, catchment: Array, edges: Floats, junior: Ints) -> Ints:
    """`enrolment._junior_homes`."""
    children, homes = np.zeros(len(junior), np.int64), np.empty(len(ids), np.int64)
    for here in catchment:
        children[here] += 1
    for i in range(len(ids)):
        here = catchment[i]
        place, beyond = (ids[i] % ARRIVAL + 0.5) / children[here], 0
        while beyond < edges.shape[1] and place >= edges[here, beyond]:
            beyond += 1
        homes[i] = junior[here, beyond]
    return homes


@njit(cache=True)
def ask(placed: Ints, home: Ints, wanted: Ints, private: Array, demand: Ints) -> tuple[Ints, Ints]:
    """`enrolment._ask`."""
    stay, away, staying, leaving = np.empty(len(home), np.int64), np.empty(len(home), np.int64), 0, 0
    for i in range(len(home)):
        if placed[i] >= 0:
            continue
        if wanted[i] == home[i] or private[wanted[i]]:
            demand[home[i]] += 1
            stay[staying] = i
            staying += 1
        else:
            demand[wanted[i]] += 1
            away[leaving] = i
            leaving += 1
    return stay[:staying], away[:leaving]


@njit(cache=True)
def fill(placed: Ints, asking: Ints, target: Ints, last: Array, turn: Ints, ids: Ints, seats: Ints) -> None:
    """`enrolment._fill`."""
    ask, first, contested = np.zeros(len(seats), np.int64), np.zeros(len(seats), np.int64), 0
    for i in asking:
        ask[target[i]] += 1
        first[target[i]] += not last[i]
    for school in range(len(seats)):
        contested += ask[school] if ask[school] > seats[school] else 0
    rows, group, at = np.empty(contested, np.int64), np.empty(contested, np.int64), 0
    for i in asking:
        if ask[target[i]] <= seats[target[i]]:
            placed[i] = target[i]
        else:
            rows[at], group[at] = i, 2 * target[i] + last[i]
            at += 1
    places = np.empty(2 * len(seats), np.int64)
    for school in range(len(seats)):
        places[2 * school], places[2 * school + 1] = seats[school], seats[school] - first[school]
        seats[school] -= min(ask[school], max(seats[school], 0))
    if contested > 0:
        admitted = first_within(group, places, turn[rows], ids[rows], len(places))
        for k in range(contested):
            if admitted[k]:
                placed[rows[k]] = target[rows[k]]


@njit(cache=True)
def deal(school: Array, lots: Bits, ids: Ints, classes: Ints, first: Ints) -> tuple[Array, Ints]:
    """`class_formation._deal`; a school has as many drawers for lots as entrants, and few lie in two classes."""
    start, rows = np.zeros(len(classes) + 1, np.int64), len(school)
    for s in school:
        start[s + 1] += 1
    for s in range(len(classes)):
        start[s + 1] += start[s]
    drawer, count = np.empty(rows, np.int32), np.zeros(rows, np.int32)
    for i in range(rows):
        begin = start[school[i]]
        d = begin + drawer_of(lots[i], start[school[i] + 1] - begin)
        drawer[i] = d
        count[d] += 1
    size, ahead, room = np.zeros(classes.sum(), np.int64), np.empty(rows, np.int32), np.empty(rows, np.int32)
    for s in range(len(classes)):
        members, c, rank = start[s + 1] - start[s], 0, 0
        for k in range(classes[s]):  # whole numbers from k to k + 1 times members / classes
            size[first[s] + k] = -(-(k + 1) * members // classes[s]) + (-k * members // classes[s])
        for d in range(start[s], start[s + 1]):
            ahead[d] = rank
            while rank * classes[s] >= (c + 1) * members:
                c += 1
            rank += count[d]
            room[d] = first[s] + c if (rank - 1) * classes[s] < (c + 1) * members else -1
    place, order = np.cumsum(size) - size, np.empty(rows, np.int32)
    apart, last, before, found = np.empty(rows, np.int64), np.full(rows, -1), np.empty(rows, np.int64), 0
    for i in range(rows):
        here = room[drawer[i]]
        if here >= 0:
            order[place[here]] = i
            place[here] += 1
        else:
            apart[found], before[i], last[drawer[i]] = i, last[drawer[i]], i
            found += 1
    for i in apart[:found]:
        rank, j, s = ahead[drawer[i]], last[drawer[i]], school[i]
        while j >= 0:
            rank += lots[j] < lots[i] or (lots[j] == lots[i] and ids[j] < ids[i])
            j = before[j]
        here = first[s] + rank * classes[s] // (start[s + 1] - start[s])
        order[place[here]] = i
        place[here] += 1
    for c in range(len(size)):
        members = order[place[c] - size[c] : place[c]]
        insert(members, ids[members], ids, 0, len(members))
    return order, size


@njit(cache=True)
def seat(room: Array, size: Array) -> None:
    """`class_formation._seat`."""
    end = 0
    for c in range(len(size)):
        begin, end = end, end + size[c]
        room[begin:end] = c

"""Enrolment's loops. Rows and schools by which something is looked up are unsigned: nobody asks if one is negative."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.student import ARRIVAL
from sim.loops.draws import mixed
from sim.loops.turns import drawer_of, first_within, insert, whole
from sim.noise import Bits, Floats, Ints

_FEW_FALLS = 2
"""Where no more rows of a class are out of order, these are moved to their place."""
_BENCHES = 64
"""Places in which a class is put in order otherwise, if it is not larger."""
_LAST = np.iinfo(np.int64).max
_TOP = np.uint64(1 << 63)


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
        children[np.uint64(here)] += 1
    for i in range(len(ids)):
        here, beyond = np.uint64(catchment[i]), np.uint64(0)
        place = (ids[i] % ARRIVAL + 0.5) / children[here]
        while beyond < np.uint64(edges.shape[1]) and place >= edges[here, beyond]:
            beyond += np.uint64(1)
        homes[i] = junior[here, beyond]
    return homes


@njit(cache=True)
def ask(placed: Ints, home: Ints, wanted: Ints, private: Array, demand: Ints) -> tuple[Ints, Ints]:
    """`enrolment._ask`."""
    stay, away, staying, leaving = np.empty(len(home), np.int64), np.empty(len(home), np.int64), 0, 0
    for i in range(len(home)):
        if placed[i] >= 0:
            continue
        own, other = np.uint64(home[i]), np.uint64(wanted[i])
        if other == own or private[other]:
            demand[own] += 1
            stay[np.uint64(staying)] = i
            staying += 1
        else:
            demand[other] += 1
            away[np.uint64(leaving)] = i
            leaving += 1
    return stay[:staying], away[:leaving]


@njit(cache=True)
def fill(
    placed: Ints, asking: Ints, target: Ints, last: Array, key: np.uint64, merit: Floats, ids: Ints, seats: Ints
) -> None:
    """`enrolment._fill`."""
    ask, full, contested = _asked(asking, target, last, len(seats)), np.zeros(len(seats), np.bool_), 0
    places = np.empty(2 * len(seats), np.int64)
    for school in range(len(seats)):
        asks = ask[school, 0] + ask[school, 1]
        places[2 * school], places[2 * school + 1] = seats[school], seats[school] - ask[school, 0]
        full[school] = asks > seats[school]
        contested += asks if full[school] else 0
        seats[school] -= min(asks, max(seats[school], 0))
    rows, group, turn = np.empty(contested, np.int64), np.empty(contested, np.int64), np.empty(contested, np.int64)
    at = 0
    for k in range(len(asking)):
        i = np.uint64(asking[k])
        school = target[i]
        if full[np.uint64(school)]:
            rows[at], group[at] = i, 2 * school + last[i]
            turn[at] = whole(merit[k]) if len(merit) else np.int64(mixed(mixed(np.uint64(ids[i])) ^ key) ^ _TOP)
            at += 1
        else:
            placed[i] = school
    if contested > 0:
        admitted = first_within(group, places, turn, ids[rows], len(places))
        for k in range(contested):
            if admitted[k]:
                placed[rows[k]] = target[rows[k]]


@njit(cache=True, inline="always")
def _asked(asking: Ints, target: Ints, last: Array, schools: int) -> Ints:
    """How many ask at each school, those who are not last and those who are, (S, 2); most stand school by school."""
    ask, here, first_here, last_here = np.zeros((schools, 2), np.int64), 0, 0, 0
    for k in range(len(asking)):
        i = np.uint64(asking[k])
        if target[i] != here:
            ask[here, 0] += first_here
            ask[here, 1] += last_here
            here, first_here, last_here = target[i], 0, 0
        first_here += not last[i]
        last_here += last[i]
    ask[here, 0] += first_here
    ask[here, 1] += last_here
    return ask


@njit(cache=True)
def deal(school: Array, lots: Bits, ids: Ints, count: Ints, classes: Ints, first: Ints) -> tuple[Array, Ints]:
    """`class_formation._deal`; a school has as many drawers for lots as entrants, and few lie in two classes."""
    start, rows = np.zeros(len(classes) + 1, np.int64), len(school)
    for s in range(len(classes)):
        start[s + 1] = start[s] + count[s]
    drawer, lie_in = np.empty(rows, np.int32), np.zeros(rows, np.int32)
    for i in range(rows):
        begin = start[np.uint64(school[i])]
        its = np.uint64(begin + drawer_of(lots[i], start[np.uint64(school[i] + 1)] - begin))
        drawer[i] = its
        lie_in[its] += 1
    size, room = np.zeros(classes.sum(), np.int64), lie_in
    for s in range(len(classes)):
        members, c, ahead, end = start[s + 1] - start[s], first[s] - 1, 0, 0
        for k in range(classes[s]):  # whole numbers from k to k + 1 times members / classes
            size[first[s] + k] = -(-(k + 1) * members // classes[s]) + (-k * members // classes[s])
        for d in range(start[s], start[s + 1]):
            then = ahead + lie_in[d]
            while ahead >= end and ahead < then:
                c += 1
                end += size[c]
            room[d] = c if then <= end else -1 - ahead  # a drawer that lies in two classes: how many come before it
            ahead = then
    place, order, keys = np.cumsum(size) - size, np.empty(rows, np.int32), np.empty(rows, np.int64)
    apart, last, before, found = np.empty(rows, np.int64), np.full(rows, -1), np.empty(rows, np.int64), 0
    for i in range(rows):
        here = room[np.uint64(drawer[i])]
        if here >= 0:
            at = np.uint64(place[np.uint64(here)])
            order[at], keys[at] = i, ids[i]
            place[np.uint64(here)] += 1
        else:
            apart[found], before[i], last[drawer[i]] = i, last[drawer[i]], i
            found += 1
    for i in apart[:found]:
        rank, j, s = -1 - room[drawer[i]], last[drawer[i]], school[i]
        while j >= 0:
            rank += lots[j] < lots[i] or (lots[j] == lots[i] and ids[j] < ids[i])
            j = before[j]
        here = first[s] + rank * classes[s] // (start[s + 1] - start[s])
        at = place[here]
        order[at], keys[at], place[here] = i, ids[i], at + 1
    spare, padded = np.empty(_BENCHES, np.int32), np.empty(_BENCHES, np.int64)
    for c in range(len(size)):
        begin, end = place[c] - size[c], place[c]
        falls = _falls(keys[begin:end][:-1], keys[begin:end][1:])
        if falls > _FEW_FALLS and size[c] <= _BENCHES:
            _stand_by_id(order[begin:end], keys[begin:end], spare, padded)
        elif falls > 0:
            insert(order, keys, ids, begin, end)
    return order, size


@njit(cache=True, inline="always")
def _falls(these: Ints, next_to_them: Ints) -> int:
    falls = 0
    for k in range(len(these)):
        falls += next_to_them[k] < these[k]
    return falls


@njit(cache=True, inline="always")
def _stand_by_id(rows: Array, ids: Ints, spare: Array, padded: Ints) -> None:
    """Put a class's rows behind as many as have a lower id; it is counted among as many for every class, at once."""
    for k in range(len(rows)):
        spare[k], padded[k] = rows[k], ids[k]
    for k in range(len(rows), _BENCHES):
        padded[k] = _LAST
    for k in range(len(rows)):
        one, before = ids[k], 0
        for at in range(_BENCHES):
            before += padded[at] < one
        rows[np.uint64(before)] = spare[k]


@njit(cache=True)
def seat(room: Array, size: Array) -> None:
    """`class_formation._seat`."""
    end = 0
    for c in range(len(size)):
        begin, end = end, end + size[c]
        room[begin:end] = c

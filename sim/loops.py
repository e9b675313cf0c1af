"""The hot loops, for numba: each has a plain NumPy twin where its rule is at home, named beside it.

Same bits as the twin: ``+ - * /``, ``sqrt``, comparisons and integers only, sums in row order as `np.bincount` adds,
no `fastmath`, one thread. Import it through `sim.compiled`.
"""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.school import LAST_GRADE
from sim.noise import FIRST_BIN, GOLDEN, PLACE_BITS, Bits, Floats, Ints

Sums = tuple[Floats, Floats, Floats]

_G, _A, _B = np.uint64(GOLDEN), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_PLACE = (1 << PLACE_BITS) - 1
_PLACE_UNIT = 2.0**-PLACE_BITS
_RUN = 24


@njit(cache=True, inline="always")
def mixed(bits: np.uint64) -> np.uint64:
    """`noise._mix`."""
    bits = bits + _G
    bits = (bits ^ (bits >> _30)) * _A
    bits = (bits ^ (bits >> _27)) * _B
    return bits ^ (bits >> _31)


@njit(cache=True, inline="always")
def uniform_of(bits: np.uint64) -> float:
    """A point of the open interval (0, 1) from 64 bits."""
    return float((np.float64(bits >> _12) + 0.5) * 2.0**-52)


@njit(cache=True, inline="always")
def normal_of(bits: np.uint64, table: Floats) -> float:
    """`noise.inverse_normal` of `uniform_of`."""
    u = uniform_of(bits)
    tail = np.float64(min(u, 1.0 - u)).view(np.int64)
    row = (tail >> PLACE_BITS) - FIRST_BIN
    low = table[row]
    magnitude = low + np.float64(tail & _PLACE) * _PLACE_UNIT * (table[row + 1] - low)
    return float(-magnitude if u < 0.5 else magnitude)


@njit(cache=True)
def hashes(ids: Ints, key: np.uint64) -> Bits:
    """`Noise._hash`."""
    out = np.empty(len(ids), np.uint64)
    for i in range(len(ids)):
        out[i] = mixed(mixed(np.uint64(ids[i])) ^ key)
    return out


@njit(cache=True)
def uniforms(ids: Ints, key: np.uint64) -> Floats:
    """`Noise.uniform`."""
    out = np.empty(len(ids))
    for i in range(len(ids)):
        out[i] = uniform_of(mixed(mixed(np.uint64(ids[i])) ^ key))
    return out


@njit(cache=True)
def normals(ids: Ints, key: np.uint64, table: Floats) -> Floats:
    """`Noise.normal`."""
    out = np.empty(len(ids))
    for i in range(len(ids)):
        out[i] = normal_of(mixed(mixed(np.uint64(ids[i])) ^ key), table)
    return out


@njit(cache=True)
def grow(
    ids: Ints,
    trait_key: np.uint64,
    eta_key: np.uint64,
    table: Floats,
    room: Array,
    gain: Floats,
    catchment: Array,
    grade: Array,
    home_means: Floats,
    trait: Floats,
    lasting: Floats,
    fading: Floats,
    rho: float,
    luck_sd: float,
    eta_sd: float,
    kappa: float,
    delta: float,
) -> None:
    """`learning.grow`, in place."""
    for i in range(len(ids)):
        bits = mixed(np.uint64(ids[i]))
        luck = luck_sd * normal_of(mixed(bits ^ trait_key), table)
        home_mean = home_means[catchment[i], grade[i]]
        trait[i] = home_mean + rho * (trait[i] - home_mean) + luck
        g = gain[room[i]] + eta_sd * normal_of(mixed(bits ^ eta_key), table)
        lasting[i] = lasting[i] + kappa * g
        fading[i] = delta * fading[i] + (1.0 - kappa) * g


@njit(cache=True)
def scores(
    ids: Ints,
    key: np.uint64,
    table: Floats,
    room: Array,
    beside: Floats,
    noise_sd: Floats,
    trait: Floats,
    lasting: Floats,
    fading: Floats,
) -> tuple[Floats, Floats]:
    """`assessment.scores`, and their sums by class."""
    out, total = np.empty(len(ids)), np.zeros(len(beside))
    for i in range(len(ids)):
        noise = noise_sd[room[i]] * normal_of(mixed(mixed(np.uint64(ids[i])) ^ key), table)
        out[i] = trait[i] + lasting[i] + fading[i] + beside[room[i]] + noise
        total[room[i]] += out[i]
    return out, total


@njit(cache=True)
def achievement_sums(room: Array, trait: Floats, lasting: Floats, fading: Floats, classes: int) -> Floats:
    """`learning.achievement_by_class`."""
    total = np.zeros(classes)
    for i in range(len(room)):
        total[room[i]] += trait[i] + lasting[i] + fading[i]
    return total


@njit(cache=True)
def rate_sums(school: Array, score: Floats, mean: float, sd: float, schools: int) -> Floats:
    """`scores._rate_sums`."""
    total = np.zeros(schools)
    for i in range(len(school)):
        total[school[i]] += min(max(mean + sd * score[i], 0.0), 1.0)
    return total


@njit(cache=True, inline="always")
def add(cell: int, x: float, y: float, count: Floats, first: Floats, sums: Floats) -> None:
    """Count one more student in a cell; differences are taken to the first one there."""
    if count[cell] == 0.0:
        first[0, cell], first[1, cell] = x, y
    count[cell] += 1.0
    dx, dy = x - first[0, cell], y - first[1, cell]
    sums[0, cell] += dx
    sums[1, cell] += dy
    sums[2, cell] += dx * dx
    sums[3, cell] += dx * dy
    sums[4, cell] += dy * dy


@njit(cache=True)
def moments(school: Array, grade: Array, counted: Array, x: Floats, y: Floats, schools: int) -> Sums:
    """`cells._sums`."""
    cells = schools * LAST_GRADE
    count, first, sums = np.zeros(cells), np.zeros((2, cells)), np.zeros((5, cells))
    for i in range(len(school)):
        if counted[grade[i]] and x[i] == x[i]:
            add(school[i] * LAST_GRADE + grade[i] - 1, x[i], y[i], count, first, sums)
    return count, first, sums


@njit(cache=True)
def score_moments(
    school: Array, grade: Array, score: Floats, trait: Floats, lasting: Floats, fading: Floats, schools: int
) -> Sums:
    """`cells._sums` of scores and true achievement."""
    cells = schools * LAST_GRADE
    count, first, sums = np.zeros(cells), np.zeros((2, cells)), np.zeros((5, cells))
    for i in range(len(school)):
        achievement = trait[i] + lasting[i] + fading[i]
        add(school[i] * LAST_GRADE + grade[i] - 1, score[i], achievement, count, first, sums)
    return count, first, sums


@njit(cache=True, inline="always")
def _before(key: Array, tie: Ints, one: int, other: int) -> bool:
    return bool(key[one] < key[other] or (key[one] == key[other] and tie[one] < tie[other]))


@njit(cache=True)
def order_within(group: Ints, key: Array, tie: Ints, groups: int) -> Ints:
    """Rows by group, key and tie, as `np.lexsort((tie, key, group))`; quick where they are nearly in order."""
    order, start = _by_group(group, groups)
    spare = np.empty(np.diff(start).max(), np.int64)
    for g in range(groups):
        _sort_runs(order, key, tie, start[g], start[g + 1])
        _merge_runs(order, key, tie, start[g], start[g + 1], spare)
    return order


@njit(cache=True)
def order_by_lot(group: Ints, lot: Bits, tie: Ints, groups: int) -> Ints:
    """The same for keys that are uniform over all 64 bits: each row goes nearly to its place at once."""
    size, start = np.zeros(groups), np.zeros(groups + 1, np.int64)
    for i in range(len(group)):
        start[group[i] + 1] += 1
    for g in range(groups):
        size[g] = start[g + 1]
        start[g + 1] += start[g]
    bucket, first = np.empty(len(group), np.int64), np.zeros(len(group) + 1, np.int64)
    for i in range(len(group)):
        g = group[i]
        bucket[i] = start[g] + np.int64(np.float64(lot[i] >> _12) * 2.0**-52 * size[g])
        first[bucket[i] + 1] += 1
    for b in range(len(group)):
        first[b + 1] += first[b]
    order = np.empty(len(group), np.int64)
    for i in range(len(group)):
        order[first[bucket[i]]] = i
        first[bucket[i]] += 1
    for g in range(groups):
        _insert(order, lot, tie, start[g], start[g + 1])
    return order


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
def _ranks(order: Ints, group: Ints, groups: int) -> Ints:
    """Rank of each row in its group, from the rows in order."""
    seen, ranks = np.zeros(groups, np.int64), np.empty(len(order), np.int64)
    for i in order:
        ranks[i] = seen[group[i]]
        seen[group[i]] += 1
    return ranks


@njit(cache=True)
def rank_by_lot(group: Ints, lot: Bits, tie: Ints) -> Ints:
    """Rank of each row in its group by lot; empty where `group_count` gives up."""
    groups = group_count(group)
    if groups == 0:
        return np.empty(0, np.int64)
    return _ranks(order_by_lot(group, lot, tie, groups), group, groups)


@njit(cache=True)
def rank_by_key(group: Ints, key: Array, tie: Ints) -> Ints:
    """Rank of each row in its group by key; empty where `group_count` gives up."""
    groups = group_count(group)
    if groups == 0:
        return np.empty(0, np.int64)
    return _ranks(order_within(group, key, tie, groups), group, groups)


@njit(cache=True)
def _by_group(group: Ints, groups: int) -> tuple[Ints, Ints]:
    """Rows by group in the order they stand, and where each group begins."""
    start = np.zeros(groups + 1, np.int64)
    for i in range(len(group)):
        start[group[i] + 1] += 1
    for g in range(groups):
        start[g + 1] += start[g]
    order, place = np.empty(len(group), np.int64), start[:-1].copy()
    for i in range(len(group)):
        order[place[group[i]]] = i
        place[group[i]] += 1
    return order, start


@njit(cache=True)
def _sort_runs(order: Ints, key: Array, tie: Ints, low: int, high: int) -> None:
    """Sort runs of `_RUN` rows, each by itself."""
    for first in range(low, high, _RUN):
        _insert(order, key, tie, first, min(first + _RUN, high))


@njit(cache=True)
def _insert(order: Ints, key: Array, tie: Ints, low: int, high: int) -> None:
    """Insertion sort of `order[low:high]`."""
    for at in range(low + 1, high):
        row, to = order[at], at
        own, own_tie = key[row], tie[row]
        while to > low:
            other = order[to - 1]
            if key[other] < own or (key[other] == own and tie[other] <= own_tie):
                break
            order[to] = other
            to -= 1
        order[to] = row


@njit(cache=True)
def _merge_runs(order: Ints, key: Array, tie: Ints, low: int, high: int, spare: Ints) -> None:
    """Merge sorted runs of `_RUN` rows until `order[low:high]` is one."""
    width = _RUN
    while width < high - low:
        for left in range(low, high - width, 2 * width):
            middle, right = left + width, min(left + 2 * width, high)
            if not _before(key, tie, order[middle], order[middle - 1]):
                continue
            for at in range(left, middle):
                spare[at - left] = order[at]
            i, j = 0, middle
            for to in range(left, right):
                if i < width and (j == right or not _before(key, tie, order[j], spare[i])):
                    order[to] = spare[i]
                    i += 1
                else:
                    order[to] = order[j]
                    j += 1
        width *= 2


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
def first_within(group: Ints, places: Array, key: Array, tie: Ints, groups: int) -> Array:
    """`turns.first_within`: those before the last who comes first, and the first by id of those who draw with him."""
    order, start = _by_group(group, groups)
    chosen = np.zeros(len(group), np.bool_)
    for g in range(groups):
        rows = order[start[g] : start[g + 1]]
        left = min(places[g], len(rows))
        if left <= 0:
            continue
        last = np.partition(key[rows], left - 1)[left - 1]
        for i in rows:
            if key[i] < last:
                chosen[i] = True
                left -= 1
        alike = rows[key[rows] == last]
        for place in np.argsort(tie[alike])[:left]:
            chosen[alike[place]] = True
    return chosen

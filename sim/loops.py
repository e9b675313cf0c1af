"""The hot loops, for numba: each has a plain NumPy twin where its rule is at home, named beside it.

Same bits as the twin: ``+ - * /``, ``sqrt``, comparisons and integers only, sums in row order as `np.bincount` adds,
no `fastmath`, one thread. Import it through `sim.compiled`.

Students stand class by class: what is the same for those who stand together is looked up, and their sums are put
down, once for all of them. Any other order gives the same figures, slower.
"""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.school import FINAL_GRADE, JUNIOR, LAST_GRADE, PRIMARY
from sim.loops_of_turns import first_within, group_count, kth_lowest, order_by_lot, order_within, ranks  # noqa: F401
from sim.noise import FIRST_BIN, GOLDEN, PLACE_BITS, Bits, Floats, Ints, tail_quantiles

Sums = tuple[Floats, Floats, Floats]

_G, _A, _B = np.uint64(GOLDEN), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _12, _1 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12), np.uint64(1)
_PLACE = (1 << PLACE_BITS) - 1
_PLACE_UNIT = 2.0**-PLACE_BITS
_TABLE = tail_quantiles()
"""A constant, so that several draws are made at once; loops that are compiled keep it until this file changes."""
_SIGN = np.int64(63)
_BLOCK = 1024
_SIXTH, _NINTH, _FIFTH = FINAL_GRADE[PRIMARY], FINAL_GRADE[JUNIOR], 5
_TALLIED, _BINS = 12, 1024


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
def normal_of(bits: np.uint64) -> float:
    """`noise.inverse_normal` of `uniform_of`."""
    u = uniform_of(bits)
    tail = np.float64(min(u, 1.0 - u)).view(np.int64)
    row = np.uint64((tail >> PLACE_BITS) - FIRST_BIN)
    low = _TABLE[row]
    magnitude = low + np.float64(tail & _PLACE) * _PLACE_UNIT * (_TABLE[row + _1] - low)
    below = np.int64(u < 0.5) << _SIGN
    return float(np.int64(np.float64(magnitude).view(np.int64) ^ below).view(np.float64))


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
def normals(ids: Ints, key: np.uint64) -> Floats:
    """`Noise.normal`."""
    out = np.empty(len(ids))
    _draw(ids, key, out)
    return out


@njit(cache=True)
def _draw(ids: Ints, key: np.uint64, out: Floats) -> None:
    """A normal draw for each id."""
    for i in range(len(ids)):
        out[i] = normal_of(mixed(mixed(np.uint64(ids[i])) ^ key))


@njit(cache=True)
def grow(
    ids: Ints,
    trait_key: np.uint64,
    eta_key: np.uint64,
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
    """`learning.grow`, in place; draws are made for a block of students at a time."""
    luck, eta = np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, len(ids), _BLOCK):
        block = slice(start, min(start + _BLOCK, len(ids)))
        _draw(ids[block], trait_key, luck)
        _draw(ids[block], eta_key, eta)
        c, home, g = room[block], catchment[block], grade[block]
        brought, kept, fresh = trait[block], lasting[block], fading[block]
        for j in range(len(c)):  # unsigned places need no look for negative ones
            home_mean = home_means[np.uint64(home[j]), np.uint64(g[j])]
            brought[j] = home_mean + rho * (brought[j] - home_mean) + luck_sd * luck[j]
            own = gain[np.uint64(c[j])] + eta_sd * eta[j]
            kept[j] = kept[j] + kappa * own
            fresh[j] = delta * fresh[j] + (1.0 - kappa) * own


@njit(cache=True)
def scores(
    ids: Ints,
    key: np.uint64,
    room: Array,
    beside: Floats,
    noise_sd: Floats,
    trait: Floats,
    lasting: Floats,
    fading: Floats,
) -> tuple[Floats, Floats]:
    """`assessment.scores`, and their sums by class."""
    out, total, i = np.empty(len(ids)), np.zeros(len(beside)), 0
    _draw(ids, key, out)
    while i < len(ids):
        c = room[i]
        sum_here, beside_here, sd_here = total[c], beside[c], noise_sd[c]
        while i < len(ids) and room[i] == c:
            out[i] = trait[i] + lasting[i] + fading[i] + beside_here + sd_here * out[i]
            sum_here += out[i]
            i += 1
        total[c] = sum_here
    return out, total


@njit(cache=True, inline="always")
def _sum_of(parts: tuple[Floats, ...], i: int) -> float:
    total = 0.0
    for part in parts:
        total += part[i]
    return float(total)


@njit(cache=True)
def class_sums(room: Array, parts: tuple[Floats, ...], classes: int) -> Floats:
    """`classroom._class_sums`."""
    total, i = np.zeros(classes), 0
    while i < len(room):
        c = room[i]
        sum_here = total[c]
        while i < len(room) and room[i] == c:
            sum_here += _sum_of(parts, i)
            i += 1
        total[c] = sum_here
    return total


@njit(cache=True)
def tally(
    school: Array,
    grade: Array,
    migrant: Array,
    left_behind: Array,
    score: Floats,
    mean: float,
    sd: float,
    cuts: Floats,
    schools: int,
) -> Floats:
    """`tallies._tally`, whose order the rows have."""
    out, i = np.zeros((_TALLIED, schools)), 0
    students, migrants, tested_migrants, score_migrant = out[0], out[1], out[2], out[3]
    tested_left_behind, score_left_behind, rate = out[4], out[5], out[6]
    sixth, excellent, passed, ninth, admitted = out[7], out[8], out[9], out[10], out[11]
    while i < len(school):
        s, start = school[i], i
        n_migrants, n_tested, n_left_behind = 0, 0, 0
        of_migrants, of_left_behind, rates = score_migrant[s], score_left_behind[s], rate[s]
        while i < len(school) and school[i] == s:
            x = score[i]
            is_migrant, is_left_behind = migrant[i] and x == x, left_behind[i] and x == x
            n_migrants += migrant[i]
            n_tested += is_migrant
            n_left_behind += is_left_behind
            of_migrants += x if is_migrant else 0.0
            of_left_behind += x if is_left_behind else 0.0
            rates += min(max(mean + sd * x, 0.0), 1.0)
            if grade[i] == _SIXTH:
                sixth[s] += 1.0
                excellent[s] += x >= cuts[0]
                passed[s] += x >= cuts[1]
            elif grade[i] == _NINTH:
                ninth[s] += 1.0
                admitted[s] += x >= cuts[2]
            i += 1
        students[s] += i - start
        migrants[s] += n_migrants
        tested_migrants[s] += n_tested
        tested_left_behind[s] += n_left_behind
        score_migrant[s], score_left_behind[s], rate[s] = of_migrants, of_left_behind, rates
    return out


@njit(cache=True, inline="always")
def _bin(score: float) -> int:
    """One of `_BINS` equal parts of the scores; beyond, the first and the last."""
    return int(min(max((score + 8.0) * (_BINS / 16.0), 0.0), _BINS - 1.0))


@njit(cache=True)
def lowest(
    school: Array, private: Array, grade: Array, score: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """`tallies._lowest`: only the scores in the bin of the highest of the fifth are put in order."""
    n, grades = len(score), LAST_GRADE + 1
    counts, bin_of = np.zeros((grades, _BINS), np.int64), np.full(grades, -1)
    tested, highest, lower, total = np.zeros(grades), np.zeros(grades), np.zeros(grades), np.zeros(grades)
    for i in range(n):
        if score[i] == score[i] and not private[school[i]]:
            counts[grade[i], _bin(score[i])] += 1
            tested[grade[i]] += 1.0
    first = np.zeros(grades + 1, np.int64)
    for g in range(grades):
        while lower[g] < -(-tested[g] // _FIFTH):
            bin_of[g] += 1
            lower[g] += counts[g, bin_of[g]]
        inside = counts[g, bin_of[g]] if bin_of[g] >= 0 else 0
        lower[g] -= inside
        first[g + 1] = first[g] + inside
    near, place = np.empty(first[grades]), first.copy()
    for i in range(n):
        g = grade[i]
        if score[i] == score[i] and _bin(score[i]) == bin_of[g] and not private[school[i]]:
            near[place[g]] = score[i]
            place[g] += 1
    for g in range(grades):
        inside = near[first[g] : first[g + 1]]
        if len(inside):
            highest[g] = kth_lowest(inside, int(-(-tested[g] // _FIFTH) - lower[g]) - 1)
        for x in inside:
            lower[g] += x < highest[g]
    i = 0
    while i < n:
        s, g = school[i], grade[i]
        limit, sum_here = -np.inf if private[s] else highest[g], total[g]
        while i < n and school[i] == s and grade[i] == g:
            sum_here += score[i] if score[i] < limit else 0.0
            i += 1
        total[g] = sum_here
    return tested, highest, lower, total


@njit(cache=True)
def moments(school: Array, grade: Array, counted: Array, x: Floats, y: tuple[Floats, ...], schools: int) -> Sums:
    """`cells._sums`."""
    cells = schools * LAST_GRADE
    count, first, sums, i = np.zeros(cells), np.zeros((2, cells)), np.zeros((5, cells)), 0
    while i < len(school):
        s, g = school[i], grade[i]
        cell = s * LAST_GRADE + g - 1
        n, x0, y0 = count[cell], first[0, cell], first[1, cell]
        sx, sy, sxx, sxy, syy = sums[0, cell], sums[1, cell], sums[2, cell], sums[3, cell], sums[4, cell]
        while i < len(school) and school[i] == s and grade[i] == g:
            if counted[g] and x[i] == x[i]:
                xi, yi = x[i], _sum_of(y, i)
                if n == 0.0:
                    x0, y0 = xi, yi
                dx, dy = xi - x0, yi - y0
                sx, sy, sxx, sxy, syy = sx + dx, sy + dy, sxx + dx * dx, sxy + dx * dy, syy + dy * dy
                n += 1.0
            i += 1
        count[cell], first[0, cell], first[1, cell] = n, x0, y0
        sums[0, cell], sums[1, cell], sums[2, cell], sums[3, cell], sums[4, cell] = sx, sy, sxx, sxy, syy
    return count, first, sums


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

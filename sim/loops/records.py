"""What the year's record sums up, in passes over students who stand class by class."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.school import FINAL_GRADE, JUNIOR, LAST_GRADE, PRIMARY
from sim.loops.scores import sum_of
from sim.loops.turns import kth_lowest
from sim.noise import Floats

Sums = tuple[Floats, Floats, Floats]

_SIXTH, _NINTH, _FIFTH = FINAL_GRADE[PRIMARY], FINAL_GRADE[JUNIOR], 5
_TALLIED, _BINS = 12, 1024


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
                xi, yi = x[i], sum_of(y, i)
                if n == 0.0:
                    x0, y0 = xi, yi
                dx, dy = xi - x0, yi - y0
                sx, sy, sxx, sxy, syy = sx + dx, sy + dy, sxx + dx * dx, sxy + dx * dy, syy + dy * dy
                n += 1.0
            i += 1
        count[cell], first[0, cell], first[1, cell] = n, x0, y0
        sums[0, cell], sums[1, cell], sums[2, cell], sums[3, cell], sums[4, cell] = sx, sy, sxx, sxy, syy
    return count, first, sums

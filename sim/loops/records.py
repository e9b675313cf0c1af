"""What the year's record sums up by cell, a grade of a school, in passes over students who stand class by class.

The classes of a cell stand side by side: its sums are looked up, and put down, once for all of them.
"""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.school import FINAL_GRADE, JUNIOR, LAST_GRADE, PRIMARY
from sim.loops.scores import sum_of
from sim.loops.turns import kth_lowest
from sim.noise import Floats, Ints

Cell = tuple[float, float, float, float, float, float, float, float]

_SIXTH, _NINTH, _FIFTH = FINAL_GRADE[PRIMARY], FINAL_GRADE[JUNIOR], 5
_SUMS = 8
_STUDENTS, _MIGRANTS, _TESTED_MIGRANTS, _OF_MIGRANTS, _TESTED_LEFT_BEHIND, _OF_LEFT_BEHIND, _RATES = range(7)
_IN_SIXTH, _EXCELLENT, _PASSED, _IN_NINTH, _ADMITTED, _TALLIED = range(7, 13)
"""Places of what is tallied, in the order of `tallies.TALLIED`, and how many they are."""


@njit(cache=True, inline="always")
def _cell_from(c: int, size: Array, school: Array, grade: Array) -> tuple[int, int]:
    """The class behind those of one cell that stand together from class c on, and how many students these have."""
    behind, students = c, 0
    while behind < len(size) and school[behind] == school[c] and grade[behind] == grade[c]:
        students += size[behind]
        behind += 1
    return behind, students


@njit(cache=True, inline="always")
def _sums_of(cell: Floats) -> Cell:
    return cell[0], cell[1], cell[2], cell[3], cell[4], cell[5], cell[6], cell[7]


@njit(cache=True, inline="always")
def _begun(cell: Floats, start: int, end: int, x: Floats, y: tuple[Floats, ...]) -> Cell:
    """A cell's count, first pair, and sums of differences from it; the first pair is these students' if it had none."""
    n, x0, y0, sx, sy, sxx, sxy, syy = _sums_of(cell)
    if n == 0.0:
        while start < end and x[start] != x[start]:
            start += 1
        if start < end:
            x0, y0 = x[start], sum_of(y, np.uint64(start))
    return n, x0, y0, sx, sy, sxx, sxy, syy


@njit(cache=True)
def moments(
    size: Array, school: Array, grade: Array, counted: Array, x: Floats, y: tuple[Floats, ...], schools: int
) -> Floats:
    """`cells._sums`."""
    cells, c, behind = np.zeros((schools * LAST_GRADE, _SUMS)), 0, 0
    while c < len(size):
        s, g = school[c], grade[c]
        c, students = _cell_from(c, size, school, grade)
        start, behind = behind, behind + students
        cell, end, tested = cells[s * LAST_GRADE + g - 1], behind if counted[g] else start, 0
        n, x0, y0, sx, sy, sxx, sxy, syy = _begun(cell, start, end, x, y)
        for place in range(start, end):
            j = np.uint64(place)  # an unsigned place needs no look for negative ones
            if x[j] == x[j]:
                dx, dy = x[j] - x0, sum_of(y, j) - y0
                sx, sy, sxx, sxy, syy = sx + dx, sy + dy, sxx + dx * dx, sxy + dx * dy, syy + dy * dy
                tested += 1
        for k, value in enumerate((n + tested, x0, y0, sx, sy, sxx, sxy, syy)):
            cell[k] = value
    return cells


@njit(cache=True)
def tally(
    size: Array,
    school: Array,
    grade: Array,
    migrant: Array,
    left_behind: Array,
    score: Floats,
    known: tuple[Floats, ...],
    mean: float,
    sd: float,
    cuts: Floats,
    schools: int,
) -> tuple[Floats, Floats]:
    """`tallies._tally`, and beside it `moments` of scores and what is known."""
    out, cells, c, end = np.zeros((schools, _TALLIED)), np.zeros((schools * LAST_GRADE, _SUMS)), 0, 0
    trait, lasting, fading = known
    while c < len(size):
        s, g = school[c], grade[c]
        c, here = _cell_from(c, size, school, grade)
        start, end = end, end + here
        cell, row = cells[s * LAST_GRADE + g - 1], out[s]
        tested, migrants, tested_migrants, tested_left_behind = 0, 0, 0, 0
        n, x0, y0, sx, sy, sxx, sxy, syy = _begun(cell, start, end, score, known)
        of_migrants, of_left_behind, rates = row[_OF_MIGRANTS], row[_OF_LEFT_BEHIND], row[_RATES]
        for place in range(start, end):
            i = np.uint64(place)
            x = score[i]
            migrants += migrant[i]
            rates += min(max(mean + sd * x, 0.0), 1.0)
            if x == x:
                dx, dy = x - x0, trait[i] + lasting[i] + fading[i] - y0
                sx, sy, sxx, sxy, syy = sx + dx, sy + dy, sxx + dx * dx, sxy + dx * dy, syy + dy * dy
                tested += 1
                tested_migrants += migrant[i]
                tested_left_behind += left_behind[i]
                of_migrants += x if migrant[i] else 0.0
                of_left_behind += x if left_behind[i] else 0.0
        for k, value in enumerate((n + tested, x0, y0, sx, sy, sxx, sxy, syy)):
            cell[k] = value
        row[_STUDENTS] += here
        row[_MIGRANTS] += migrants
        row[_TESTED_MIGRANTS] += tested_migrants
        row[_TESTED_LEFT_BEHIND] += tested_left_behind
        row[_OF_MIGRANTS], row[_OF_LEFT_BEHIND], row[_RATES] = of_migrants, of_left_behind, rates
        if g == _SIXTH:
            row[_IN_SIXTH] += here
            row[_EXCELLENT] += _at_least(cuts[0], score, start, end)
            row[_PASSED] += _at_least(cuts[1], score, start, end)
        elif g == _NINTH:
            row[_IN_NINTH] += here
            row[_ADMITTED] += _at_least(cuts[2], score, start, end)
    return cells, out.T.copy()


@njit(cache=True, inline="always")
def _at_least(cut: float, score: Floats, start: int, end: int) -> int:
    """How many of some students score at or above a cut."""
    many = 0
    for place in range(start, end):
        many += score[np.uint64(place)] >= cut
    return many


@njit(cache=True)
def lowest(
    size: Array,
    school: Array,
    grade: Array,
    private: Array,
    score: Floats,
    count: Floats,
    mean: Floats,
    squares: Floats,
    ends: tuple[float, float],
) -> tuple[Floats, Ints]:
    """`tallies._lowest`, from the moments of scores, of which a fifth should end between two (`ends`, SD).

    Scores above are let be, and only those between the two are put in order. Where a fifth ends elsewhere, all are.
    """
    tested, middle, sd = _spread(private, count, mean, squares)
    low, high, total, fifth = middle + sd * ends[0], middle + sd * ends[1], np.zeros(len(tested)), -(-tested // _FIFTH)
    if not _lowest_between(size, school, grade, private, score, tested, fifth, low, high, total):
        low[:], high[:], total[:] = -np.inf, np.inf, 0.0
        _lowest_between(size, school, grade, private, score, tested, fifth, low, high, total)
    return total, fifth


@njit(cache=True)
def _spread(private: Array, count: Floats, mean: Floats, squares: Floats) -> tuple[Ints, Floats, Floats]:
    """How many are tested in each grade of the public schools, the mean of their scores and its SD."""
    tested, middle, sd = np.zeros((3, LAST_GRADE))
    for s in np.flatnonzero(~private):
        tested += count[s]
        middle += count[s] * mean[s]
    some = np.maximum(tested, 1.0)
    middle /= some
    for s in np.flatnonzero(~private):
        sd += squares[s] + count[s] * (mean[s] - middle) ** 2
    return tested.astype(np.int64), middle, np.sqrt(sd / some)


@njit(cache=True)
def _lowest_between(
    size: Array,
    school: Array,
    grade: Array,
    private: Array,
    score: Floats,
    tested: Ints,
    fifth: Ints,
    low: Floats,
    high: Floats,
    total: Floats,
) -> bool:
    """Whether the bounds are right; if they are, what is sought is put into `total`."""
    below, first, end = _below(size, school, grade, private, score, tested, high)
    for g in range(len(tested)):
        those, bound = below[first[g] : end[g]], low[g]
        if fifth[g] == 0:
            continue
        inside, k = np.empty(len(those) + 1), 0
        for x in those:
            inside[k] = x
            k += x >= bound
        place = fifth[g] - 1 - (len(those) - k)
        if not 0 <= place < k:
            return False
        highest, lower, so_far = kth_lowest(inside[:k], place), 0, 0.0
        for x in those:
            lower += x < highest
            so_far += x if x < highest else 0.0
        total[g] = so_far + (fifth[g] - lower) * highest
    return True


@njit(cache=True)
def _below(
    size: Array, school: Array, grade: Array, private: Array, score: Floats, tested: Ints, high: Floats
) -> tuple[Floats, Ints, Ints]:
    """Scores of public schools below the bound of their grade, as they stand, and where those of a grade begin and end.

    A score that is not kept is written too, and the next one over it: quicker than to ask.
    """
    first, behind = np.zeros(len(tested) + 1, np.int64), 0
    for g in range(len(tested)):
        first[g + 1] = first[g] + tested[g] + 1
    below, end = np.empty(first[-1]), first[:-1].copy()
    for c in range(len(size)):
        start, behind = behind, behind + size[c]
        if not private[school[c]]:
            at, bound = end[grade[c] - 1], high[grade[c] - 1]
            for place in range(start, behind):
                i = np.uint64(place)
                below[np.uint64(at)] = score[i]
                at += score[i] < bound
            end[grade[c] - 1] = at
    return below, first, end

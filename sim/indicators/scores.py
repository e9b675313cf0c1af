"""What students know, as tests show it and as it is, and how far schools are apart."""

import numpy as np

from sim.agents.cells import Moments
from sim.agents.columns import Array
from sim.agents.school import FINAL_GRADE, JUNIOR, LAST_GRADE, LEVELS, PRIMARY, Schools
from sim.agents.student import Students
from sim.compiled import loops
from sim.indicators.standards import expected_normal_range
from sim.indicators.units import Units, ratio, sums
from sim.noise import Floats

FIFTH = 5
PERCENT = 100.0
NO_VARIANCE = 1e-12
"""Variance, SD squared, below which differences are rounding."""


def quality(units: Units, known: Moments) -> dict[str, Floats]:
    """Means of scores, gaps between schools and their share of variance.

    Parameters
    ----------
    known : Moments
        Of measured scores (x) and true achievement (y).
    """
    students = _over_grades(known.count)
    score = _over_grades(known.count * known.mean_x)
    count, total = units.sum(students), units.sum(score)
    gap = units.range(ratio(score, students))
    schools = units.sum(students > 0).astype(np.int64)
    expected = np.array([expected_normal_range(n) for n in schools.tolist()])
    return {
        "score_mean": ratio(total, count),
        "score_gap": gap,
        "score_gap_scaled": ratio(gap, expected),
        "between_school_share": _between(units, known.count, known.mean_x, known.xx),
        "between_school_share_true": _between(units, known.count, known.mean_y, known.yy),
        "measured_minus_true": ratio(total - units.sum(_over_grades(known.count * known.mean_y)), count),
    }


def scoring_rate(units: Units, students: Students, count: Array, mean: float, sd: float) -> dict[str, Floats]:
    """SD of schools' mean scoring rates: a score of 0 earns `mean` of full marks, one SD more `sd` more.

    Parameters
    ----------
    count : (S,) array
        Students of each school.
    """
    fast = loops()
    total = (_rate_sums if fast is None else fast.rate_sums)(students.school, students.score, mean, sd, len(count))
    return {"sd_school_mean_rate": np.sqrt(units.variance(ratio(total, count), count))}


def _rate_sums(school: Array, score: Floats, mean: float, sd: float, schools: int) -> Floats:
    """Sum of each school's scoring rates, which lie between 0 and 1."""
    return sums(np.minimum(np.maximum(mean + sd * score, 0.0), 1.0), school, schools)


def groups(units: Units, schools: Schools, students: Students, known: Moments) -> dict[str, Floats]:
    """Mean scores of groups of students: by what they bring, by where their school is, and of those who score lowest.

    Parameters
    ----------
    known : Moments
        Of measured scores (x).
    """

    def mean_of(members: Array) -> Floats:
        rows = np.flatnonzero(members & (students.score == students.score))
        school = students.school[rows]
        tested = units.sum(np.bincount(school, minlength=len(schools)))
        return ratio(units.sum(sums(students.score[rows], school, len(schools))), tested)

    rural, total = ~schools.urban, _over_grades(known.count * known.mean_x)
    return {
        "score_migrant": mean_of(students.migrant),
        "score_left_behind": mean_of(students.left_behind),
        "score_rural": ratio(units.sum(total * rural), units.sum(_over_grades(known.count) * rural)),
        "score_lowest_fifth": _lowest(schools, students)[units.level],
    }


def _lowest(schools: Schools, students: Students) -> Floats:
    """Mean score of the lowest fifth of each grade at public schools, primary and junior."""
    public = ~schools.private[students.school] & (students.score == students.score)
    total, count = np.zeros(len(LEVELS)), np.zeros(len(LEVELS))
    for grade in range(1, LAST_GRADE + 1):
        scores = students.score[public & (students.grade == grade)]
        if fifth := -(-len(scores) // FIFTH):
            highest = np.partition(scores, fifth - 1)[fifth - 1]
            lower = scores[scores < highest]
            level = int(grade > FINAL_GRADE[PRIMARY])
            total[level] += np.bincount(np.zeros(len(lower), np.int64), lower, 1)[0] + (fifth - len(lower)) * highest
            count[level] += fifth
    return ratio(total, count)


def finals(
    units: Units,
    students: Students,
    schools: int,
    excellent_cut: float,
    pass_cut: float,
    general_high_cut: float,
) -> dict[str, Floats]:
    """Rates in the last grades, by cut scores fixed at the baseline, and their ranges over schools."""

    def reached(grade: int, *cuts: float) -> tuple[Array, ...]:
        rows = np.flatnonzero(students.grade == grade)
        school, score = students.school[rows], students.score[rows]
        tested = np.bincount(school, minlength=schools)
        return tested, *(sums(score >= cut, school, schools) for cut in cuts)

    sixth, excellent, passed = reached(FINAL_GRADE[PRIMARY], excellent_cut, pass_cut)
    ninth, admitted = reached(FINAL_GRADE[JUNIOR], general_high_cut)
    return {
        "excellent_rate": ratio(units.sum(excellent), units.sum(sixth)),
        "pass_rate": ratio(units.sum(passed), units.sum(sixth)),
        "excellent_range": PERCENT * units.range(ratio(excellent, sixth)),
        "pass_range": PERCENT * units.range(ratio(passed, sixth)),
        "general_high_rate": ratio(units.sum(admitted), units.sum(ninth)),
    }


def _over_grades(cells: Floats) -> Floats:
    school = np.repeat(np.arange(len(cells)), LAST_GRADE)
    return sums(cells.ravel(), school, len(cells))


def _between(units: Units, students: Floats, mean: Floats, squares: Floats) -> Floats:
    """Share of the variance within grade that lies between schools, grades weighted by their students."""
    count = units.sum(students)
    between = units.variance(mean, students)
    variance = between + ratio(units.sum(squares), count)
    measured = variance > NO_VARIANCE  # False where there is no such grade
    share = np.divide(between, variance, out=np.zeros_like(variance), where=measured)
    weight = np.where(measured, count, 0.0)
    return ratio(_over_grades(share * weight), _over_grades(weight))

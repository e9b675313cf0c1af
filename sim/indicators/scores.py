"""What students know, as tests show it and as it is, and how far schools are apart."""

import numpy as np

from sim.agents.cells import Moments
from sim.agents.school import LAST_GRADE, LEVELS, YEARS, Schools
from sim.agents.student import Students
from sim.indicators.standards import expected_normal_range
from sim.indicators.tallies import Tally, lowest_fifths
from sim.indicators.units import Units, ratio, sums
from sim.noise import Floats

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


def scoring_rate(units: Units, tally: Tally) -> dict[str, Floats]:
    """SD of schools' mean scoring rates."""
    return {"sd_school_mean_rate": np.sqrt(units.variance(ratio(tally.rate, tally.students), tally.students))}


def groups(units: Units, schools: Schools, students: Students, known: Moments, tally: Tally) -> dict[str, Floats]:
    """Mean scores of groups of students: by what they bring, by where their school is, and of those who score lowest.

    Parameters
    ----------
    known : Moments
        Of measured scores (x).
    """
    rural, total = ~schools.urban, _over_grades(known.count * known.mean_x)
    of_grade, fifth = lowest_fifths(students, schools.private)
    level = np.repeat(range(len(LEVELS)), YEARS)
    lowest = ratio(sums(of_grade[1:], level, len(LEVELS)), sums(fifth[1:], level, len(LEVELS)))
    return {
        "score_migrant": ratio(units.sum(tally.score_migrant), units.sum(tally.tested_migrants)),
        "score_left_behind": ratio(units.sum(tally.score_left_behind), units.sum(tally.tested_left_behind)),
        "score_rural": ratio(units.sum(total * rural), units.sum(_over_grades(known.count) * rural)),
        "score_lowest_fifth": lowest[units.level],
    }


def finals(units: Units, tally: Tally) -> dict[str, Floats]:
    """Rates in the last grades, by cut scores fixed at the baseline, and their ranges over schools."""
    return {
        "excellent_rate": ratio(units.sum(tally.excellent), units.sum(tally.sixth)),
        "pass_rate": ratio(units.sum(tally.passed), units.sum(tally.sixth)),
        "excellent_range": PERCENT * units.range(ratio(tally.excellent, tally.sixth)),
        "pass_range": PERCENT * units.range(ratio(tally.passed, tally.sixth)),
        "general_high_rate": ratio(units.sum(tally.admitted), units.sum(tally.ninth)),
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

"""What students know, as tests show it and as it is, and how far schools are apart."""

import numpy as np

from sim.agents.cells import Moments
from sim.agents.columns import Array
from sim.agents.school import LAST_GRADE, LEVELS, YEARS, Schools
from sim.agents.student import Students
from sim.indicators.standards import expected_normal_range
from sim.indicators.tallies import lowest_fifths
from sim.indicators.units import Units, ratio, ratios, sums
from sim.noise import Floats

PERCENT = 100.0
NO_VARIANCE = 1e-12
"""Variance, SD squared, below which differences are rounding."""


SHARES = {
    "score_mean": ("score", "tested"),
    "score_migrant": ("migrants_score", "tested_migrants"),
    "score_left_behind": ("left_behind_score", "tested_left_behind"),
    "score_rural": ("rural_score", "tested_rural"),
    "excellent_rate": ("excellent", "sixth"),
    "pass_rate": ("passed", "sixth"),
    "general_high_rate": ("admitted", "ninth"),
}
"""Means of scores, and rates in the last grades by cut scores fixed at the baseline: part and whole."""


def of_schools(schools: Schools, known: Moments) -> dict[str, Array]:
    """Tested students, sums of their scores and of what they truly know, and whether there are any, (S,).

    Parameters
    ----------
    known : Moments
        Of measured scores (x) and true achievement (y).
    """
    tested, score = _over_grades(known.count), _over_grades(known.count * known.mean_x)
    return {
        "tested": tested,
        "score": score,
        "achievement": _over_grades(known.count * known.mean_y),
        "tested_rural": tested * ~schools.urban,
        "rural_score": score * ~schools.urban,
        "testing_schools": tested > 0,
    }


def figures(
    units: Units, known: Moments, by_school: dict[str, Array], over: dict[str, Floats]
) -> dict[str, Floats]:
    """Means, gaps between schools and their share of variance, and ranges of rates.

    Parameters
    ----------
    by_school, over : dict
        What is counted at each school, (S,), and the sums of it, (U,).
    """
    gap = units.range(ratio(by_school["score"], by_school["tested"]))
    expected = np.array([expected_normal_range(n) for n in over["testing_schools"].astype(np.int64).tolist()])
    rate, students = ratio(by_school["rate"], by_school["students"]), by_school["students"]
    measured, true = _between(units, known)
    return {
        **ratios(over, SHARES),
        "score_gap": gap,
        "score_gap_scaled": ratio(gap, expected),
        "between_school_share": measured,
        "between_school_share_true": true,
        "measured_minus_true": ratio(over["score"] - over["achievement"], over["tested"]),
        "sd_school_mean_rate": np.sqrt(units.variance(rate, students)),
        "excellent_range": PERCENT * units.range(ratio(by_school["excellent"], by_school["sixth"])),
        "pass_range": PERCENT * units.range(ratio(by_school["passed"], by_school["sixth"])),
    }


def of_lowest_fifth(schools: Schools, students: Students, known: Moments) -> Floats:
    """Mean score of the fifth of each grade that scores lowest, primary and junior, (2,)."""
    of_grade, fifth = lowest_fifths(students, schools.private, known)
    level = np.repeat(range(len(LEVELS)), YEARS)
    return ratio(sums(of_grade, level, len(LEVELS)), sums(fifth, level, len(LEVELS)))


def _over_grades(cells: Floats) -> Floats:
    """Sum over the grades, the last axis, from the first on: `sum` promises no order."""
    return np.asarray(np.cumsum(cells, axis=-1)[..., -1])


def _between(units: Units, known: Moments) -> Floats:
    """Share of the variance within grade that lies between schools, grades weighted by their students, (2, U).

    Of measured scores, and of true achievement.
    """
    students = np.concatenate((known.count, known.count), axis=1)
    count = units.sum(students)
    between = units.variance(np.concatenate((known.mean_x, known.mean_y), axis=1), students)
    variance = between + ratio(units.sum(np.concatenate((known.xx, known.yy), axis=1)), count)
    measured = variance > NO_VARIANCE  # False where there is no such grade
    share = np.divide(between, variance, out=np.zeros_like(variance), where=measured)
    weight = np.where(measured, count, 0.0)
    of_grade = (len(units), 2, LAST_GRADE)
    parts, wholes = (share * weight).reshape(of_grade), weight.reshape(of_grade)
    return ratio(_over_grades(parts), _over_grades(wholes)).T

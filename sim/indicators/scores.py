"""What students know, as tests show it and as it is, and how far schools are apart."""

from functools import reduce

import numpy as np

from sim.agents.cells import Moments
from sim.agents.columns import Array
from sim.agents.school import LEVELS, YEARS, Schools
from sim.compiled import compiled
from sim.indicators.standards import expected_normal_range
from sim.indicators.units import Units, ratio, sums, together
from sim.noise import Floats, Ints

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
_LEVEL_OF_GRADE = np.repeat(range(len(LEVELS)), YEARS)
OF_EACH = (("score", "tested"), ("excellent", "sixth"), ("passed", "sixth"), ("rate", "students"))
"""Part and whole of the means by which schools are set apart."""


def of_schools(schools: Schools, known: Moments) -> dict[str, Array]:
    """Tested students, sums of their scores and of what they truly know, and whether there are any, (S,).

    Parameters
    ----------
    known : Moments
        Of measured scores (x) and true achievement (y).
    """
    by_grade = np.array((known.count, known.count * known.mean_x, known.count * known.mean_y))
    tested, score, achievement = reduce(np.add, by_grade.transpose(2, 0, 1))  # `sum` promises no order
    return {
        "tested": tested,
        "score": score,
        "achievement": achievement,
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
    parts, wholes = (together(by_school, names) for names in zip(*OF_EACH, strict=True))
    means = ratio(parts, wholes)
    gap, excellent, passed = units.range(means[:-1])
    expected = np.array(list(map(expected_normal_range, over["testing_schools"].astype(np.int64).tolist())))
    return {
        "score_gap": gap,
        "score_gap_scaled": ratio(gap, expected),
        "between_school_share": _between(units, known.count, known.mean_x, known.xx),
        "between_school_share_true": _between(units, known.count, known.mean_y, known.yy),
        "measured_minus_true": ratio(over["score"] - over["achievement"], over["tested"]),
        "sd_school_mean_rate": np.sqrt(units.variance(means[-1], by_school["students"])),
        "excellent_range": PERCENT * excellent,
        "pass_range": PERCENT * passed,
    }


def of_lowest_fifth(of_grade: Floats, fifth: Ints) -> Floats:
    """Mean score of the fifth of each grade that scores lowest, primary and junior, (2,), from `lowest_fifths`."""
    return ratio(sums(of_grade, _LEVEL_OF_GRADE, len(LEVELS)), sums(fifth, _LEVEL_OF_GRADE, len(LEVELS)))


def _between(units: Units, students: Floats, means: Floats, squares: Floats) -> Floats:
    """Share of the variance within grade that lies between schools, grades weighted by their students, (U,).

    Parameters
    ----------
    students, means, squares : (S, 9) arrays
        Of each school's grades: how many, their mean, and the sum of squares about it.
    """
    return _shares_between(students, means, squares, units.school, units.unit, len(units))


@compiled()
def _shares_between(students: Floats, means: Floats, squares: Floats, school: Ints, unit: Ints, units: int) -> Floats:
    grades, shares = students.shape[1], np.full(units, np.nan)
    count, total = np.zeros((units, grades)), np.zeros((units, grades))
    within, between = np.zeros((units, grades)), np.zeros((units, grades))
    for m in range(len(school)):
        s, u = school[m], unit[m]
        for g in range(grades):
            count[u, g] += students[s, g]
            total[u, g] += means[s, g] * students[s, g]
            within[u, g] += squares[s, g]
    for m in range(len(school)):
        s, u = school[m], unit[m]
        for g in range(grades):
            if students[s, g] > 0.0:
                apart = means[s, g] - total[u, g] / count[u, g]
                between[u, g] += students[s, g] * apart * apart
    for u in range(units):
        part, whole = 0.0, 0.0
        for g in range(grades):
            if count[u, g] > 0.0:
                lies_between = between[u, g] / count[u, g]
                variance = lies_between + within[u, g] / count[u, g]
                if variance > NO_VARIANCE:
                    part += lies_between / variance * count[u, g]
                    whole += count[u, g]
        if whole > 0.0:
            shares[u] = part / whole
    return shares

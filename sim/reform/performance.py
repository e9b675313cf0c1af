"""Performance as money follows it: how schools and zones are measured, compared, and what they may claim by it."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.assessment import shrunken_value_added
from sim.agents.columns import Array
from sim.agents.school import LEVELS, NO_ZONE, Schools
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import ZoneReform

METRICS = ("level", "pass_rate", "value_added_1y", "value_added_3y")
ROUNDING = 1e-9
"""Spread of a measure, and claim on money, that is none: what is left of 0 after rounding."""


def measured(model: "ZoneReform", metric: str, students: Array) -> Floats:
    """Performance of each school by a metric, given its students."""
    schools = model.schools
    if metric == "level":
        return schools.score
    if metric == "pass_rate":
        return pass_rates(model, students)
    if metric == "value_added_1y":
        return schools.value_added[:, 0]
    result, level = np.zeros(len(schools)), rivals(schools)
    for kind in range(len(LEVELS)):
        of = level == kind
        result[of] = shrunken_value_added(schools.value_added[of])
    return result


def pass_rates(model: "ZoneReform", students: Array) -> Floats:
    """Share of each school's students whose score is at or above the pass cut."""
    score, school, cut = model.students.score, model.students.school, model.baseline.pass_cut if model.baseline else 0.0
    return np.bincount(school[score >= cut], minlength=len(students)) / np.maximum(students, 1)


def rivals(schools: Schools) -> Array:
    """Level of each school in a zone, with whose others it is compared; -1 of those in none."""
    return np.where(schools.zone == NO_ZONE, NO_ZONE, schools.level)


def standardised(values: Floats, level: Array) -> Floats:
    """Distance from the mean of the level in SD; 0 where all are equal but for rounding."""
    result = np.zeros(len(values))
    for kind in range(len(LEVELS)):
        of = np.flatnonzero(level == kind)
        if len(of) == 0:
            continue
        its = values[of]
        apart = its - np.add.reduce(its) / len(of)
        spread = np.sqrt(np.add.reduce(apart * apart) / len(of))
        if spread > ROUNDING:
            result[of] = apart / spread
    return result


def claim_per_student(distance: Floats) -> Floats:
    """Claim on money that follows a measure: 1 at the mean of the level, nothing from one SD below it.

    The lower of two equal zones is one SD below but for rounding: what rounding leaves is no claim, or a zone would be
    shared out by the last bit.
    """
    claim = 1.0 + distance
    return np.where(claim > ROUNDING, claim, 0.0)


def zone_means(model: "ZoneReform", sums: Floats, students: Floats) -> Floats:
    """Mean over the students of each zone, (Z,), from sums over those of each school, (S,)."""
    return by_zone(model, sums) / np.maximum(students, 1)


def by_zone(model: "ZoneReform", values: Array) -> Floats:
    """Sum over the schools of each zone, (S,) -> (Z,)."""
    sums = np.bincount(model.schools.zone + 1, weights=values, minlength=len(model.zones) + 1)
    return np.asarray(sums[1:])  # the first is of the schools in no zone


def luck_share(weight: Floats, deserved: Floats) -> float:
    """Half the sum of differences between what is paid and what true effects would have earned, over what is paid.

    nan where nobody is paid, or nobody would have earned anything.
    """
    paid, due = weight.sum(), deserved.sum()
    return float(0.5 * np.abs(weight / paid - deserved / due).sum()) if paid > 0 and due > 0 else float("nan")

"""Step 8, assessment: tests with noise, value added of schools, and how zones and schools come out of it."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.channels import SCORE_CHANNELS
from sim.agents.columns import Array
from sim.agents.learning import GRADE_DIGITS, PARTS, yearly_luck
from sim.agents.school import ENTRY_GRADE, LAST_GRADE, LEVELS
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import ZoneReform

LUCK = ("shock",)
NO_SPREAD = 1e-6
"""SD within grades of what a control tells, in SD, below which it tells nothing but what rounding leaves."""
SAME_AGAIN = 1e-6
"""Share of the variance of school means that is not that of students' own scores, below which they are these again."""


def assess(model: "ZoneReform") -> None:
    """Test every student, then measure schools."""
    sit_tests(model)
    students, schools = model.students, model.schools
    size = np.bincount(students.school, minlength=len(schools))
    total = np.bincount(students.school, weights=students.score, minlength=len(schools))
    schools.score = total / np.maximum(size, 1)
    memory = model.effects.reputation_memory
    latest = memory * schools.reputation + (1.0 - memory) * schools.score
    schools.reputation = np.where(size > 0, latest, schools.reputation)
    schools.value_added = np.column_stack((value_added(model), schools.value_added[:, :-1]))
    schools.true_effect = true_effect(model)


def sit_tests(model: "ZoneReform") -> None:
    """y = A + inflation + luck of the day (class, school's grade) + noise; the score before it is kept."""
    students, classes, effects = model.students, model.classes, model.effects
    classes.inflation = effects.gaming * effects.rec_perf_ind * model.schools.stake[classes.school]
    classes.day = yearly_luck(model, "class day", effects.class_day_sd, "grade day", effects.school_grade_day_sd)
    noise = noise_sd(model)[students.grade] * model.noise.normal("test", model.year, students.id)
    beside = (classes.inflation + classes.day)[students.classroom]
    if model.frozen is not None:
        beside = beside + model.frozen.change(SCORE_CHANNELS, model)
    students.prior_score = students.score
    students.score = students.achievement + beside + noise


def noise_sd(model: "ZoneReform") -> Floats:
    """SD of test noise by grade (index 1 ... 9): variance 1 - reliability, in SD of the reference population."""
    effects = model.effects
    reliability = np.full(LAST_GRADE + 1, effects.rec_rel)
    reliability[1] = min(effects.reliability_grade1, effects.rec_rel)
    reliability[2] = min(effects.reliability_grade2, effects.rec_rel)
    return np.sqrt(1.0 - reliability)


def value_added(model: "ZoneReform") -> Floats:
    """Mean residual of each school's scores, SD.

    Controls, within grade: the student's prior score and the school's mean prior score in that grade; the first where
    it varies, the second where it is not the first again. Only those count who were at a school of the level the year
    before; schools without any have 0.
    """
    students, schools = model.students, model.schools
    known = np.flatnonzero(np.isfinite(students.prior_score) & ~np.isin(students.grade, ENTRY_GRADE))
    result = np.zeros(len(schools))
    if len(known) == 0:
        return result
    school, grade = students.school[known], students.grade[known].astype(np.int64)
    score = _centred(students.score[known], grade)
    prior = students.prior_score[known]
    school_prior = _centred(_means(prior, school.astype(np.int64) * GRADE_DIGITS + grade), grade)
    prior = _centred(prior, grade)
    for level in range(len(LEVELS)):
        of = schools.level[school] == level
        if not of.any():
            continue
        rest = _residual(score[of], prior[of], school_prior[of])
        count = np.bincount(school[of], minlength=len(schools))
        result += np.bincount(school[of], weights=rest, minlength=len(schools)) / np.maximum(count, 1)
    return result


def shrunken_value_added(history: Floats) -> Floats:
    """Three-year mean of value added, shrunk by how much schools differ more than their years do.

    Parameters
    ----------
    history : array, (schools, 3)
        Yearly value added of the schools of one level.
    """
    mean: Floats = history.mean(axis=1)
    if len(history) < 2:
        return mean
    within = history.var(axis=1, ddof=1).mean() / history.shape[1]
    between = mean.var(ddof=1)
    return np.asarray(mean * (max(0.0, between - within) / between if between > 0 else 0.0))


def true_effect(model: "ZoneReform") -> Floats:
    """What each school's year truly added: the parts of g without luck, mean over students, SD."""
    students, classes, schools = model.students, model.classes, model.schools
    earned = sum((classes.arrays[part] for part in PARTS if part not in LUCK), np.zeros(len(classes)))
    total = np.bincount(classes.school, weights=earned * classes.size, minlength=len(schools))
    return total / np.maximum(np.bincount(students.school, minlength=len(schools)), 1)


def _residual(score: Floats, prior: Floats, school_prior: Floats) -> Floats:
    """Least squares on two controls by the normal equations, or on those of them that tell something."""
    a, b, c = (prior * prior).sum(), (prior * school_prior).sum(), (school_prior * school_prior).sum()
    p, q = (prior * score).sum(), (school_prior * score).sum()
    det = a * c - b * b
    rounding = NO_SPREAD**2 * len(score)
    if det <= a * max(rounding, SAME_AGAIN * c):
        return score - prior * (p / a if a > rounding else 0.0)
    return np.asarray(score - prior * ((p * c - q * b) / det) - school_prior * ((a * q - b * p) / det))


def _means(values: Floats, groups: Array) -> Floats:
    count = np.maximum(np.bincount(groups), 1)
    return np.asarray((np.bincount(groups, weights=values) / count)[groups])


def _centred(values: Floats, groups: Array) -> Floats:
    return values - _means(values, groups)

"""Step 8, assessment: tests with noise, value added of schools, and how zones and schools come out of it."""

from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.cells import Moments
from sim.agents.channels import SCORE_CHANNELS
from sim.agents.classroom import loops_by_class
from sim.agents.columns import Array
from sim.agents.learning import PARTS, added_up, yearly_luck
from sim.agents.school import ENTRY_GRADE, LAST_GRADE, LEVELS, Schools
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import ZoneReform

LUCK = ("shock",)
BEYOND_ENTRY = ~np.isin(np.arange(LAST_GRADE + 1), ENTRY_GRADE)
"""Grades, by number, whose students were at a school of the level the year before."""
YEARS_KEPT = Schools.value_added.width
NO_SPREAD = 1e-6
"""SD within grades of what a control tells, in SD, below which it tells nothing but what rounding leaves."""
SAME_AGAIN = 1e-6
"""Share of the variance of school means that is not that of students' own scores, below which they are these again."""


def assess(model: "ZoneReform") -> None:
    """Test every student, then measure schools."""
    schools, prior = model.schools, model.students.score
    fast = loops_by_class(model.students.classroom, model.classes.size)
    by_class = sit_tests(model, fast)
    size = model.classes.students_by_school(len(model.schools))
    total = np.bincount(model.classes.school, weights=by_class, minlength=len(schools))
    schools.score = total / np.maximum(size, 1)
    memory = model.effects.reputation_memory
    latest = memory * schools.reputation + (1.0 - memory) * schools.score
    schools.reputation = np.where(size > 0, latest, schools.reputation)
    if model.year > model.baseline_year - YEARS_KEPT:  # of earlier ones nothing is left when the baseline is fixed
        schools.value_added = np.column_stack((value_added(model, prior, fast), schools.value_added[:, :-1]))
        schools.true_effect = true_effect(model, size)


def sit_tests(model: "ZoneReform", fast: ModuleType | None) -> Floats:
    """Every student has a new score (the one before it was put aside as he moved up); the sum over each class.

    `fast` is what `loops_by_class` says of the students, here and below.
    """
    students, classes, effects = model.students, model.classes, model.effects
    classes.inflation = effects.gaming * effects.rec_perf_ind * model.schools.stake[classes.school]
    classes.day = yearly_luck(model, "class day", effects.class_day_sd, "grade day", effects.school_grade_day_sd)
    if fast is None or model.frozen is not None:
        students.score = scores(model)
        return np.bincount(students.classroom, weights=students.score, minlength=len(classes)).astype(np.float64)
    known = students.trait, students.lasting, students.fading
    beside, sd = classes.inflation + classes.day, noise_sd(model)[classes.grade]
    key = model.noise.key("test", model.year)
    students.score, total = fast.scores(students.id, key, classes.size, beside, sd, *known)
    return np.asarray(total)


def scores(model: "ZoneReform") -> Floats:
    """Measured score of each student: y = A + what lifts or lowers the class's scores this time + noise."""
    students, classes, room = model.students, model.classes, model.students.classroom
    beside = (classes.inflation + classes.day)[room]
    if model.frozen is not None:
        beside = beside + model.frozen.change(SCORE_CHANNELS, model)
    noise = noise_sd(model)[classes.grade[room]] * model.noise.normal("test", model.year, students.id)
    return np.asarray(students.achievement + beside + noise)


def noise_sd(model: "ZoneReform") -> Floats:
    """SD of test noise by grade (index 1 ... 9): variance 1 - reliability, in SD of the reference population."""
    effects = model.effects
    reliability = np.full(LAST_GRADE + 1, effects.rec_rel)
    reliability[1] = min(effects.reliability_grade1, effects.rec_rel)
    reliability[2] = min(effects.reliability_grade2, effects.rec_rel)
    return np.sqrt(1.0 - reliability)


def value_added(model: "ZoneReform", prior: Floats, fast: ModuleType | None) -> Floats:
    """Mean residual of each school's scores, SD, by least squares over the students of a level.

    Controls, within grade: the student's prior score and the school's mean prior score in that grade; the first where
    it varies, the second where it is not the first again. Only those count who were at a school of the level the year
    before; schools without any have 0.

    With both controls the slope between school means is free of that between schoolmates, and a school's mean residual
    depends on it alone; with the first only, one slope stands for both.

    Parameters
    ----------
    prior : (n,) array
        Each student's score of the year before, nan without one.
    """
    students, schools = model.students, model.schools
    known = Moments.of(students, model.classes, len(schools), prior, (students.score,), BEYOND_ENTRY, fast=fast)
    count, (before, score) = known.count, _from_grade_mean(known)
    apart, slope = count * before, np.zeros(len(LEVELS))
    products = np.stack((count, known.xx, known.xy, apart * before, apart * score))
    for level in range(len(LEVELS)):
        of_level = products[:, schools.level == level].reshape(len(products), -1)
        students, within, within_both, between, between_both = of_level.sum(axis=1).tolist()
        rounding = NO_SPREAD**2 * students
        if between * within > (within + between) * max(rounding, SAME_AGAIN * between):
            slope[level] = between_both / between
        elif within + between > rounding:
            slope[level] = (within_both + between_both) / (within + between)
    rest = count * score - slope[schools.level][:, None] * apart
    return np.asarray(rest.sum(axis=1) / np.maximum(count.sum(axis=1), 1.0))


def shrunken_value_added(history: Floats) -> Floats:
    """Three-year mean of value added, shrunk by how much schools differ more than their years do.

    Parameters
    ----------
    history : array, (schools, 3)
        Yearly value added of the schools of one level.
    """
    years = history.shape[1]
    mean: Floats = np.add.reduce(history, axis=1) / years
    if len(history) < 2:
        return mean
    apart, of_means = history - mean[:, None], mean - np.add.reduce(mean) / len(mean)
    within = np.add.reduce(np.add.reduce(apart * apart, axis=1) / (years - 1)) / len(mean) / years
    between = np.add.reduce(of_means * of_means) / (len(mean) - 1)
    return np.asarray(mean * (max(0.0, between - within) / between if between > 0 else 0.0))


def true_effect(model: "ZoneReform", size: Array) -> Floats:
    """What each school's year truly added: the parts of g without luck, mean over students, SD.

    Parameters
    ----------
    size : (S,) array
        Students of each school.
    """
    classes, schools = model.classes, model.schools
    earned = added_up(classes, (part for part in PARTS if part not in LUCK))
    total = np.bincount(classes.school, weights=earned * classes.size, minlength=len(schools))
    return total / np.maximum(size, 1)


def _from_grade_mean(known: Moments) -> Floats:
    """Both means of cells less that of all students of the grade, (2, S, 9)."""
    means, total = np.stack((known.mean_x, known.mean_y)), known.count.sum(axis=0)
    of_grade = (known.count * means).sum(axis=1) / np.where(total > 0, total, 1.0)
    return np.where(known.count > 0, means - of_grade[:, None], 0.0)

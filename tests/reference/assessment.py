"""Assessment again, student by student and school by school: tests, value added, what was truly added."""

import math
import statistics

import numpy as np

from reference.learning import knows, luck, mean, one_normal, students_by


def scores(model):
    """The measured score of every student."""
    effects, result = model.effects, []
    for s in model.students:
        c = model.classes.view(s.classroom)
        day = luck(model, c, "class day", effects.class_day_sd, "grade day", effects.school_grade_day_sd)
        noise = noise_sd(int(s.grade), effects) * one_normal(model.noise, "test", model.year, s.id)
        beside = {"inflation": inflation(c, model)}
        if model.frozen is not None:
            beside = model.frozen.instead(beside, s, model.year)
        result.append(knows(s) + beside["inflation"] + day + noise)
    return result


def inflation(c, model):
    """What is rewarded rises without learning."""
    return model.effects.gaming * model.effects.rec_perf_ind * model.schools.stake[c.school]


def noise_sd(grade, effects):
    """A test of reliability r has error variance 1 - r, in SD of the reference population."""
    reliability = effects.rec_rel
    if grade == 1:
        reliability = min(effects.reliability_grade1, effects.rec_rel)
    if grade == 2:
        reliability = min(effects.reliability_grade2, effects.rec_rel)
    return math.sqrt(1 - reliability)


def school_means(values, model):
    """Mean over each school's students; 0 without any."""
    at = [[] for _ in model.schools]
    for value, s in zip(values, model.students, strict=True):
        at[s.school].append(value)
    return [mean(here) for here in at]


def reputations(means, model):
    """What families think of each school; nobody changes his mind about one without students."""
    memory = model.effects.reputation_memory
    with_students = {int(s.school) for s in model.students}
    old = [float(value) for value in model.schools.reputation]
    return [
        memory * old[row] + (1 - memory) * value if row in with_students else old[row]
        for row, value in enumerate(means)
    ]


def value_added(after, before, model):
    """Mean residual of each school from a regression of its level's scores.

    A constant for each grade, the student's own score before, the mean of these over the school's grade; controls
    that do not vary within grades, or are the other again, are left out. Who has just come from another level does
    not count.

    Parameters
    ----------
    after, before : list of float
        Scores of every student, before nan where there is none.
    """
    result = [0.0] * len(model.schools)
    triples = zip(model.students, after, before, strict=True)
    pupils = [(s, a, b) for s, a, b in triples if not math.isnan(b) and s.grade not in (1, 7)]
    for level in (0, 1):
        here = [(s, a, b) for s, a, b in pupils if model.schools.level[s.school] == level]
        if not here:
            continue
        for school, residuals in residuals_by_school(here).items():
            result[school] = mean(residuals)
    return result


def residuals_by_school(pupils):
    """What each student scored beyond what his grade and the controls that tell something would have him score."""
    cells, grades = {}, {}
    for s, _, before in pupils:
        cells.setdefault((s.school, s.grade), []).append(before)
        grades.setdefault(int(s.grade), []).append(before)
    own = [before - mean(grades[s.grade]) for s, _, before in pupils]
    of_school = [mean(cells[s.school, s.grade]) - mean(grades[s.grade]) for s, _, _ in pupils]
    controls = [own] if spread(own) > 1e-12 else []
    if controls and tells_more(of_school, own):
        controls.append(of_school)
    rows = [
        [float(s.grade == grade) for grade in grades] + list(values)
        for (s, _, _), *values in zip(pupils, *controls, strict=True)
    ]
    score = np.array([after for _, after, _ in pupils])
    coefficients = np.linalg.lstsq(np.array(rows), score, rcond=1e-10)[0]
    by_school = {}
    for (s, after, _), row in zip(pupils, rows, strict=True):
        fitted = sum(x * b for x, b in zip(row, coefficients, strict=True))
        by_school.setdefault(int(s.school), []).append(after - fitted)
    return by_school


def spread(values):
    """Mean square of values about 0; below 1e-12 they do not differ but for rounding."""
    return mean([value**2 for value in values])


def tells_more(values, others):
    """Whether a millionth of the spread of values about 0 is their own, and not a multiple of the others."""
    slope = sum(a * b for a, b in zip(values, others, strict=True)) / sum(b**2 for b in others)
    left = spread([a - slope * b for a, b in zip(values, others, strict=True)])
    return left > max(1e-12, 1e-6 * spread(values))


def shrunken(history):
    """Three-year means, shrunk by the share of their variance that three years of luck do not explain."""
    means = [mean(list(years)) for years in history]
    if len(means) < 2:
        return means
    of_luck = mean([statistics.variance([float(v) for v in years]) for years in history]) / 3
    of_means = statistics.variance(means)
    steady = max(0.0, 1 - of_luck / of_means) if of_means > 0 else 0.0
    return [steady * value for value in means]


def true_effects(model):
    """What each school's year added to its students, luck left out; 0 without students."""
    classes = list(model.classes)
    lasting_parts = ("teachers", "class_size", "peers", "money", "digital", "incentives", "principal", "extra")
    result = []
    for in_school in students_by(model, "school"):
        result.append(mean([sum(getattr(classes[s.classroom], p) for p in lasting_parts) for s in in_school]))
    return result

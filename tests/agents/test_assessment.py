"""Tests are noisy, value added is a regression's residual, and true effects leave luck out."""

from dataclasses import replace

import numpy as np
import pytest

from reference import assessment as reference
from reference.random_district import calm_district, shaken_district
from sim.agents.assessment import assess, noise_sd, shrunken_value_added, sit_tests, value_added
from sim.agents.classroom import loops_by_class
from sim.agents.learning import PARTS, learn


@pytest.mark.parametrize("seed", range(30))
def test_it_equals_assessment_student_by_student_and_school_by_school(seed):
    model = shaken_district(seed)
    learn(model)
    before = model.students.score.copy()
    history = model.schools.value_added.copy()
    scores = reference.scores(model)
    means = reference.school_means(scores, model)
    reputations = reference.reputations(means, model)
    added = reference.value_added(scores, before, model)
    true = reference.true_effects(model)
    assess(model)
    students, schools = model.students, model.schools
    assert students.score == pytest.approx(scores, abs=1e-9)
    assert schools.score == pytest.approx(means, abs=1e-9)
    assert schools.reputation == pytest.approx(reputations, abs=1e-9)
    assert schools.value_added[:, 0] == pytest.approx(added, abs=1e-9)
    assert np.array_equal(schools.value_added[:, 1:], history[:, :2])
    assert schools.true_effect == pytest.approx(true, abs=1e-9)
    rows = [row for row, c in enumerate(model.classes) if reference.inflation(c, model) > 0]
    assert np.array_equal(np.flatnonzero(model.classes.inflation), rows)


@pytest.mark.parametrize("seed", range(20))
def test_three_year_value_added_equals_the_formula_by_hand(seed):
    draw = np.random.default_rng(seed)
    schools = int(draw.integers(1, 12))
    history = draw.normal(size=(schools, 3)) + draw.choice([0.0, 0.5, 3.0]) * draw.normal(size=(schools, 1))
    shrunken = shrunken_value_added(history)
    assert shrunken == pytest.approx(reference.shrunken(history), abs=1e-12)
    assert (np.abs(shrunken) <= np.abs(history.mean(axis=1)) + 1e-12).all()


def test_steady_schools_keep_their_value_added_and_schools_of_luck_lose_it():
    steady = np.repeat([[-0.2], [0.0], [0.2]], 3, axis=1)
    assert shrunken_value_added(steady) == pytest.approx([-0.2, 0.0, 0.2])
    luck = np.array([[0.5, -0.5, 0.01], [-0.5, 0.5, 0.0], [0.5, -0.5, 0.0]])
    assert shrunken_value_added(luck) == pytest.approx([0.0, 0.0, 0.0])
    assert shrunken_value_added(np.zeros((4, 3))) == pytest.approx([0.0] * 4)


def by_class(model):
    return loops_by_class(model.students.classroom, model.classes.size)


def sit(model):
    return sit_tests(model, by_class(model))


def added(model, prior):
    return value_added(model, prior, by_class(model))


def after_a_year(seed=0):
    """A district after a year, and each student's score of the year before."""
    model = calm_district(seed)
    model.step()
    scores = dict(zip(*(getattr(calm_district(seed).students, name).tolist() for name in ("id", "score")), strict=True))
    return model, np.array([scores.get(student, np.nan) for student in model.students.id.tolist()])


def test_value_added_sums_to_nothing_over_the_students_of_a_level():
    model, prior = after_a_year()
    assert np.array_equal(added(model, prior), model.schools.value_added[:, 0])
    known = np.isfinite(prior) & ~np.isin(model.students.grade, (1, 7))
    count = np.bincount(model.students.school[known], minlength=len(model.schools))
    for level in (0, 1):
        at = model.schools.level == level
        assert (count * model.schools.value_added[:, 0])[at].sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("own_spread", [0.0, 1e-9, 1e-5, 1.0])
@pytest.mark.parametrize("school_spread", [-1.0, 0.0, 1e-9, 1e-5, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_scores_that_hardly_differ_beforehand_explain_nothing_by_what_rounding_leaves(seed, school_spread, own_spread):
    model, before = after_a_year(seed)
    students, prior = model.students, before.copy()
    cell = students.school.astype(int) * 10 + students.grade
    for one in np.unique(cell):
        here = cell == one
        of_school = school_spread * before[here].mean()
        prior[here] = 1 / 3 + 0.1 * students.grade[here] + of_school + own_spread * before[here]
    expected = reference.value_added(students.score.tolist(), prior.tolist(), model)
    assert added(model, prior) == pytest.approx(expected, abs=1e-9)


def test_where_all_scored_the_same_beforehand_value_added_is_how_far_a_grade_is_above_the_mean():
    model, before = after_a_year()
    students, prior = model.students, np.where(np.isfinite(before), 0.1, np.nan)
    known = np.isfinite(prior) & ~np.isin(students.grade, (1, 7))
    above = students.score.copy()
    for grade in (2, 3, 4, 5, 6, 8, 9):
        above[students.grade == grade] -= students.score[known & (students.grade == grade)].mean()
    school = int(students.school[known][0])
    assert added(model, prior)[school] == pytest.approx(above[known & (students.school == school)].mean())


def test_a_school_without_earlier_scores_has_no_value_added():
    model, prior = after_a_year()
    school = int(model.students.school[0])
    prior[model.students.school == school] = np.nan
    assert added(model, prior)[school] == 0.0
    assert not added(model, np.full(len(prior), np.nan)).any()


def test_the_only_school_of_its_level_adds_nothing_measurable():
    model, prior = after_a_year()
    junior = np.flatnonzero(model.schools.level == 1)
    for table in (model.students, model.classes):
        table.school[np.isin(table.school, junior)] = junior[0]
    assert added(model, prior)[junior] == pytest.approx(np.zeros(len(junior)), abs=1e-9)


def test_a_junior_school_is_not_credited_with_what_primary_schools_did():
    model, prior = after_a_year()
    before = added(model, prior)
    model.students.score[model.students.grade == 7] += np.arange((model.students.grade == 7).sum())
    assert np.array_equal(added(model, prior), before)


def test_value_added_finds_a_school_that_adds_and_not_one_that_has_strong_students():
    model, prior = after_a_year()
    students = model.students
    school = int(np.argmax(np.bincount(students.school, weights=students.grade < 7)))
    here = students.school == school
    before = added(model, prior)
    students.score[here] += 0.5
    gain = added(model, prior) - before
    assert gain[school] > 0.25
    assert np.abs(added(model, prior + 0.5 * here) - before)[school] < 0.1


def test_tests_are_as_reliable_as_the_effects_say():
    model = calm_district()
    model.effects = replace(
        model.effects, rec_rel=0.88, reliability_grade1=0.75, reliability_grade2=0.82, class_day_sd=0.0,
        school_grade_day_sd=0.0,
    )
    for grade, reliability in ((1, 0.75), (2, 0.82), (5, 0.88)):
        assert noise_sd(model)[grade] ** 2 == pytest.approx(1 - reliability)
    error = []
    for _ in range(8):
        model.year += 1
        sit(model)
        error.append((model.students.score - model.students.achievement)[model.students.grade > 2])
    assert np.std(error) == pytest.approx(0.12**0.5, rel=0.03)


def test_gaming_lifts_scores_and_not_what_students_know():
    measured = {}
    for gaming in (0.0, 0.5):
        model = calm_district()
        model.effects = replace(model.effects, gaming=gaming, rec_perf_ind=0.1)
        model.schools.stake[:] = 1.0
        before = model.students.achievement.copy()
        sit(model)
        assert np.array_equal(model.students.achievement, before)
        measured[gaming] = model.students.score
    assert measured[0.5] - measured[0.0] == pytest.approx(np.full(len(before), 0.05), abs=1e-12)


@pytest.mark.parametrize("part", PARTS)
def test_true_effects_count_every_part_but_luck(part):
    model = calm_district()
    model.step()
    before = model.schools.true_effect.copy()
    model.classes.arrays[part] += 1.0
    assess(model)
    taught = np.bincount(model.students.school, minlength=len(model.schools)) > 0
    assert (model.schools.true_effect - before)[taught] == pytest.approx(
        np.full(taught.sum(), 0.0 if part == "shock" else 1.0), abs=1e-9
    )

"""The district at rest is the one that was stated, whatever the years before it did."""

from functools import lru_cache

import numpy as np
import pytest

import sim
from sim.agents.school import ENTRY_GRADE, JUNIOR, PRIMARY, YEARS
from sim.district import spin_up
from sim.district.spin_up import STUDENT_YEARS
from sim.indicators import INDICATORS
from sim.indicators.record import rows

TABLES = ("schools", "zones", "teachers", "students", "classes")
WORLDS = [(students, seed) for students in (60_000, 9000, 900) for seed in (1, 2)]
EXACT = ("teaching_area", "sports_area", "equipment", "multimedia")
COUNTED = ("backbone", "pe_arts")


@lru_cache
def scenario(students, **overrides):
    return sim.load(
        policy="wuhan_edz_2021_2023",
        overrides=[f"district.students={students}", *(f"district.{k}={v}" for k, v in overrides.items())],
    )


@lru_cache
def at_rest(students, seed):
    """Nobody steps these: they are looked at only."""
    return scenario(students).at_rest(seed)


@pytest.fixture(params=WORLDS, ids=str)
def model(request):
    return at_rest(*request.param)


def test_enrolment_by_school_and_grade_is_the_stated_one(model):
    schools, students = model.schools, model.students
    enrolled = np.zeros((10, len(schools)), dtype=int)
    np.add.at(enrolled, (students.grade, students.school), 1)
    assert enrolled.sum(axis=0).tolist() == (schools.intake * np.array(YEARS)[schools.level]).tolist()
    for level in (PRIMARY, JUNIOR):
        for grade in range(ENTRY_GRADE[level], ENTRY_GRADE[level] + YEARS[level]):
            assert enrolled[grade].tolist() == np.where(schools.level == level, schools.intake, 0).tolist()


def test_all_posts_are_filled_as_stated(model):
    posts = np.bincount(model.teachers.school[model.teachers.employed], minlength=len(model.schools))
    assert model.teachers.employed.all() and posts.tolist() == model.schools.posts.tolist()


def test_residents_add_up_and_feed_the_junior_schools_exactly(model):
    schools = model.schools
    primary, junior = schools.level == PRIMARY, schools.level == JUNIOR
    assert schools.residents[primary].sum() == schools.residents[junior].sum() == schools.intake[primary].sum()
    shares = model.feeding.table()
    assert shares[primary].sum(axis=1) == pytest.approx(np.ones(primary.sum()), abs=1e-12)
    assert (schools.residents @ shares)[junior] == pytest.approx(schools.residents[junior], abs=1e-6)


def misfit(students, seed, **overrides):
    """Share of the entrants of the first year who ask for another school than has their place."""
    rest = scenario(students, **overrides).at_rest(seed)
    model = scenario(students, **overrides).start(rest, "counterfactual")
    model.step()
    return np.abs(model.demand - rest.schools.intake).sum() / rest.schools.intake.sum()


@pytest.mark.parametrize("seed", [1, 2])
def test_residents_are_set_so_that_schools_are_asked_for_about_the_entrants_they_have(seed, monkeypatch):
    assert misfit(60_000, seed) < 0.05  # a twentieth may choose, and year by year other schools have the best name
    free = misfit(60_000, seed, catchment_enforcement=0.5)
    monkeypatch.setattr(spin_up, "settle_residents", lambda model: None)
    assert free < 0.8 * misfit(60_000, seed, catchment_enforcement=0.5)


@pytest.mark.parametrize("enforcement", [0.0, 0.5, 0.95])
def test_a_school_however_sought_after_has_a_catchment_of_about_half_its_entrants_or_more(enforcement):
    schools = scenario(3000, catchment_enforcement=enforcement).at_rest(4).schools
    assert (schools.residents >= 0.4 * schools.intake - 1).all()


def test_it_stands_at_the_end_of_the_baseline_year_with_its_record(model):
    assert model.year == model.baseline.year == model.baseline_year == 2020
    assert list(model.records) == [2020] and not model.held
    np.testing.assert_array_equal(model.records[2020], rows(model)[1])
    assert not any(model.costs.values())


def test_cuts_give_the_stated_shares(model):
    district, baseline = model.district, model.baseline
    for grade, cut, share in (
        (6, baseline.excellent_cut, district.excellent_share),
        (6, baseline.pass_cut, district.pass_share),
        (9, baseline.general_high_cut, district.general_high_rate),
    ):
        scores = model.students.score[model.students.grade == grade]
        assert (scores >= cut).mean() == pytest.approx(share, abs=1 / len(scores))
    assert model.teachers.award.mean() == pytest.approx(district.award_share, abs=1 / len(model.teachers))


def test_the_strong_half_of_a_level_has_the_better_teachers(model):
    for level in (PRIMARY, JUNIOR):
        here = np.flatnonzero(model.schools.level == level)
        staff = {school: model.teachers.skill[model.teachers.school == school] for school in here}
        mean = {school: skill.mean() if len(skill) else 0.0 for school, skill in staff.items()}
        strong = {school for school in here if model.baseline.strong_half[school]}
        assert len(strong) == len(here) // 2
        assert min(mean[s] for s in strong) >= max(mean[s] for s in set(here) - strong) - 1e-8


@pytest.mark.parametrize("seed", [1, 2])
def test_the_indicators_start_at_the_stated_coefficients_of_variation(seed):
    model = at_rest(60_000, seed)
    keys, values = rows(model)
    names = list(INDICATORS)
    for level, name in enumerate(("primary", "junior")):
        district = values[keys.index((name, "district", model.district.name))]
        for resource in EXACT:
            stated = model.district.by_level(f"{resource}_cv")[level]
            assert district[names.index(f"cv_{resource}")] == pytest.approx(stated, abs=1e-9)
        for resource in COUNTED:
            stated = model.district.by_level(f"{resource}_cv")[level]
            assert district[names.index(f"cv_{resource}")] == pytest.approx(stated, abs=0.05)


def test_nine_cohorts_have_grown_up_in_it(model):
    students = model.students
    cohort = students.id // 10**11
    assert (cohort + students.grade == model.year + 1).all()
    assert len(np.unique(cohort)) == STUDENT_YEARS
    assert np.isfinite(students.score).all() and np.isfinite(students.achievement).all()
    assert model.teachers.years_here.max() > 6


@pytest.mark.parametrize("name", TABLES)
def test_the_same_seed_is_the_same_place_and_another_seed_another(name):
    one, again, other = at_rest(900, 1), scenario(900).at_rest(1), at_rest(900, 2)
    arrays, repeated = getattr(one, name).arrays, getattr(again, name).arrays
    assert all(np.array_equal(arrays[key], repeated[key], equal_nan=key != "name") for key in arrays)
    if name != "zones":
        assert any(not np.array_equal(arrays[key], column) for key, column in getattr(other, name).arrays.items())


@pytest.mark.parametrize("year", [2020, 2030])
def test_neither_the_reform_nor_how_law_changed_is_known_at_rest(year):
    """The years before the baseline are spent under the baseline's law, and without the policy."""
    where = {"overrides": ["district.students=900", f"district.baseline_year={year}"], "horizon": year + 1}
    reform = sim.load(policy="wuhan_edz_2021_2023", background="law", **where).at_rest(1)
    plain = sim.load(policy="none", background="frozen", **where).at_rest(1)
    for name in TABLES:
        for key, column in getattr(reform, name).arrays.items():
            np.testing.assert_array_equal(column, getattr(plain, name).arrays[key], err_msg=f"{name}.{key}")


def test_the_smallest_district_and_other_margins_come_to_rest():
    for changes in ({}, {"migration_rate": 0.2}, {"catchment_enforcement": 0}, {"seat_slack": 0}, {"entry_age": 30}):
        model = scenario(500, **changes).at_rest(3)
        enrolled = np.bincount(model.students.school, minlength=len(model.schools))
        assert enrolled.tolist() == (model.schools.intake * np.array(YEARS)[model.schools.level]).tolist(), changes

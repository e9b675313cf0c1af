"""A year of demography loses and doubles nobody, and equals the rule told child by child."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from reference import demography as reference
from reference.at_rest import district, renumber_schools
from sim.agents import demography
from sim.agents.student import ARRIVAL, CATCHMENT_DIGITS
from sim.district.roll import Roll
from sim.noise import Noise

share = st.floats(0, 1)


@st.composite
def years(draw):
    """A district at the turn of a year, with some of what may vary varied."""
    students, seed = draw(st.sampled_from([(500, 0), (900, 1), (900, 2)]))
    model = district(seed, students=students)
    luck = draw(st.integers(0, 2**40))
    model.noise = Noise(luck)
    renumber_schools(model, luck)
    random = np.random.default_rng(luck)
    model.effects = replace(
        model.effects,
        catchment_ar=draw(share),
        junior_shared=draw(share),
        catchment_cohort_sd=draw(share),
        ses_trait=draw(share),
        trait_sd=draw(share),
    )
    model.district = replace(
        model.district,
        migration_rate=draw(st.sampled_from([0.0, 0.01, 0.3])),
        migrant_share=draw(share),
        left_behind_share=draw(share),
    )
    model.background = replace(model.background, frozen=draw(st.booleans()))
    model.schools.birth_trend = random.choice([-0.2, -0.03, 0.0, 0.1], len(model.schools))
    model.schools.residents = random.poisson(draw(st.sampled_from([0, 1, 4])), len(model.schools))
    came_before = random.integers(0, 10, len(model.students)) * (random.random(len(model.students)) < 0.5)
    model.students.id += ARRIVAL * (came_before - model.students.id % CATCHMENT_DIGITS // ARRIVAL)
    model.year += draw(st.integers(1, 4))
    if draw(st.booleans()):
        listed = random.integers(0, 4, (len(model.schools), 10))
        year, level = model.year + draw(st.integers(0, 10)), model.schools.level
        model.roll = Roll(year, level, model.schools.private, listed, np.full(listed.shape, -1))
    return model


@given(years())
@settings(derandomize=True, deadline=None, max_examples=30)
def test_it_equals_a_year_told_child_by_child(model):
    twin = reference.Year(model)
    demography.advance(model)
    students = model.students
    assert students.id.tolist() == [child.id for child in twin.children]
    for name in ("grade", "school", "catchment", "migrant", "left_behind"):
        assert students.arrays[name].tolist() == [getattr(child, name) for child in twin.children], name
    for name in ("trait", "lasting", "fading", "score"):
        expected = [getattr(child, name) for child in twin.children]
        assert students.arrays[name] == pytest.approx(expected, abs=1e-9, nan_ok=True), name
    for name in ("ses", "prior_score"):
        expected = np.array([getattr(child, name) for child in twin.children], np.float32)
        assert np.array_equal(students.arrays[name], expected, equal_nan=True), name
    assert list(zip(model.classes.id.tolist(), model.classes.grade.tolist(), strict=True)) == twin.classes
    rooms = [model.classes.id[room] if room >= 0 else None for room in students.classroom]
    assert rooms == [child.classroom for child in twin.children]
    assert model.schools.home_effect == pytest.approx(twin.home_effect, abs=1e-12)
    assert model.schools.home_means == pytest.approx(np.array(twin.home_means), abs=1e-12)
    assert home_means(model) == pytest.approx([child.home_mean for child in twin.children], abs=1e-12)
    counted = {"left": len(twin.left), "entered": len(twin.entered), "replaced": len(twin.replaced)}
    assert {name: model.flows[name] for name in counted} == counted


def home_means(model):
    """Mean of the home that each student comes from."""
    return model.schools.home_means[model.students.catchment, model.students.grade]


@given(years())
@settings(derandomize=True, deadline=None, max_examples=30)
def test_who_was_there_and_came_less_who_left_is_who_is_there(model):
    before = model.students.copy()
    demography.advance(model)
    after, flows = model.students, model.flows
    assert len(before) + flows["entered"] - flows["left"] == len(after)
    assert len(set(after.id.tolist())) == len(after)
    grades, moved_up = (Counter(table.grade.tolist()) for table in (before, after))
    assert [moved_up[grade] for grade in range(2, 10)] == [grades[grade] for grade in range(1, 9)]
    assert len(set(after.id.tolist()) - set(before.id.tolist())) == flows["entered"] + flows["replaced"]


def advanced(seed=1, **changes):
    model = district(seed)
    model.district = replace(model.district, **changes)
    model.begin_year()
    demography.advance(model)
    return model


def test_without_migration_a_student_only_gets_older():
    before, after = (
        {
            s.id: (s.trait, s.lasting, s.fading, s.score, mean, s.school)
            for s, mean in zip(model.students, home_means(model).tolist(), strict=True)
        }
        for model in (district(1), advanced(migration_rate=0.0))
    )
    assert {one: after[one] for one in before.keys() & after.keys()}.items() <= before.items()
    assert len(before.keys() & after.keys()) == sum(s.grade < 9 for s in district(1).students)


def test_an_arrival_takes_grade_home_and_class_but_brings_himself():
    stay, move = (advanced(migration_rate=rate).students for rate in (0.0, 0.2))
    came = np.flatnonzero(stay.id != move.id)
    assert 0.1 < len(came) / (stay.grade > 1).sum() < 0.3
    assert np.array_equal(move.id[came], stay.id[came] + ARRIVAL)
    for name in ("grade", "school", "classroom", "catchment"):
        assert np.array_equal(stay.arrays[name], move.arrays[name])
    assert np.isnan(move.score[came]).all() and np.isnan(move.prior_score[came]).all()
    assert (move.trait[came] != stay.trait[came]).all()


def test_arrivals_know_what_their_class_knows_on_average():
    stay, move = (advanced(migration_rate=rate).students for rate in (0.0, 0.2))
    for row in np.flatnonzero(stay.id != move.id):
        mates = stay.classroom == stay.classroom[row]
        assert move.lasting[row] == pytest.approx(stay.lasting[mates].mean())
        assert move.fading[row] == pytest.approx(stay.fading[mates].mean())


def test_the_tenth_family_in_a_row_stays():
    model = district(1)
    model.students.id += ARRIVAL * (9 - model.students.id % CATCHMENT_DIGITS // ARRIVAL)
    model.district = replace(model.district, migration_rate=0.2)
    model.begin_year()
    demography.advance(model)
    assert model.flows["replaced"] == 0


@pytest.mark.parametrize("trend", [-0.1, 0.0, 0.1])
def test_births_follow_the_trend_unless_the_background_is_frozen(trend):
    model = district(1)
    model.schools.birth_trend[:] = trend
    model.schools.residents[:] = 100
    primary = int((model.schools.level == 0).sum())
    model.year += 2
    assert len(demography.new_cohort(model, model.year)) == primary * round(100 * (1 + trend) ** 2)
    model.background = replace(model.background, frozen=True)
    assert len(demography.new_cohort(model, model.year)) == primary * 100


def test_a_child_is_the_same_whoever_else_is_born():
    """Births of other catchments, and more births in its own, change nothing for a child."""
    few, many = district(1), district(1)
    many.schools.residents = many.schools.residents + 7
    first, second = (demography.new_cohort(model, 2021) for model in (few, many))
    place = {student_id: row for row, student_id in enumerate(second.id.tolist())}
    rows = np.array([place[student_id] for student_id in first.id.tolist()])
    assert len(second) > len(first)
    for name in ("ses", "migrant", "trait", "catchment"):
        assert np.array_equal(first.arrays[name], second.arrays[name][rows])


def test_traits_have_the_spread_and_the_tie_to_status_that_the_effects_state():
    model = district(1)
    model.schools.residents[:] = 4000
    born = demography.new_cohort(model, 2021)
    within = born.trait - model.schools.home_means[born.catchment, 0]
    assert within.std() == pytest.approx(model.effects.trait_sd, rel=0.02)
    assert np.corrcoef(within, born.ses)[0, 1] == pytest.approx(model.effects.ses_trait, abs=0.02)


def test_catchments_keep_their_spread_and_their_memory_over_cohorts():
    model = district(1)
    model.effects = replace(model.effects, catchment_ar=0.9)
    effects = []
    for year in range(3000, 6000):
        demography.drift_home_effects(model, year)
        effects.append(model.schools.home_effect)
    path = np.array(effects[100:])
    assert path.std() == pytest.approx(1.0, abs=0.03)
    assert np.corrcoef(path[1:].ravel(), path[:-1].ravel())[0, 1] == pytest.approx(0.9, abs=0.01)


def test_catchments_that_lie_in_one_junior_catchment_are_alike():
    model = district(1)
    model.effects = replace(model.effects, junior_shared=1.0, catchment_sd=0.4)
    means, area = demography.catchment_means(model), model.home_area
    primary = np.flatnonzero(model.schools.level == 0)
    assert len(set(means[primary].tolist())) == len(set(area[primary].tolist())) > 1
    assert means[primary] == pytest.approx(0.4 * model.schools.home_effect[area[primary]])


def test_who_keeps_a_column_of_students_still_has_it_after_the_next_years():
    model = sim.load("wuhan_edz", "wuhan_edz_2021_2023", overrides=["district.students=3000"]).model(seed=4)
    model.step()
    held = dict(model.students.arrays)
    before = {name: column.copy() for name, column in held.items()}
    model.step()
    model.step()
    for name, column in held.items():
        np.testing.assert_array_equal(column, before[name], err_msg=name)

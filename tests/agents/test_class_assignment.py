"""Teams of teachers equal teams made up one place at a time; loads and cover are what they are said to be."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import class_assignment as reference
from reference.at_rest import district, renumber_schools
from reference.plain import differences
from sim.agents import class_assignment, demography, enrolment, staffing
from sim.agents.school import JUNIOR
from sim.agents.teacher import CORE
from sim.noise import Noise

twins = settings(max_examples=40, deadline=None, derandomize=True)
sizes, seeds = st.sampled_from((900, 2500, 5000)), st.integers(0, 2**32 - 1)


def at_the_step(students, seed):
    """A district in its first year, whose classes wait for their teams."""
    model = district(seed % 2, students)
    model.noise = Noise(seed)
    model.begin_year()
    demography.advance(model)
    enrolment.enrol(model)
    staffing.renew(model)
    return model


def unsettled(students, seed):
    """Teachers who have come, gone, changed school or subject at random; any normal load."""
    draw = np.random.default_rng(seed)
    model = at_the_step(students, seed)
    model.district = replace(model.district, core_load=draw.choice([1.0, 2.0, 3.0, 3.7]))
    teachers = model.teachers
    n = len(teachers)
    much = draw.choice([0.0, 0.1, 0.5])
    went = teachers.employed & (draw.random(n) < much)
    teachers.school[went] = draw.integers(0, len(model.schools), went.sum())
    teachers.id[draw.random(n) < much] += 1
    other = draw.random(n) < much
    other &= teachers.subject < len(CORE)
    teachers.subject[other] = draw.integers(0, len(CORE), other.sum())
    teachers.school[draw.random(n) < draw.choice([0.0, 0.3])] = -1
    if draw.random() < 0.3:
        teachers.school[teachers.school == draw.integers(len(model.schools))] = -1
    model.classes.team[draw.random(model.classes.team.shape) < 0.1] = -1
    model.classes.grade = model.classes.grade + (draw.random(len(model.classes)) < 0.1)
    if draw.random() < 0.5:
        renumber_schools(model, seed % 100)
    return model


@pytest.mark.parametrize(("years", "grades"), [(3, {1, 4, 7}), (6, {1, 7}), (2, {1, 3, 5, 7, 9}), (1, {*range(1, 10)})])
def test_a_team_follows_its_class_for_the_years_that_the_district_states(years, grades):
    model = at_the_step(900, 1)
    model.district = replace(model.district, team_years=float(years))
    kept = (class_assignment.kept_teams(model) >= 0).any(axis=1)
    assert set(model.classes.grade[kept]) == set(range(1, 10)) - grades


def test_a_junior_class_may_have_two_core_teachers():
    model = at_the_step(900, 1)
    model.district = replace(model.district, core_teachers_junior=2.0)
    model.classes.team[:] = -1
    class_assignment.assign(model)
    assert (model.classes.team[:, 2] < 0).all() and model.classes.covered.any()


def team_size(model):
    return np.where(model.schools.level[model.classes.school] == JUNIOR, 3, 2)


def classes_of_teachers(model):
    """Classes that each teacher has, by row."""
    return Counter(row for team in model.classes.team.tolist() for row in team if row >= 0)


@given(sizes, seeds)
@twins
def test_teams_equal_teams_made_up_one_place_at_a_time(students, seed):
    model, twin = unsettled(students, seed), reference.assign(unsettled(students, seed))
    class_assignment.assign(model)
    assert differences(model.classes, twin) == []


@pytest.mark.parametrize("seed", range(2))
def test_five_years_of_teams_equal_those_made_up_one_place_at_a_time(seed):
    model = district(seed, 2500)
    for _ in range(5):
        model.begin_year()
        demography.advance(model)
        enrolment.enrol(model)
        staffing.renew(model)
        twin = reference.assign(model)
        class_assignment.assign(model)
        assert differences(model.classes, twin) == []


@given(sizes, seeds)
@twins
def test_a_team_is_of_core_teachers_of_the_school_and_whole_where_there_is_any(students, seed):
    model = unsettled(students, seed)
    class_assignment.assign(model)
    teachers, classes = model.teachers, model.classes
    can = teachers.employed & np.isin(teachers.subject, CORE)
    some = np.isin(np.arange(len(model.schools)), teachers.school[can])
    place = np.arange(3) < team_size(model)[:, None]
    assert ((classes.team >= 0) == (place & some[classes.school][:, None])).all()
    rows, slots = np.nonzero(classes.team >= 0)
    members = classes.team[rows, slots]
    assert (teachers.school[members] == classes.school[rows]).all()
    assert np.isin(teachers.subject[members], CORE).all()


@given(sizes, seeds)
@twins
def test_uncovered_are_just_the_classes_with_a_gap_or_beyond_normal_loads(students, seed):
    model = unsettled(students, seed)
    class_assignment.assign(model)
    classes, normal = model.classes, int(model.district.core_load)
    people = [len({row for row in team if row >= 0}) for team in classes.team.tolist()]
    whole = np.array(people) == team_size(model)
    loads = classes_of_teachers(model)
    eased = np.array([all(loads[row] <= normal for row in team if row >= 0) for team in classes.team.tolist()])
    assert classes.covered[whole & eased].all()
    assert not classes.covered[~whole].any()
    covered = Counter(row for team in classes.team[classes.covered].tolist() for row in team if row >= 0)
    assert max(covered.values(), default=0) <= normal
    assert classes.covered.all() == (whole.all() and max(loads.values(), default=0) <= normal)


def test_a_team_follows_its_class_for_three_years():
    model = at_the_step(5000, 1)
    class_assignment.assign(model)
    teachers, seen = model.teachers, 0
    for _ in range(2):
        before = dict(zip(model.classes.id.tolist(), model.classes.team_ids.tolist(), strict=True))
        model.begin_year()
        demography.advance(model)
        enrolment.enrol(model)
        staffing.renew(model)
        class_assignment.assign(model)
        teachers = model.teachers
        where = dict(zip(teachers.id.tolist(), teachers.school.tolist(), strict=True))
        for one, size in zip(model.classes, team_size(model), strict=True):
            for slot in range(size):
                old = before[int(one.id)][slot] if one.grade not in (1, 4, 7) else None
                if old is not None and where.get(old) == one.school:
                    assert one.team_ids[slot] == old
                    seen += 1
    assert seen > 100


def test_places_that_open_go_to_the_least_loaded_of_the_subject():
    model = at_the_step(5000, 2)
    model.classes.team[:] = -1
    model.district = replace(model.district, core_load=50.0)
    class_assignment.assign(model)
    loads = classes_of_teachers(model)
    teachers = model.teachers
    for school in range(len(model.schools)):
        for subject in CORE:
            here = np.flatnonzero((teachers.school == school) & (teachers.subject == subject))
            if model.schools.level[school] == JUNIOR or subject < 2:
                assert max((loads[row] for row in here), default=0) - min((loads[row] for row in here), default=0) <= 1


def test_a_school_without_core_teachers_leaves_its_classes_uncovered():
    model = at_the_step(2500, 3)
    model.teachers.school[model.teachers.school == 0] = -1
    class_assignment.assign(model)
    its = model.classes.school == 0
    assert its.any()
    assert (model.classes.team[its] == -1).all()
    assert not model.classes.covered[its].any()

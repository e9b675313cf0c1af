"""Itinerant teachers teach at two schools, belong to one, and even out who teaches what."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from reference import itinerant as reference
from reference.at_rest import district
from reference.world import World
from sim.agents.class_assignment import assign
from sim.agents.itinerant import teach_at_two_schools
from sim.agents.teacher import PE_ARTS, SUBJECTS
from sim.indicators.counts import of_teachers
from sim.indicators.resources import amounts
from sim.reform.rotation import Rotation

SCOPES = st.sampled_from(["zone", "group", "district"])


def shuffled(seed, students=6000):
    """A district whose teachers are dealt to the schools of their level anew."""
    model = district(seed % 3, students)
    model.begin_year()
    draw, teachers = np.random.default_rng(seed), model.teachers
    for level in (0, 1):
        rows = np.flatnonzero(model.schools.level[teachers.school] == level)
        teachers.school[rows] = draw.permutation(teachers.school[rows])
    teachers.posting_end[draw.random(len(teachers)) < 0.1] = model.year
    model.schools.private = draw.random(len(model.schools)) < 0.1
    return model


def sent(model, share, scope="district"):
    """The model with its itinerant teachers of the year."""
    Rotation(itinerant_share=share, scope=scope).apply(model, model.year)
    teach_at_two_schools(model)
    return model


def per_class(model, subject):
    """Teachers of a subject a class, by school, each for the part of the week he is there."""
    teachers, size = model.teachers, len(model.schools)
    here = teachers.subject == subject
    away = here & (teachers.second_school >= 0)
    held = np.bincount(teachers.school[here], minlength=size) - 0.5 * np.bincount(teachers.school[away], minlength=size)
    held = held + 0.5 * np.bincount(teachers.second_school[away], minlength=size)
    return held / np.bincount(model.classes.school, minlength=size)


@given(st.integers(0, 10**6), st.floats(0, 1), SCOPES)
@settings(max_examples=25, deadline=None)
def test_it_equals_itinerant_teaching_teacher_by_teacher(seed, share, scope):
    model = shuffled(seed, students=900)
    Rotation(itinerant_share=share, scope=scope).apply(model, model.year)
    twin = World(model)
    twin.terms = twin.status_quo()
    twin.terms.itinerant_share = model.terms.itinerant_share
    pool = model.terms.itinerant_pool
    twin.terms.itinerant_pool = None if pool is None else pool.tolist()
    teach_at_two_schools(model)
    reference.set_out(twin)
    assert model.teachers.second_school.tolist() == [t.second_school for t in twin.teachers]
    assert model.terms.costs.get("rotation", 0.0) == twin.terms.costs.get("rotation", 0.0)
    twin.forget()


@given(st.integers(0, 10**6), st.floats(0, 1), SCOPES)
@settings(max_examples=25, deadline=None)
def test_everybody_stays_on_the_books_and_goes_to_another_public_school_of_the_pool(seed, share, scope):
    model = shuffled(seed, students=900)
    before = model.teachers.copy()
    sent(model, share, scope)
    teachers, schools = model.teachers, model.schools
    for name in teachers.arrays.keys() - {"second_school"}:
        assert np.array_equal(teachers.arrays[name], before.arrays[name]), name
    goes = teachers.second_school >= 0
    home, there = teachers.school[goes], teachers.second_school[goes]
    assert (home != there).all() and not schools.private[np.concatenate((home, there))].any()
    assert (teachers.posting_end[goes] == 0).all()
    pool = schools.level if scope == "district" else schools.zone
    assert np.array_equal(pool[home], pool[there])
    if scope == "group":
        assert (model.zones.form[schools.zone[home]] == 0).all()
    by_level = schools.count_by_level(home)
    assert model.terms.costs.get("rotation", (0, 0)) == tuple(by_level * model.prices["itinerant"])


@pytest.mark.parametrize("subject", range(len(SUBJECTS)))
def test_teachers_of_a_subject_are_more_even_by_class_and_no_school_falls_below_its_need(subject):
    for seed in range(3):
        model = shuffled(seed)
        model.schools.private[:] = False
        model.teachers.posting_end[:] = 0
        before = per_class(model, subject)
        after = per_class(sent(model, 1.0), subject)
        for level in (0, 1):
            of = model.schools.level == level
            classes = np.bincount(model.classes.school, minlength=len(of))[of]
            need = np.average(before[of], weights=classes)
            assert np.average(after[of], weights=classes) == pytest.approx(need)
            assert np.var(after[of]) < np.var(before[of])
            assert (after[of][before[of] >= need] >= need - 1e-9).all()


def test_a_larger_share_adds_some_and_keeps_most_of_the_others():
    one, more = (sent(shuffled(3), share).teachers.second_school >= 0 for share in (0.3, 0.5))
    assert 0 < one.sum() < more.sum() and (one & more).sum() > 0.7 * one.sum()


def test_the_official_counts_take_half_of_a_teacher_at_each_school():
    model, before = shuffled(1), shuffled(1)
    sent(model, 1.0)
    schools = len(model.schools)
    held = [amounts(world.schools, of_teachers(world.teachers, 0.0, schools)) for world in (before, model)]
    change = held[1] - held[0]
    assert change[:, :3].sum(axis=0) == pytest.approx(0.0) and not change[:, 3:].any()
    went = (model.teachers.second_school >= 0) & (model.teachers.subject == PE_ARTS)
    assert went.any()
    there = np.bincount(model.teachers.second_school[went], minlength=len(model.schools))
    home = np.bincount(model.teachers.school[went], minlength=len(model.schools))
    assert change[:, 2] == pytest.approx(0.5 * (there - home))


def test_who_comes_takes_open_places_of_his_subject_within_what_is_left_of_his_load():
    plain, helped = shuffled(2), shuffled(2)
    sent(helped, 1.0)
    outside = []
    for model in (plain, helped):
        model.classes.team[:] = -1
        assign(model)
        team, at = model.classes.team, model.classes.school[:, None]
        held = team >= 0
        assert (held | (team < 0)).all()
        visits = held & (model.teachers.school[team] != at)
        assert (model.teachers.second_school[team][visits] == np.broadcast_to(at, team.shape)[visits]).all()
        assert (model.teachers.subject[team] == np.arange(3))[visits].all()
        who = np.unique(team[visits])
        assert (np.bincount(team[team >= 0], minlength=len(model.teachers))[who] >= 1).all()
        outside.append((held & (model.teachers.subject[team] != np.arange(3))).sum())
        if model is plain:
            assert not visits.any()
        else:
            assert visits.any()
    assert outside[1] < outside[0]


def test_a_year_later_those_who_no_longer_come_are_replaced_and_the_rest_stay_with_their_classes():
    scenario = sim.load(overrides=["district.students=3000", "policy.rotation.itinerant_share=1.0"])
    model = scenario.model(seed=1)
    for _ in range(3):
        model.step()
        teachers, classes = model.teachers, model.classes
        team, at = classes.team, classes.school[:, None]
        here = (teachers.school[team] == at) | (teachers.second_school[team] == at)
        assert here[team >= 0].all()
        assert (teachers.second_school >= 0).any()
    record = dict(zip(sim.indicators.catalogue.INDICATORS, model.records[model.year][0], strict=True))
    assert 0 < record["itinerant_share"] < 0.2

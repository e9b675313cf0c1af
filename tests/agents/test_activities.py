"""The books on who takes part keep exactly the shares that are asked for."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.small_world import effects, small_world, terms
from sim.agents.activities import award_points, public_teachers, record_activities, schools_reached, share_of

worlds = st.builds(small_world, seed=st.integers(0, 10**6), teachers=st.integers(0, 120))


@given(worlds, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_each_school_has_the_share_rounded_up(model, share, other):
    model.teachers.ict_trained[:] = False
    model.terms = terms(
        school_research_share=other, teacher_research_share=share, young_contest_share=other, ict_share=share
    )
    record_activities(model)
    teachers, schools = model.teachers, model.schools
    for school in range(len(schools)):
        here = (teachers.school == school) & ~schools.private[school]
        young = here & (teachers.age < 35)
        assert teachers.research[here].sum() == math.ceil(share * here.sum() - 1e-9)
        assert teachers.ict_trained[here].sum() == math.ceil(share * here.sum() - 1e-9)
        assert teachers.contest[here].sum() == teachers.contest[young].sum()
        assert teachers.contest[young].sum() == math.ceil(other * young.sum() - 1e-9)
    for level in (0, 1):
        here = (schools.level == level) & ~schools.private
        assert schools.research[here].sum() == math.ceil(other * here.sum() - 1e-9)
    assert not (teachers.research | teachers.contest | teachers.ict_trained)[~teachers.employed].any()
    at_private = teachers.employed & schools.private[teachers.school]
    assert not (teachers.research | teachers.contest | teachers.ict_trained | teachers.award)[at_private].any()
    assert not schools.research[schools.private].any()
    assert schools_reached(other, schools).sum() == schools.research.sum()


@given(worlds, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_a_larger_share_replaces_nobody(model, share, more):
    lower, higher = sorted((share, more))
    model.terms = terms(school_research_share=lower, teacher_research_share=lower, ict_share=lower)
    record_activities(model)
    before = model.teachers.copy(), model.schools.research.copy()
    model.terms = terms(school_research_share=higher, teacher_research_share=higher, ict_share=higher)
    model.year += 1
    record_activities(model)
    assert (model.teachers.research >= before[0].research).all()
    assert (model.teachers.ict_trained >= before[0].ict_trained).all()
    assert (model.schools.research >= before[1]).all()


def test_who_is_trained_in_ict_stays_trained_and_counts_towards_the_share():
    model = small_world(3)
    model.schools.private[:] = False
    model.teachers.ict_trained = model.teachers.employed & (model.teachers.id % 2 == 0)
    before = model.teachers.ict_trained.copy()
    model.terms = terms(ict_share=0.2)
    record_activities(model)
    assert (model.teachers.ict_trained >= before).all()
    for school in range(len(model.schools)):
        here = model.teachers.school == school
        assert model.teachers.ict_trained[here].sum() == max(before[here].sum(), share_of(0.2, here.sum()))


def test_awards_go_to_those_above_the_cut_of_the_baseline_and_to_nobody_before_there_is_one():
    model = small_world(7)
    model.effects = effects(award_noise=1.0)
    record_activities(model)
    assert not model.teachers.award.any()
    model.baseline = SimpleNamespace(award_cut=0.5)
    record_activities(model)
    expected = public_teachers(model) & (award_points(model) >= 0.5)
    assert np.array_equal(model.teachers.award, expected) and expected.any()


def test_products_just_above_a_whole_number_are_not_rounded_up():
    assert 0.07 * 100 > 7
    assert share_of(0.07, 100) == 7
    assert share_of(0.15, np.array([0, 20, 21])) == pytest.approx([0, 3, 4])

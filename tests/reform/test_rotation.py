"""Rotation moves teachers by rules that can be checked one teacher at a time."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import rotation as reference
from reference.small_world import YEAR, effects, same_bits, small_world
from sim.agents.management import management
from sim.agents.postings import end_postings
from sim.agents.teacher import SUBJECTS
from sim.indicators.standards import weighted_cv
from sim.reform.rotation import Rotation, volunteers
from sim.userinput import UserError

WATCHED = ("school", "home_school", "posting_end", "years_here", "moved", "rotated", "eligible")
levers = st.builds(
    Rotation,
    rate=st.floats(0, 1),
    backbone_share=st.floats(0, 1),
    eligible_years=st.sampled_from([None, 1, 4]),
    scope=st.sampled_from(["zone", "group", "district"]),
    direction=st.sampled_from(["to_weak", "swap", "any"]),
    posting_years=st.sampled_from([None, 1, 3]),
    relation_moves=st.booleans(),
    selection=st.sampled_from(["random", "voluntary"]),
    allowance=st.sampled_from([0.0, 9e3, 27e3, 1e5]),
)
worlds = st.builds(
    small_world,
    seed=st.integers(0, 10**6),
    schools=st.integers(1, 8),
    zones=st.integers(1, 3),
    teachers=st.integers(0, 120),
)


def taught(model):
    """Teachers by school and subject."""
    here = model.teachers.school >= 0
    cell = model.teachers.school[here] * len(SUBJECTS) + model.teachers.subject[here]
    return np.bincount(cell, minlength=len(model.schools) * len(SUBJECTS))


def backbone_at(model):
    return np.bincount(
        model.teachers.school[model.teachers.employed & (model.teachers.backbone >= 2)],
        minlength=len(model.schools),
    )


def students_at(model):
    return np.bincount(model.students.school, minlength=len(model.schools))


@given(worlds, levers)
@settings(max_examples=300, deadline=None)
def test_it_equals_rotation_teacher_by_teacher(model, lever):
    model.effects = effects(volunteers=0.4)
    twin = reference.District(model)
    names = ("rate", "backbone_share", "eligible_years", "scope", "direction", "posting_years")
    given_ = {name: getattr(lever, name) for name in (*names, "relation_moves", "selection", "allowance")}
    reference.rotate(twin, **given_)
    lever.apply(model, YEAR)
    for column in WATCHED:
        assert model.teachers.arrays[column].tolist() == [getattr(t, column) for t in twin.teachers], column


@given(worlds, levers)
@settings(max_examples=80, deadline=None)
def test_every_school_keeps_its_teachers_of_every_subject(model, lever):
    before, level = taught(model), model.schools.level[model.teachers.school]
    eligible = (
        model.teachers.eligible
        if lever.eligible_years is None
        else model.teachers.years_here >= lever.eligible_years
    )
    lever.apply(model, YEAR)
    teachers = model.teachers
    assert np.array_equal(taught(model), before)
    assert np.array_equal(model.schools.level[teachers.school][teachers.employed], level[teachers.employed])
    assert eligible[teachers.rotated].all()
    if lever.selection == "voluntary":
        assert teachers.seeks_school[teachers.rotated].all()


@given(worlds, st.floats(0, 1e6), st.floats(0, 1e6))
@settings(max_examples=60, deadline=None)
def test_who_volunteers_for_an_allowance_does_for_a_larger_one(model, one, other):
    model.effects = effects(volunteers=0.5)
    less, more = (volunteers(model, YEAR, allowance) for allowance in sorted((one, other)))
    assert not (less & ~more).any()
    assert not volunteers(model, YEAR, 0.0).any()


@pytest.mark.parametrize(("allowance", "share"), [(13_500, 0.1), (27_000, 0.2), (1e6, 0.2)])
def test_the_share_who_volunteer_is_the_studys_at_its_allowance(allowance, share):
    model = small_world(1, teachers=40_000)
    model.effects = effects(volunteers=0.2)
    assert volunteers(model, YEAR, allowance).mean() == pytest.approx(share, abs=0.01)


def test_an_allowance_lets_teachers_rotate_who_seek_no_other_school():
    moved = {}
    for selection in ("random", "voluntary"):
        for allowance in (0.0, 27e3):
            model = large_world_of(0.3)
            model.teachers.seeks_school[:] = False
            Rotation(rate=0.1, direction="any", selection=selection, allowance=allowance).apply(model, YEAR)
            moved[selection, allowance] = model.teachers.rotated
    assert not moved["voluntary", 0.0].any() and moved["voluntary", 27e3].any()
    assert np.array_equal(moved["random", 0.0], moved["random", 27e3])
    assert not (moved["voluntary", 27e3] & ~volunteers(large_world_of(0.3), YEAR, 27e3)).any()


def large_world_of(share):
    """The large world in which this share volunteers for the study's allowance."""
    model = large_world(8)
    model.effects = effects(volunteers=share)
    return model


@pytest.mark.parametrize(("role", "rates"), [("head", "heads_rate"), ("deputy", "deputies_rate")])
@given(worlds, st.floats(0, 1), st.sampled_from(["zone", "group", "district"]))
@settings(max_examples=100, deadline=None)
def test_those_who_lead_exchange_schools_as_told_school_by_school(role, rates, model, rate, scope):
    model.effects = effects(principal_sd=0.03, deputy_weight=0.3)
    model.schools.principal = management(model, model.schools)
    before, managers = model.schools.copy(), reference.exchange_managers(model, role, rate, scope)
    Rotation(**{rates: rate, "scope": scope}).apply(model, YEAR)
    schools, other = model.schools, {"head": "deputy", "deputy": "head"}[role]
    person, years = before.arrays[role], before.arrays[f"{role}_years"]
    assert [[int(getattr(s, role)), int(getattr(s, f"{role}_years"))] for s in schools] == managers
    moved = schools.arrays[role] != person
    assert sorted(schools.arrays[role]) == sorted(person)
    assert np.array_equal(schools.arrays[other], before.arrays[other])
    assert not (moved & (before.private | (years < 6))).any()
    assert model.spent == ({"rotation": 3e3 * moved.sum()} if moved.any() else {})
    assert schools.principal == pytest.approx(management(model, schools))
    assert np.array_equal(schools.principal[~moved], before.principal[~moved])


def test_the_rate_of_heads_is_exact_on_average_and_their_ways_go_with_them():
    moved, asked = 0, 0.0
    for seed in range(150):
        model = small_world(seed, schools=9, zones=1)
        model.effects = effects(principal_sd=0.03)
        model.schools.private[:] = False
        model.schools.principal = management(model, model.schools)
        before = model.schools.principal.copy()
        asked += 0.3 * (model.schools.head_years >= 6).sum()
        Rotation(heads_rate=0.3).apply(model, YEAR)
        moved += (model.schools.principal != before).sum()
        assert sorted(model.schools.principal) == sorted(before)
    assert moved == pytest.approx(asked, rel=0.1)


@given(worlds, st.sampled_from(["to_weak", "swap", "any"]))
@settings(max_examples=30, deadline=None)
def test_off_is_absent(model, direction):
    before = model.teachers.copy()
    Rotation(direction=direction, posting_years=3, backbone_share=0.5).apply(model, YEAR)
    assert same_bits(model.teachers, before) and model.spent == {}


@given(worlds, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=80, deadline=None)
def test_to_weak_never_makes_backbone_teachers_less_even(model, rate, share):
    school = students_at(model) > 0
    pools = model.schools.zone
    before = backbone_at(model)
    Rotation(rate=rate, backbone_share=share).apply(model, YEAR)
    after = backbone_at(model)
    for pool in np.unique(pools):
        inside = school & (pools == pool)
        if before[inside].sum() > 0:
            students = students_at(model)[inside]
            assert weighted_cv(after[inside], students) <= weighted_cv(before[inside], students) + 1e-12


def large_world(seed, **given_):
    """One zone in which nothing but the settings limits the movers."""
    model = small_world(seed, schools=4, zones=1, teachers=400, students=2000, **given_)
    model.schools.private[:] = False
    model.students.school = np.arange(2000) % 4
    return model


@pytest.mark.parametrize("direction", ["to_weak", "swap", "any"])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8])
def test_the_least_share_of_backbone_teachers_is_kept(direction, share):
    model = large_world(3)
    model.teachers.backbone = 2 * (model.teachers.id % 5 < 3)
    Rotation(rate=0.3, backbone_share=share, direction=direction).apply(model, YEAR)
    movers = model.teachers.rotated
    assert movers.any()
    assert (model.teachers.backbone[movers] >= 2).sum() >= math.ceil(share * movers.sum() - 1e-9)


@pytest.mark.parametrize("direction", ["to_weak", "swap", "any"])
def test_the_rate_is_exact_on_average(direction):
    moved, asked = 0, 0.0
    for seed in range(150):
        model = small_world(2 * seed, schools=3, zones=1, teachers=60)
        model.schools.private[:] = False
        asked += 0.1 * model.teachers.eligible.sum()
        Rotation(rate=0.1, direction=direction).apply(model, YEAR)
        moved += model.teachers.rotated.sum()
    assert moved == pytest.approx(asked, rel=0.1)


def test_who_moves_does_not_depend_on_skill_when_movers_are_drawn_by_lot():
    difference = []
    for seed in range(120):
        model = large_world(2 * seed)
        Rotation(rate=0.2, direction="any").apply(model, YEAR)
        teachers = model.teachers
        pool = teachers.eligible
        difference.append(teachers.skill[teachers.rotated].mean() - teachers.skill[pool].mean())
    assert abs(np.mean(difference)) < 3 * np.std(difference) / np.sqrt(len(difference))


@pytest.mark.parametrize("direction", ["to_weak", "swap", "any"])
def test_skill_decides_nothing_because_nobody_sees_it(direction):
    model, other = large_world(8), large_world(8)
    other.teachers.base_skill[:] = other.teachers.base_skill[::-1].copy()
    for world in (model, other):
        Rotation(rate=0.2, backbone_share=0.2, direction=direction).apply(world, YEAR)
    assert model.teachers.rotated.any()
    assert np.array_equal(model.teachers.school, other.teachers.school)


def test_without_a_least_share_to_weak_moves_ordinary_teachers_only():
    model = large_world(8)
    Rotation(rate=0.2).apply(model, YEAR)
    assert model.teachers.rotated.any() and (model.teachers.backbone[model.teachers.rotated] < 2).all()


def test_every_mover_costs_his_move_beside_the_allowance():
    model = large_world(8)
    Rotation(rate=0.2, allowance=100).apply(model, YEAR)
    assert model.spent == {"rotation": (100.0 + 3e3) * model.teachers.rotated.sum()}


def test_a_zone_with_one_school_moves_nobody():
    model = small_world(5, schools=1, zones=1)
    Rotation(rate=1.0).apply(model, YEAR)
    assert not model.teachers.rotated.any()


def test_group_scope_leaves_other_forms_alone():
    model = small_world(11, schools=8, zones=2, teachers=120)
    model.zones.form = [0, 1]
    Rotation(rate=0.5, direction="any", scope="group").apply(model, YEAR)
    zone = model.schools.zone[model.teachers.school[model.teachers.rotated]]
    assert len(zone) and (zone == 0).all()


def test_who_was_posted_comes_home_and_the_allowance_ends():
    model = large_world(4)
    home, lever = (
        model.teachers.school.copy(),
        Rotation(rate=0.2, posting_years=2, allowance=100, direction="any"),
    )
    lever.apply(model, YEAR)
    posted = model.teachers.rotated.copy()
    assert (model.teachers.school[posted] != home[posted]).all()
    assert model.spent == {"rotation": (100.0 + 3e3) * posted.sum()}
    for year in (YEAR + 1, YEAR + 2):
        model.year, model.spent = year, {}
        model.teachers.rotated[:] = model.teachers.moved[:] = False
        Rotation(allowance=100, posting_years=2).apply(model, year)
        assert model.spent.get("rotation", 0) == (100.0 * posted.sum() if year == YEAR + 1 else 0)
        end_postings(model)
    assert np.array_equal(model.teachers.school, home)
    assert (model.teachers.posting_end == 0).all()
    assert (model.teachers.moved == posted).all() and not model.teachers.rotated.any()


def test_who_was_posted_is_not_posted_again():
    model = large_world(6)
    Rotation(rate=0.3, posting_years=9, direction="any", eligible_years=1).apply(model, YEAR)
    away = model.teachers.school[model.teachers.posting_end > 0].copy()
    model.teachers.years_here += 5
    Rotation(rate=1.0, direction="any", eligible_years=1).apply(model, YEAR + 5)
    assert np.array_equal(model.teachers.school[model.teachers.posting_end > 0], away)


@given(worlds, levers, st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_returns_equal_returns_teacher_by_teacher(model, lever, seed):
    Rotation(
        rate=1.0,
        posting_years=1,
        direction="any",
        eligible_years=1,
        scope=lever.scope,
        selection=lever.selection,
    ).apply(model, YEAR)
    draw = np.random.default_rng(seed)
    teachers = model.teachers
    gone = np.flatnonzero(draw.random(len(teachers)) < 0.2)  # who leaves is replaced by a novice
    teachers.posting_end[gone], teachers.years_here[gone], teachers.moved[gone] = 0, 0, False
    teachers.home_school[gone] = teachers.school[gone]
    teachers.school[draw.random(len(teachers)) < 0.1] = -1
    later = (teachers.posting_end > 0) & (draw.random(len(teachers)) < 0.3)
    teachers.posting_end[later] += 1
    model.year = YEAR + 1
    teachers.moved[draw.random(len(teachers)) < 0.8] = False
    twin, before = reference.District(model), taught(model)
    for plain, moved in zip(twin.teachers, teachers.moved, strict=True):
        plain.moved = bool(moved)
    reference.end_postings(twin)
    end_postings(model)
    assert np.array_equal(taught(model), before)
    for column in ("school", "home_school", "posting_end", "years_here", "moved"):
        assert teachers.arrays[column].tolist() == [getattr(t, column) for t in twin.teachers], column


def test_settings_out_of_range_are_refused():
    with pytest.raises(UserError, match=r"policy\.rotation\.rate must be within 0 \.\.\. 1, got 1\.5"):
        Rotation(rate=1.5)
    with pytest.raises(UserError, match=r"policy\.rotation\.rate"):
        Rotation(rate=True)

"""A frozen channel gives each student what he got in another world; every lever says by which channels it acts."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from reference.channels import Frozen as SlowlyFrozen
from reference.channels import diary
from reference.model import ReferenceModel
from reference.plan import Plan
from reference.random_policy import YEARS, policies
from reference.tiny_district import at_rest
from sim.agents.channels import CHANNELS, LEARNING_CHANNELS, Frozen, Received
from sim.agents.learning import PARTS
from sim.indicators.catalogue import INDICATORS
from sim.reform import known_levers


@st.composite
def cases(draw):
    """A tiny district, a policy for it, and a channel to freeze."""
    rest = at_rest(draw(st.integers(0, 11)))
    return rest, *draw(policies(rest)), draw(st.sampled_from(CHANNELS))


@given(cases())
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_frozen_world_equals_the_one_told_student_by_student(case):
    rest, policy, plan, channel = case
    nothing = Plan({}, plan.off, plan.first_year)
    without, theirs = rest.under(rest.policy), ReferenceModel(rest, nothing)
    received, diaries = Received(), {}
    for _ in range(YEARS):
        without.step()
        theirs.step()
        received.note(without)
        diaries[theirs.year] = diary(theirs)
    frozen, slow = rest.under(policy), ReferenceModel(rest, plan)
    frozen.frozen, slow.frozen = Frozen(channel, received), SlowlyFrozen(channel, diaries)
    for _ in range(YEARS):
        frozen.step()
        slow.step()
        assert frozen.students.id.tolist() == slow.students.id
        for column in ("lasting", "fading", "score"):
            ours, told = frozen.students.arrays[column], getattr(slow.students, column)
            assert ours == pytest.approx(told, abs=1e-9, nan_ok=True), column
        assert score_gaps(frozen) == pytest.approx(list(slow_gaps(slow)), abs=1e-9, nan_ok=True)
    theirs.forget()
    slow.forget()


def score_gaps(model):
    return model.records[model.year][:, list(INDICATORS).index("score_gap")].tolist()


def slow_gaps(twin):
    return (unit.get("score_gap", np.nan) for unit in twin.records[twin.year].values())


def test_two_parts_of_teachers_make_up_the_whole():
    model = received_of("joint_teaching")[1]
    assert "teachers" in PARTS and set(LEARNING_CHANNELS) - {"teachers_place", "teachers_learning"} < set(PARTS)
    classes = model.classes
    assert classes.teachers_learning.any()
    assert classes.teachers == pytest.approx(classes.teachers_place + classes.teachers_learning, abs=1e-12)


SMALL = (
    *("district.students=2500", "district.catchment_enforcement=1", "district.live_class_share=0"),
    *("district.class_cap_primary=10", "district.class_cap_junior=10"),  # so that a school's grade has several classes
    *("district.seat_slack=0", "district.birth_trend=0.1"),  # so that schools overflow, and more than others are short
    *("effects.e_cn_passthru=0.5", "effects.b_nttp=0.03", "effects.b_platform=0.02", "effects.class_knee=4"),
)
STRONG = {
    "governance": {"unified": ["personnel", "money", "teaching", "appraisal"], "director_share": 0.3},
    "rotation": {"rate": 0.3, "backbone_share": 0.2, "posting_years": 2, "heads_rate": 0.5, "allowance": 1000},
    "joint_teaching": {"coverage": 0.9, "mode": "matched_pairs"},
    "joint_teaching, sent": {"coverage": 0.9, "mode": "teaching_sent"},
    "research": {"school_share": 0.9, "teacher_share": 0.4},
    "training": {"hours_5y": 360, "fund_share": 0.1, "young_teacher_share": 1, "ict_share": 1},
    "digital": {"kind": "master_teacher", "school_coverage": 1, "lesson_share": 0.9, "live_class_share": 1},
    "funding": {
        **{"zone_fund": 3e6, "performance_share": 0.5, "bundled": 0.5},
        "spending": {"posts": 0.6, "equipment": 0.2},
    },
    "enrolment": {
        **{"catchment_enforcement": 0.2, "lottery": True, "class_cap_primary": 13, "class_cap_junior": 13},
        **{"school_cap": 100, "high_school_quota": 0.9},
    },
    "recruitment": {
        **{"fill_norm": 1, "norm_primary": 12, "norm_junior": 8, "district_managed": True, "agency_share": 0.3},
        **{"weak_school_priority": 0.9, "subject_priority": ["pe_arts"], "title_weak_priority": 1, "masters_share": 1},
    },
    "showcase": {"projects": [{"school": "汉南小学", "start_year": 2021, "money": 1e6}]},
    "building": {"lag": 0, "projects": [{"school": "汉南小学", "start_year": 2021, "seats": 200}]},
    "trusteeship": {"projects": [{"school": "汉南小学", "start_year": 2021}]},
}
"""Every lever, pulled hard."""


@cache
def received_of(group):
    """What students got by each channel under one lever alone, or under none, and the world at its end."""
    strong = [(f"policy.{group.partition(',')[0]}", STRONG[group])] if group else []
    overrides = [*SMALL, *strong]
    model = sim.load("wuhan_edz", "none", effects="means", overrides=overrides).model(seed=1)
    received = Received()
    for _ in range(4):
        model.step()
        received.note(model)
    return received, model


@cache
def changed(group):
    """Channels by which some student got something else than without the lever."""
    ours, theirs = received_of(group)[0], received_of(None)[0]
    return {channel for channel in CHANNELS for year in ours.years if differs(ours, theirs, channel, year)}


def differs(ours, theirs, channel, year):
    students = ours.years[year].students
    assert np.array_equal(students, theirs.years[year].students)
    none = np.full(len(students), np.nan)
    mine, other = (world.by_student(channel, year, students, none) for world in (ours, theirs))
    return not np.array_equal(mine, other)


def test_every_lever_is_pulled():
    assert {group.partition(",")[0] for group in STRONG} == set(known_levers())


@pytest.mark.parametrize("group", STRONG)
def test_a_lever_acts_by_the_channels_it_declares_and_by_no_other(group):
    declared = known_levers()[group.partition(",")[0]].channels
    assert changed(group) <= set(declared)
    assert list(declared) == [channel for channel in CHANNELS if channel in declared]


@pytest.mark.parametrize("group", sorted(known_levers().keys() - {"governance"}))  # has hardly a teacher to move here
def test_no_lever_declares_a_channel_that_it_never_moves(group):
    moved = set().union(*(changed(pulled) for pulled in STRONG if pulled.startswith(group)))
    assert set(known_levers()[group].channels) == moved


@st.composite
def calm_cases(draw):
    """A tiny district without choice and live classes, and a policy for it."""
    rest = at_rest(draw(st.integers(0, 24)))
    calm = rest.under(rest.policy)
    calm.district = replace(rest.district, catchment_enforcement=1.0, live_class_share=0.0)
    return calm, draw(policies(rest))[0]


@given(calm_cases())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_levers_together_act_by_no_channel_that_none_of_them_declares(case):
    calm, policy = case
    worlds, notes = (calm.under(policy), calm.under(calm.policy)), (Received(), Received())
    declared = set()
    for _ in range(YEARS):
        for world, received in zip(worlds, notes, strict=True):
            world.step()
            received.note(world)
        year = worlds[0].year
        declared |= {channel for lever in policy.in_force(year) for channel in lever.channels}
        assert {channel for channel in CHANNELS if differs(*notes, channel, year)} <= declared


def test_who_was_not_in_the_other_world_keeps_what_his_class_gives():
    received, model = received_of(None)
    year, students = model.year, model.students
    own = np.arange(len(students), dtype=float)
    strangers = students.id + 10**15
    assert np.array_equal(received.by_student("peers", year, strangers, own), own)
    got = received.by_student("peers", year, students.id, own)
    assert np.array_equal(got, model.classes.peers[students.classroom])

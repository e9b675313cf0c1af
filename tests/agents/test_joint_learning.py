"""Teachers learn from those who are better, and only as much as they do together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import joint_learning as reference
from reference.small_world import effects, small_world, terms
from sim.agents.joint_learning import MODES, keep_up
from sim.config import EffectTable

RESPONSES = {
    "rec_peerT": 0.03,
    "novice_peer_weight": 1.5,
    "rec_joint": 0.03,
    "b_pair": 0.12,
    "b_lessonstudy": 0.03,
    "b_nttp": 0.01,
    "held_back": 0.5,
}
NULLS = {"b_nttp": "joint_preparation", "b_lessonstudy": "lesson_study"}
worlds = st.builds(
    small_world,
    seed=st.integers(0, 10**6),
    schools=st.integers(1, 6),
    zones=st.integers(1, 3),
    teachers=st.integers(0, 80),
)


@given(
    worlds,
    st.sampled_from(MODES),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
    st.sampled_from([0.0, 72.0, 720.0]),
    st.sampled_from([1, -1]),
)
@settings(max_examples=150, deadline=None)
def test_it_equals_learning_teacher_by_teacher(model, mode, coverage, bundled, assessed, hours, sign):
    model.effects = effects(**{**RESPONSES, **{key: sign * RESPONSES[key] for key in NULLS}})
    model.terms = terms(
        joint_mode=mode, joint_coverage=coverage, bundled=bundled, assessed=assessed, training_hours=hours
    )
    model.schools.zone[-1] = -1
    kept, learned = zip(*reference.learned(model), strict=True) if len(model.teachers) else ((), ())
    keep_up(model)
    assert model.teachers.practised == pytest.approx(np.array(kept), abs=1e-12)
    assert model.teachers.learned == pytest.approx(np.array(learned), abs=1e-12)


@given(worlds, st.sampled_from(MODES))
@settings(max_examples=30, deadline=None)
def test_without_coverage_the_mode_changes_no_bit(model, mode):
    model.effects = effects(**RESPONSES)
    before = model.teachers.copy()
    keep_up(model)
    quiet, model.teachers = model.teachers.learned, before
    model.terms.joint_mode = mode
    keep_up(model)
    assert np.array_equal(model.teachers.learned, quiet)


@pytest.mark.parametrize("mode", MODES)
def test_nobody_learns_without_a_gap_and_practice_does_not_pile_up(mode):
    model = small_world(1)
    model.effects = effects(**RESPONSES)
    model.terms = terms(joint_mode=mode, joint_coverage=1.0)
    model.zones.fidelity[:] = 1.0
    for _ in range(30):
        keep_up(model)
    settled = model.teachers.learned.copy()
    keep_up(model)
    assert model.teachers.learned == pytest.approx(settled, abs=1e-6)
    assert settled.max() <= 0.03 * 1.5 + 0.12 + 1e-12
    model.teachers.base_skill[:] = 0.1
    keep_up(model)
    employed = model.teachers.employed
    assert model.teachers.learned[employed] == pytest.approx(0.7 * settled[employed], abs=1e-6)


def test_partners_of_the_weaker_are_unharmed():
    model = small_world(2, schools=3, zones=1, teachers=60)
    model.effects = effects(b_pair=0.12)
    model.zones.fidelity[:] = 1.0
    model.teachers.practised[:] = model.teachers.learned[:] = 0.0
    model.terms = terms(joint_mode="matched_pairs", joint_coverage=1.0)
    keep_up(model)
    assert (model.teachers.learned >= 0).all() and model.teachers.learned.max() > 0.05
    best = np.argmax(model.teachers.base_skill)
    assert model.teachers.learned[best] == 0.0


@pytest.mark.parametrize("mode", MODES)
def test_lead_schools_give_less_when_only_their_own_results_count(mode):
    gained = {}
    for bundled in (0.0, 1.0):
        model = small_world(9, schools=3, zones=1, teachers=90)
        model.effects = effects(**RESPONSES)
        model.zones.fidelity[:] = 1.0
        model.zones.lead[:] = 0
        model.teachers.base_skill += 0.2 * (model.teachers.school == 0)
        model.teachers.practised[:] = 0.0
        model.terms = terms(joint_mode=mode, joint_coverage=1.0, assessed=True, bundled=bundled)
        keep_up(model)
        gained[bundled] = model.teachers.learned[model.teachers.school > 0].mean()
    assert gained[0.0] < gained[1.0]


def test_teachers_who_do_not_differ_do_not_learn():
    model = small_world(4)
    model.effects = effects(**{**RESPONSES, "rec_sigmaT": 0.0})
    model.terms = terms(joint_mode="matched_pairs", joint_coverage=1.0)
    before = model.teachers.practised.copy()
    keep_up(model)
    employed = model.teachers.employed
    assert np.allclose(model.teachers.learned[employed], 0.7 * before[employed])


def gain(key, value, years=1, hours=720.0):
    """What joint work and training add to mean skill when one response has a value, from a standing start."""
    skill = []
    for response in (value, 0.0):
        model = small_world(7)
        model.effects = effects(**{**RESPONSES, key: response})
        model.terms = terms(joint_mode=NULLS[key], joint_coverage=0.8, training_hours=hours)
        model.teachers.practised[:] = 0.0
        for _ in range(years):
            keep_up(model)
        skill.append(model.teachers.skill[model.teachers.employed].mean())
    return skill[0] - skill[1]


@pytest.mark.parametrize("key", NULLS)
@pytest.mark.parametrize("years", [1, 4])
def test_an_effect_below_0_takes_what_the_same_above_0_gives(key, years):
    assert gain(key, 0.05, years) > 0.003
    assert gain(key, -0.05, years) == pytest.approx(-gain(key, 0.05, years), abs=1e-12)


def test_training_that_does_nothing_on_average_gains_nothing_on_average():
    null = EffectTable.load("evidence").coefficients["b_nttp"]
    assert null.value == 0.0 and null.low < 0.0
    draws = [gain("b_nttp", null.quantile((i + 0.5) / 100)) for i in range(100)]
    assert np.std(draws) > 0.02
    assert np.mean(draws) == pytest.approx(0.0, abs=1e-12)


def zone_with_a_strong_lead(**given):
    model = small_world(9, schools=3, zones=1, teachers=90)
    model.effects = effects(**RESPONSES)
    model.zones.fidelity[:] = 1.0
    model.zones.lead[:] = 0
    model.teachers.base_skill += 0.1 * (model.teachers.school == 0)
    model.teachers.practised[:] = model.teachers.learned[:] = 0.0
    model.terms = terms(joint_coverage=1.0, **given)
    return model


def test_the_weaker_half_of_other_schools_shadow_the_better_half_of_the_lead():
    model, alone = (zone_with_a_strong_lead(joint_mode="shadowing") for _ in range(2))
    alone.effects = effects(**{**RESPONSES, "rec_joint": 0.0})
    keep_up(model)
    keep_up(alone)
    gained = model.teachers.learned - alone.teachers.learned > 1e-12
    staff = model.teachers
    assert gained.any() and not gained[staff.school == 0].any()
    for subject in np.unique(staff.subject[gained]):
        circle = staff.base_skill[staff.employed & (staff.subject == subject)]
        assert staff.base_skill[gained & (staff.subject == subject)].max() <= np.median(circle)


def test_shadowing_gives_more_to_whom_it_reaches_and_reaches_fewer_than_preparing_together():
    gains = {}
    for mode in ("shadowing", "joint_preparation"):
        model = zone_with_a_strong_lead(joint_mode=mode)
        model.effects = effects(**{**RESPONSES, "rec_peerT": 0.0})
        keep_up(model)
        gains[mode] = model.teachers.learned
    reached = gains["shadowing"] > 0
    assert (gains["shadowing"][reached] >= gains["joint_preparation"][reached]).all()
    assert reached.sum() < (gains["joint_preparation"] > 0).sum()

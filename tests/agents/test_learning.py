"""A year in a class adds what its parts say, and of that some lasts and most fades."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from reference import learning as reference
from reference.random_district import (
    LIVE_SOURCES,
    at_rest,
    calm_district,
    empty_school,
    scenario,
    shaken_district,
)
from sim.agents.joint_learning import sent_teaching
from sim.agents.learning import PARTS, learn, size_effect, team_means
from sim.agents.school import LEVELS
from sim.reform.lever import Lever, setting
from sim.reform.schedule import Schedule


@pytest.mark.parametrize("seed", range(30))
def test_it_equals_learning_class_by_class_and_student_by_student(seed):
    model = shaken_district(seed)
    model.terms.assessed, model.terms.bundled = bool(seed % 2), 0.3
    parts = reference.parts(model)
    after = reference.students_after(model, parts)
    learn(model)
    for part in {*PARTS, *parts[0]} - {"teachers"}:
        assert model.classes.arrays[part] == pytest.approx([p[part] for p in parts], abs=1e-9), part
    whole = [p["teachers_place"] + p["teachers_learning"] for p in parts]
    assert model.classes.teachers == pytest.approx(whole, abs=1e-9)
    for column, values in zip(("trait", "lasting", "fading"), zip(*after, strict=True), strict=True):
        assert model.students.arrays[column] == pytest.approx(values, abs=1e-9), column


@pytest.mark.parametrize(
    ("part", "coefficients"),
    [
        ("class_size", ["rec_class10", "class10_below"]),
        ("peers", ["b_peer", "b_peer_between"]),
        ("money", ["b_spend"]),
        ("money", ["e_cn_passthru"]),
        ("digital", ["b_platform", "rec_digital", "b_live"]),
        ("incentives", ["rec_perf_ind", "b_quota"]),
        ("shock", ["class_shock_sd", "school_grade_shock_sd"]),
    ],
)
def test_a_part_comes_from_its_coefficients_alone(part, coefficients):
    def learned(**without):
        model = shaken_district(4)
        model.terms.digital_school_share = model.terms.live_class_share = model.terms.extra_time_share = 1.0
        model.effects = replace(model.effects, **without)
        learn(model)
        return model.classes

    whole, without = learned(), learned(**dict.fromkeys(coefficients, 0.0))
    assert np.abs(whole.arrays[part]).max() > 0 and not without.arrays[part].any()
    for other in set(PARTS) - {part}:
        assert np.array_equal(whole.arrays[other], without.arrays[other]), other


def test_without_experience_match_and_moves_only_skill_is_left_of_teachers():
    model = shaken_district(5)
    curve = dict.fromkeys(("b_exp_yr2", "b_exp_yr5", "b_exp_yr10", "b_exp_yr20"), 0.0)
    model.effects = replace(model.effects, rec_match=0.0, rec_move=0.0, b_sent=0.0, **curve)
    learn(model)
    skill = [reference.team_skill(c, model) for c in model.classes]
    assert model.classes.teachers == pytest.approx(skill, abs=1e-12)
    substitutes = (model.classes.team < 0).all(axis=1)
    assert substitutes.any() and not model.classes.teachers[substitutes].any()


def test_the_first_year_at_a_school_costs_what_the_effect_says():
    gained = {}
    for moved in (False, True):
        model = calm_district()
        model.teachers.moved[:] = moved
        learn(model)
        gained[moved] = model.classes.teachers
    taught = (model.classes.team >= 0).any(axis=1)
    difference = (gained[True] - gained[False])[taught]
    assert difference == pytest.approx(model.effects.rec_move, abs=1e-12)


def test_class_size_has_a_knee_at_forty():
    model = calm_district()
    model.effects = replace(model.effects, rec_class10=-0.03, class10_below=0.0, class_knee=40.0)
    assert size_effect(np.array([10, 40, 45, 60]), model) == pytest.approx([0, 0, -0.015, -0.06])


def test_ten_per_cent_more_spending_is_worth_b_spend():
    model = calm_district()
    model.begin_year()
    model.effects = replace(model.effects, b_spend=0.019, e_cn_passthru=1.0)
    students = np.bincount(model.students.school, minlength=len(model.schools))
    model.schools.last_received = np.round(0.1 * model.reference_budget()[model.schools.level] * students)
    learn(model)
    assert model.classes.money == pytest.approx(0.019, abs=1e-5)


def test_a_platform_on_every_lesson_does_not_raise_scores_by_itself():
    model = calm_district()
    model.effects = replace(model.effects, b_platform=0.0)
    model.terms.digital_school_share = model.terms.digital_lesson_share = 1.0
    model.terms.live_class_share = 0.0
    learn(model)
    assert model.schools.digital.all() and not model.classes.digital.any()


@pytest.mark.parametrize("source", LIVE_SOURCES)
def test_live_classes_help_only_teams_below_the_one_that_is_heard(source):
    model = calm_district(1)
    model.effects = replace(model.effects, b_platform=0.0, b_live=0.5)
    model.terms.live_class_share = model.terms.digital_lesson_share = 1.0
    model.terms.live_source = source
    learn(model)
    gains = model.classes.digital > 1e-12
    world = reference.World(model)
    for row, c in enumerate(model.classes):
        heard = reference.broadcaster(int(c.school), world)
        assert gains[row] == (heard is not None and heard > world.skill[row] + 1e-9)
    assert gains.any() and not gains.all()


@pytest.mark.parametrize("source", LIVE_SOURCES)
def test_a_school_without_classes_broadcasts_nothing(source):
    model = calm_district()
    model.teachers.base_skill[:], model.teachers.learned[:] = -0.1, 0.0
    model.classes.team[:] = np.flatnonzero(model.teachers.employed)[0]
    closed = int(np.flatnonzero(model.schools.level == 0)[0])
    empty_school(model, closed)
    model.zones.lead[model.schools.zone[closed]] = closed
    model.effects = replace(model.effects, b_platform=0.0, b_live=0.5)
    model.terms.live_class_share = model.terms.digital_lesson_share = 1.0
    model.terms.live_source = source
    learn(model)
    assert model.classes.digital == pytest.approx(np.zeros(len(model.classes)), abs=1e-12)


@dataclass(frozen=True)
class Boost(Lever):
    """A lever of one's own that adds to what every class learns."""

    step: ClassVar[str] = "learning"
    group: ClassVar[str] = "boost"

    gain: float = setting(0.0, unit="SD of achievement a year", meaning="added to every class", source="assumed")

    def apply(self, model, year):
        model.classes.extra += self.gain


def boosted(*gains):
    """A policy that adds the gains in its first years, the last one for good."""
    versions = tuple((scenario().baseline_year + 1 + k, Boost(gain)) for k, gain in enumerate(gains))
    first_year = scenario().baseline_year + 1
    return replace(scenario().policy, first_year=first_year, levers=(Schedule("boost", {}, versions),))


def test_what_a_lever_of_ones_own_adds_does_not_pile_up():
    model = calm_district(policy=boosted(0.1))
    for _ in range(3):
        model.step()
        assert model.classes.extra == pytest.approx(0.1, abs=1e-15)
    model.policy = scenario().policy
    model.step()
    assert not model.classes.extra.any()


def test_of_one_good_year_a_fifth_lasts_and_the_rest_fades_by_three_fifths_a_year():
    """Of students who lived through that year, 0.52, 0.328 and 0.2512 of it are left after 1, 2 and 3 years."""
    effects = replace(at_rest(0).effects, kappa=0.2, delta=0.4, b_peer_between=0.0)
    left = []
    worlds = [calm_district(policy=policy) for policy in (boosted(1.0, 0.0), scenario().policy)]
    for model in worlds:
        model.effects = effects
        # Families do not choose, so that nobody changes school because scores rose.
        model.district = replace(model.district, catchment_enforcement=1.0)
    for year in range(4):
        for model in worlds:
            model.step()
        boost, none = (model.students for model in worlds)
        assert np.array_equal(boost.id, none.id)
        there = boost.grade > year
        left.append(boost.achievement[there] - none.achievement[there])
        assert none.achievement[~there] == pytest.approx(boost.achievement[~there], abs=1e-9)
    for rest, expected in zip(left, (1.0, 0.52, 0.328, 0.2512), strict=True):
        assert rest == pytest.approx(expected, abs=1e-9)


def test_a_trait_at_rest_keeps_its_spread():
    model = calm_district()
    home = model.schools.home_means[model.students.catchment, model.students.grade]
    for level in range(len(LEVELS)):
        at = model.schools.level[model.students.school] == level
        assert np.std((model.students.trait - home)[at]) == pytest.approx(model.effects.trait_sd, rel=0.12)


def sent(**given):
    """What lessons sent by lead schools add to each class, and the district."""
    model = calm_district()
    model.effects = replace(model.effects, **{"b_sent": 0.5, "held_back": 0.5, **given.pop("effects", {})})
    model.zones.fidelity[:] = 1.0
    for term, value in {"sent_coverage": 1.0, **given}.items():
        setattr(model.terms, term, value)
    return sent_teaching(model, team_means(model)[0]), model


def test_lessons_are_sent_to_other_schools_of_a_zone_and_harm_nobody():
    gain, model = sent()
    schools = model.schools
    led = (model.zones.lead[schools.zone] >= 0) & ~schools.lead
    assert (gain >= 0).all() and (gain > 0).any()
    assert not gain[~led[model.classes.school]].any()
    assert not sent(sent_coverage=0.0)[0].any()
    assert sent(sent_coverage=0.5)[0] == pytest.approx(0.5 * gain)


def test_lead_schools_send_less_when_only_their_own_results_count():
    gain, _ = sent()
    assert sent(assessed=True, bundled=0.0)[0] == pytest.approx(0.5 * gain)
    assert sent(assessed=True, bundled=1.0)[0] == pytest.approx(gain)


def test_the_better_half_is_sent_and_nothing_where_the_team_is_as_good():
    gain, model = sent()
    teachers = model.teachers
    row = int(np.flatnonzero(gain > 0)[0])
    lead = model.zones.lead[model.schools.zone[model.classes.school[row]]]
    core = np.sort(teachers.skill[(teachers.school == lead) & (teachers.subject < 3)])
    better = core[len(core) // 2 :].mean()
    assert gain[row] == pytest.approx(0.5 * (better - team_means(model)[0][row]))
    assert not sent_teaching(model, np.full(len(model.classes), core[-1] + 10.0)).any()

"""What holds for every lever, and what the short ones state and cost."""

import numpy as np
import pytest

import sim
from reference.random_district import calm_district
from reference.small_world import YEAR, effects, same_bits, small_world
from sim.agents.activities import public_teachers, record_activities
from sim.agents.staffing import posts_by_norm
from sim.agents.zone import fidelity
from sim.model import CALENDAR
from sim.reform import known_levers
from sim.reform.digital import Digital
from sim.reform.enrolment import Enrolment
from sim.reform.governance import Governance
from sim.reform.joint_teaching import JointTeaching
from sim.reform.lever import Lever
from sim.reform.recruitment import Recruitment
from sim.reform.research import Research
from sim.reform.training import Training
from sim.userinput import config_root, read_yaml

PRICES = "training_hour live_room platform research_project new_teacher_pay".split()
PRICES += "move joint_work ict_course contest".split()
PRICES += "sent_teaching graduate_hire agency_pay".split()
PRICES += "itinerant zone_office lottery seat showcase multimedia_room trusteeship".split()


def staffed(model):
    """What `Recruitment` asks of the model beyond the tables."""
    model.held = False
    model.norm_share = np.ones(len(model.schools))
    model.district.by_level = lambda name: (19.0, 13.5)
    model.schools.private[:] = False
    model.prices["new_teacher_pay"] = 1e5
    return model


def test_levers_are_known_by_the_names_of_the_interface():
    groups = [
        *("governance", "rotation", "joint_teaching", "research", "training", "digital"),
        *("funding", "enrolment", "recruitment"),
        *("showcase", "building", "trusteeship"),
    ]
    assert list(known_levers()) == groups
    steps = [name for name, _ in CALENDAR]
    for group, lever in known_levers().items():
        assert issubclass(lever, Lever) and lever.group == group and lever.step in steps


@pytest.mark.parametrize("group", [group for group in known_levers() if group != "funding"])
def test_a_lever_that_is_off_changes_no_bit(group):
    model, same = staffed(small_world(1)), staffed(small_world(1))
    known_levers()[group]().announce(model, YEAR)
    known_levers()[group]().apply(model, YEAR)
    for table in ("schools", "zones", "teachers", "students"):
        assert same_bits(getattr(model, table), getattr(same, table))
    for term, value in vars(same.terms).items():
        assert np.array_equal(getattr(model.terms, term), value), term
    assert model.spent == {}


def test_enrolment_states_choice_and_caps():
    model = small_world(1)
    Enrolment(catchment_enforcement=0.9, class_cap_junior=48).apply(model, YEAR)
    assert model.terms.may_choose == pytest.approx(0.1)
    assert model.terms.class_cap.tolist() == [45.0, 48.0]


def test_zones_do_more_of_what_is_decreed_year_by_year_up_to_the_ceiling_of_their_form():
    model = small_world(1, schools=12, zones=3)
    model.effects = effects(
        ceiling_group=0.9, ceiling_zone=0.75, ceiling_alliance=0.5, ceiling_members=5.0, ceiling_loss=0.05
    )
    model.zones.form, model.zones.members = [0, 1, 2], [3, 5, 7]
    assert fidelity(model) == pytest.approx(np.array([0.9, 0.75, 0.4]) * (1 - np.exp(-0.5)))
    model.year = 2020
    assert not fidelity(model).any()
    model.year = 2025
    Governance(fidelity_years=1.0, director_share=0.3).announce(model, 2025)
    assert fidelity(model) == pytest.approx(np.array([0.9, 0.75, 0.4]) * (1 - np.exp(-5.0)))
    assert model.terms.director_share == 0.3


def test_joint_teaching_states_coverage_and_mode():
    model = small_world(1)
    JointTeaching(coverage=0.5, mode="matched_pairs").apply(model, YEAR)
    assert (model.terms.joint_coverage, model.terms.joint_mode) == (0.5, "matched_pairs")
    assert model.spent == {"joint_teaching": 0.5 * 1e3 * model.teachers.employed.sum()}


def test_schools_outside_zones_do_no_joint_work():
    model = small_world(1)
    model.schools.zone[0] = -1
    JointTeaching(coverage=1.0).apply(model, YEAR)
    assert model.spent == {"joint_teaching": 1e3 * (model.teachers.school > 0).sum()}


def test_what_a_zone_does_as_one_is_said_before_others_speak():
    model = small_world(1, schools=12, zones=3)
    model.effects = effects(
        ceiling_group=0.9, ceiling_zone=0.75, ceiling_alliance=0.5, ceiling_members=5.0, ceiling_loss=0.05
    )
    model.zones.form, model.zones.members = [0, 1, 2], [3, 5, 7]
    Governance(unified=("personnel", "money", "appraisal")).announce(model, YEAR)
    terms = model.terms
    assert terms.surplus_pools == {"zone": "governance"} and terms.bundled == 1.0 and terms.unified_money
    assert fidelity(model)[2] < 0.2
    Governance(unified=("teaching",)).announce(model, YEAR)
    assert fidelity(model) == pytest.approx(np.full(3, 0.9) * (1 - np.exp(-0.5)))
    assert not terms.unified_money


@pytest.mark.parametrize("powers", [{"unified": ("money",)}, {"director_share": 0.2}])
def test_a_zone_that_runs_something_pays_for_an_office(powers):
    model = small_world(1, schools=12, zones=3)
    Governance(**powers).apply(model, YEAR)
    assert model.spent == {"governance": 3 * 7.5e4}


def test_a_zone_that_only_does_what_is_decreed_sooner_needs_no_office():
    model = small_world(1)
    Governance(fidelity_years=1.0).apply(model, YEAR)
    assert model.spent == {}


def test_recruitment_states_what_hires_and_titles_go_by():
    model = staffed(small_world(1))
    model.terms.surplus_pools = {"zone": "governance"}
    settings = {"weak_school_priority": 0.3, "title_weak_priority": 0.4, "agency_share": 0.1, "masters_share": 0.6}
    Recruitment(district_managed=True, subject_priority=("pe_arts",), **settings).apply(model, YEAR)
    assert {name: getattr(model.terms, name) for name in settings} == settings
    assert model.terms.surplus_pools == {"zone": "governance", "district": "recruitment"}
    assert list(model.terms.priority_posts) == [3]
    assert model.terms.priority_posts[3] == pytest.approx([0.009, 0.009])


def test_sent_lessons_cost_for_every_class_that_a_lead_can_reach():
    model = calm_district()
    JointTeaching(coverage=0.5, mode="teaching_sent").apply(model, model.year)
    led = model.zones.lead[model.schools.zone] >= 0
    of_others = (led & ~model.schools.lead)[model.classes.school]
    reached = model.schools.count_by_level(model.classes.school[of_others])
    assert reached.all()
    assert (model.terms.sent_coverage, model.terms.joint_coverage) == (0.5, 0.0)
    assert model.terms.costs == {"joint_teaching": tuple(0.5 * reached * model.prices["sent_teaching"])}


def test_research_pays_for_projects_above_the_status_quo():
    model = small_world(1, schools=6, zones=1)
    Research(school_share=1.0, teacher_share=0.15).apply(model, YEAR)
    assert model.spent == {"research": (6 - 2) * 3e4}
    assert (model.terms.school_research_share, model.terms.teacher_research_share) == (1.0, 0.15)


def test_training_costs_its_hours_and_a_share_of_funds_buys_them():
    model = small_world(1)
    teachers = public_teachers(model).sum()
    Training(hours_5y=100).apply(model, YEAR)
    assert model.terms.training_hours == 100
    assert model.spent["training"] == pytest.approx(100 / 5 * 40 * teachers)
    model = small_world(1)
    Training(fund_share=0.05).apply(model, YEAR)
    level = model.schools.level[model.students.school[~model.schools.private[model.students.school]]]
    assert model.spent["training"] == pytest.approx(0.05 * (650 * (level == 0).sum() + 850 * (level == 1).sum()))
    assert model.terms.training_hours / 5 * 40 * teachers == pytest.approx(model.spent["training"])


def test_training_pays_for_those_it_adds_to_the_status_quo():
    usual, model = small_world(1), small_world(1)
    lever = Training(ict_share=1.0, young_teacher_share=0.8)
    lever.apply(model, YEAR)
    assert (model.terms.ict_share, model.terms.young_contest_share) == (1.0, 0.8)
    for world in (usual, model):
        record_activities(world)
    trained, young = (
        int((model.teachers.arrays[name] & ~usual.teachers.arrays[name]).sum()) for name in ("ict_trained", "contest")
    )
    assert trained > 0 and young > 0
    assert model.spent == {"training": 600.0 * trained + 300.0 * young}
    same = small_world(1)
    Training(ict_share=same.terms.ict_share, young_teacher_share=same.terms.young_contest_share).apply(same, YEAR)
    assert same.spent == {}


def test_digital_pays_rooms_once_and_the_platform_every_year():
    model = small_world(1, schools=10, zones=1)
    lever = Digital(kind="network_school", school_coverage=0.8, live_class_share=0.5, lesson_share=0.4)
    model.schools.live_room[:1] = True
    lever.apply(model, YEAR)
    assert model.spent == {"digital": 4 * 1e4 + 4 * 1e5}
    assert (model.terms.digital_school_share, model.terms.digital_lesson_share) == (0.8, 0.4)
    assert (model.terms.live_class_share, model.terms.live_source) == (0.5, "district_best")
    model.schools.live_room[:5] = True
    model.terms.digital_school_share, model.spent = 0.4, {}
    lever.apply(model, YEAR + 1)
    assert model.spent == {"digital": 4 * 1e4}


def test_a_school_that_stops_live_classes_is_not_equipped_a_second_time():
    words = ["district.students=900", "policy.digital={live_class_share: {2021: 0.9, 2022: 0, 2023: 0.9, 2024: 1}}"]
    model = sim.load(overrides=words).model(seed=1)
    before = int(model.schools.live_room.sum())
    spent, live = [], []
    for _ in range(4):
        model.step()
        spent.append(sum(model.terms.costs.get("digital", (0,))))
        live.append(int(model.schools.live.sum()))
    room = model.prices["live_room"]
    assert spent == [(live[0] - before) * room, 0, 0, (live[3] - live[0]) * room]
    assert spent[0] > 0 and live[1] == 0 and live[2] == live[0]


def test_recruitment_pays_for_posts_above_the_status_quo():
    model = staffed(small_world(1, schools=4, zones=1, students=800))
    Recruitment(norm_primary=10).apply(model, YEAR)
    students = np.bincount(model.students.school, minlength=4)
    more = np.round(students / 10).sum() - np.round(students / 19).sum()
    assert model.terms.norm.tolist() == [10.0, 13.5]
    assert model.spent == {"recruitment": more * 1e5}
    Recruitment(fill_norm=0.5).apply(model, YEAR)
    assert model.terms.fill_norm == 0.5


def test_filling_the_norm_raises_schools_below_it_and_no_school_pays_for_another():
    model = staffed(small_world(1, schools=4, zones=1, students=800))
    model.classes.size[:] = 200
    model.norm_share = np.array([0.6, 1.0, 1.4, 1.4])
    plain = np.full(4, 200) / 19
    before = posts_by_norm(model)
    Recruitment(fill_norm=0.5).apply(model, YEAR)
    after = posts_by_norm(model)
    assert after.tolist() == np.round(plain * [0.8, 1.0, 1.4, 1.4]).tolist()
    assert after[0] > before[0] and after[1:].tolist() == before[1:].tolist()
    assert model.spent == {"recruitment": (after[0] - before[0]) * 1e5}
    model.spent, model.terms.fill_norm = {}, 0.0
    Recruitment(fill_norm=1.0, norm_primary=22).apply(model, YEAR)  # a weaker norm, to which the first school is raised
    new = posts_by_norm(model)
    assert (new[1:] < before[1:]).all() and new[0] > before[0]
    assert model.spent == {"recruitment": (new[0] - before[0]) * 1e5}


def test_every_price_has_a_unit_and_a_source():
    prices = read_yaml(config_root() / "prices" / "default.yaml")
    assert set(PRICES) == set(prices)
    for name, price in prices.items():
        assert set(price) == {"value", "unit", "source"} and price["value"] > 0 and price["source"], name

"""Public schools in no zone: what is asked of a district's table, and what passes them by."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

import sim
from sim.agents.school import NO_ZONE
from sim.district.listed_places import OutsideSchool
from sim.district.reading import load_district
from sim.indicators.units import Units
from sim.userinput import UserError, find, read_yaml

PLACES = {"district.students": 2000}


def world(policy="none", *, district="shapingba", **settings):
    overrides = [*PLACES.items(), *((f"policy.{name}", value) for name, value in settings.items())]
    return sim.load(district, policy, overrides=overrides, effects="means").model(seed=1)


def refusal(folder, outside):
    raw = read_yaml(find("district", "wuhan_edz")) | {"name": "mine", "outside": outside}
    path = folder / "district" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        load_district("mine", config_dirs=[folder])
    return str(refused.value)


@pytest.mark.parametrize(
    ("outside", "words"),
    [
        ("all", "outside must be a list such as"),
        ([{"level": "primery", "schools": ["甲"]}], "each needs a level (primary, junior) and a list of schools"),
        ([{"level": "primary", "schools": "甲"}], "each needs a level"),
        ([{"level": "primary", "schools": [1]}], "each needs a level"),
        ([{"level": "primary", "schools": ["甲", "甲"]}], "甲: there is a primary school of this name already"),
        ([{"level": "primary", "schools": ["神龙小学"]}], "神龙小学: there is a primary school of this name already"),
    ],
)
def test_a_wrong_list_is_answered_in_its_words(tmp_path, outside, words):
    assert words in refusal(tmp_path, outside)


def test_they_are_public_and_the_district_counts_them_but_no_zone_does():
    model = world()
    outside = model.schools.zone == NO_ZONE
    assert outside.sum() == 32 and not model.schools.private.any() and not model.schools.lead[outside].any()
    assert model.zones.members.sum() == (~outside).sum() == 54
    units = Units.of(model.schools, model.zones, "沙坪坝")
    in_district = units.school[units.unit == 0]
    in_zones = units.school[[units.keys[unit][1] == "zone" for unit in units.unit]]
    assert outside[in_district].sum() == 32 and not outside[in_zones].any()


def test_a_district_may_have_no_zone_at_all():
    model = world("wuhan_edz_2021_2023", district="wuchang")
    model.step()
    assert len(model.zones) == 0 and (model.schools.zone == NO_ZONE).all()
    assert not model.schools.received.any() and model.ledger.budgeted == 0


def test_teachers_outside_zones_are_left_in_peace_by_rotation_in_zones_and_not_across_the_district():
    settings = {"rotation": {"rate": 1.0, "scope": "zone", "direction": "any"}}
    within, across = world(**settings), world(**{"rotation": {**settings["rotation"], "scope": "district"}})
    for model, some in ((within, False), (across, True)):
        model.step()
        at = model.schools.zone[model.teachers.school] == NO_ZONE
        assert (model.teachers.rotated & model.teachers.employed & at).any() == some


def test_teachers_outside_zones_change_schools_among_themselves():
    overrides = ["district.students=20000", "effects.move_seekers=0.8"]
    model = sim.load("shapingba", effects="means", overrides=overrides).model(seed=1)
    schools, home, person = model.schools, model.teachers.school.copy(), model.teachers.id.copy()
    model.step()
    teachers = model.teachers.take(np.arange(len(home)))  # those of new posts come after
    changed = teachers.employed & (teachers.id == person) & (teachers.school != home)
    from_outside = changed & (schools.zone[home] == NO_ZONE)
    assert from_outside.any()
    assert (schools.zone[teachers.school[from_outside]] == NO_ZONE).all()
    assert (schools.level[teachers.school[from_outside]] == schools.level[home[from_outside]]).all()


@pytest.mark.parametrize("kind", ["dedicated", "master_teacher", "network_school"])
def test_only_the_districts_best_lessons_are_heard_outside_zones(kind):
    live = {"kind": kind, "live_class_share": 1.0}
    on, off = world(digital=live), world(digital={**live, "live_class_share": 0.0})
    on.step(), off.step()
    outside = on.schools.zone[on.classes.school] == NO_ZONE
    heard = np.round(on.classes.digital - off.classes.digital, 12)[outside] > 0
    assert heard.any() == (kind == "network_school")


def test_a_trusteeship_at_a_school_in_no_zone_is_refused():
    contract = {"school": "第66小学", "trustee": "第1小学", "start_year": 2016}
    with pytest.raises(UserError, match="第66小学: this school is in no zone, which would carry the contract out"):
        sim.load("shapingba", overrides=[("policy.trusteeship", {"projects": [contract]})])
    building = {"projects": [{"school": "第66小学", "start_year": 2016, "seats": 60}]}
    assert sim.load("shapingba", overrides=[("policy.building", building)])


def test_an_empty_list_changes_no_bit():
    scenario = sim.load("wuhan_edz", effects="means", overrides=list(PLACES.items()))
    same = replace(scenario, district=replace(scenario.district, outside=()))
    more = replace(scenario, district=replace(scenario.district, outside=(OutsideSchool("区外小学", 0),)))
    schools = [one.at_rest(1).schools for one in (scenario, same, more)]
    assert (schools[0].intake == schools[1].intake).all() and len(schools[2]) == len(schools[0]) + 1

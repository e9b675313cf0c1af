"""Zones made from numbers: as many schools as the students fill, every one in a zone with a lead, the map as dense."""

from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.agents.school import LEVELS, YEARS
from sim.agents.student import MOST_SCHOOLS
from sim.agents.zone import FORMS
from sim.district.numbered import ZoneNumbers
from sim.district.reading import load_district
from sim.district.synthesis import zones_and_schools
from sim.noise import Noise
from sim.userinput import UserError, find, read_yaml

PROVINCE = "synthetic_province"
sizes = st.floats(500, 20_000_000)
numbers = st.builds(
    ZoneNumbers,
    level=st.integers(0, 1),
    students_a_school=st.floats(20, 10_000),
    schools_a_zone=st.integers(1, 100),
    form=st.integers(0, len(FORMS) - 1),
    source=st.just("assumed"),
)


def province(students, **more):
    return load_district(PROVINCE, [("students", students), *more.items()])


@given(numbers, st.floats(500, 300_000))
def test_schools_fill_and_zones_are_as_large_as_stated_each_led_by_its_first(numbers, students):
    zones = numbers.zones(students)
    schools = [school for zone in zones for school in zone.schools]
    share = YEARS[numbers.level] / sum(YEARS)
    assert abs(len(schools) - max(1, students * share / numbers.students_a_school)) <= 0.5
    assert abs(len(zones) - max(1, len(schools) / numbers.schools_a_zone)) <= 0.5
    assert len(set(schools)) == len(schools) and len({zone.name for zone in zones}) == len(zones)
    members = [len(zone.schools) for zone in zones]
    assert min(members) >= 1 and max(members) - min(members) <= 1
    assert all(zone.lead == zone.schools[0] for zone in zones)
    assert {(zone.level, zone.form) for zone in zones} == {(numbers.level, numbers.form)}


def test_a_province_of_ten_million_has_6_666_schools_in_1_667_zones():
    place = province(10_000_000)
    assert (len(place.public_schools), len(place.zones)) == (6666, 1667)
    assert len({zone.name for zone in place.zones}) == 1667 and len(set(place.public_schools)) == 6666


@given(sizes)
@settings(max_examples=10, deadline=None)
def test_a_km2_has_as_many_students_whatever_number_is_typed(students):
    stated = load_district(PROVINCE)
    assert province(students).map_km**2 / students == pytest.approx(stated.map_km**2 / stated.students)


def test_a_map_that_is_typed_stays_and_one_that_grew_says_so():
    assert province(60_000, map_km=20).map_km == 20
    assert "of another number of students" in province(60_000).sources["map_km"]
    assert load_district(PROVINCE).map_km == read_yaml(find("district", PROVINCE))["margins"]["map_km"]["value"]


def test_the_file_says_that_it_stands_for_no_place_and_the_sources_of_its_numbers_are_kept():
    head = find("district", PROVINCE).read_text(encoding="utf-8").splitlines()[:3]
    assert "stands for no place" in " ".join(head)
    assert {load_district(PROVINCE).sources[f"zones.{level}"].partition(":")[0] for level in LEVELS} == {"assumed"}


def test_it_runs():
    scenario = sim.load(PROVINCE, overrides=["district.students=6000"], horizon=2021)
    model = scenario.model(seed=1)
    model.step()
    assert abs(len(model.students) - 6000) < 100 and len(model.schools) == 4


RIGHT = {"students_a_school": 900, "schools_a_zone": 4, "form": "zone"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"junior": None}, "zones: junior must have students_a_school, schools_a_zone, form, as in {primary: {"),
        ({"senior": {}}, "zones: senior: no such level; known: primary, junior"),
        ({"primary": RIGHT | {"schools": 4}}, "zones: primary: schools: no such entry; known: students_a_school"),
        ({"primary": RIGHT | {"form": "club"}}, "zones: primary: form must be one of group, zone, alliance"),
        ({"primary": RIGHT | {"students_a_school": 9}}, "students_a_school must be within 20 ... 10000, got 9"),
        ({"primary": RIGHT | {"schools_a_zone": 2.5}}, "schools_a_zone must be a whole number (within 1 ... 100)"),
    ],
)
def test_numbers_that_say_something_else_are_refused(tmp_path, change, said):
    assert said in refusal(tmp_path, lambda zones: zones | change)


def test_a_level_that_is_missing_is_named(tmp_path):
    said = refusal(tmp_path, lambda zones: {"primary": zones["primary"]})
    assert "mine.yaml: zones: junior is missing; numbers go by level, as in {primary: {students_a_school: 1500" in said


def test_more_schools_than_their_column_can_number_are_refused():
    spec = province(1_000_000)
    many = (replace(spec.zones[0], schools=tuple(f"{i}" for i in range(MOST_SCHOOLS + 1))),)
    with pytest.raises(UserError, match="32,768 schools, more than the 32,767 that a district may have"):
        zones_and_schools(replace(spec, zones=many), Noise(1))


def refusal(folder, change):
    raw = read_yaml(find("district", PROVINCE)) | {"name": "mine"}
    raw["zones"] = change(raw["zones"])
    path = folder / "district" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        load_district("mine", config_dirs=[folder])
    assert "\n" not in str(refused.value)
    return str(refused.value)

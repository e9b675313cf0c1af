"""What a district states is read as it stands, and what is wrong is answered in one message."""

import csv
import re
import shutil
from pathlib import Path

import pytest
import yaml

from sim.agents.school import LEVELS
from sim.agents.zone import FORMS
from sim.district.listed_places import PrivateSchool
from sim.district.reading import load_district
from sim.district.spec import DistrictSpec
from sim.userinput import UserError, config_root, find, parse_override, read_yaml

TABLE = Path(__file__).parents[2] / "docs" / "sources" / "zones_wuhan_edz.csv"
WUHAN = load_district("wuhan_edz")
DISTRICTS = sorted(path.stem for path in (config_root() / "district").glob("*.yaml"))


def refusal(*overrides, **where):
    with pytest.raises(UserError) as refused:
        load_district(
            overrides=[(key.removeprefix("district."), value) for key, value in map(parse_override, overrides)],
            **({"name": "wuhan_edz"} | where),
        )
    return str(refused.value)


OF_PRIVATE_SCHOOLS = ("private_share_primary", "private_share_junior", "migrant_public_share")
"""Margins that a district without private schools, as Wuhan's, may not change."""


def own_district(folder, change):
    """A district of one's own in `folder`: Wuhan's with something changed."""
    raw = read_yaml(find("district", "wuhan_edz")) | {"name": "mine"}
    change(raw)
    path = folder / "district" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return {"name": "mine", "config_dirs": [folder]}


class TestNames:
    @pytest.mark.parametrize(
        ("entries", "said"),
        [
            ({"name": "神龙小学教育集团"}, "zone 神龙小学教育集团: there is a primary zone of this name already; give"),
            ({"name": "mine"}, "zone mine has the name of the district; give it a name of its own"),
            ({"schools": ["甲小学", "乙小学", "甲小学"]}, "school 甲小学: zone 三角湖小学教育集团 lists it twice"),
            ({"schools": ["甲小学", "神龙小学"]}, "school 神龙小学: zone 神龙小学教育集团 has it too, and a"),
            ({"schools": ["甲小学", 12]}, "schools must be names, got 12; write it in quotes"),
            ({"schools": ["甲小学", ["乙小学"]]}, "schools must be names, got"),
        ],
    )
    def test_one_name_for_two_places_is_refused(self, tmp_path, entries, said):
        def change(raw):
            raw["zones"][2] = {**raw["zones"][2], "lead": None, **entries}

        answer = refusal(**own_district(tmp_path, change))
        assert "mine.yaml: zone" in answer and said in answer and "\n" not in answer

    def test_a_nine_year_school_stands_in_a_zone_of_each_level(self, tmp_path):
        def change(raw):
            for zone in raw["zones"][:2]:  # one of junior, one of primary schools
                zone["schools"] = [*zone["schools"], "九年制学校"]
                zone["name"] = "一贯制集团"

        assert load_district(**own_district(tmp_path, change)).public_schools.count("九年制学校") == 2


class TestShippedDistricts:
    @pytest.mark.parametrize("name", DISTRICTS)
    def test_every_margin_has_a_source_or_says_assumed(self, name):
        stated = read_yaml(find("district", name))["margins"]
        assert list(stated) == list(DistrictSpec.margins())
        for key, margin in stated.items():
            assert margin.keys() in ({"value", "source"}, {"value", "low", "high", "source"}), key
            assert isinstance(margin["source"], str) and len(margin["source"]) >= len("assumed"), key
        said = load_district(name).sources
        assert {key: said[key] for key in stated} == {key: margin["source"] for key, margin in stated.items()}

    @pytest.mark.parametrize("name", DISTRICTS)
    def test_sources_that_name_a_file_name_one_that_is_there(self, name):
        for key, source in load_district(name).sources.items():
            file = source.partition(".csv")
            if file[1]:
                assert (TABLE.parent / f"{file[0]}.csv").is_file(), key

    @pytest.mark.parametrize(
        "margin", [key for key, source in WUHAN.sources.items() if source.startswith("evidence.csv")]
    )
    def test_numbers_from_the_evidence_are_those_of_its_table(self, margin):
        key = WUHAN.sources[margin].removeprefix("evidence.csv ").partition(":")[0]
        with (TABLE.parent / "evidence.csv").open(encoding="utf-8", newline="") as file:
            evidence = {row["key"]: row for row in csv.DictReader(file)}
        text = f"{evidence[key]['value']} {evidence[key]['population']}"
        assert getattr(WUHAN, margin) in [float(number) for number in re.findall(r"\d*\.?\d+", text)]

    def test_a_margin_states_its_unit_its_bounds_and_its_meaning(self):
        for name in DistrictSpec.margins():
            declared = DistrictSpec.__dataclass_fields__[name].metadata
            assert declared["low"] < declared["high"] and declared["meaning"], name


class TestWuhan:
    """Zones and schools are those of the annex of document 000."""

    @staticmethod
    def rows():
        with TABLE.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_zones_schools_levels_forms_and_leads_are_those_of_the_annex(self):
        stated = [
            (zone.name, LEVELS[zone.level], FORMS[zone.form], school, school == zone.lead)
            for zone in WUHAN.zones
            for school in zone.schools
        ]
        annex = [(r["zone_zh"], r["level"], r["track"], r["school_zh"], r["lead"] == "yes") for r in self.rows()]
        assert stated == annex

    def test_there_are_twelve_zones_with_37_schools_13_of_them_junior(self):
        schools = [(school, zone.level) for zone in WUHAN.zones for school in zone.schools]
        by_level = [sum(level == kind for _, level in schools) for kind in range(2)]
        assert (len(WUHAN.zones), len(schools), by_level) == (12, 37, [24, 13])
        assert [zone.form for zone in WUHAN.zones].count(FORMS.index("group")) == 3
        assert all(zone.lead in zone.schools for zone in WUHAN.zones)

    def test_no_school_is_named_twice(self):
        names = [school for zone in WUHAN.zones for school in zone.schools]
        assert len(set(names)) == 37

    def test_the_junior_and_the_primary_school_of_junshan_stay_apart(self):
        zone_of = {school: zone for zone in WUHAN.zones for school in zone.schools}
        junior, primary = zone_of["军山中学"], zone_of["军山小学"]
        assert (junior.name, LEVELS[junior.level]) == ("一初中教育集团", "junior")
        assert (primary.name, LEVELS[primary.level]) == ("神龙小学教育集团", "primary")

    def test_the_district_has_60_000_students_by_assumption(self):
        assert WUHAN.students == 60_000 and WUHAN.sources["students"].startswith("assumed")


PRIVATE = [{"name": "甲", "level": "primary"}, {"name": "甲", "level": "junior"}, {"name": "乙", "level": "primary"}]


def add_private(raw, schools=PRIVATE, **margins):
    stated = {"private_share_primary": 0.05, "private_share_junior": 0.1, "migrant_public_share": 0.85} | margins
    raw["private_schools"] = schools
    raw["margins"] |= {name: {"value": value, "source": "assumed"} for name, value in stated.items()}


class TestPrivateSchools:
    def test_they_stand_beside_the_zones_and_a_nine_year_school_under_both_levels(self, tmp_path):
        mine = load_district(**own_district(tmp_path, add_private))
        assert mine.private_schools == (PrivateSchool("甲", 0), PrivateSchool("甲", 1), PrivateSchool("乙", 0))
        assert mine.zones == WUHAN.zones
        assert (mine.by_level("private_share"), mine.migrant_public_share) == ((0.05, 0.1), 0.85)

    @pytest.mark.parametrize("name", OF_PRIVATE_SCHOOLS)
    def test_with_them_the_margins_that_speak_of_them_have_their_bounds(self, tmp_path, name):
        place = own_district(tmp_path, add_private)
        high = DistrictSpec.__dataclass_fields__[name].metadata["high"]
        assert getattr(load_district(overrides=[(name, high)], **place), name) == high
        for beyond in (-1e-6, high + 1e-6):
            with pytest.raises(UserError, match=rf"^district\.{name} must be within"):
                load_district(overrides=[(name, beyond)], **place)

    def test_a_district_that_says_nothing_of_them_has_none(self, tmp_path):
        def forget(raw):
            for name in (*OF_PRIVATE_SCHOOLS, "classes_reshuffled"):
                del raw["margins"][name]

        mine = load_district(**own_district(tmp_path, forget))
        assert (mine.private_schools, mine.by_level("private_share"), mine.migrant_public_share) == ((), (0, 0), 1)
        assert mine.classes_reshuffled == 0 and mine.sources["private_share_primary"] == "not stated"

    @pytest.mark.parametrize(
        ("override", "message"),
        [
            ("district.private_share_junior=0.1", "the district lists no private junior school; use 0"),
            ("district.migrant_public_share=0.85", "lists no private schools, and all its children go to public ones"),
        ],
    )
    def test_without_them_no_share_may_be_theirs(self, override, message):
        assert message in refusal(override)

    @pytest.mark.parametrize(
        ("schools", "margins", "message"),
        [
            (PRIVATE, {"private_share_junior": 0}, "private_schools lists junior schools: private_share_junior must"),
            (PRIVATE[:1], {}, "private_share_junior=0.1: the district lists no private junior school; use 0"),
            ([PRIVATE[0], PRIVATE[0]], {}, "甲: it is listed twice as primary"),
            ([{"name": "四中", "level": "primary"}], {}, "四中: a public school has this name too"),
            ([{"name": "丙"}], {}, "each needs a name and a level (primary, junior), got"),
            ([{"name": "丙", "level": "senior"}], {}, "each needs a name and a level (primary, junior), got"),
            ([PRIVATE[0] | {"seats": 3}], {}, "each needs a name and a level (primary, junior), got"),
            (["丙"], {}, "private_schools must be a list of {name, level}, got"),
            ("丙", {}, "private_schools must be a list of {name, level}, got"),
        ],
    )
    def test_a_list_that_says_something_else_is_refused(self, tmp_path, schools, margins, message):
        assert message in refusal(**own_district(tmp_path, lambda raw: add_private(raw, schools, **margins)))


class TestOverrides:
    def test_one_margin_is_replaced_and_its_source_is_the_command_line(self):
        mine = load_district("wuhan_edz", [("students", 900), ("norm_junior", 12.5)])
        assert (mine.students, mine.norm_junior, mine.sources["students"]) == (900.0, 12.5, "command line")
        others = [name for name in DistrictSpec.margins() if name not in ("students", "norm_junior")]
        assert all(getattr(mine, name) == getattr(WUHAN, name) for name in others)
        assert mine.zones == WUHAN.zones and WUHAN.students == 60_000

    def test_the_baseline_year_is_a_setting(self):
        assert load_district("wuhan_edz", [("baseline_year", 2018)]).baseline_year == 2018

    @pytest.mark.parametrize("name", [name for name in DistrictSpec.margins() if name not in OF_PRIVATE_SCHOOLS])
    def test_bounds_are_allowed_and_beyond_them_is_not(self, name):
        low, high = (DistrictSpec.__dataclass_fields__[name].metadata[end] for end in ("low", "high"))
        assert getattr(load_district("wuhan_edz", [(name, low)]), name) == low
        assert getattr(load_district("wuhan_edz", [(name, high)]), name) == high
        for beyond in (low - 1e-6 * max(1, abs(low)), high * 1.000001 + 1e-9):
            with pytest.raises(UserError, match=rf"^district\.{name} must be (a whole number \()?within"):
                load_district("wuhan_edz", [(name, beyond)])

    @pytest.mark.parametrize(
        ("override", "message"),
        [
            ("district.students=-1", "district.students must be within 500 ... 20000000, got -1"),
            ("district.students=true", "district.students must be a number (within 500 ... 20000000), got true"),
            ("district.pass_share=false", "district.pass_share must be a number (within 0.01 ... 0.99), got false"),
            ("district.migrant_share=true", "district.migrant_share must be a number (within 0 ... 1), got true"),
            ("district.students=many", "district.students must be a number (within 500 ... 20000000), got 'many'"),
            ("district.students=null", "district.students must be a number (within 500 ... 20000000), got null"),
            ("district.students=.nan", "district.students must be a number (within 500 ... 20000000), got nan"),
            ("district.students=.inf", "district.students must be a number (within 500 ... 20000000), got inf"),
            ("district.students=[900]", "district.students must be a number (within 500 ... 20000000), got [900]"),
            ("district.studnts=900", "district.studnts: no such margin; known are the margins of configs/district/"),
            ("district.studnts=900", "such as students, class_cap_primary; did you mean 'students'?"),
            ("district.core_load=2.5", "district.core_load must be a whole number (within 1 ... 6), got 2.5"),
            ("district.backbone_cv=0.4", "did you mean 'backbone_cv_"),
            ("district.zones=3", "district.zones=3: zones by distance need the place of every school"),
            ("district.baseline_year=true", "district.baseline_year must be a whole number (within 1990 ... 2100)"),
            ("district.baseline_year=20", "district.baseline_year must be within 1990 ... 2100, got 20"),
        ],
    )
    def test_what_has_no_meaning_is_refused(self, override, message):
        assert message in refusal(override) and ".yaml: " not in refusal(override)

    def test_all_that_is_wrong_is_said_at_once(self):
        message = refusal("district.students=-1", "district.pass_share=2")
        assert "district.students" in message and "district.pass_share" in message


class TestOwnDistricts:
    def test_a_copy_of_wuhan_is_the_same_place(self, tmp_path):
        mine = load_district(**own_district(tmp_path, lambda raw: None))
        assert mine.zones == WUHAN.zones
        assert all(getattr(mine, name) == getattr(WUHAN, name) for name in DistrictSpec.margins())

    def test_a_bare_number_is_a_margin_without_a_source(self, tmp_path):
        mine = load_district(**own_district(tmp_path, lambda raw: raw["margins"].update(students=5000)))
        assert (mine.students, mine.sources["students"]) == (5000.0, "not stated")

    def test_missing_margins_are_listed_with_what_they_mean(self, tmp_path):
        def without_three(raw):
            for name in ("students", "norm_junior", "teacher_elasticity"):
                del raw["margins"][name]

        message = refusal(**own_district(tmp_path, without_three))
        assert message == (
            f"{tmp_path}/district/mine.yaml: 3 margins are missing: students (students in compulsory education, grades "
            "1-9, students), norm_junior (establishment norm, students a teacher), teacher_elasticity (elasticity of a "
            "school's posts to its enrolment); copy the margins of the shipped wuhan_edz.yaml"
        )

    def test_without_any_margin_the_first_three_are_listed(self, tmp_path):
        message = refusal(**own_district(tmp_path, lambda raw: raw.pop("margins")))
        declared = DistrictSpec.__dataclass_fields__
        count = sum(declared[name].metadata["unstated"] is None for name in DistrictSpec.margins())
        assert f"{count} margins are missing: students (" in message and f") and {count - 3} more; copy" in message
        assert len(message.removeprefix(str(tmp_path))) < 400

    def test_what_is_wrong_in_the_file_names_it_and_what_is_typed_does_not(self, tmp_path):
        where = own_district(tmp_path, lambda raw: raw["margins"].update(pass_share=2) or raw.update(baseline_year=3))
        file = f"{tmp_path}/district/mine.yaml: "
        assert refusal(**where) == f"{file}district.pass_share must be within 0.01 ... 0.99, got 2"
        assert refusal("district.pass_share=abc", **where).startswith("district.pass_share must be a number (within")
        message = refusal("district.pass_share=0.8", **where)
        assert message == f"{file}baseline_year must be within 1990 ... 2100, got 3"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"zones": None}, "zones must be a list of zones as in the shipped wuhan_edz.yaml, or numbers by level as"),
            ({"zones": [{"name": "a"}]}, "zone a: a zone needs a name and a list of schools"),
            ({"margins": [1]}, "margins must be names and values, got [1]"),
        ],
    )
    def test_a_file_of_another_shape_is_refused(self, tmp_path, change, message):
        assert f"mine.yaml: {message}" in refusal(**own_district(tmp_path, lambda raw: raw.update(change)))

    def test_a_district_is_called_as_it_was_asked_for(self, tmp_path):
        assert load_district(**own_district(tmp_path, lambda raw: raw.pop("name"))).name == "mine"
        folder = tmp_path / "my d"
        folder.mkdir()
        shutil.copy(find("district", "wuhan_edz"), folder / "district.yaml")
        assert refusal(name=str(folder)) == (
            f"{folder}/district.yaml: name is 'wuhan_edz', but this district is called my d; leave name out"
        )
        text = (folder / "district.yaml").read_text(encoding="utf-8")
        (folder / "district.yaml").write_text(text.replace("name: wuhan_edz\n", "", 1), encoding="utf-8")
        assert load_district(str(folder)).name == "my d"

    def test_an_unknown_margin_is_answered_with_the_closest(self, tmp_path):
        where = own_district(tmp_path, lambda raw: raw["margins"].update(norm_primry={"value": 19}))
        assert "norm_primry: no such margin; did you mean 'norm_primary'?" in refusal(**where)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"level": "senior"}, "zone 一初中教育集团: level must be one of primary, junior"),
            ({"form": "club"}, "zone 一初中教育集团: form must be one of group, zone, alliance"),
            ({"lead": "军山小学"}, "zone 一初中教育集团: lead school 军山小学 is not among its schools"),
        ],
    )
    def test_a_wrong_zone_is_refused(self, tmp_path, change, message):
        assert message in refusal(**own_district(tmp_path, lambda raw: raw["zones"][0].update(change)))

    @pytest.mark.parametrize(
        ("margin", "message"),
        [
            ({"low": 5, "high": 9}, "low must be within 500 ... 20000000, got 5"),
            ({"low": 1000}, "high must be a number"),
            ({"low": 70_000, "high": 80_000}, "value 60000 must lie between low 70000 and high 80000"),
        ],
    )
    def test_a_range_is_within_the_bounds_and_round_the_value(self, tmp_path, margin, message):
        def state(raw):
            raw["margins"]["students"] |= margin

        with pytest.raises(UserError, match=re.escape(message)):
            load_district(**own_district(tmp_path, state))

    def test_a_zone_may_be_without_a_lead(self, tmp_path):
        where = own_district(tmp_path, lambda raw: raw["zones"][0].pop("lead"))
        assert load_district(**where).zones[0].lead is None

    def test_a_zone_may_state_its_place_births_and_seats_each_with_a_source(self, tmp_path):
        own = {"east": {"value": 3, "source": "map"}, "north": 4, "birth_trend": -0.05, "seat_slack": {"value": 0.2}}
        zone, other = load_district(**own_district(tmp_path, lambda raw: raw["zones"][0].update(own))).zones[:2]
        assert [getattr(zone, name) for name in zone.own_values()] == [3, 4, -0.05, 0.2]
        assert zone.sources == {"east": "map", "north": "not stated", "birth_trend": "not stated"} | {
            "seat_slack": "not stated"
        }
        assert {getattr(other, name) for name in other.own_values()} == {None} and other.sources == {}
        assert (zone.own("birth_trend", 0.01), other.own("birth_trend", 0.01)) == (-0.05, 0.01)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"birth_trend": 0.3}, "zone 一初中教育集团: birth_trend must be within -0.2 ... 0.2, got 0.3"),
            ({"seat_slack": {"value": "many"}}, "zone 一初中教育集团: seat_slack must be a number"),
            ({"birth_trnd": 0.1}, "zone 一初中教育集团: birth_trnd: no such entry; known: name, level, form, "),
            ({"sources": {}}, "zone 一初中教育集团: sources: no such entry"),
            ({"east": 3}, "zone 一初中教育集团: a place on the map is east and north, got one of them"),
        ],
    )
    def test_what_a_zone_states_is_checked(self, tmp_path, change, message):
        assert message in refusal(**own_district(tmp_path, lambda raw: raw["zones"][0].update(change)))

    def test_an_unknown_district_is_answered_with_the_known_ones(self):
        assert f"known: {', '.join(DISTRICTS)}; did you mean" in refusal(name="wuhan")
        assert "did you mean 'wuhan_edz'?" in refusal(name="wuhan_ed")


class TestLevels:
    def only(self, level):
        def change(raw):
            raw["zones"] = [zone for zone in raw["zones"] if zone["level"] == level]

        return change

    def test_a_district_may_do_without_junior_schools(self, tmp_path):
        where = own_district(tmp_path, self.only("primary"))
        assert {zone.level for zone in load_district(**where).zones} == {0}

    def test_one_without_primary_schools_is_refused(self, tmp_path):
        said = refusal(**own_district(tmp_path, self.only("junior")))
        assert "zones: none is primary; children live in the catchments of primary schools: list those" in said

    def test_a_private_junior_school_needs_a_public_one(self, tmp_path):
        def change(raw):
            self.only("primary")(raw)
            raw["private_schools"] = [{"name": "民办中学", "level": "junior"}]
            raw["margins"] |= {"private_share_junior": 0.1}

        assert "a private junior school needs a public one beside it" in refusal(**own_district(tmp_path, change))

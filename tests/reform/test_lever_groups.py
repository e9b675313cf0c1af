"""The levers of the interface, group by group: class, declared settings, off values, and a twin in the reference."""

import csv
import re
import typing
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from reference import levers as twins
from reference.random_policy import UNMODELLED
from sim.config import Effects
from sim.model import CALENDAR
from sim.reform import known_levers
from sim.reform.lever import Lever, Settings

SOURCES = Path(__file__).parents[2] / "docs" / "sources"
GROUPS = {
    "rotation": (
        "rate backbone_share eligible_years scope direction posting_years relation_moves selection allowance "
        "heads_rate deputies_rate itinerant_share"
    ),
    "joint_teaching": "coverage mode",
    "research": "school_share teacher_share",
    "training": "hours_5y fund_share young_teacher_share ict_share",
    "digital": "kind school_coverage lesson_share live_class_share",
    "funding": (
        "zone_fund per_school_fund zone_fund_primary zone_fund_junior per_school_fund_primary per_school_fund_junior "
        "performance_share metric bundled division spending"
    ),
    "enrolment": (
        "catchment_enforcement lottery class_cap_primary class_cap_junior school_cap high_school_quota private_share "
        "migrant_public_share"
    ),
    "recruitment": (
        "fill_norm norm_primary norm_junior district_managed weak_school_priority subject_priority title_weak_priority "
        "agency_share masters_share"
    ),
    "governance": "unified fidelity_years director_share",
    "showcase": "projects",
    "building": "projects lag",
    "trusteeship": "projects",
}
"""What may be typed below `policy.`, as it is published: a name that goes is a policy file that no longer runs."""
WORDS = {
    ("rotation", "scope"): "zone group district",
    ("rotation", "direction"): "to_weak swap any",
    ("rotation", "selection"): "random voluntary",
    ("joint_teaching", "mode"): "joint_preparation matched_pairs lesson_study teaching_sent shadowing",
    ("digital", "kind"): "dedicated master_teacher network_school synchronous",
    ("funding", "metric"): "level pass_rate value_added_1y value_added_3y",
    ("funding", "division"): "equal need performance",
    ("governance", "unified"): "personnel money teaching appraisal",
    ("recruitment", "subject_priority"): "pe_arts science_it",
}
"""The words that a setting knows."""
LEVELS = {
    ("rotation", "eligible_years"),
    ("rotation", "posting_years"),
    ("research", "school_share"),
    ("research", "teacher_share"),
    ("training", "young_teacher_share"),
    ("training", "ict_share"),
    ("digital", "kind"),
    ("digital", "school_coverage"),
    ("digital", "lesson_share"),
    ("digital", "live_class_share"),
    ("funding", "zone_fund_primary"),
    ("funding", "zone_fund_junior"),
    ("funding", "per_school_fund_primary"),
    ("funding", "per_school_fund_junior"),
    ("enrolment", "catchment_enforcement"),
    ("enrolment", "class_cap_primary"),
    ("enrolment", "class_cap_junior"),
    ("enrolment", "school_cap"),
    ("enrolment", "high_school_quota"),
    ("enrolment", "private_share"),
    ("enrolment", "migrant_public_share"),
    ("recruitment", "norm_primary"),
    ("recruitment", "norm_junior"),
    ("recruitment", "masters_share"),
    ("governance", "fidelity_years"),
}
"""Settings that state a level, off at null: the district's status quo. The others add something, off at nothing."""
MODES = {
    ("rotation", "scope"),
    ("rotation", "direction"),
    ("rotation", "selection"),
    ("joint_teaching", "mode"),
    ("funding", "metric"),
    ("funding", "division"),
    ("building", "lag"),
}
"""How a thing is done that another setting turns on: they start at their default, and do nothing by themselves."""
SETTINGS = [(group, name) for group, names in GROUPS.items() for name in names.split()]
TABLES = ("evidence.csv", "targets.csv")
DRAWN = ("random_policy.py", "random_district.py", "tiny_district.py")
"""Modules of the reference that only draw cases."""
REFERENCE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[1] / "reference").glob("*.py"))
    if path.name not in DRAWN
)


def declared(group, name):
    """The setting; a group or setting that is not there fails with its name."""
    known = known_levers()
    assert group in known, f"no lever {group}"
    settings = known[group].settings()
    assert name in settings, f"policy.{group}.{name} is not declared"
    return settings[name]


def all_settings():
    """Every declared setting, those of projects too, by its name in messages."""
    return [row for group, lever in known_levers().items() for row in settings_of(lever, group)]


def settings_of(kind, where):
    for name, one in kind.settings().items():
        yield f"{where}.{name}", one
        for part in typing.get_args(one.kind):
            if isinstance(part, type) and issubclass(part, Settings):
                yield from settings_of(part, f"{where}.{name}")


def known_references():
    """Ids of the source tables, names of effects, and sections of the national standards."""
    known = {field.name for field in fields(Effects)}
    for name in TABLES:
        with (SOURCES / name).open(encoding="utf-8", newline="") as file:
            known |= {next(iter(row.values())) for row in csv.DictReader(file)}
    headings = (SOURCES / "national_standards.md").read_text(encoding="utf-8")
    return known | {f"national_standards {n}" for n in re.findall(r"^#+ (\d(?:\.\d)?)[. ]", headings, re.M)}


KNOWN = known_references()


def is_traceable(source):
    """Whether it names a row, a rule or a document that is there, or says that it is assumed or a definition."""
    named = set(re.findall(r"national_standards \d(?:\.\d)?", source)) | set(re.findall(r"[\w/]+", source))
    return bool(named & KNOWN) or bool(re.search(r"\bdocument 00[0-4]\b", source)) or source_is_plain(source)


def source_is_plain(source):
    return source.startswith(("assumed", "definition"))


def test_the_levers_are_those_of_the_interface():
    assert set(known_levers()) == set(GROUPS)


def test_no_setting_is_there_that_the_interface_does_not_name():
    unnamed = {(group, name) for group, lever in known_levers().items() for name in lever.settings()}
    assert unnamed - set(SETTINGS) == set()


@pytest.mark.parametrize("group", GROUPS)
def test_a_lever_is_one_class_in_a_file_of_its_own_name_and_acts_in_a_step(group):
    lever = known_levers()[group]
    assert issubclass(lever, Lever)
    assert lever.__module__ == f"sim.reform.{group}"
    assert lever.step in [name for name, _ in CALENDAR]
    assert lever().is_off


@pytest.mark.parametrize(("group", "name"), SETTINGS)
def test_a_setting_is_declared_with_the_words_it_knows(group, name):
    one = declared(group, name)
    if (group, name) in WORDS:
        assert set(one.choices) == set(WORDS[group, name].split())


@pytest.mark.parametrize(("group", "name"), SETTINGS)
def test_a_setting_is_off_at_null_where_it_states_a_level_and_at_nothing_where_it_adds(group, name):
    one = declared(group, name)
    if (group, name) in LEVELS:
        assert one.off is None
    elif (group, name) in MODES:
        assert one.off is not None and known_levers()[group]().is_off
    else:
        assert not one.off and one.off is not None


@pytest.mark.parametrize(("group", "name"), SETTINGS)
def test_a_setting_has_its_twin_in_the_reference(group, name):
    declared(group, name)
    assert f"{group}.{name}" not in UNMODELLED
    assert group in {*twins.ANNOUNCED}.union(*twins.ACTING.values())
    functions = [getattr(twins, spoken, None) for spoken in (group, f"announce_{group}")]
    assert any(map(callable, functions))


@pytest.mark.parametrize("name", [name for name, _ in all_settings()])
def test_the_reference_reads_what_is_declared(name):
    assert re.search(rf"\b{name.rpartition('.')[2]}\b", REFERENCE)


@pytest.mark.parametrize(("name", "one"), all_settings(), ids=lambda part: part if isinstance(part, str) else "")
def test_what_is_declared_says_unit_meaning_and_a_source_that_can_be_looked_up(name, one):
    numeric = {one.kind, *typing.get_args(one.kind)} & {float, int}
    assert bool(one.unit) or not numeric
    assert one.meaning.strip()
    assert is_traceable(one.source), one.source


@pytest.mark.parametrize(
    ("source", "good"),
    [
        ("ZG32", True),
        ("at least 10 %, national_standards 5", True),
        ("WK16: 同步课堂", True),
        ("c_tti_elem for volunteers", True),
        ("document 002", True),
        ("assumed: nobody says", True),
        ("interface: share of places", False),
        ("ZG99", False),
        ("national_standards 9", False),
        ("as is usual", False),
    ],
)
def test_what_counts_as_a_source(source, good):
    assert is_traceable(source) is good


def test_what_must_be_given_is_only_in_projects():
    assert {name for name, one in all_settings() if one.off is MISSING and name.count(".") == 1} == set()

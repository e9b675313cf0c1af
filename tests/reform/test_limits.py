"""Every lever at its limits, and in hard places: a valid world after three years, or one clear error."""

import dataclasses
import typing

import numpy as np
import pytest

import sim
from books import Books, watched
from reference.random_district import empty_school
from sim.agents.zone import FORMS
from sim.district.listed_places import ZoneSpec
from sim.district.reading import load_district
from sim.indicators.catalogue import INDICATORS
from sim.indicators.record import rows
from sim.reform import Policy, known_levers
from sim.reform.lever import CALENDAR_YEAR, Settings
from sim.userinput import UserError, find

pytestmark = pytest.mark.filterwarnings("error")

YEARS = 3
TINY, HUGE = 1e-12, 1e15
MARGINS = {
    "students": 250.0,
    "class_cap_primary": 10.0,
    "class_cap_junior": 10.0,
    "norm_primary": 8.0,
    "norm_junior": 8.0,
    "map_km": 4.0,
}
ZONES = (
    ("大", "primary", "group", "甲", ("甲", "乙", "丙")),
    ("独", "primary", "zone", "丁", ("丁",)),
    ("散", "primary", "alliance", None, ("戊", "己")),
    ("初", "junior", "group", "子", ("子", "丑")),
    ("单", "junior", "zone", None, ("寅",)),
)
"""Name, level, form, lead and schools: a zone of one school and zones without a lead among them."""
ALWAYS = "students classes teachers schools class_size_mean class_size_max students_per_teacher score_mean cost_yuan"
LIVELY = {
    "rotation": {"rate": 0.5, "backbone_share": 0.2, "posting_years": 1, "heads_rate": 0.5},
    "joint_teaching": {"coverage": 0.5},
    "funding": {"zone_fund": 1e5, "per_school_fund": 5e4, "performance_share": 0.5, "spending": {"posts": 0.5}},
    "governance": {"director_share": 0.2, "unified": ["personnel", "money"]},
    "recruitment": {"fill_norm": 0.5, "norm_primary": 12, "district_managed": True},
    "training": {"hours_5y": 100},
}
"""What a lever does while one of its settings is at a limit, so that the setting has something to act on."""
PROJECT = {
    "showcase": {"school": "甲", "start_year": 2021},
    "building": {"zone": "大", "start_year": 2021, "seats": 30},
    "trusteeship": {"school": "戊", "trustee": "甲", "start_year": 2021},
}
"""A project of each lever that has projects."""


@pytest.fixture(scope="module")
def rest():
    """A district of few students and nine schools at rest."""
    scenario = sim.load()
    place = dataclasses.replace(scenario.district, zones=zones(), **MARGINS)
    return dataclasses.replace(scenario, district=place).at_rest(3)


def zones():
    return tuple(
        ZoneSpec(name, ("primary", "junior").index(level), FORMS.index(form), lead, schools)
        for name, level, form, lead, schools in ZONES
    )


def limits(one):
    """Values of a setting at its limits, and just inside them."""
    kind, parts = one.kind, typing.get_args(one.kind)
    if kind is bool:
        return [False, True]
    if one.unit == CALENDAR_YEAR:
        return [one.low, 2020, 2021, 2021 + YEARS, one.high]
    if kind in (float, int):
        low, high = one.low or 0, HUGE if one.high is None else one.high
        inside = [low + TINY, high * (1 - TINY)] if kind is float else []
        return [low, high, *inside]
    if one.choices and kind is str:
        return list(one.choices)
    if typing.get_origin(kind) is dict:
        whole = [{word: 1.0} for word in one.choices]
        return [{}, *whole, dict.fromkeys(one.choices, TINY), dict.fromkeys(one.choices, 1 / len(one.choices))]
    if one.choices:
        return [[], *([word] for word in one.choices), list(one.choices)]
    assert kind is str or issubclass(parts[0], Settings), f"no limits known of {kind}"
    return []


def cases():
    """Group and settings: each setting of each lever, and of each project, at each of its limits."""
    for group, lever in known_levers().items():
        for name, one in lever.settings().items():
            base = {**LIVELY.get(group, {}), **({"projects": [PROJECT[group]]} if group in PROJECT else {})}
            values = limits(one) if name != "projects" else [[], *project_cases(one, PROJECT[group])]
            values = [*values, None] if one.off is None else values
            yield from (pytest.param({group: {**base, name: value}}, id=f"{group}.{name}") for value in values)


def project_cases(one, project):
    for name, part in typing.get_args(one.kind)[0].settings().items():
        for value in limits(part):
            least = project["seats"] if name == "seats" else value  # a place for each grade of the zone's schools
            yield [{**project, name: max(value, least)}]


def run(rest, levers):
    """The world after some years, its books checked after every step and its figures every year."""
    overrides = [(f"policy.{group}", settings) for group, settings in levers.items()]
    policy = Policy.load("none", overrides, rest.year)
    for schedule in policy.levers:
        for _, lever in schedule.versions:
            lever.check(rest.district)
    books = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.model.CALENDAR", watched(books))
        model = rest.under(policy)
        books.append(Books(model))
        for _ in range(YEARS):
            books[0].open_the_year()
            model.step()
            check_figures(model)
    return model


def check_figures(model):
    figures = model.records[model.year]
    assert not np.isinf(figures).any()
    of_district = figures[[scope == "district" for _, scope, _ in rows(model)[0]]]
    assert np.isfinite(of_district[:, [list(INDICATORS).index(name) for name in ALWAYS.split()]]).all()
    for table in (model.schools, model.zones, model.teachers, model.classes):
        for name, array in table.arrays.items():
            assert array.dtype.kind != "f" or np.isfinite(array).all(), name
    assert np.isfinite(model.students.achievement).all() and np.isfinite(model.students.score).all()
    assert np.isfinite(list(model.terms.costs.values())).all()


def valid_or_refused(rest, levers):
    try:
        run(rest, levers)
    except UserError as refused:
        assert str(refused).startswith("policy.") and "\n" not in str(refused) and len(str(refused)) < 250


@pytest.mark.parametrize("levers", list(cases()))
def test_a_setting_at_its_limit_ends_in_a_valid_world(rest, levers):
    valid_or_refused(rest, levers)


def test_a_fund_that_buys_more_posts_than_a_school_can_number_is_refused(rest):
    fund = {"zone_fund": 1e6, "spending": {"posts": 1}}
    model = rest.under(Policy.load("none", [("policy.funding", fund)], rest.year))
    model.prices = {**model.prices, "new_teacher_pay": 1.0}
    with pytest.raises(UserError, match=r"would found [\d,]+ posts in 2022, and a school may have 100,000 at most"):
        for _ in range(YEARS):
            model.step()


@pytest.mark.parametrize("group", known_levers())
def test_what_lies_beyond_a_limit_is_refused_in_one_line(group):
    lever = known_levers()[group]
    for name, one in lever.settings().items():
        if one.kind in (float, int):
            beyond = [end + step for end, step in ((one.low, -1), (one.high, 1)) if end is not None]
            for value in [*beyond, float("nan"), float("inf"), "1", True]:
                with pytest.raises(UserError, match=rf"^policy\.{group}\.{name} must be [^\n]*$"):
                    lever(**{name: value})


STRONG = {
    "rotation": [
        {"rate": 1, "backbone_share": 1, "scope": scope, "direction": direction, "heads_rate": 1, "posting_years": 1}
        for scope in ("zone", "group", "district")
        for direction in ("to_weak", "swap", "any")
    ],
    "joint_teaching": [
        {"coverage": 1, "mode": mode} for mode in known_levers()["joint_teaching"].settings()["mode"].choices
    ],
    "research": [{"school_share": 1, "teacher_share": 1}],
    "training": [{"hours_5y": 5000, "fund_share": 1, "young_teacher_share": 1, "ict_share": 1}],
    "digital": [
        {"kind": kind, "school_coverage": 1, "lesson_share": 1, "live_class_share": 1}
        for kind in known_levers()["digital"].settings()["kind"].choices
    ],
    "funding": [
        {"per_school_fund": 1e6, "performance_share": 1, "metric": metric, "bundled": 1, "division": "performance"}
        | {"spending": {"posts": 0.5, "equipment": 0.5}}
        for metric in known_levers()["funding"].settings()["metric"].choices
    ],
    "enrolment": [
        {"catchment_enforcement": 0, "lottery": True, "school_cap": 10, "high_school_quota": 1},
        {"catchment_enforcement": 1, "class_cap_primary": 10, "class_cap_junior": 10, "high_school_quota": 0},
    ],
    "recruitment": [
        {"norm_primary": norm, "norm_junior": norm, "fill_norm": 1, "district_managed": True, "agency_share": 1}
        | {"weak_school_priority": 1, "title_weak_priority": 1, "subject_priority": ["science_it", "pe_arts"]}
        for norm in (5, 60)
    ],
    "governance": [
        {"unified": ["personnel", "money", "teaching", "appraisal"], "fidelity_years": 0.1, "director_share": 1}
    ],
    "showcase": [{"projects": [{"zone": name, "start_year": 2021} for name, *_ in ZONES]}],
    "building": [{"projects": [{"school": name, "start_year": 2021, "seats": 9} for name in "丁戊寅"], "lag": 0}],
    "trusteeship": [{"projects": [{"school": name, "trustee": "丁", "start_year": 2021} for name in "甲戊寅"]}],
}
"""Each lever with all it has."""
STRONGEST = [(group, settings) for group, ways in STRONG.items() for settings in ways]


def in_no_hard_place(rest):
    """Zones of one school and without a lead are hard enough."""


def without_eligible_teachers(rest):
    """Nobody has been long at the lead school, nor at the only school of a zone."""
    rest.teachers.years_here[np.isin(rest.teachers.school, rows_of(rest, "甲", "丁"))] = 0


def without_students(rest):
    """A lead school and one of a zone without a lead have neither students nor a catchment."""
    for row in rows_of(rest, "甲", "戊"):
        empty_school(rest, row)
        rest.schools.residents[row] = rest.schools.intake[row] = rest.schools.seats[row] = 0


def with_a_class_of_one(rest):
    """The first class of every school loses all students but one."""
    first = np.unique(rest.classes.school, return_index=True)[1]
    room = rest.students.classroom
    alone = np.unique(room, return_index=True)[1]
    gone = np.isin(room, first) & ~np.isin(np.arange(len(room)), alone)
    rest.students = rest.students.take(~gone)
    rest.classes.size = np.bincount(rest.students.classroom, minlength=len(rest.classes))


def without_teachers(rest):
    """Nobody teaches at a school: all its posts are empty."""
    rest.teachers.school[np.isin(rest.teachers.school, rows_of(rest, "乙", "寅"))] = -1


def rows_of(rest, *names):
    return np.flatnonzero(np.isin(rest.schools.name, names))


PLACES = (in_no_hard_place, without_eligible_teachers, without_students, with_a_class_of_one, without_teachers)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
@pytest.mark.parametrize(("group", "settings"), STRONGEST, ids=lambda part: part if isinstance(part, str) else "")
def test_a_lever_at_full_strength_in_a_hard_place_ends_in_a_valid_world(rest, place, group, settings):
    hard = rest.under(Policy.load("none", [], rest.year))
    place(hard)
    run(hard, {group: settings})


def test_all_levers_at_full_strength_together_end_in_a_valid_world(rest):
    for place in PLACES:
        hard = rest.under(Policy.load("none", [], rest.year))
        place(hard)
        run(hard, {group: ways[0] for group, ways in STRONG.items()})


@pytest.mark.parametrize("schools", ["[]", ""])
def test_a_zone_without_schools_is_refused(tmp_path, schools):
    text = find("district", "wuhan_edz").read_text(encoding="utf-8")
    empty = "zones:\n  - {name: 空, level: primary, form: zone, schools: " + schools + "}\n"
    folder = tmp_path / "district"
    folder.mkdir()
    (folder / "mine.yaml").write_text(
        text.replace("name: wuhan_edz\n", "").replace("zones:\n", empty), encoding="utf-8"
    )
    with pytest.raises(UserError, match="zone 空: a zone needs a name and a list of schools"):
        load_district("mine", config_dirs=[tmp_path])

"""The reforms of documents 002 and 004: their rows, their words, their numbers, and that what they set acts."""

import csv
from pathlib import Path

import pytest

import sim
from quotes import plain, quotes
from sim.agents.school import NO_ZONE
from sim.config import EffectTable
from sim.district.reading import load_district
from sim.district.spec import DistrictSpec
from sim.reform import Policy, known_levers
from sim.targets import Target, Targets, Unscored
from sim.userinput import UserError, config_root, read_yaml

REFORMS = {
    "pilot_125": ("pilot_125", "P125"),
    "tekes": ("tekes_zones", "TK"),
    "shapingba": ("shapingba_2015", "SP"),
    "generic_county": ("zone_reform_template", "GC"),
    "wuchang": ("green_education", "WC"),
    "grand_zones_county": ("grand_zones", "PC"),
}
"""Policy of each district, and how the ids of its rows begin in the source table."""
EACH = pytest.mark.parametrize("place", REFORMS)
OTHER_SENTENCES = {
    "设立教师培训专项经费",
    "逐渐形成一个良好的学区间竞争氛围",
    "大大改善了学校办学条件",
    "深入实施“教师队伍增量强质工程”",
    "强化学区内学校(园)合作交流",
    "以点带面、优势互补",
    "对教师进行教学方法的指导",
    "按要求开齐开足国家课程",
    "对口帮扶、共同提升的学区化管理体系",
}
"""Quotes of policies from sentences of their documents that no row of the source table takes up."""
SMALL = ("district.students=2000",)


def published(place):
    path = Path(__file__).parents[1] / "docs" / "sources" / "targets.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file) if row["id"].startswith(REFORMS[place][1])}


def rows(place):
    return read_yaml(config_root() / "targets" / f"{place}.yaml")["targets"]


def policy_file(place):
    return read_yaml(config_root() / "policy" / f"{REFORMS[place][0]}.yaml")


@EACH
def test_every_row_of_the_place_is_there_in_its_order_and_its_words(place):
    assert list(rows(place)) == list(published(place))
    for id, row in published(place).items():
        ours = rows(place)[id]
        assert ours["title"] in row["indicator_zh"], id
        assert (ours["section"], ours["level"]) == (row["system_section"], row["school_level"]), id


@EACH
def test_rules_are_scored_or_not_simulated_and_mechanisms_and_facts_are_not_targets(place):
    kinds = {id: row["row_kind"] for id, row in published(place).items()}
    for row in Targets.load(place).rows:
        no_target = isinstance(row, Unscored) and row.status == "not a target"
        assert no_target == (kinds[row.id] in ("mechanism", "baseline fact")), row.id


@EACH
def test_what_carries_a_row_is_set_by_the_policy_or_stated_by_the_district(place):
    settings, effects = policy_file(place), EffectTable.load().numbers
    for id, row in rows(place).items():
        for carrier in (*row.get("carried_by", []), *filter(None, [row.get("set_by")])):
            kind, _, name = carrier.partition(".")
            group, _, setting = name.partition(".")
            known = {
                "policy": setting in settings.get(group, {}) if setting else name in ("first_year", "last_year"),
                "effects": name in effects,
                "district": name in (*DistrictSpec.margins(), "zones", "outside"),
            }
            assert known[kind], (id, carrier)


def test_the_quotes_of_policies_stand_in_the_sentences_of_their_rows():
    missing = set()
    for place in REFORMS:
        sentences = [plain(part) for row in rows(place).values() for part in row["quote"].split("……")]
        said = {plain(quote) for source in policy_file(place)["sources"].values() for quote in quotes(source)}
        missing |= {quote for quote in said if not any(quote in sentence for sentence in sentences)}
    assert missing == {plain(quote) for quote in OTHER_SENTENCES}


@EACH
def test_every_margin_says_where_it_is_from(place):
    district = load_district(place)
    assert all(source != "not stated" for source in district.sources.values())
    assert district.targets == place


@EACH
def test_a_file_opens_with_three_lines_or_more_on_the_place_and_what_is_known(place):
    for group, name in (("district", place), ("policy", REFORMS[place][0]), ("targets", place)):
        lines = (config_root() / group / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert all(line.startswith("# ") for line in lines[:3]), name


def test_the_structure_that_the_texts_give_is_that_of_the_districts():
    pilot, shapingba = load_district("pilot_125"), load_district("shapingba")
    assert sorted(zone.form for zone in pilot.zones) == [0, 2, 2, 2, 2] and not pilot.outside
    assert any("鹿潘小学" in zone.schools for zone in pilot.zones)
    levels = [zone.level for zone in shapingba.zones]
    assert (levels.count(1), levels.count(0)) == (4, 8)
    inside = sum(len(zone.schools) for zone in shapingba.zones if zone.level == 0)
    assert 100 * inside / (inside + len(shapingba.outside)) == pytest.approx(51.5, abs=0.05)
    assert {school.level for school in shapingba.outside} == {0}
    assert not load_district("wuchang").zones


def test_the_types_of_the_model_plan_stand_in_the_names_and_model_schools_lead():
    for zone in load_district("generic_county").zones:
        assert zone.lead is not None and zone.lead.startswith("示范")
        assert sorted({name[:2] for name in zone.schools}) == ["基础", "特色", "示范"]


def test_the_money_of_shapingba_is_that_of_the_text():
    lever = Policy.load("shapingba_2015", baseline_year=2015).lever("funding", 2016)
    model = sim.load("shapingba", "shapingba_2015", horizon=2021, overrides=SMALL).model()
    for zone, yuan in zip(model.zones.name, lever.budget(model), strict=True):
        members = int((model.schools.zone == list(model.zones.name).index(zone)).sum())
        assert yuan == (1_500_000 if "中学" in zone else 50_000 * members)
    model.step()
    assert model.ledger.budgeted == 4 * 1_500_000 + 34 * 50_000
    assert not model.schools.received[model.schools.zone == NO_ZONE].any()


def test_entry_classes_of_the_pilot_have_45_students_at_most_as_its_text_says():
    [target] = [row for row in Targets.load("pilot_125").rows if isinstance(row, Target)]
    assert (target.id, target.goal, target.comparator, target.each) == ("P12514", 45, "<=", True)
    result = sim.run(sim.load("pilot_125", "pilot_125", horizon=2021, effects="means"), replicates=1)
    each, mean = result.targets().query("due and year == 2021").to_dict("records")
    assert mean["mean"] < each["mean"] <= 45 < each["mean_counterfactual"]
    assert each["expected_schools"] == len(load_district("pilot_125").public_schools)
    assert each["reason"].startswith("decreed: policy.enrolment.class_cap_primary")


def test_the_campus_of_the_pilot_opens_in_its_first_year_for_the_money_of_the_text():
    model = sim.load("pilot_125", "pilot_125", horizon=2021, overrides=SMALL).model()
    before = model.schools.seats.copy()
    model.step()
    assert (model.schools.seats - before).sum() == round(1000 / 6)
    assert model.costs[2021]["building"] == (30_000_000, 0)


@EACH
def test_any_of_the_policies_runs_on_any_of_the_districts_or_says_why_not(place):
    policy, _ = REFORMS[place]
    for district in REFORMS:
        if policy == "pilot_125" and "第1小学" not in load_district(district).public_schools:
            with pytest.raises(UserError, match=r"policy.building.projects\[0\].school=第1小学: no such school"):
                sim.load(district, policy)
            continue
        model = sim.load(district, policy, horizon=2025, overrides=SMALL).model()
        model.step()
        assert model.costs[model.year] or not len(model.zones)  # a fund of zones costs nothing without any


def test_shapingba_stops_where_its_three_years_end():
    result = sim.run(sim.load("shapingba", "shapingba_2015", horizon=2018, overrides=SMALL), replicates=1)
    assert result.indicators["year"].max() == 2018


ACTS = [
    ("pilot_125", "rotation", "rotated_share"),
    ("pilot_125", "funding", "cost_yuan"),
    ("tekes", "rotation", "rotated_share"),
    ("tekes", "digital", "live_class_share"),
    ("shapingba", "funding", "measured_minus_true"),
    ("generic_county", "rotation", "cv_backbone"),
    ("generic_county", "funding", "cv_equipment"),
    ("generic_county", "digital", "live_class_share"),
    ("grand_zones_county", "rotation", "rotated_share"),
    ("grand_zones_county", "funding", "measured_minus_true"),
    ("grand_zones_county", "digital", "digital_school_share"),
]
"""Levers of fund, rotation and digital teaching of each policy, and an outcome that they change."""


def test_every_fund_rotation_and_digital_lever_of_the_policies_is_in_the_table():
    levers = ("funding", "rotation", "digital")
    used = {(place, group) for place in REFORMS for group in levers if group in policy_file(place)}
    assert used == {(place, group) for place, group, _ in ACTS}
    assert all(group in known_levers() for _, group, _ in ACTS)


@pytest.mark.parametrize(("place", "group", "indicator"), ACTS)
def test_switching_a_lever_off_changes_what_it_should(place, group, indicator):
    last_year = max(2021, policy_file(place)["first_year"] + 1)
    base = {"horizon": last_year, "effects": "means"}
    on = sim.load(place, REFORMS[place][0], overrides=SMALL, **base)
    off = sim.load(place, REFORMS[place][0], overrides=[*SMALL, (f"policy.{group}", {})], **base)
    values = []
    for scenario in (on, off):
        table = sim.run(scenario, replicates=1, counterfactual=False).indicators
        last = table[(table["scope"] == "district") & (table["year"] == last_year)]
        values.append(last[indicator].to_numpy())
    assert (values[0] != values[1]).any()

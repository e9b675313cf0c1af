import copy
import csv
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.config import EffectTable
from sim.district.spec import DistrictSpec
from sim.indicators.catalogue import INDICATORS
from sim.reform import known_levers
from sim.targets import DISTRICT_TABLE, Target, Targets, Unscored, decreeing
from sim.userinput import UserError, config_root

SOURCES = Path(__file__).parents[1] / "docs" / "sources"


PLANS = {"wuhan_edz": "WK", "qingshan": "QS", "zhengzhou_gaoxin": "ZG"}
"""How the ids of each plan's rows begin in the source table."""
ALL_PLANS = pytest.mark.parametrize("plan", PLANS)
READ_AS = {"QS11": 4200}
"""Goals that are our reading of what the source table has: 0.42 under the heading “(%)”."""


def published(plan="wuhan_edz"):
    with open(SOURCES / "targets.csv", encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file) if row["id"].startswith(PLANS[plan])}


def plain(plan="wuhan_edz"):
    return yaml.safe_load((config_root() / "targets" / f"{plan}.yaml").read_text(encoding="utf-8"))


@ALL_PLANS
def test_every_row_of_its_document_is_there_in_its_order(plan):
    assert [row.id for row in Targets.load(plan).rows] == list(published(plan))


@ALL_PLANS
def test_title_section_and_level_are_those_of_the_source_table(plan):
    for id, row in published(plan).items():
        ours = plain(plan)["targets"][id]
        assert ours["title"] in row["indicator_zh"], id
        assert ours["section"] == row["system_section"], id
        assert ours["level"] == row["school_level"], id


@ALL_PLANS
def test_rules_are_scored_or_not_simulated_and_only_mechanisms_and_facts_are_not_targets(plan):
    kinds = {id: row["row_kind"] for id, row in published(plan).items()}
    for row in Targets.load(plan).rows:
        no_target = isinstance(row, Unscored) and row.status == "not a target"
        assert no_target == (kinds[row.id] in ("mechanism", "baseline fact")), row.id


@ALL_PLANS
def test_numbers_and_years_agree_with_the_source_table(plan):
    """Comparator everywhere; the number and the year where the source table has one."""
    for row in Targets.load(plan).rows:
        stated = published(plan)[row.id]
        if not isinstance(row, Target):
            continue
        if row.step == "target":
            assert row.comparator == stated["comparator"], row.id
        if re.fullmatch(r"[\d.]+", stated["target_value"]):
            assert row.goal == READ_AS.get(row.id, float(stated["target_value"])), row.id
        if stated["target_year"].isdigit():
            assert row.years[-1] == int(stated["target_year"]), row.id


@ALL_PLANS
def test_unscored_rows_give_a_reason_and_the_settings_that_carry_them_exist(plan):
    levers, effects = known_levers(), EffectTable.load().numbers
    for id, row in plain(plan)["targets"].items():
        if "status" not in row:
            continue
        assert row["reason"], id
        for carrier in row.get("carried_by", []):
            kind, _, name = carrier.partition(".")
            group, _, setting = name.partition(".")
            if kind == "policy" and setting:
                assert setting in levers[group].__dataclass_fields__, carrier
            if kind == "effects":
                assert name in effects, carrier
            if kind == "district":
                assert name in (*DistrictSpec.margins(), "zones"), carrier


@ALL_PLANS
def test_settings_that_carry_a_row_are_those_that_the_plan_sets(plan):
    policy = next(path for path in (config_root() / "policy").glob(f"{plan}*.yaml"))
    settings = yaml.safe_load(policy.read_text(encoding="utf-8"))
    for id, row in plain(plan)["targets"].items():
        for name in (*row.get("carried_by", []), row.get("set_by", "")):
            kind, _, place = name.partition(".")
            group, _, setting = place.partition(".")
            if kind == "policy" and setting:
                assert setting in settings[group], (id, name)


@ALL_PLANS
def test_only_rows_that_are_not_scored_may_be_outside_compulsory_education(plan):
    assert all(row.level in ("primary", "junior", "both") for row in Targets.load(plan).rows if isinstance(row, Target))
    table = {"targets": {"A": plain()["targets"]["WK08"] | {"level": "other"}}}
    with pytest.raises(UserError, match="level"):
        Targets.parse(table)


def test_scored_measures_are_indicators():
    scored = [row for row in Targets.load("wuhan_edz").rows if isinstance(row, Target)]
    assert len(scored) == 17
    assert all(row.indicator in INDICATORS for row in scored)


def test_measures_that_the_plan_or_the_table_states_say_so():
    stated = {row.id: row.set_by for row in Targets.load("wuhan_edz").rows if isinstance(row, Target) and row.set_by}
    given = {id for id, by in stated.items() if by == DISTRICT_TABLE}
    assert given == {"WK33", "WK34", "WK35"}
    assert set(stated) - given == {"WK08", "WK10", "WK11", "WK13", "WK14", "WK15", "WK16", "WK17"}
    levers = known_levers()
    for name in {*stated.values(), *decreeing()} - {DISTRICT_TABLE}:
        _, group, setting = name.split(".")
        assert levers[group].settings()[setting].off is None, name


@pytest.mark.parametrize(
    ("id", "key", "value", "words"),
    [
        ("WK08", "measure", "young_contest_shar", "did you mean 'young_contest_share'?"),
        ("WK08", "measures", "x", "did you mean 'measure'?"),
        ("WK08", "level", "junio", "did you mean 'junior'?"),
        ("WK08", "comparator", ">", "no such comparator"),
        ("WK08", "weight", "teacher", "did you mean 'teachers'?"),
        ("WK08", "weight", "", "weight must name an indicator"),
        ("WK08", "change", 3, "must have one of target, change, growth, since_baseline, got target, change"),
        ("WK08", "target", True, "must be a number"),
        ("WK08", "set_by", "policy.training.ict_shar", "did you mean 'policy.training.ict_share'?"),
        ("WK08", "set_by", "policy.rotation.rate", "set_by: no such setting"),
        ("WK08", "set_by", "", "set_by: no such setting"),
        ("WK08", "years", 2023, "years must be a list"),
        ("WK08", "years", [20.5], "years must be a whole number"),
        ("WK05", "each", 1, "each must be true or false"),
        ("WK05", "comparator", "=", "each needs >=, <= or <"),
        ("WK05", "measure", "score_gap", "an indicator that schools have"),
        ("WK19", "status", "nothing", "no such status"),
        ("WK19", "reason", "", "reason must be a text"),
        ("WK19", "target", 3, "no such entry"),
        ("WK19", "set_by", "district.zones", "no such entry"),
        ("WK19", "carried_by", "policy.x", "carried_by must be a list"),
    ],
)
def test_a_wrong_row_is_answered_in_its_words(id, key, value, words):
    table = copy.deepcopy(plain())
    table["targets"][id][key] = value
    with pytest.raises(UserError) as problem:
        Targets.parse(table)
    assert id in str(problem.value) and words in str(problem.value)


def test_a_goal_that_is_a_district_value_is_looked_up_in_the_targets_unit():
    target = next(row for row in Targets.load("wuhan_edz").rows if row.id == "WK03")
    assert isinstance(target, Target)
    assert target.resolve({"district": {"general_high_rate": 0.55}}) == pytest.approx(55)
    with pytest.raises(UserError, match="WK03: district.general_high_rate must be a number"):
        target.resolve({"district": {}})


def test_complete_means_at_least_but_a_count_has_to_be_equal():
    rows = {row.id: row for row in Targets.load("wuhan_edz").rows}
    complete, count = rows["WK10"], rows["WK33"]
    assert isinstance(complete, Target) and isinstance(count, Target)
    assert complete.met(np.array([99.9, 100.0, 100.1]), 100).tolist() == [False, True, True]
    assert count.met(np.array([11.0, 12.0, 13.0]), 12).tolist() == [False, True, False]

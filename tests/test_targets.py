import copy

import numpy as np
import pytest
import yaml

from sim.indicators.catalogue import INDICATORS
from sim.reform import known_levers
from sim.targets import DISTRICT_TABLE, Target, Targets, decreeing
from sim.userinput import UserError, config_root


def plain():
    return yaml.safe_load((config_root() / "targets" / "wuhan_edz.yaml").read_text(encoding="utf-8"))


def test_a_scored_row_is_not_outside_compulsory_education():
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

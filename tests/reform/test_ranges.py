"""Values that stand for masked numbers say where they may lie."""

import pytest
import yaml

import sim
from sim.reform import Policy
from sim.userinput import UserError, config_root, find, read_yaml

POLICIES = sorted(path.stem for path in (config_root() / "policy").glob("*.yaml"))


def policy(tmp_path, ranges, **rotation):
    path = tmp_path / "mine.yaml"
    settings = {"rate": {2021: 0.05, 2023: 0.1}, "scope": "zone", **rotation}
    raw = {"first_year": 2021, "rotation": settings, "ranges": ranges}
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


def test_a_range_holds_the_values_of_every_year(tmp_path):
    ranges = {
        "rotation.rate": {"low": 0.05, "high": 0.1, "why": "masked"},
        "rotation.scope": {"among": ["zone", "group"], "why": "not told"},
    }
    assert {one.setting: one.plain for one in Policy.load(policy(tmp_path, ranges)).ranges} == ranges


@pytest.mark.parametrize(
    ("setting", "block", "told"),
    [
        ("rotation.rate", {"low": 0.06, "high": 0.2, "why": "x"}, "rotation.rate is 0.05, which is not in the range"),
        ("rotation.rate", {"low": 0.0, "high": 1.2, "why": "x"}, "rotation.rate.high must be within 0 ... 1, got 1.2"),
        ("rotation.rate", {"low": 0.1, "high": 0.1, "why": "x"}, "low must be below high"),
        ("rotation.rate", {"low": 0.0, "high": 0.5}, "must have low, high, why"),
        ("rotation.rate", {"low": 0.0, "high": 0.5, "why": " "}, "why must be a text"),
        ("rotation.rate", [0, 1], "must have low, high, why"),
        ("rotation.rat", {"low": 0.0, "high": 0.5, "why": "x"}, "did you mean 'rotation.rate'?"),
        ("rotation.heads_rate", {"low": 0.0, "high": 0.5, "why": "x"}, "no such setting of this policy"),
        ("rotation.scope", {"among": ["zone", "grup"], "why": "x"}, "did you mean 'group'?"),
        ("rotation.scope", {"among": ["zone"], "why": "x"}, "a list of two words or more"),
        ("rotation.scope", {"among": ["group", "district"], "why": "x"}, "rotation.scope is 'zone', which is not"),
        ("rotation.scope", {"low": 0, "high": 1, "why": "x"}, "must have among, why"),
    ],
)
def test_a_wrong_range_is_answered_with_its_place(tmp_path, setting, block, told):
    with pytest.raises(UserError) as refused:
        Policy.load(policy(tmp_path, {setting: block}))
    assert told in str(refused.value) and f"ranges.{setting}" in str(refused.value)
    assert "mine.yaml" in str(refused.value)


def test_what_is_typed_stands_for_no_masked_number():
    typed = ["policy.rotation={}", "policy.funding.zone_fund=5", "district.students=3000"]
    left = sim.load("grand_zones_county", "grand_zones", overrides=typed).ranges
    assert {"policy.digital.school_coverage", "district.live_class_share"} <= left.keys()
    assert not {"policy.rotation.rate", "policy.funding.zone_fund", "district.students"} & left.keys()


def test_a_run_is_told_how_many_of_its_values_stand_for_masked_numbers():
    scenario = sim.load("grand_zones_county", "grand_zones")
    assert f"{len(scenario.ranges)} values stand for numbers that the documents mask" in "".join(scenario.notes)
    assert sim.load("wuhan_edz", "wuhan_edz_2021_2023").notes == []


@pytest.mark.parametrize("name", POLICIES)
def test_a_setting_whose_source_says_masked_has_a_range(name):
    raw = read_yaml(find("policy", name))
    masked = {setting for setting, source in raw.get("sources", {}).items() if "masked" in source}
    assert masked <= raw.get("ranges", {}).keys()


@pytest.mark.parametrize("path", sorted((config_root() / "district").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_margin_whose_source_says_masked_has_a_range_with_its_value(path):
    for key, margin in read_yaml(path)["margins"].items():
        assert ("low" in margin) == ("mask" in margin["source"]), key
        assert margin.get("low", margin["value"]) <= margin["value"] <= margin.get("high", margin["value"]), key

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.sweep.axes import Axis, read_axis, read_one, stated_axes
from sim.userinput import UserError


@pytest.mark.parametrize(
    ("key", "typed", "values"),
    [
        ("policy.rotation.rate", "0,0.05,0.1", (0, 0.05, 0.1)),
        ("policy.rotation.rate", "range(0,0.5,0.1)", (0.0, 0.1, 0.2, 0.3, 0.4)),
        ("policy.rotation.rate", "choice(0.1,{2021: 0.1, 2023: 0.2})", (0.1, {2021: 0.1, 2023: 0.2})),
        ("policy.rotation.rate", "{2021:0.1},{2021:0.2}", ({2021: 0.1}, {2021: 0.2})),
        ("policy.governance.unified", "[],[money],[money,'personnel']", ([], ["money"], ["money", "personnel"])),
        ("policy.enrolment.class_cap_primary", "null,45", (None, 45)),
        ("run.seed", "range(1,4)", (1, 2, 3)),
        ("policy.rotation.rate", "range(0,0.2,0.05)", (0.0, 0.05, 0.1, 0.15)),
        ("policy.rotation.rate", "range(0.3,0,-0.1)", (0.3, 0.2, 0.1)),
        ("policy.rotation.rate", "shuffle(sort(0.2,0.1))", (0.1, 0.2)),
        ("policy.ends", "true,false", (True, False)),
        ("policy.rotation.scope", "zone,district", ("zone", "district")),
        ("district", "武汉,a b,x=y", ("武汉", "a b", "x=y")),
        ("district", "'a,b',c", ("a,b", "c")),
        ("policy", "choice(none, tekes_zones)", ("none", "tekes_zones")),
    ],
)
def test_several_values_make_an_axis(key, typed, values):
    assert read_axis(key, typed).values == values


@pytest.mark.parametrize(
    ("key", "typed"),
    [("policy.rotation.rate", "0.1"), ("policy.rotation.rate", "{2021: 0.1, 2022: 0.2}"), ("policy", "none")],
)
def test_one_value_makes_none(key, typed):
    assert read_axis(key, typed) is None


def test_a_folder_whose_name_has_a_comma_is_one_district(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a,b").mkdir()
    assert read_axis("district", "a,b") is None
    assert read_one("district", "'a,b'") == "a,b"


@pytest.mark.parametrize(
    ("key", "typed", "told"),
    [
        ("policy.rotation.rate", "0.1,0.1", "0.1 is listed twice"),
        ("policy.rotation.rate", "range(0,0.2,0)", "is range"),
        ("policy.rotation.rate", "range(0,0,1)", "leaves 0.5 out"),
        ("policy.rotation.rate", "interval(1,0)", "from a number to a larger one"),
        ("policy.rotation.rate", "glob(*)", "no list of values"),
        ("policy.rotation.rate", "0.1,{2021: 0.1, 2021: 0.2}", "2021 is given twice"),
        ("policy", "none,", "no name beside a comma"),
        ("policy", "null", "policy must be a name"),
    ],
)
def test_what_is_no_axis_is_refused(key, typed, told):
    with pytest.raises(UserError, match=told.replace("*", r"\*")):
        read_axis(key, typed)


@settings(deadline=None)
@given(st.floats(0, 1))
def test_an_interval_stays_between_its_ends_and_whole_numbers_are_whole(share):
    assert 0 <= read_axis("policy.rotation.rate", "interval(0,0.3)").at(share) <= 0.3
    years = read_axis("policy.rotation.eligible_years", "interval(2,6)").at(share)
    assert isinstance(years, int) and 2 <= years <= 6
    assert Axis("policy", ("a", "b", "c")).at(share) in ("a", "b", "c")


def test_whole_numbers_are_met_equally_often():
    axis = read_axis("policy.rotation.eligible_years", "interval(1,4)")
    assert [axis.at((i + 0.5) / 8) for i in range(8)] == [1, 1, 2, 2, 3, 3, 4, 4]


RANGES = {
    "policy.rotation.rate": {"low": 0.05, "high": 0.2, "why": "XX"},
    "policy.joint_teaching.mode": {"among": ["shadowing", "lesson_study"], "why": "XX"},
}


def test_stated_ranges_become_axes():
    rate, mode = stated_axes(RANGES, True)
    assert (rate.low, rate.high) == (0.05, 0.2) and mode.values == ("shadowing", "lesson_study")
    assert stated_axes(RANGES, ["policy.rotation.rate"]) == [rate]
    assert stated_axes(RANGES, False) == []


@pytest.mark.parametrize(
    ("ranges", "wanted", "told"),
    [
        ({}, True, "states a range"),
        (RANGES, ["policy.rotation.heads_rate"], "no range is stated for policy.rotation.heads_rate"),
        (RANGES, "yes", "true, false or a list"),
    ],
)
def test_ranges_that_are_not_stated_are_refused(ranges, wanted, told):
    with pytest.raises(UserError, match=told):
        stated_axes(ranges, wanted)

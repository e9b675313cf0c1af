import statistics
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.scoring import judged
from reference.tables import indicator_table, joined
from sim.indicators.catalogue import INDICATORS
from sim.scoring import COLUMNS, score
from sim.targets import Target, Targets

WORDS = {"title": "t", "section": "s", "quote": "q"}
DISTRICT = {"district": {"general_high_rate": 0.5}}


def targets(**row):
    return Targets.parse({"document": "d", "targets": {"T": WORDS | row}})


def rising(**row):
    rule = {"measure": "general_high_rate", "level": "junior", "comparator": ">=", "change": 2, "unit": "pp"}
    return targets(**(rule | {"years": [2021, 2022]} | row))


def arms(level, scope, units):
    return [(arm, level, scope, unit) for arm in ("policy", "counterfactual") for unit in units]


def test_columns_are_those_of_the_interface_in_their_order():
    table = indicator_table("zones", {key: [[12.0, 12.0]] for key in arms("primary", "district", "d")})
    empty = score(Targets(()), table, {})
    assert tuple(empty.columns) == COLUMNS and empty.empty
    assert " ".join(COLUMNS) == (
        "id indicator level year comparator target due baseline mean p05 p95 mean_counterfactual probability "
        "probability_counterfactual luck_share noise_sd informative expected_schools gap status reason source"
    )


def test_a_yearly_rise_of_each_school_by_hand():
    """Two replicates, two schools: in the first both rise by 2 points, in the second one of them."""
    schools = indicator_table(
        "general_high_rate",
        {
            ("policy", "junior", "school", "a"): [[0.50, 0.52], [0.40, 0.50]],
            ("policy", "junior", "school", "b"): [[0.60, 0.63], [0.70, 0.71]],
            ("counterfactual", "junior", "school", "a"): [[0.50, 0.51], [0.40, 0.49]],
            ("counterfactual", "junior", "school", "b"): [[0.60, 0.61], [0.70, 0.68]],
            ("policy", "junior", "district", "d"): [[0.55, 0.575], [0.55, 0.605]],
            ("counterfactual", "junior", "district", "d"): [[0.55, 0.56], [0.55, 0.585]],
        },
    )
    table = score(rising(each=True, years=[2021]), schools, {}).set_index("id")
    assert list(table.index) == ["T/2021", "T/2021/mean"]
    each, mean = table.loc["T/2021"], table.loc["T/2021/mean"]
    assert each["due"] and each["target"] == 2
    assert each["baseline"] == pytest.approx((50 + 40) / 2)  # the worst school
    assert each["mean"] == pytest.approx((2 + 1) / 2)  # the smallest rise
    assert each["mean_counterfactual"] == pytest.approx((1 - 2) / 2)
    assert each["gap"] == pytest.approx(-0.5)
    assert (each["probability"], each["probability_counterfactual"], each["luck_share"]) == (0.5, 0, 0)
    assert each["expected_schools"] == pytest.approx((2 + 1) / 2)
    assert each["noise_sd"] == pytest.approx(np.std([1, -2], ddof=1))
    assert not each["informative"]  # an effect of 2 against noise of 2.12
    assert mean["mean"] == pytest.approx((2.5 + 5.5) / 2) and mean["probability"] == 1
    assert mean["probability_counterfactual"] == mean["luck_share"] == 0.5
    assert np.isnan(mean["expected_schools"])


@pytest.mark.parametrize(
    ("n", "successes", "status"),
    [
        (100, 100, "met"),
        (100, 88, "met"),
        (100, 87, "uncertain"),
        (100, 12, "missed"),
        (100, 13, "uncertain"),
        (15, 15, "uncertain"),
    ],
)
def test_verdict_is_that_of_the_wilson_interval(n, successes, status):
    values = [[0.0, 1.0]] * successes + [[0.0, 0.0]] * (n - successes)
    table = indicator_table("backbone_cover", {("policy", "primary", "district", "d"): values})
    rule = targets(
        measure="backbone_cover", level="primary", comparator="=", target=100, unit="%", years=[2021]
    )
    (row,) = score(rule, table, {}).to_dict("records")
    assert (row["probability"], row["status"]) == (successes / n, status)


def test_without_counterfactual_its_columns_are_empty():
    table = indicator_table(
        "backbone_cover", {("policy", "primary", "district", "d"): [[0.5, 0.7], [0.5, 0.9]]}
    )
    rule = targets(
        measure="backbone_cover", level="primary", comparator=">=", target=80, unit="%", years=[2021]
    )
    (row,) = score(rule, table, {}).to_dict("records")
    assert (row["mean"], row["gap"], row["baseline"]) == pytest.approx((80, 0, 50))
    for column in (
        "mean_counterfactual",
        "probability_counterfactual",
        "luck_share",
        "noise_sd",
        "informative",
    ):
        assert pd.isna(row[column]), column


def test_luck_share_is_at_most_one_and_empty_where_the_policy_never_keeps_it():
    rule = targets(
        measure="backbone_cover", level="primary", comparator=">=", target=80, unit="%", years=[2021]
    )
    policy, other = arms("primary", "district", "d")
    more_by_luck = indicator_table("backbone_cover", {policy: [[0, 1], [0, 0]], other: [[0, 1], [0, 1]]})
    assert score(rule, more_by_luck, {})["luck_share"].tolist() == [1]
    never = indicator_table("backbone_cover", {policy: [[0, 0], [0, 0]], other: [[0, 1], [0, 1]]})
    assert score(rule, never, {})["luck_share"].isna().all()


def test_a_target_has_a_row_a_year_and_is_due_when_it_is_judged():
    table = indicator_table("backbone_cover", {key: [[0.5] * 4] for key in arms("primary", "district", "d")})
    rule = targets(
        measure="backbone_cover", level="primary", comparator=">=", target=80, unit="%", years=[2022]
    )
    scored = score(rule, table, {})
    assert scored["id"].tolist() == ["T"] * 3
    assert dict(zip(scored["year"], scored["due"], strict=True)) == {2021: False, 2022: True, 2023: False}


def test_years_outside_the_run_are_not_simulated():
    table = indicator_table(
        "general_high_rate", {key: [[0.5, 0.6]] for key in arms("junior", "district", "d")}
    )
    scored = score(rising(years=[2020, 2021, 2022]), table, {}).set_index("id")
    assert scored.loc["T/2020", "reason"] == "before the first simulated year"
    assert scored.loc["T/2022", ["status", "reason"]].tolist() == ["not simulated", "after the horizon"]
    assert scored["due"].tolist() == [False, True, False]
    reached = targets(
        measure="general_high_rate", level="junior", comparator=">=", target=50, unit="%", years=[2023]
    )
    assert score(reached, table, {})["status"].tolist() == ["uncertain", "not simulated"]


def test_a_level_the_district_lacks_is_not_simulated():
    table = indicator_table(
        "general_high_rate", {key: [[np.nan, np.nan]] for key in arms("primary", "district", "d")}
    )
    scored = score(rising(years=[2021]), table, {})
    assert scored["status"].tolist() == ["not simulated"]
    assert scored["reason"].tolist() == ["the district has no junior schools"]


def test_shares_of_both_levels_are_pooled_by_weight_and_counts_added():
    primary, junior = ("policy", "primary", "district", "d"), ("policy", "junior", "district", "d")
    table = joined(
        indicator_table("research_teacher_share", {primary: [[0, 0.1]], junior: [[0, 0.3]]}),
        indicator_table("teachers", {primary: [[300, 300]], junior: [[100, 100]]}),
        indicator_table("schools", {primary: [[24, 24]], junior: [[13, 13]]}),
    )
    share = targets(
        measure="research_teacher_share",
        level="both",
        weight="teachers",
        comparator=">=",
        target=15,
        unit="%",
        years=[2021],
    )
    assert score(share, table, {})["mean"].tolist() == pytest.approx([15])
    count = targets(measure="schools", level="both", comparator="=", target=37, unit="schools", years=[2021])
    assert score(count, table, {})[["mean", "gap", "probability"]].to_numpy().tolist() == [[37, 0, 1]]


def test_growth_is_in_percent_of_the_year_before_and_undefined_from_nothing():
    table = indicator_table(
        "award_share", {("policy", "primary", "district", "d"): [[0.05, 0.055], [0.0, 0.02]]}
    )
    rule = targets(measure="award_share", level="primary", comparator=">=", growth=10, unit="%", years=[2021])
    (row,) = score(rule, table, {}).to_dict("records")
    assert (row["mean"], row["probability"], row["baseline"]) == pytest.approx((10, 1, 2.5))


POLICY = {"name": "p", "first_year": 2021, "last_year": 2022, "ends": False}


@pytest.mark.parametrize(
    ("policy", "decreed"),
    [
        ({"digital": {"lesson_share": 0.9}}, [2021, 2022, 2023]),
        ({"digital": {"lesson_share": 0.9}, "ends": True}, [2021, 2022]),
        ({"digital": {"lesson_share": 0.9}, "last_year": None}, [2021, 2022, 2023]),
        ({"digital": {"lesson_share": {"2022": 0.9}}}, [2022, 2023]),  # as run.json has it
        ({"digital": {"lesson_share": {2021: 0.5, 2022: None}}}, [2021]),
        ({"digital": {"lesson_share": {2023: 0.9}}}, []),  # after the last year: not used
        ({"digital": {"lesson_share": None}}, []),
        ({"digital": {"school_coverage": 0.9}}, []),
        ({}, []),
    ],
)
def test_a_target_is_decreed_where_the_policy_sets_its_measure(policy, decreed):
    key = ("policy", "primary", "district", "d")
    table = indicator_table("digital_lesson_share", {key: [[0.1, 0.9, 0.9, 0.2]] * 20})
    rule = {"measure": "digital_lesson_share", "level": "primary", "comparator": ">=", "target": 50, "unit": "%"}
    rule |= {"years": [2023], "note": "of all lessons"}
    scored = score(targets(**rule, set_by="policy.digital.lesson_share"), table, {"policy": POLICY | policy})
    words = "decreed: policy.digital.lesson_share sets it; of all lessons"
    assert scored["reason"].tolist() == [words if year in decreed else "of all lessons" for year in scored["year"]]
    assert scored["status"].tolist() == ["met", "met", "missed"]  # whoever sets it
    plain = score(targets(**rule), table, {"policy": POLICY | policy})
    pd.testing.assert_frame_equal(scored.drop(columns="reason"), plain.drop(columns="reason"))


def test_a_measure_that_the_districts_table_states_is_given_under_any_policy():
    table = indicator_table("zones", {key: [[12.0, 12.0]] for key in arms("primary", "district", "d")})
    rule = {"measure": "zones", "level": "primary", "comparator": "=", "target": 12, "unit": "zones"}
    scored = score(targets(**rule, years=[2021, 2022], set_by="district.zones"), table, {})
    assert scored["reason"].tolist() == ["given: district.zones states it", "after the horizon"]


def test_rows_that_are_not_scored_keep_their_place_reason_and_source():
    rows = {
        "A": WORDS
        | {"level": "both", "status": "not a target", "reason": "mechanism", "carried_by": ["x.y", "z"]},
        "B": WORDS | {"level": "junior", "status": "not simulated", "reason": "no number in the text"},
    }
    table = indicator_table("zones", {("policy", "primary", "district", "d"): [[12.0, 12.0]]})
    scored = score(Targets.parse({"document": "doc", "targets": rows}), table, {})
    assert scored[["id", "level", "status", "reason", "source"]].to_numpy().tolist() == [
        ["A", "both", "not a target", "mechanism; carried by x.y, z", "doc, s: q"],
        ["B", "junior", "not simulated", "no number in the text", "doc, s: q"],
    ]
    assert (
        not scored["due"].any() and scored[["year", "mean", "probability", "informative"]].isna().all().all()
    )


RULES = [
    {
        "measure": "general_high_rate",
        "level": "junior",
        "comparator": ">=",
        "change": 2,
        "unit": "pp",
        "each": True,
    },
    {
        "measure": "general_high_rate",
        "level": "junior",
        "comparator": "<=",
        "change": -2,
        "unit": "pp",
        "each": True,
    },
    {"measure": "general_high_rate", "level": "junior", "comparator": ">=", "change": 2, "unit": "pp"},
    {
        "measure": "general_high_rate",
        "level": "both",
        "weight": "teachers",
        "comparator": ">=",
        "growth": 10,
        "unit": "%",
    },
    {
        "measure": "general_high_rate",
        "level": "both",
        "weight": "teachers",
        "comparator": "=",
        "target": 50,
        "unit": "%",
    },
    {
        "measure": "general_high_rate",
        "level": "both",
        "weight": "teachers",
        "comparator": "=",
        "target": 100,
        "unit": "%",
    },
    {"measure": "teachers", "level": "both", "comparator": "<=", "target": 5, "unit": "teachers"},
    {"measure": "teachers", "level": "both", "comparator": "<=", "target": 3, "unit": "teachers", "each": True},
    {"measure": "teachers", "level": "both", "comparator": ">=", "since_baseline": 1, "unit": "teachers"},
    {"measure": "general_high_rate", "level": "junior", "comparator": "<", "target": 50, "unit": "%"},
]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 5), st.sampled_from(RULES))
def test_scoreboard_equals_the_slow_obvious_one(seed, replicates, rule):
    luck = np.random.default_rng(seed)
    # few distinct values, so that goals are often met exactly; every tenth is missing
    percent = luck.integers(45, 56, (100, replicates, 3)) / 100
    rates = iter(np.where(luck.random(percent.shape) < 0.1, np.nan, percent))
    counts = iter(luck.integers(1, 5, (100, replicates, 3)).astype(float))
    units = [("school", "a"), ("school", "b"), ("district", "d")]
    keys = [
        (arm, level, *unit)
        for arm in ("policy", "counterfactual")
        for level in ("primary", "junior")
        for unit in units
    ]
    table = joined(
        indicator_table("general_high_rate", {key: next(rates) for key in keys}),
        indicator_table("teachers", {key: next(counts) for key in keys}),
    ).sample(frac=1, random_state=1)
    promises = targets(**(rule | {"years": [2021, 2022]}))
    (target,) = promises.rows
    assert isinstance(target, Target)
    for row in score(promises, table, DISTRICT).to_dict("records"):
        version = target.mean_version if row["id"].endswith("/mean") else target
        try:
            expected = judged(version, target.resolve(DISTRICT), table, row["year"])
        except (ZeroDivisionError, statistics.StatisticsError):  # too few values for a spread
            continue
        for column, value in expected.items():
            if value is None:
                assert pd.isna(row[column]), column
            elif isinstance(value, float):
                assert row[column] == pytest.approx(value, abs=1e-7), column
            else:
                assert row[column] == value, column


@pytest.mark.slow
def test_a_whole_run_is_scored_in_a_second():
    units = [
        ("district", "d"),
        *(("zone", f"z{i}") for i in range(12)),
        *(("school", f"s{i}") for i in range(37)),
    ]
    index = pd.MultiIndex.from_product(
        [["policy", "counterfactual"], range(100), range(2020, 2026), ["primary", "junior"], units]
    )
    keys = index.to_frame(index=False).set_axis(["scenario", "replicate", "year", "level", "place"], axis=1)
    scope, unit = zip(*keys.pop("place"), strict=True)
    values = pd.DataFrame(
        np.random.default_rng(1).random((len(keys), len(INDICATORS))), columns=list(INDICATORS)
    )
    table = pd.concat([keys.assign(scope=scope, unit=unit), values], axis=1)
    start = time.perf_counter()
    score(Targets.load("wuhan_edz"), table, DISTRICT)
    assert time.perf_counter() - start < 1.5

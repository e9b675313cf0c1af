"""Cost per SD of gap closed: paired, with an honest interval, and no figure where nothing was closed."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.cost_effect import (
    COLUMNS,
    GAPS,
    OPEN,
    WIDER,
    cost_effect_table,
    dearer_than_public_budget,
    ratio_of_means,
)

YEARS = (2020, 2021, 2022)


def indicators(cost, closed, students=1000.0, level="primary"):
    """Two worlds of a level: `cost` yuan a simulated year and replicate, `closed` of the last year's gap."""
    rows = []
    for scenario in ("policy", "counterfactual"):
        with_policy = scenario == "policy"
        for number, (yuan, gain) in enumerate(zip(cost, closed, strict=True)):
            for year in YEARS:
                keys = {"scenario": scenario, "replicate": number, "year": year, "level": level}
                gap = 1.0 + 0.1 * number - gain * (with_policy and year == YEARS[-1])
                spent = yuan * (with_policy and year > YEARS[0])
                figures = {"students": students, "cost_yuan": spent} | dict.fromkeys(GAPS, gap)
                rows.append(keys | {"scope": "district", "unit": "toy"} | figures)
    return pd.DataFrame(rows)


def one(cost, closed, **how):
    return cost_effect_table(indicators(cost, closed, **how)).iloc[0]


def test_a_gap_that_closes_has_a_price():
    row = one([100.0, 120.0, 110.0, 90.0], [0.5, 0.4, 0.5, 0.6])
    assert (row["indicator"], row["level"], row["year"], row["replicates"]) == ("score_gap", "primary", 2022, 4)
    assert row["extra_yuan"] == pytest.approx(2 * 105)
    assert row["yuan_per_student_year"] == pytest.approx(105 / 1000)
    assert row["closed"] == pytest.approx(0.5)
    assert row["yuan_per_unit"] == pytest.approx(210 / 0.5)
    assert row["low"] < row["yuan_per_unit"] < row["high"] and row["note"] == ""


def test_a_gap_that_closed_in_every_replicate_alike_has_one_price():
    row = one([50.0, 50.0], [0.25, 0.25])
    assert [row[name] for name in ("yuan_per_unit", "low", "high")] == pytest.approx([400, 400, 400])


@pytest.mark.parametrize(
    ("closed", "note"),
    [([0.5, -0.4, 0.1, -0.1], OPEN), ([0.0, 0.0, 0.0, 0.0], OPEN), ([-0.5, -0.4, -0.5, -0.6], WIDER)],
)
def test_without_a_gap_closed_there_is_no_price_and_it_says_so(closed, note):
    row = one([100.0, 120.0, 110.0, 90.0], closed)
    assert np.isnan([row["yuan_per_unit"], row["low"], row["high"]]).all()
    assert row["note"] == note and row["extra_yuan"] == pytest.approx(210)


def test_one_replicate_says_nothing_of_noise():
    row = one([100.0], [0.5])
    assert np.isnan(row["yuan_per_unit"]) and "one replicate" in row["note"]


def test_a_level_without_a_gap_is_no_divisor():
    row = one([100.0, 100.0, 100.0], [0.5, np.nan, 0.5])
    assert row["replicates"] == 2 and row["yuan_per_unit"] == pytest.approx(400)


def test_the_interval_covers_the_true_ratio_as_often_as_it_says():
    draw = np.random.default_rng(1)
    covered = 0
    for _ in range(2000):
        gain = 1.0 + 0.5 * draw.normal(size=12)
        cost = 300.0 + 100.0 * draw.normal(size=12) + 60.0 * (gain - 1.0)
        _, low, high = ratio_of_means(cost, gain)
        covered += low <= 300.0 <= high
    assert covered / 2000 == pytest.approx(0.95, abs=0.015)


def test_without_a_counterfactual_there_is_nothing_to_compare():
    alone = indicators([100.0, 100.0], [0.5, 0.5]).query("scenario == 'policy'")
    table = cost_effect_table(alone)
    assert table.empty and list(table.columns) == list(COLUMNS)


def test_years_dearer_than_the_whole_public_budget_are_named():
    rows = [
        {"scenario": arm, "replicate": 0, "year": year, "level": level, "scope": "district", "unit": "d"}
        | {"cost_yuan": 30.0 if arm == "policy" and year == 2022 else 5.0, "public_budget": 20.0}
        for arm in ("policy", "counterfactual")
        for year in (2021, 2022)
        for level in ("primary", "junior")
    ]
    dear = dearer_than_public_budget(pd.DataFrame(rows))
    assert dear.to_dict("index") == {2022: {"cost_yuan": 60.0, "public_budget": 40.0}}

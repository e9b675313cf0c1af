"""Several policies on one district: the same luck, one counterfactual, one table."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import sim
from sim.comparison import compare, of_another_place, run_policies
from sim.model import ZoneReform
from sim.targets import Targets

SMALL = ["district.students=2000"]
POLICIES = ("tekes_zones", "shapingba_2015")


@pytest.fixture(scope="module")
def scenarios():
    return {name: sim.load("wuhan_edz", name, horizon=2022, overrides=SMALL) for name in POLICIES}


@pytest.fixture(scope="module")
def results(scenarios):
    return dict(zip(POLICIES, run_policies(list(scenarios.values()), 2, 3), strict=True))


@pytest.mark.parametrize("name", POLICIES)
def test_each_result_is_that_of_the_policy_alone(scenarios, results, name):
    alone = sim.run(scenarios[name], 2, 3)
    pd.testing.assert_frame_equal(alone.indicators, results[name].indicators)
    pd.testing.assert_frame_equal(alone.costs, results[name].costs)


def test_the_counterfactual_is_run_once_a_replicate(scenarios, monkeypatch):
    steps = []
    step = ZoneReform.step

    def noted(model):
        if model.year >= 2020:  # not of the spin-up
            steps.append(model.policy.name)
        step(model)

    monkeypatch.setattr(ZoneReform, "step", noted)
    run_policies(list(scenarios.values()), 1, 3)
    assert [steps.count(name) for name in (*POLICIES, "none")] == [2, 2, 2]


def test_the_table_says_what_the_indicators_say(results):
    table = compare(results, {}).set_index(["policy", "measure", "level"])
    for name, result in results.items():
        gap = result.effect("score_gap", "junior").loc[2022]
        row = table.loc[name, "gap_closed:score_gap", "junior"]
        assert (row["mean"], row["p05"], row["se"]) == pytest.approx((-gap["mean"], -gap["p95"], gap["se"]))
        district = result.indicators.query("scope == 'district'")
        last = district.query("year == 2022 and level == 'primary' and scenario == 'policy'")
        assert table.loc[name, "cv_backbone", "primary"]["mean"] == pytest.approx(last["cv_backbone"].mean())
        spent = district.groupby("scenario")["cost_yuan"].sum() / 2 / 1e6
        assert table.loc[name, "cost", "both"]["mean"] == pytest.approx(spent["policy"] - spent["counterfactual"])
        assert (name, "targets_met", "both") not in table.index


ROW = {"title": "t", "section": "1", "quote": "q", "level": "primary", "comparator": ">=", "unit": "x", "years": [2021]}


def plan(**rows):
    return Targets.parse({"document": "a plan", "targets": {id: ROW | row for id, row in rows.items()}})


def test_a_promise_counts_if_it_is_kept_in_all_its_years(results):
    made = plan(
        A={"measure": "schools", "target": 1, "years": [2021, 2022]},
        B={"measure": "schools", "target": 99, "years": [2022]},
        C={"measure": "rotated_share", "target": 0.000001, "unit": "share", "years": [2021, 2022]},
        D={"measure": "schools", "target": 1, "years": [2040]},
        E={"measure": "schools", "target": 1, "set_by": "district.zones"},
    )
    table = compare(results, dict.fromkeys(POLICIES, made)).set_index(["policy", "measure"])
    tekes, shapingba = (table.loc[name, "targets_met"] for name in POLICIES)
    assert (tekes["mean"], tekes["without"], tekes["of"]) == (2, 1, 3)  # Tekes rotates, Shapingba does not
    assert (shapingba["mean"], shapingba["without"], shapingba["of"]) == (1, 1, 3)


def test_numbers_of_another_place_are_left_out_and_years_move_with_the_policy():
    made = plan(
        A={"measure": "teachers", "target": 4200},
        B={"measure": "classes_56_plus", "comparator": "=", "target": 0},
        C={"measure": "students", "comparator": "<=", "target": 2000, "each": True},
        D={"measure": "cv_composite", "comparator": "<", "target": 0.4},
        E={"measure": "places", "since_baseline": 13050},
    )
    moved = of_another_place(made, 2)
    assert [row.id for row in moved.rows] == ["B", "C", "D"]
    assert all(row.years == (2023,) for row in moved.rows)


def test_what_has_no_value_in_the_district_counts_for_nothing(results):
    made = plan(A={"measure": "general_high_rate", "target": 0}, B={"measure": "schools", "target": 1})
    [of] = compare({"x": results["tekes_zones"]}, {"x": made}).dropna(subset="of")["of"]
    assert of == 1


def test_scenarios_differ_in_their_policy_alone(scenarios):
    one, other = scenarios.values()
    assert dataclasses.replace(one, policy=other.policy) == other
    assert np.unique([scenario.horizon for scenario in scenarios.values()]).size == 1

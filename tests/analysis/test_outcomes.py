import numpy as np
import pytest

import sim
from sim.analysis.factors import Factor, settings, simulated
from sim.analysis.outcomes import Outcome, outcome_columns, simulator
from sim.analysis.sensitivity import screen

TINY = {"horizon": 2022, "overrides": ["district.students=900"]}
WUHAN = {"policy": "wuhan_edz_2021_2023", **TINY}
RATE = Factor.lever("policy.rotation.rate", 0.0, 0.3)


@pytest.fixture(scope="module")
def result():
    return sim.run(sim.load("wuhan_edz", **WUHAN), replicates=2, seed=5)


def district(result, arm, indicator, level, year):
    rows = result.indicators
    rows = rows[(rows["scope"] == "district") & (rows["scenario"] == arm) & (rows["year"] == year)]
    return rows[rows["level"] == level].sort_values("replicate")[indicator].to_numpy()


def test_words_name_figures_of_the_run(result):
    words = ["score_gap.primary", "score_gap.junior.2021", "change.score_gap.primary", "teachers.both", "cost"]
    table = outcome_columns(result.indicators, words)
    assert table.columns.tolist() == ["cell", "replicate", *words] and len(table) == 2
    gap = district(result, "policy", "score_gap", "primary", 2022)
    np.testing.assert_array_equal(table["score_gap.primary"], gap)
    np.testing.assert_array_equal(
        table["score_gap.junior.2021"], district(result, "policy", "score_gap", "junior", 2021)
    )
    without = district(result, "counterfactual", "score_gap", "primary", 2022)
    np.testing.assert_array_equal(table["change.score_gap.primary"], gap - without)
    teachers = [district(result, "policy", "teachers", level, 2022) for level in ("primary", "junior")]
    np.testing.assert_array_equal(table["teachers.both"], sum(teachers))
    costs = result.costs.pivot_table(index="scenario", values="yuan", aggfunc="sum")["yuan"]
    assert table["cost"].mean() == pytest.approx(costs["policy"] - costs.get("counterfactual", 0.0))


def test_cells_give_what_their_runs_give(result):
    """Cells of one world share its counterfactual and still give the bits of runs of their own."""
    words = ["score_gap.primary", "change.teacher_skill_gap.junior"]
    cells = settings(np.array([[0.0], [0.5]]), [RATE]).assign(**{"district.students": [900, 900]})
    table = simulator(words, policy="wuhan_edz_2021_2023", horizon=2022)(cells, 2, 5)
    alone = sim.load("wuhan_edz", **{**WUHAN, "overrides": [*TINY["overrides"], ("policy.rotation.rate", 0.15)]})
    again = outcome_columns(sim.run(alone, replicates=2, seed=5).indicators, words)
    assert table[table["cell"] == 1].drop(columns="cell").reset_index(drop=True).equals(again.drop(columns="cell"))


def test_worlds_of_their_own_are_told_apart():
    cells = settings(np.array([[0.0], [1.0]]), [Factor("effects.catchment_sd", 0.28, 0.46, "effect")])
    values = simulated(
        simulator(["between_school_share.primary"], **TINY), cells, ["between_school_share.primary"], 1, 1
    )
    assert values[0] < values[1]


def test_a_promise_is_met_or_not():
    table = simulator(["met.WK09"], **WUHAN)(settings(np.array([[1.0]]), [RATE]), 2, 1)
    assert set(table["met.WK09"]) <= {0.0, 1.0} and len(table) == 2


def test_an_analysis_asks_the_model():
    rotated = simulator(
        ["rotated_share.primary"], policy="wuhan_edz_2021_2023", horizon=2021, overrides=["district.students=2000"]
    )
    found = screen(rotated, [RATE], ["rotated_share.primary"], trajectories=2, replicates=2)
    assert found.table["mu"][0] > 0.02


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("score_gap", "must be INDICATOR.LEVEL"),
        ("score_gpa.primary", "did you mean 'score_gap'"),
        ("score_gap.primry", "did you mean 'primary'"),
        ("score_gap.both", "known: primary, junior"),
        ("score_gap.primary.last", "must be INDICATOR.LEVEL"),
    ],
)
def test_words_that_name_nothing_are_refused_before_a_run(word, message):
    with pytest.raises(sim.UserError, match=message):
        simulator([word])
    with pytest.raises(sim.UserError, match=message):
        Outcome.read(word)


def test_a_promise_that_is_not_judged_is_refused(result):
    with pytest.raises(sim.UserError, match="no such target that is judged"):
        outcome_columns(result.indicators, ["met.XX99"])

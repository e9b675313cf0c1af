import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.scoring import quantile, wilson_bounds
from reference.tables import indicator_table, joined
from sim.analysis.paired import EFFECT_COLUMNS, effects_table, spread, wilson


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_bounds_solve_its_equation(trial):
    assert wilson(*trial) == pytest.approx(wilson_bounds(*trial), abs=1e-9)


def test_wilson_of_a_published_example():
    # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263, 0 of 20
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == (0.0, pytest.approx(0.1611, abs=5e-5))
    assert wilson(20, 20) == (pytest.approx(0.8389, abs=5e-5), 1.0)
    assert wilson(0, 0) == (0.0, 1.0)


def test_spread_leaves_out_nan_and_says_so():
    nan = np.nan
    over = spread(np.array([[1.0, nan, nan], [2.0, 5.0, nan], [6.0, nan, nan]]))
    assert over.mean.tolist()[:2] == [3.0, 5.0] and np.isnan(over.mean[2])
    assert over.sd[0] == pytest.approx(np.sqrt(7)) and np.isnan(over.sd[1])
    assert over.p05[0] == pytest.approx(1.1) and over.p95[0] == pytest.approx(5.6)
    assert over.replicates.tolist() == [3, 1, 0]


def test_equal_values_have_no_spread():
    assert spread(np.full(3, 0.43243243243243246))[1:4] == (0.0, 0.43243243243243246, 0.43243243243243246)


finite = st.floats(-100, 100)


@given(st.lists(st.tuples(finite, finite), min_size=2, max_size=8))
def test_effect_is_the_difference_within_each_replicate(pairs):
    table = indicator_table(
        "score_gap",
        {
            ("policy", "junior", "district", "d"): [[p] for p, _ in pairs],
            # the rows of the counterfactual come in another order, which must not matter
            ("counterfactual", "junior", "district", "d"): [[c] for _, c in pairs],
            ("policy", "junior", "zone", "z"): [[1e6] for _ in pairs],
        },
    ).iloc[::-1]
    (row,) = effects_table(table).to_dict("records")
    differences = [p - c for p, c in pairs]
    mean = sum(differences) / len(differences)
    se = (sum((d - mean) ** 2 for d in differences) / (len(pairs) - 1) / len(pairs)) ** 0.5
    assert (row["indicator"], row["level"], row["year"], row["replicates"]) == (
        "score_gap",
        "junior",
        2020,
        len(pairs),
    )
    figures = [row["mean"], row["p05"], row["p95"], row["se"]]
    assert figures == pytest.approx(
        [mean, quantile(differences, 0.05), quantile(differences, 0.95), se], abs=1e-9
    )


def test_effects_come_by_indicator_level_and_year_without_those_a_level_lacks():
    arms = [(scenario, level) for scenario in ("policy", "counterfactual") for level in ("junior", "primary")]
    both = indicator_table("score_mean", {(*arm, "district", "d"): [[0.0, 1.0]] * 2 for arm in arms})
    junior = indicator_table(
        "general_high_rate", {(*arm, "district", "d"): [[0.5, 0.5]] * 2 for arm in arms if arm[1] == "junior"}
    )
    table = effects_table(joined(both, junior))
    assert tuple(table.columns) == EFFECT_COLUMNS
    assert list(zip(table["indicator"], table["level"], table["year"], strict=True)) == [
        ("score_mean", "primary", 2020),
        ("score_mean", "primary", 2021),
        ("score_mean", "junior", 2020),
        ("score_mean", "junior", 2021),
        ("general_high_rate", "junior", 2020),
        ("general_high_rate", "junior", 2021),
    ]


def test_without_counterfactual_there_are_no_effects():
    table = effects_table(indicator_table("score_mean", {("policy", "primary", "district", "d"): [[0.0]]}))
    assert tuple(table.columns) == EFFECT_COLUMNS and table.empty


def test_a_single_replicate_has_no_standard_error():
    arms = {
        (arm, "primary", "district", "d"): [[float(i)]] for i, arm in enumerate(("policy", "counterfactual"))
    }
    table = effects_table(indicator_table("score_mean", arms))
    assert table["mean"].tolist() == [-1.0] and table["se"].isna().all()
    assert isinstance(table, pd.DataFrame) and table["replicates"].tolist() == [1]

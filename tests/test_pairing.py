"""Common luck: with the same seed in both arms, a policy's effect is seen through far less noise."""

import numpy as np
import pandas as pd
import pytest

import sim

REPLICATES = (30, pytest.param(200, marks=pytest.mark.slow))
"""Thirty tell a ratio of 0.02, as found, from one of 0.5; the long version gives the figure itself."""
LEVELS = ("primary", "junior")


@pytest.fixture(scope="module", params=REPLICATES)
def in_2023(request) -> pd.DataFrame:
    scenario = sim.load("wuhan_edz", "wuhan_edz_2021_2023", effects="means", horizon=2023)
    rows = sim.run(scenario, request.param, seed=7).indicators
    return rows[(rows["scope"] == "district") & (rows["year"] == 2023)]


def variances(rows: pd.DataFrame, indicator: str, level: str) -> tuple[float, float]:
    """Variance of the paired difference, and of the difference between arms of different replicates."""
    wide = rows[rows["level"] == level].pivot(index="replicate", columns="scenario", values=indicator)
    policy, without = wide["policy"].to_numpy(), wide["counterfactual"].to_numpy()
    return float(np.var(policy - without, ddof=1)), float(np.var(policy, ddof=1) + np.var(without, ddof=1))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("indicator", ["score_gap", "score_mean"])
def test_pairing_at_least_halves_the_variance(in_2023, indicator, level):
    paired, unpaired = variances(in_2023, indicator, level)
    print(f"{indicator} {level}: variance paired / unpaired = {paired / unpaired:.3f}")
    assert paired <= 0.5 * unpaired


def test_the_same_figure_for_backbone_is_printed_without_a_bound(in_2023, capsys):
    with capsys.disabled():
        for level in LEVELS:
            paired, unpaired = variances(in_2023, "cv_backbone", level)
            print(f"\ncv_backbone {level}: variance paired / unpaired = {paired / unpaired:.3f}", end="")
            assert np.isfinite(paired / unpaired)

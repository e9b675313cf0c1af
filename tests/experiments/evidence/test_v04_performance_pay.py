"""The replay of pay for each teacher's own results."""

import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v04_performance_pay as v04


def test_the_estimator_tells_low_achievers_from_the_others():
    draw = np.random.default_rng(2)
    frame = pd.DataFrame({"treated": np.arange(3000) % 2, "prior": draw.normal(0, 1, 3000)})
    low = frame["prior"] < frame["prior"].quantile(1 / 3)
    gain = np.where(low, 0.3, 0.0) * frame["treated"]
    frame["score"] = 0.8 * frame["prior"] + gain + draw.normal(0, 0.1, 3000)
    found = v04.differences(frame)
    assert found[v04.ALL] == pytest.approx(0.1, abs=0.02)
    assert found[v04.LOWEST] == pytest.approx(0.3, abs=0.02)
    assert found[v04.DIFFERENCE] == pytest.approx(found[v04.LOWEST] - found[v04.ALL])


def test_all_gain_the_whole_effect_and_what_a_rewarded_test_adds_to_it(monkeypatch):
    monkeypatch.setattr(v04, "SCHOOLS", 10)
    monkeypatch.setattr(v04, "TREATED", 5)
    pay = v04.PerformancePay()
    with_pay, without = (pay.simulate(1, effects) for effects in ({}, {"rec_perf_ind": 0.0}))
    gain = {figure: with_pay[figure] - without[figure] for figure in with_pay}
    assert set(gain) == {row.figure for row in pay.published}
    assert gain[v04.ALL] == pytest.approx(0.15, rel=0.15)
    assert gain[v04.LOWEST] == pytest.approx(gain[v04.ALL])  # the model knows no weak and strong here

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.calibration import calibrate
from sim.analysis.factors import Factor
from toy_functions import toy

PAIR = [Factor("effects.a", 0, 2, "effect"), Factor("effects.b", -1, 1, "effect")]
LUCK = 0.1


def three(cells):
    a, b = cells["effects.a"], cells["effects.b"]
    return {"y1": a + 0.3 * b**2, "y2": b - 0.2 * a, "y3": np.exp(0.5 * a) * (1 + 0.2 * b)}


WORLD = toy({name: lambda cells, name=name: three(cells)[name] for name in ("y1", "y2", "y3")}, shared=LUCK)
SMALL = {"cells": 20, "waves": 2, "draws": 400, "checked": 10}


def observe(truth, rng, error=0.05):
    """What one world with these parameters shows, by luck of its own and with error."""
    values = {name: float(y.iloc[0]) for name, y in three(pd.DataFrame([truth])).items()}
    seen = {name: y + rng.normal(0, LUCK) + rng.normal(0, error) for name, y in values.items()}
    return pd.DataFrame({"outcome": list(seen), "value": list(seen.values()), "error": error})


def covered(fits, first):
    """How many of the true values lie in their 90 % intervals, over worlds of known parameters."""
    inside = 0
    for fit in range(first, first + fits):
        rng = np.random.default_rng([fit, 5])
        truth = {"effects.a": rng.uniform(0, 2), "effects.b": rng.uniform(-1, 1)}
        found = calibrate(WORLD, PAIR, observe(truth, rng), seed=fit, **SMALL)
        for row in found.intervals.itertuples():
            inside += row.p05 <= truth[row.parameter] <= row.p95
    return inside


def test_true_values_lie_in_the_intervals():
    assert covered(5, first=100) >= 6  # of 10; fewer is one chance in 600 at 90 %


@pytest.mark.slow
def test_true_values_lie_in_the_90_percent_interval_about_90_percent_of_the_time():
    assert 82 <= covered(50, first=0) <= 97  # of 100: a chance in 100 on either side


def test_what_made_the_data_is_found_and_checked():
    truth = {"effects.a": 1.3, "effects.b": -0.4}
    found = calibrate(WORLD, PAIR, observe(truth, np.random.default_rng(3)), seed=2, **SMALL)
    middle = found.intervals.set_index("parameter")
    assert middle["p50"].to_dict() == pytest.approx(truth, abs=0.3)
    assert (middle["spread"] < 0.35).all()
    assert len(found.draws) == 400 and found.identified and found.explained and found.warnings == ()
    assert found.predictive["tail"].min() > 0.05
    assert (found.waves["left"] < 0.1).all() and found.waves["cells"].tolist() == [20, 40]
    said = found.sentences()
    assert said[0].startswith("effects.a is 1.") and "before the data 0 ... 2" in said[0]
    assert "of 3 observed figures within their 90% range" in said[-1]


def test_draws_have_the_spread_of_the_exact_posterior():
    """y = a + luck: the posterior of a is normal with the SD of luck and error together."""
    a = [Factor("effects.a", 0, 2, "effect")]
    line = toy({"y": lambda cells: cells["effects.a"]}, shared=LUCK)
    found = calibrate(line, a, pd.DataFrame({"outcome": ["y"], "value": [1.0], "error": [0.1]}), seed=4)
    assert found.draws["effects.a"].mean() == pytest.approx(1.0, abs=0.03)
    assert found.draws["effects.a"].std() == pytest.approx(np.hypot(LUCK, 0.1), rel=0.15)


def test_parameters_that_only_act_together_are_not_told_apart():
    total = {"y": lambda c: c["effects.a"] + c["effects.b"], "z": lambda c: 2 * c["effects.a"] + 2 * c["effects.b"]}
    both = toy(total, luck=0.01)
    seen = pd.DataFrame({"outcome": ["y", "z"], "value": [1.0, 2.0], "error": [0.02, 0.02]})
    found = calibrate(both, PAIR, seen, **SMALL)
    assert not found.identified and found.explained
    assert found.correlations["correlation"][0] < -0.95
    assert "tell effects.a and effects.b only together" in found.sentences()[0]
    assert len(found.warnings) == 1


def test_three_parameters_of_one_sum_are_not_told_apart():
    three = [*PAIR, Factor("effects.c", 0, 1, "effect")]
    sums = {name: lambda c, by=by: by * c.sum(axis=1) for name, by in (("x", 1), ("y", 2), ("z", -1))}
    seen = pd.DataFrame({"outcome": ["x", "y", "z"], "value": [1.5, 3.0, -1.5], "error": 0.02})
    found = calibrate(toy(sums, luck=0.01), three, seen, **SMALL)
    assert "the data tell effects.a and effects.b and effects.c only together" in found.warnings[0]


def test_a_parameter_that_nothing_shows_stays_open_and_is_said():
    one = toy({"y": lambda c: c["effects.a"], "z": lambda c: 1 - c["effects.a"]}, 0.05)
    seen = pd.DataFrame({"outcome": ["y", "z"], "value": [1.0, 0.0], "error": [0.05, 0.05]})
    found = calibrate(one, PAIR, seen, **SMALL)
    assert not found.identified
    assert any("hardly tell effects.b" in warning for warning in found.warnings)
    assert not any("effects.a" in warning for warning in found.warnings)


def test_what_no_values_explain_is_said():
    seen = pd.DataFrame({"outcome": ["y1", "y2", "y3"], "value": [1.0, 9.0, 2.0], "error": [0.05] * 3})
    found = calibrate(WORLD, PAIR, seen, **SMALL)
    assert not found.explained
    assert any("cannot give what was observed of" in warning and "y2" in warning for warning in found.warnings)


def test_equal_seeds_give_equal_draws():
    seen = observe({"effects.a": 1.0, "effects.b": 0.0}, np.random.default_rng(1))
    one, other = (calibrate(WORLD, PAIR, seen, seed=6, **SMALL).draws for _ in range(2))
    assert one.equals(other)


GOOD = pd.DataFrame({"outcome": ["y1", "y2"], "value": [1.0, 0.0], "error": [0.1, 0.1]})


@pytest.mark.parametrize(
    ("observed", "options", "message"),
    [
        (GOOD.head(1), {}, "2 parameters cannot be told by 1 observations"),
        (GOOD.drop(columns="error"), {}, "error is missing"),
        (GOOD.assign(error=-1.0), {}, "observed: y1: error must be at least 0"),
        (GOOD.assign(value=np.nan), {}, "observed: y1: value must be a number"),
        (GOOD.assign(outcome="y1"), {}, "'y1' is given twice"),
        (GOOD.assign(outcome=["y1", "y9"]), {}, "y9: no such outcome"),
        (GOOD, {"replicates": 1}, "replicates must be at least 2"),
    ],
)
def test_what_cannot_be_fitted_is_refused(observed, options, message):
    with pytest.raises(sim.UserError, match=message):
        calibrate(WORLD, PAIR, observed, **options)

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.analysis.factors import Factor, dimensions, drawn_effects, effects, outcome_table, require, settings, simulated
from sim.config import EffectTable
from sim.noise import Noise, replicate_seed

TOGETHER = [f"effects.b_exp_yr{year}" for year in (5, 10, 20)]  # drawn with b_exp_yr2
RATE = Factor.lever("policy.rotation.rate", 0.0, 0.3)


@given(st.floats(0, 1))
def test_settings_of_a_point_lie_within_their_bounds(u):
    factors = [RATE, Factor("policy.rotation.eligible_years", 3, 6, whole=True), *effects(EffectTable.load())]
    (row,) = settings(np.full((1, len(dimensions(factors))), u), factors).to_dict("records")
    assert all(f.low <= row[f.key] <= f.high for f in factors)


def test_whole_numbers_are_equally_likely():
    years = Factor("policy.rotation.eligible_years", 3, 6, whole=True)
    drawn = settings((np.arange(4000)[:, None] + 0.5) / 4000, [years])["policy.rotation.eligible_years"]
    assert drawn.dtype == int and drawn.value_counts().to_dict() == {3: 1000, 4: 1000, 5: 1000, 6: 1000}


def test_effects_are_drawn_as_the_model_draws_them():
    kappa = effects(EffectTable.load(), ["kappa"])
    values = settings((np.arange(2000)[:, None] + 0.5) / 2000, kappa)["effects.kappa"]
    assert values.mean() == pytest.approx(EffectTable.load().numbers["kappa"], abs=1e-4)


def test_effects_drawn_together_are_one_dimension():
    factors = effects(EffectTable.load(), ["b_exp_yr2"])
    assert len(factors) > 1 and dimensions(factors) == ["experience"]
    table = settings(np.array([[0.0], [1.0]]), factors)
    assert [table[f.key].tolist() for f in factors] == [[f.low, f.high] for f in factors]


def test_draws_of_replicates_are_those_of_the_runs():
    scenario = sim.load()
    drawn = drawn_effects(scenario.effects, 3, seed=7)
    again = scenario.effects.draw(Noise(replicate_seed(7, 2)))
    assert drawn.columns.tolist() == [f.key for f in effects(scenario.effects) if f.key not in TOGETHER]
    assert drawn.loc[2].to_dict() == {key: getattr(again, key.removeprefix("effects.")) for key in drawn}


def test_a_lever_has_the_bounds_it_declares():
    assert (Factor.lever("policy.rotation.rate").low, Factor.lever("policy.rotation.rate").high) == (0, 1)
    assert Factor.district("district.students", 600, 3000).kind == "district"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Factor.lever("policy.rotation.rat"), "did you mean 'rate'"),
        (lambda: Factor.lever("policy.rotaton.rate"), "did you mean 'rotation'"),
        (lambda: Factor.lever("rate"), "rate must be policy.GROUP.SETTING"),
        (lambda: Factor.lever("policy.rotation.scope"), "is not a number"),
        (lambda: Factor.lever("policy.rotation.rate", 0.3, 0.3), "low must be below high"),
        (lambda: Factor.lever("policy.rotation.rate", 0, 2), "must be within 0 ... 1"),
        (lambda: Factor.district("district.studens", 1, 2), "did you mean 'students'"),
        (lambda: effects(EffectTable.load(), ["kapa"]), "did you mean 'kappa'"),
        (lambda: dimensions([]), "nothing to vary"),
        (lambda: dimensions([RATE, RATE]), "policy.rotation.rate is given twice"),
    ],
)
def test_what_cannot_be_varied_is_refused_with_the_way_out(make, message):
    with pytest.raises(sim.UserError, match=message):
        make()


def test_outcomes_come_back_by_cell_and_replicate_whatever_their_order():
    y = np.arange(6.0).reshape(3, 2)
    shuffled = outcome_table({"y": y, "z": -y}).sample(frac=1, random_state=1)
    cells = pd.DataFrame({"a": [1, 2, 3]})
    values = simulated(lambda cells, replicates, seed: shuffled, cells, ["z", "y"], 2, 1)
    np.testing.assert_array_equal(values, np.stack([-y, y], axis=2))


def test_a_package_that_is_not_there_is_named_with_the_extra_that_brings_it():
    require("sensitivity", "analysis", "numpy")
    with pytest.raises(sim.UserError, match=r"sensitivity needs nobodys: pip install 'zonesim\[analysis\]'"):
        require("sensitivity", "analysis", "numpy", "nobodys")


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [(["y"], "y has no value in 2 of 6 runs"), (["x"], "x: no such outcome; known: y")],
)
def test_runs_that_gave_nothing_are_said(outcomes, message):
    y = np.array([[1.0, 2.0], [np.nan, 1.0], [3.0, 4.0]])
    some = outcome_table({"y": y}).iloc[:-1]
    with pytest.raises(sim.UserError, match=message):
        simulated(lambda cells, replicates, seed: some, pd.DataFrame({"a": [1, 2, 3]}), outcomes, 2, 1)

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.factors import Factor
from sim.analysis.optimisation import Limit, Objective, optimise
from toy_functions import toy

X = [Factor("x", -4, 4)]
SCHAFFER = {"near": lambda c: c["x"] ** 2, "far": lambda c: (c["x"] - 2) ** 2}
"""Two goals whose front is x = 0 ... 2, where the roots of both add up to 2."""
BOTH = [Objective("near"), Objective("far")]


def fresh(found, objective):
    rows = found.figures[(found.figures["objective"] == objective) & (found.figures["point"] > 0)]
    return rows.set_index("point")["value"].to_numpy()


def test_the_known_front_is_found():
    found = optimise(toy(SCHAFFER), X, BOTH, rounds=12, batch=16, replicates=1)
    near, far = fresh(found, "near"), fresh(found, "far")
    np.testing.assert_allclose(np.sqrt(near) + np.sqrt(far), 2, atol=0.1)
    assert near.min() < 0.05 and far.min() < 0.05 and len(near) == 12
    assert np.diff(np.sort(found.points["x"])).max() < 0.6
    assert (found.points["front_share"] > 0.5).mean() > 0.9 and found.tried == 12 * 16


def test_a_budget_is_kept():
    cost = {**SCHAFFER, "cost": lambda c: 10 * c["x"]}
    found = optimise(toy(cost, luck=0.1), X, BOTH, limits=[Limit("cost", most=10)], rounds=10, batch=16)
    assert found.points["x"].max() <= 1.02 and fresh(found, "far").min() == pytest.approx(1.1, abs=0.3)
    assert found.points["within"].min() > 0.3


def test_no_setting_within_the_limits_is_said():
    found = optimise(toy(SCHAFFER), X, BOTH, limits=[Limit("near", least=99)], rounds=2, batch=8, replicates=1)
    assert found.points.empty
    assert found.sentences() == ["None of the 16 settings tried keeps to the limits."]


def test_one_objective_has_one_best():
    found = optimise(
        toy({"y": lambda c: -((c["x"] - 1) ** 2)}),
        X,
        [Objective("y", "max")],
        rounds=6,
        batch=10,
        replicates=1,
        finalists=3,
    )
    assert found.points["x"][0] == pytest.approx(1, abs=0.15) and len(found.points) == 3
    assert found.sentences()[0].startswith("Highest y: x=")


def test_whole_numbers_stay_whole():
    years = [Factor("years", 1, 9, whole=True)]
    found = optimise(
        toy({"y": lambda c: (c["years"] - 6) ** 2}), years, [Objective("y")], rounds=3, batch=8, replicates=1
    )
    assert found.points["years"][0] == 6 and found.points["years"].dtype == int


GAIN = [Factor("effects.gain", -1, 1, "effect")]
RISKY = {"loss": lambda c: -0.2 * c["x"] + c["x"] * c["effects.gain"]}
"""More of x pays on average and costs much where the effect is large: mean -0.2 x, worst tenth about 0.75 x."""
BOLD = [Factor("x", 0, 1)]


@pytest.mark.parametrize(("over", "best"), [("mean", 1.0), ("worst_tenth", 0.0), ("regret", 0.6)])
def test_what_is_best_depends_on_what_counts_over_the_unknown(over, best):
    """Regret: 1.2 (1 - x) is lost where the gain is -1, 0.8 x where it is 1; equal at x = 0.6."""
    sizes = {"rounds": 4, "batch": 12, "replicates": 1, "worlds": 40, "finalists": 1}
    found = optimise(toy(RISKY), BOLD, [Objective("loss", over=over)], unknown=GAIN, reference={"x": 0.0}, **sizes)
    assert found.points.loc[found.points["point"] == 1, "x"].item() == pytest.approx(best, abs=0.1)


def noise_figures(seed):
    """What search and fresh luck say of the best of settings that all do nothing."""
    found = optimise(
        toy({"y": lambda c: 0 * c["x"]}, luck=1.0),
        X,
        [Objective("y")],
        reference={"x": 0.0},
        rounds=2,
        batch=10,
        replicates=2,
        finalists=1,
        seed=seed,
    )
    (row,) = found.figures[found.figures["point"] == 1].to_dict("records")
    return row["search"], row["advantage"], row["advantage_low"] <= 0 <= row["advantage_high"]


def test_winners_are_not_the_lucky_ones():
    search, advantage, zero = np.array([noise_figures(seed) for seed in range(25)]).T
    assert search.mean() < -0.9  # the search fell for luck: it hopes to do better than nothing
    assert abs(advantage.mean()) < 3 * np.sqrt(2 / 8 / 25)
    assert zero.mean() > 0.75


def test_a_search_that_was_broken_off_goes_on_as_if_it_had_not_been(tmp_path):
    sizes = {"batch": 8, "replicates": 2, "reference": {"x": 0.0}}
    world = toy(SCHAFFER, luck=0.1)
    whole = optimise(world, X, BOTH, rounds=4, **sizes)
    calls = []

    def breaks(cells, replicates, seed):
        calls.append(len(cells))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return world(cells, replicates, seed)

    store = tmp_path / "搜索 study.log"
    with pytest.raises(KeyboardInterrupt):
        optimise(breaks, X, BOTH, rounds=4, store=store, **sizes)
    calls.append(0)
    again = optimise(breaks, X, BOTH, rounds=4, store=store, **sizes)
    assert calls[4:] == [8, 8, len(again.points)]  # two rounds that were missing, then the finalists
    pd.testing.assert_frame_equal(again.points, whole.points)
    pd.testing.assert_frame_equal(again.figures, whole.figures)
    with pytest.raises(sim.UserError, match="holds a search with other objectives"):
        optimise(world, X, [Objective("near"), Objective("far", over="regret")], rounds=4, store=store, **sizes)


def test_the_best_are_named_with_fresh_figures():
    found = optimise(toy(SCHAFFER, luck=0.1), X, BOTH, rounds=4, batch=12, reference={"x": -2.0})
    near, far, reference, summary = found.sentences()
    assert near.startswith("Lowest near: x=") and " and far " in near and "better than the reference" in near
    assert far.startswith("Lowest far: x=") and summary.endswith("are beaten by no other on fresh luck.")
    assert reference.startswith("The reference, x=-2 gives near 3.99") and reference.endswith(").")
    assert found.points["point"].tolist()[0] == 0 and np.isnan(found.points["front_share"][0])
    best = found.figures[(found.figures["objective"] == "near") & (found.figures["point"] == 1)]
    assert best["advantage"].item() == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objectives": []}, "nothing to seek"),
        ({"batch": 1}, "batch must be at least 4"),
        ({"reference": {"y": 1.0}}, "reference must give x, got y"),
        ({"objectives": [Objective("nobody")]}, "nobody: no such outcome"),
    ],
)
def test_what_cannot_be_sought_is_refused(options, message):
    given = {"objectives": BOTH, "batch": 4, "rounds": 1} | options
    with pytest.raises(sim.UserError, match=message):
        optimise(toy(SCHAFFER), X, **given)


def test_a_limit_has_one_side():
    with pytest.raises(sim.UserError, match="give either most or least"):
        Limit("cost")

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from sim.analysis.discovery import discover, misses, strongest
from sim.analysis.factors import outcome_table
from sim.analysis.paired import wilson

NAMES = ["effects.kappa", "effects.b_peer", "effects.tau", "effects.keep"]


def cases(n=400, seed=1):
    return pd.DataFrame(np.random.default_rng(seed).random((n, len(NAMES))), columns=NAMES)


def planted(x, wrong=0.05, seed=2):
    """Misses in a box of two factors, a few of the flags wrong."""
    missed = (x["effects.kappa"] > 0.6) & (x["effects.b_peer"] < 0.5)
    return missed ^ (np.random.default_rng(seed).random(len(x)) < wrong)


def test_the_planted_box_is_found():
    x = cases()
    found = discover(x, planted(x), permutations=19)
    (box,) = found.boxes.to_dict("records")
    limits = found.limits.set_index("factor")
    assert set(limits.index) == {"effects.kappa", "effects.b_peer"}
    assert limits.loc["effects.kappa", "low"] == pytest.approx(0.6, abs=0.05)
    assert limits.loc["effects.b_peer", "high"] == pytest.approx(0.5, abs=0.05)
    assert np.isnan(limits.loc["effects.kappa", "high"]) and np.isnan(limits.loc["effects.b_peer", "low"])
    assert box["density"] > 0.85 and box["coverage"] > 0.75 and box["p"] == 0.05
    assert (limits["p"] < 1e-6).all() and (limits["found_again"] > 0.9).all()
    assert box["density_low"] < box["left_out"] < box["density"] + 0.02
    truth = (x["effects.kappa"] > 0.6) & (x["effects.b_peer"] < 0.5)
    assert (found.inside(x) == truth).mean() > 0.97
    whole, said = found.sentences()
    low, high = wilson(found.misses, 400)
    share = f"22%, 95 % interval {low:.1%} ... {high:.1%}"
    assert whole == f"In {found.misses} of 400 cases ({share}) the target is missed."
    assert "effects.kappa is at least 0.581" in said and "effects.b_peer is at most 0.515" in said
    assert said.startswith("In 92% (84% ... 96%) of the 83 cases where") and "these are 86% of all misses" in said
    assert found.trajectory["chosen"].sum() == 1


def test_two_boxes_are_found_one_after_the_other():
    x = cases(300)
    missed = (x["effects.kappa"] > 0.7) | ((x["effects.tau"] < 0.25) & (x["effects.keep"] < 0.5))
    found = discover(x, missed, permutations=19, boxes=2)
    assert found.limits.groupby("box")["factor"].apply(set).to_dict() == {
        1: {"effects.kappa"},
        2: {"effects.tau", "effects.keep"},
    }
    assert found.boxes["coverage"].sum() > 0.9
    assert found.sentences()[2].startswith("Elsewhere, in ")


def test_whole_numbers_are_parted_between_their_values():
    x = cases(100).assign(years=np.arange(100) % 3)
    found = discover(x, x["years"] == 2, permutations=19)
    assert found.limits[["factor", "low"]].to_dict("records") == [{"factor": "years", "low": 1.5}]
    assert found.boxes["density"].tolist() == [1.0] and found.boxes["coverage"].tolist() == [1.0]


def test_there_is_no_box_in_pure_noise():
    boxes = 0
    for seed in range(6):
        x = cases(150, seed)
        missed = np.random.default_rng([seed, 9]).random(len(x)) < 0.3
        found = discover(x, missed, permutations=19, seed=seed)
        boxes += len(found.boxes)
        if found.boxes.empty:
            assert "no range of the factors was found" in found.sentences()[0]
    assert boxes <= 1


@pytest.mark.slow
def test_pure_noise_has_a_box_one_time_in_twenty():
    found = 0
    for seed in range(100):
        x = cases(120, seed)
        found += len(discover(x, np.random.default_rng([seed, 9]).random(len(x)) < 0.3, permutations=19, boxes=1).boxes)
    assert found <= 11  # of 100 at 5 %: more is one chance in 200


def test_few_or_no_misses_are_said():
    x = cases(60)
    (said,) = discover(x, np.zeros(60)).sentences()
    assert said.startswith("In 0 of 60 cases (0%, 95 % interval 0.0% ... 6.0%) the target is missed: too few misses")
    few = discover(x, np.arange(60) < 3, goal="cv_backbone at most 0.5").sentences()
    share = "5%, 95 % interval 1.7% ... 13.7%"
    assert few == [f"In 3 of 60 cases ({share}) cv_backbone at most 0.5 is missed: too few misses to say where."]
    assert "too few others" in discover(x, np.arange(60) > 3).sentences()[0]


def test_a_cell_misses_when_half_of_its_replicates_do():
    runs = outcome_table({"y": np.array([[1.0, 3.0], [3.0, 3.0], [1.0, 1.0]])})
    assert misses(runs, "y", least=2).tolist() == [True, False, True]
    assert misses(runs, "y", most=2).tolist() == [True, True, False]


def test_equal_seeds_give_equal_boxes():
    x = cases(80)
    one, other = (discover(x, planted(x), permutations=19, seed=3) for _ in range(2))
    assert one.boxes.equals(other.boxes) and one.limits.equals(other.limits)


@pytest.mark.parametrize(
    ("x", "missed", "message"),
    [
        (cases(60), np.zeros(59), "60 cases, but 59 times"),
        (cases(20), np.zeros(20), "20 cases are too few"),
        (cases(60) * 0, np.zeros(60), "no factor differs"),
    ],
)
def test_what_cannot_be_searched_is_refused(x, missed, message):
    with pytest.raises(sim.UserError, match=message):
        discover(x, missed)


def test_the_strongest_factor_is_told_from_luck():
    luck, x = np.random.default_rng(3), cases(200)
    figure = x["effects.tau"] + luck.random(200)
    rank = stats.spearmanr(x["effects.tau"], figure).statistic
    said = strongest(x, figure)
    assert said.startswith(f"Of 4 factors effects.tau goes with the figure most: rank correlation {rank:+.2f} (+")
    quiet = [strongest(x, luck.random(200)).startswith("None of 4 factors") for _ in range(200)]
    assert 0.9 <= np.mean(quiet) <= 0.99  # one in twenty by luck, however many factors are looked at
    assert strongest(x, np.ones(200)) == "The figure is the same in all cases."

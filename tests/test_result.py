import json

import numpy as np
import pandas as pd
import pytest

from reference.tables import indicator_table, joined
from sim.result import Recorded, Result
from sim.userinput import UserError

RULE = {"title": "t", "section": "s", "quote": "q", "measure": "score_gap", "level": "junior", "unit": "SD"}
RESOLVED = {
    "targets": {"document": "d", "targets": {"T": RULE | {"comparator": "<=", "target": 1, "years": [2021]}}},
    "district": {"name": "here", "general_high_rate": 0.5},
    "policy": {"name": "plan"},
    "counterfactual": {"name": "none"},
}
POLICY, OTHER = ("policy", "junior", "district", "d"), ("counterfactual", "junior", "district", "d")


def result(policy=((1.0, 0.5), (1.0, 0.7)), other=((1.0, 1.1), (1.0, 1.2)), yuan=10.0):
    series = {POLICY: policy} | ({OTHER: other} if other else {})
    table = joined(
        indicator_table("score_gap", series),
        indicator_table(
            "general_high_rate", {key: [[0.5, 0.6] for _ in values] for key, values in series.items()}
        ),
    )
    costs = pd.DataFrame({"scenario": ["policy"], "year": [2021], "lever": ["rotation"], "yuan": [yuan]})
    return Result(table, costs, Recorded(RESOLVED))


def test_effect_is_the_paired_difference_by_year():
    effect = result().effect("score_gap", level="junior")
    assert list(effect.columns) == ["mean", "p05", "p95", "se", "replicates"]
    assert effect.index.name == "year" and effect.index.tolist() == [2020, 2021]
    assert effect.loc[2021, "mean"] == pytest.approx(-0.55)
    assert effect.loc[2021, "se"] == pytest.approx(0.05)
    assert result().effect("score_gap").loc[("junior", 2021), "mean"] == pytest.approx(-0.55)


def test_effect_is_a_part_of_effects():
    whole = result().effects()
    part = whole[whole["indicator"] == "score_gap"].drop(columns=["indicator", "level"]).set_index("year")
    pd.testing.assert_frame_equal(result().effect("score_gap", level="junior"), part)


def test_scoreboard_is_made_of_the_runs_own_record():
    (row,) = result().targets().to_dict("records")
    assert (row["id"], row["mean"], row["probability"], row["probability_counterfactual"]) == ("T", 0.6, 1, 0)


def test_a_district_without_targets_has_an_empty_scoreboard():
    assert Result(result().indicators, result().costs, Recorded({"targets": None})).targets().empty


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda r: r.effect("score_gpa"), "did you mean 'score_gap'?"),
        (lambda r: r.plot("score_gpa"), "did you mean 'score_gap'?"),
        (lambda r: r.effect("score_gap", level="junio"), "did you mean 'junior'?"),
        (lambda r: r.effect("scenario"), "no such indicator"),
    ],
)
def test_unknown_names_are_answered_with_the_closest(ask, words):
    with pytest.raises(UserError, match=words.replace("?", r"\?")):
        ask(result())


def test_no_counterfactual_no_effect():
    with pytest.raises(UserError, match="no counterfactual"):
        result(other=None).effect("score_gap")


@pytest.mark.parametrize(
    ("level", "message"),
    [("primary", "not measured at primary level"), ("junior", "no value in one of the two"), (None, "no value in one")],
)
def test_no_effect_is_said_and_not_an_empty_table(level, message):
    measured = result()
    measured.indicators.loc[measured.indicators["scenario"] == "counterfactual", "score_gap"] = np.nan
    with pytest.raises(UserError, match=f"score_gap .*{message}"):
        measured.effect("score_gap", level=level)


def test_a_policy_against_another_is_the_difference_of_their_worlds():
    table = result().against(result(policy=((1.0, 0.25), (1.0, 0.45))), ["score_gap"])
    assert table.set_index("year")["mean"].round(12).to_dict() == {2020: 0.0, 2021: 0.25}


def test_policies_that_start_from_other_districts_cannot_be_set_against_each_other():
    with pytest.raises(UserError, match="do not start from the same districts .* same seed and effects"):
        result().against(result(policy=((0.9, 0.5), (1.0, 0.7))))


def test_joined_results_equal_one_of_all_replicates():
    one = result(policy=((1.0, 0.5),), other=((1.0, 1.1),), yuan=10.0)
    more = result(policy=((1.0, 0.7), (1.0, 0.9)), other=((1.0, 1.2), (1.0, 1.3)), yuan=40.0)
    more.indicators["replicate"] += 1
    whole = result(policy=((1.0, 0.5), (1.0, 0.7), (1.0, 0.9)), other=((1.0, 1.1), (1.0, 1.2), (1.0, 1.3)))
    for together in (one.join(more), more.join(one)):
        assert together.replicates == 3
        rows = whole.indicators.sort_values("scenario", ascending=False, kind="stable", ignore_index=True)
        pd.testing.assert_frame_equal(together.indicators, rows)
        assert together.costs["yuan"].tolist() == pytest.approx([(10 + 2 * 40) / 3])
        pd.testing.assert_frame_equal(together.effects(), whole.effects())
        pd.testing.assert_frame_equal(together.targets(), whole.targets())
    with pytest.raises(ValueError, match="both results have"):
        one.join(one)


def test_a_result_read_from_its_folder_is_the_same(tmp_path):
    written = result()
    written.indicators.to_parquet(tmp_path / "indicators.parquet")
    written.costs.to_csv(tmp_path / "costs.csv", index=False)
    with pytest.raises(UserError, match="not the folder of a finished run"):
        Result.read(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps({"resolved": RESOLVED}), encoding="utf-8")
    read = Result.read(tmp_path)
    pd.testing.assert_frame_equal(read.indicators, written.indicators)
    pd.testing.assert_frame_equal(read.costs, written.costs)
    pd.testing.assert_frame_equal(read.targets(), written.targets())


def test_plot_draws_both_worlds_with_their_bands():
    figure = pytest.importorskip("matplotlib.figure")
    ax = result().plot("score_gap", ax=figure.Figure().subplots())
    lines = {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}
    np.testing.assert_allclose(lines["with the policy"].get_xydata(), [[2020, 1.0], [2021, 0.6]])
    np.testing.assert_allclose(lines["without it"].get_xydata(), [[2020, 1.0], [2021, 1.15]])
    assert [lines[name].get_linestyle() for name in ("with the policy", "without it")] == ["-", "--"]
    assert len(ax.collections) == 2
    assert ax.get_title(loc="left") == "gap between best and worst school, junior secondary"
    assert ax.get_ylabel() == "SD"


def test_plot_of_one_world_names_no_other():
    figure = pytest.importorskip("matplotlib.figure")
    alone = result(policy=((1.0, 0.5),), other=None).plot("score_gap", ax=figure.Figure().subplots())
    assert [text.get_text() for text in alone.get_legend().get_texts()] == ["with the policy"]


def test_a_picture_in_an_unknown_language_is_refused():
    with pytest.raises(UserError, match="language=fr: no such language; known: en, zh"):
        result().plot("score_gap", language="fr")

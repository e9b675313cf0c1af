"""Differences between two worlds: exact where they must be, calibrated where luck plays."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

import sim
from sim.analysis.contrasts import adjusted, contrasts, replicates_for, winners
from sim.userinput import UserError


def world(values, year=2025, level="primary", scope="district", unit="d", name="score_mean"):
    """Rows of one world: a value a replicate."""
    keys = {"replicate": np.arange(len(values)), "year": year, "level": level, "scope": scope, "unit": unit}
    return pd.DataFrame(keys | {name: np.asarray(values, dtype=float)})


def places(values):
    """Rows of one world: a place a row, a replicate a column."""
    units, replicates = values.shape
    rows = world(values.ravel()).assign(replicate=np.tile(np.arange(replicates), units))
    return rows.assign(unit=np.repeat([f"d{i}" for i in range(units)], replicates))


def schools(rows):
    return pd.concat([world(values, scope="school", unit=name) for name, values in rows.items()], ignore_index=True)


def test_a_world_against_itself_differs_nowhere():
    reform = sim.load("wuhan_edz", policy="wuhan_edz_2021_2023", overrides=["district.students=900"], horizon=2022)
    rows = sim.run(reform, replicates=3, counterfactual=False).indicators
    table = contrasts(rows, rows)
    known = table.dropna(subset="mean")
    assert len(known) > 1000
    assert (known["mean"] == 0).all() and not table["differs"].any()
    several = known[known["replicates"] > 1]
    assert (several[["low", "high"]] == 0).all(axis=None) and (several["p"] == 1).all()


def test_the_interval_and_p_are_those_of_the_paired_t_test():
    draw = np.random.default_rng(5)
    one, other = draw.normal(0.3, 1, (2, 12))
    row = contrasts(world(one), world(other)).iloc[0]
    found = ttest_rel(one, other)
    low, high = found.confidence_interval(0.95)
    assert (row["mean"], row["low"], row["high"]) == pytest.approx((np.mean(one - other), low, high), rel=1e-12)
    assert row["p"] == pytest.approx(found.pvalue, rel=1e-9)


def test_the_bootstrap_interval_is_near_that_of_t_for_normal_values_and_holds_the_mean():
    draw = np.random.default_rng(6)
    one, other = world(draw.normal(0.3, 1, 200)), world(np.zeros(200))
    t, boot = (contrasts(one, other, interval=how).iloc[0] for how in ("t", "bootstrap"))
    assert boot["low"] < boot["mean"] < boot["high"]
    assert boot["low"] == pytest.approx(t["low"], abs=0.03) and boot["high"] == pytest.approx(t["high"], abs=0.03)


def test_replicates_are_paired_by_number_not_by_order():
    one = world([1.0, 2.0, 3.0])
    assert contrasts(one.iloc[::-1], one)["mean"].tolist() == [0.0]


def test_replicates_that_only_one_has_are_left_out():
    row = contrasts(world([1.0, 2.0, 30.0]), world([0.0, 1.0])).iloc[0]
    assert row["mean"] == 1.0 and row["replicates"] == 2


def test_twins_differ_in_about_one_figure_of_twenty_and_hardly_ever_once_adjusted():
    draw = np.random.default_rng(7)
    some, false, tables = 0, [], 100
    for _ in range(tables):
        one, other = (places(draw.normal(size=(30, 20))) for _ in range(2))
        table = contrasts(one, other)
        false.append((table["p"] < 0.05).mean())
        some += bool(table["differs"].any())
    assert 0.04 < np.mean(false) < 0.06
    assert some / tables < 0.05 + 3 * np.sqrt(0.05 * 0.95 / tables)


def test_what_differs_is_found_among_much_that_does_not():
    draw = np.random.default_rng(8)
    units = {f"d{i}": draw.normal(1.0 if i < 3 else 0.0, 0.3, 30) for i in range(40)}
    one = pd.concat([world(values, unit=unit) for unit, values in units.items()])
    other = pd.concat([world(np.zeros(30), unit=unit) for unit in units])
    table = contrasts(one, other)
    assert set(table[table["differs"]]["unit"]) >= {"d0", "d1", "d2"}
    assert (table["p_adjusted"] >= table["p"]).all()


def test_schools_win_lose_or_cannot_be_told_apart():
    draw = np.random.default_rng(9)
    luck = draw.normal(0, 0.1, (3, 25))
    zero = schools({name: np.zeros(25) for name in "abc"})
    found = winners(contrasts(schools({"a": 0.5 + luck[0], "b": luck[1] - luck[1].mean(), "c": luck[2] - 0.5}), zero))
    assert dict(zip(found["unit"], found["verdict"], strict=True)) == {"a": "wins", "b": "not told apart", "c": "loses"}
    assert found["unit"].tolist() == ["a", "b", "c"]


def test_a_smaller_spread_between_schools_is_a_win_where_less_is_better():
    of_school = {"name": "class_size_mean", "scope": "school"}
    found = winners(contrasts(world([0.4, 0.41, 0.42], **of_school), world([1.0] * 3, **of_school)), "class_size_mean")
    assert found["verdict"].tolist() == ["wins"]


@pytest.mark.parametrize("sd, width", [(1.0, 0.1), (0.3, 0.5), (2.0, 0.05), (0.0, 0.1)])
def test_so_many_replicates_give_the_wished_precision_and_one_fewer_does_not(sd, width):
    from scipy.stats import t

    def half(n):
        return t.ppf(0.975, n - 1) * sd / np.sqrt(n)

    n = replicates_for(sd, width)
    assert half(n) <= width
    assert n == 2 or half(n - 1) > width


def test_replicates_needed_are_unknown_where_nothing_differs():
    assert replicates_for(1.0, 0.0) == 0 and replicates_for(float("nan"), 0.1) == 0


def test_adjusted_leaves_out_what_is_not_known():
    found = adjusted(np.array([0.01, np.nan, 0.04]))
    assert np.isnan(found[1]) and found[[0, 2]] == pytest.approx([0.02, 0.04])


@pytest.mark.parametrize(
    "change, message",
    [
        ({"names": ["score_men"]}, "score_men: no such indicator; known: score_mean; did you mean 'score_mean'?"),
        ({"scopes": ["zones"]}, "scope=zones: no such scope; known: district, zone, school; did you mean 'zone'?"),
        ({"interval": "z"}, "interval=z: no such interval; known: t, bootstrap"),
    ],
)
def test_what_is_not_known_is_refused(change, message):
    rows = world([1.0, 2.0])
    with pytest.raises(UserError) as refused:
        contrasts(rows, rows, **change)
    assert str(refused.value) == message


def test_worlds_without_a_common_replicate_are_refused():
    with pytest.raises(UserError, match="no replicate in common"):
        contrasts(world([1.0]), world([1.0]).assign(replicate=7))

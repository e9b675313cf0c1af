import time

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.paired import effects_table
from sim.indicators.catalogue import INDICATORS
from stored_sweep import YEARS, plan_of, store


def test_the_tables_have_the_settings_of_their_cells(tmp_path):
    sweep = store(tmp_path, cells=4, replicates=3)
    table = sweep.indicators
    assert list(table.columns[:6]) == ["scenario", "replicate", "year", "level", "scope", "unit"]
    assert {"cell", "run", "district", "policy", "policy.rotation.rate", *INDICATORS} <= set(table.columns)
    assert len(table) == (4 + 2) * 3 * len(YEARS) * 2
    policy = table[table["scenario"] == "policy"]
    assert (policy["policy.rotation.rate"] == policy["cell"].astype(float) / 10).all()
    assert (policy["run"] == "p" + policy["cell"].astype(str) + "-" + policy["replicate"].astype(str)).all()
    without = table[table["scenario"] == "counterfactual"]
    assert without["cell"].isna().all() and without["policy.rotation.rate"].isna().all()
    assert set(without["district"]) == {"wuhan_edz", "tekes"}  # what all cells of its world have in common
    assert sweep.axes == ["district", "policy", "policy.rotation.rate"]


def test_effects_are_those_of_each_cell_against_the_counterfactual_of_its_world(tmp_path):
    sweep = store(tmp_path, cells=4, replicates=5)
    table = sweep.effects(["cv_backbone", "score_gap"])
    assert list(table["indicator"].unique()) == ["cv_backbone", "score_gap"]
    assert len(table) == 4 * 2 * len(YEARS) * 2
    rows = sweep.indicators
    for cell in range(4):
        world = "wuhan_edz" if cell % 2 == 0 else "tekes"
        of_cell = (rows["cell"] == cell) | ((rows["scenario"] == "counterfactual") & (rows["district"] == world))
        alone = effects_table(rows[of_cell.fillna(False)], ["cv_backbone", "score_gap"])
        own = table[table["cell"] == cell][alone.columns].reset_index(drop=True)
        order = ["indicator", "level", "year"]
        pd.testing.assert_frame_equal(
            own.sort_values(order, ignore_index=True),
            alone.sort_values(order, ignore_index=True),
            check_dtype=False,
            check_exact=True,
        )
        assert set(table[table["cell"] == cell]["district"]) == {world}


def test_only_what_is_asked_for_is_read(tmp_path):
    sweep = store(tmp_path, cells=2, replicates=2)
    table = sweep.read(["score_gap"], year=2021)
    assert set(table["year"]) == {2021} and "cv_backbone" not in table
    assert set(sweep.effects(["score_gap"], year=2021)["year"]) == {2021}
    assert set(sweep.costs["yuan"]) == {5}


def test_an_unfinished_sweep_is_read_as_far_as_it_is(tmp_path):
    sweep = store(tmp_path, cells=4, replicates=3, missing={"p1-2", "c0-1"}, failed={"p3-0"})
    counts = sweep.runs["status"].value_counts().to_dict()
    assert counts == {"ok": 15, "failed": 1, "missing": 2}
    assert sweep.failed[["run", "cell", "replicate", "reason"]].iloc[0].tolist() == ["p3-0", 3, 0, "it broke"]
    replicates = sweep.effects(["score_gap"], year=2021).groupby("cell")["replicates"].first().to_dict()
    assert replicates == {0: 2, 1: 2, 2: 2, 3: 2}  # a pair needs both


def test_a_sweep_of_which_nothing_is_done_has_empty_tables(tmp_path):
    sweep = store(tmp_path, cells=2, replicates=1, missing=set(plan_of(2, 1)["run"]))
    assert sweep.indicators.empty and sweep.effects().empty and set(sweep.runs["status"]) == {"missing"}


def test_sql_has_the_same_tables(tmp_path):
    pytest.importorskip("duckdb")
    sweep = store(tmp_path, cells=4, replicates=3)
    answer = sweep.sql(
        'select cell, district, "policy.rotation.rate" as rate, avg(score_gap) as gap from indicators '
        "where level = 'primary' and year = 2021 and scenario = 'policy' group by all order by cell"
    )
    rows = sweep.indicators
    rows = rows[(rows["level"] == "primary") & (rows["year"] == 2021) & (rows["scenario"] == "policy")]
    np.testing.assert_allclose(answer["gap"], rows.groupby("cell")["score_gap"].mean().to_numpy())
    assert answer["rate"].tolist() == [0, 0.1, 0.2, 0.3]
    assert sweep.sql("select count(*) as n from runs")["n"][0] == len(sweep.runs)
    assert sweep.sql("select sum(yuan) as yuan from costs")["yuan"][0] == 5 * len(sweep.runs)
    assert len(sweep.sql("select * from cells")) == 4
    with pytest.raises(sim.UserError, match="sql: .*nothing"):
        sweep.sql("select nothing from indicators")


@pytest.mark.parametrize(
    ("names", "told"),
    [(["score_gapp"], "did you mean 'score_gap'"), ("score_gap", r'must be a list, such as \["score')],
)
def test_a_wrong_name_is_refused(tmp_path, names, told):
    with pytest.raises(sim.UserError, match=told):
        store(tmp_path, cells=2, replicates=1).effects(names)


def test_what_is_no_sweep_is_refused(tmp_path):
    with pytest.raises(sim.UserError, match="is not the folder of a sweep: it has no manifest.json"):
        sim.open_sweep(tmp_path)


def test_a_hundred_thousand_runs_open_in_seconds(tmp_path):
    store(tmp_path, cells=5000, replicates=20)
    started = time.monotonic()
    sweep = sim.open_sweep(tmp_path)
    assert len(sweep.cells) == 5000
    opened = time.monotonic() - started
    assert len(sweep.runs) == 100_040
    assert len(sweep.effects(["score_gap"], year=2021)) == 10_000
    print(f"opened in {opened:.2f} s, runs and one effect in {time.monotonic() - started:.2f} s")
    assert time.monotonic() - started < 60

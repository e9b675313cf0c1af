import json
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import sim
from experiments.sweep.parts import SweepFolder, write
from sim.analysis.paired import effects_table
from sim.indicators.catalogue import INDICATORS
from sim.sweep_parts import SCHEMAS

YEARS = (2020, 2021)


def plan_of(cells, replicates, worlds=2):
    """Rows of a plan whose run ids say what they are."""
    rows = []
    for replicate in range(replicates):
        for world in range(worlds):
            own = [cell for cell in range(cells) if cell % worlds == world]
            for cell in (pd.NA, *own):
                scenario = "counterfactual" if cell is pd.NA else "policy"
                run = f"{scenario[0]}{world if cell is pd.NA else cell}-{replicate}"
                rows.append((run, scenario, cell, world, replicate, 7, len(rows)))
    columns = ["run", "scenario", "cell", "world", "replicate", "seed", "number"]
    return pd.DataFrame(rows, columns=columns).astype({"cell": "Int64"})


def store(folder, cells, replicates, missing=(), failed=()):
    """A sweep over a rate in two districts, as the command leaves it, with made-up figures."""
    plan = plan_of(cells, replicates)
    numbers = np.arange(cells)
    table = pd.DataFrame(
        {
            "cell": numbers,
            "world": numbers % 2,
            "configuration": "x",
            "settings": "{}",
            "district": np.where(numbers % 2, "tekes", "wuhan_edz"),
            "policy": "none",
            "policy.rotation.rate": numbers / 10,
        }
    )
    folder.mkdir(exist_ok=True)
    plan.to_parquet(folder / "plan.parquet", index=False)
    table.to_parquet(folder / "cells.parquet", index=False)
    manifest = {"cells": cells, "runs": len(plan), "replicates": replicates, "scopes": ["district"]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    tried = [run for run in plan["run"] if run not in missing]
    good = [run for run in tried if run not in failed]
    each = len(YEARS) * 2
    luck = np.random.default_rng(1)
    figures = {
        "run": np.repeat(np.array(good, dtype=object), each),
        "year": np.tile(np.repeat(YEARS, 2), len(good)),
        "level": np.tile(["primary", "junior"], each // 2 * len(good)),
        "scope": np.full(each * len(good), "district"),
        "unit": np.full(each * len(good), "somewhere"),
    }
    blank = np.full(each * len(good), np.nan)
    figures |= dict.fromkeys(INDICATORS, blank) | {
        name: luck.normal(size=len(blank)) for name in ("score_gap", "cv_backbone")
    }
    runs = {name: [None] * len(tried) for name in SCHEMAS["runs"].names} | {
        "run": tried,
        "status": ["failed" if run in failed else "ok" for run in tried],
        "reason": ["it broke" if run in failed else None for run in tried],
        "task": list(range(len(tried))),
        "place": [0] * len(tried),
        "seconds": [0.5] * len(tried),
    }
    costs = {"run": good, "year": [2021] * len(good), "lever": ["rotation"] * len(good), "yuan": [5] * len(good)}
    parts = SweepFolder(folder)
    with parts.claimed():
        written = {}
        for name, columns in {"indicators": figures, "costs": costs, "runs": runs}.items():
            written[name] = parts.unfinished(name)
            write(pa.table(columns, schema=SCHEMAS[name]), written[name])
        parts.commit(0, len(tried), written)
    return sim.open_sweep(folder)


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

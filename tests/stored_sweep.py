"""A sweep as the command leaves it, with made-up figures and no run."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa

import sim
from experiments.sweep.parts import SweepFolder, write
from sim.indicators.catalogue import INDICATORS
from sim.scenario import load
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


def store_with_record(folder, **settings):
    """The same with all that its manifest says, so that a report can be made of it."""
    store(folder, **settings)
    record = json.loads((folder / "manifest.json").read_text())
    record |= {
        "command": "zonesim sweep 'policy.rotation.rate=0,0.1' <script>",
        "resolved": load("wuhan_edz", "none", horizon=YEARS[-1]).resolved,
        "filled": ["places on the map"],
        "code": "abcdef012345",
        "planned": "2026-01-01T00:00:00+00:00",
        "versions": {"python": "3.11"},
        "machine": {"system": "Linux"},
    }
    (folder / "manifest.json").write_text(json.dumps(record))
    return sim.open_sweep(folder)

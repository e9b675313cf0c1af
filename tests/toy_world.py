"""A world of two zones and a few made-up figures, to test the command line without waiting for the model."""

import os
import time
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd

import sim
from experiments import report
from sim.analysis.channels import split
from sim.noise import Noise, replicate_seed
from sim.result import Result
from sim.userinput import find

TARGETS = {
    "document": "a plan",
    "targets": {
        "T1": {
            "title": "每校有骨干教师",
            "section": "1",
            "quote": "every school has a backbone teacher",
            "measure": "backbone_cover",
            "level": "primary",
            "comparator": ">=",
            "target": 60,
            "unit": "%",
            "years": [2022],
        },
        "T2": {
            "title": "优秀率极差",
            "section": "2",
            "quote": "the range falls",
            "measure": "excellent_range",
            "level": "primary",
            "comparator": "<=",
            "change": -1,
            "unit": "pp",
            "years": [2021, 2022],
        },
        "T3": {
            "title": "合格率",
            "section": "3",
            "quote": "no worse than set",
            "level": "junior",
            "status": "not simulated",
            "reason": "no number in the text",
        },
    },
}
DISTRICT = {
    "zones": [{"level": 0, "schools": ["a", "b"]}, {"level": 1, "schools": ["c"]}],
    "students": 1000,
    "sources": {"students": "assumed"},
}


def install(seconds: float = 0.0, deadly: int | None = None) -> None:
    """Put this world in the place of the model; replicate number `deadly` kills its worker."""
    sim.load = load
    report.page = page
    sim.run = partial(run, seconds=seconds, deadly=deadly)


def load(
    district, policy, *, counterfactual, effects, background, horizon, overrides, config_dirs
) -> SimpleNamespace:
    find("district", district, config_dirs)
    resolved = {
        "district": DISTRICT | {"name": district},
        "policy": {"name": policy, "counterfactual": counterfactual},
        "effects": effects,
        "background": background,
        "overrides": dict(overrides),
        "targets": TARGETS,
    }
    return SimpleNamespace(
        resolved=resolved,
        notes=["the policy begins in 2021"],
        given=[],
        filled=["students of each school"],
        ranges={},
        horizon=horizon,
        channels=("digital",),
        baseline_year=2020,
        district=SimpleNamespace(name=district, title="某区"),
        policy=SimpleNamespace(name=policy, title=""),
        counterfactual=SimpleNamespace(name=counterfactual, title="不改革"),
        places=places,
    )


def places(seed) -> pd.DataFrame:
    rows = [("primary", "a", "东区", True), ("primary", "b", "东区", False), ("junior", "c", "西区", False)]
    table = pd.DataFrame(rows, columns=["level", "unit", "zone", "lead"])
    return table.assign(east=[1.0, 2.0, 3.0], north=[1.5, 2.5, 0.5])


def page(result, record, places, language) -> str:
    """In place of the report, whose pictures take a second or two."""
    return f"<!DOCTYPE html>\n<html lang={language!r}>{record['titles']['district']}, {len(places)} schools</html>\n"


def run(scenario, replicates, seed, *, channels=False, map=map, first_replicate=0, **how) -> Result:
    numbers = range(first_replicate, first_replicate + replicates)
    rows = pd.concat(map(partial(replicate, seed=seed, horizon=scenario.horizon, **how), numbers))
    costs = pd.DataFrame([{"scenario": "policy", "year": 2021, "lever": "rotation", "yuan": 1e6 / 3}])
    arms = [rows[rows["scenario"] == arm] for arm in ("policy", "counterfactual")]
    whole = pd.concat(arms, ignore_index=True)
    return Result(whole, costs, scenario, parts(whole) if channels else None)


def parts(whole) -> pd.DataFrame:
    """Digital classes make the score gap 0.1 wider, and something else makes up for it."""
    policy, other = (whole[whole["scenario"] == arm].reset_index(drop=True) for arm in ("policy", "counterfactual"))
    ours, theirs = policy["score_gap"].to_numpy(), other["score_gap"].to_numpy()
    return policy[["replicate", "year", "level"]].assign(**split(ours, theirs, {"digital": ours - 0.1}))


def replicate(number, seed, horizon, seconds=0.0, deadly=None) -> pd.DataFrame:
    time.sleep(seconds)
    if number == deadly:
        os._exit(9)
    noise = Noise(replicate_seed(seed, number))
    years = np.arange(2020, horizon + 1)
    tables = []
    for scenario, gain in (("policy", 0.05), ("counterfactual", 0.0)):
        for level in ("primary", "junior"):
            luck = noise.uniform(level, 0, years)
            figures = {
                "cv_backbone": 0.5 - gain * (years - 2020) + 0.1 * luck,
                "backbone_cover": 0.6 + gain * (years - 2020) / 2 - 0.1 * luck,
                "teacher_skill_gap": 0.1 * luck,
                "score_gap": luck,
                "score_mean": luck / 3,
                "students": 1000.0 + 0 * luck,
                "cost_yuan": 1e6 * gain * (years > 2020),
                "public_budget": 1e9,
                "excellent_range": 20 - 10 * gain * (years - 2020) + luck,
            }
            keys = {"scenario": scenario, "replicate": number, "year": years, "level": level}
            tables.append(pd.DataFrame(keys | {"scope": "district", "unit": "toy"} | figures))
    return pd.concat(tables, ignore_index=True)

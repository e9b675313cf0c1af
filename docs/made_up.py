"""Made-up numbers for every picture, of no run: for the pictures that only an analysis gives, and for the tests."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.channels import GAP_PARTS
from sim.analysis.discovery import Discovery
from sim.report.pictures import (
    along,
    boxes,
    chances,
    cost,
    differences,
    distribution,
    dumbbells,
    flows,
    front,
    grid,
    intervals,
    school_map,
    sensitivity,
    trajectory,
    waterfall,
)
from sim.report.words import Speaker

YEARS = np.arange(2020.0, 2026.0)
PAST = YEARS - YEARS[0]
LINES = {
    "policy": trajectory.Line(YEARS, 0.5 - 0.04 * PAST, 0.4 - 0.04 * PAST, 0.6 - 0.03 * PAST),
    "counterfactual": trajectory.Line(YEARS, 0.5 + 0 * PAST, 0.4 + 0 * PAST, 0.6 + 0 * PAST),
}
DUE = pd.DataFrame(
    {
        "id": ["A1", "A2/2022", "A2/2022/mean", "A3"],
        "year": [2021, 2022, 2022, 2023],
        "indicator": ["cv_backbone", "general_high_rate", "general_high_rate", "backbone_cover"],
        "probability": [0.9, 0.1, 0.5, 1.0],
        "probability_counterfactual": [0.2, 0.05, 0.45, np.nan],
    }
)
PARTS = pd.DataFrame(
    {
        "level": "primary",
        "year": 2025,
        "part": GAP_PARTS,
        "mean": [-0.03, -0.04, 0.01, 0.0, -0.01, 0.0, 0.005, 0.0, 0.0, 0.005],
        "se": 0.004,
    }
)
SCHOOLS = pd.DataFrame(
    {
        "level": "primary",
        "unit": ["First", "Second", "Third", "Fourth", "Fifth"],
        "zone": ["East", "East", "West", "West", ""],
        "lead": [True, False, True, False, False],
        "east": [1.0, 2.0, 6.0, 7.0, 4.0],
        "north": [1.0, 2.0, 5.0, 4.0, 7.0],
        "students": [900.0, 500.0, 1200.0, 300.0, 700.0],
        "score_mean baseline": [0.3, -0.2, 0.4, -0.4, 0.0],
        "score_mean policy": [0.25, -0.05, 0.35, -0.2, 0.02],
        "score_mean counterfactual": [0.3, -0.15, 0.4, -0.3, 0.01],
        "backbone_per_100 change": [-0.2, 0.3, -0.1, 0.15, 0.0],
    }
)
MOVES = pd.DataFrame(
    {
        "unit": ["Second", "Fourth", "Fifth", "Third", "First"],
        "zone": ["East", "West", "", "West", "East"],
        "received policy": [4.2, 2.0, 1.0, 1.5, 0.4],
        "sent policy": [1.1, 1.2, 1.0, 3.0, 3.4],
        "received counterfactual": [0.8, 0.5, 0.6, 0.9, 0.2],
        "sent counterfactual": [0.7, 0.6, 0.6, 0.8, 0.3],
    }
)
POINTS = pd.DataFrame(
    {
        "label": ["1", "2", "3"],
        "extra_yuan": [1e7, 2e7, 3e7],
        "closed": [0.02, 0.06, 0.05],
        "closed_low": [0.0, 0.03, 0.04],
        "closed_high": [0.04, 0.09, 0.06],
    }
)
FRONT = pd.DataFrame(
    {
        "point": [0, 0, 1, 1, 2, 2],
        "objective": ["cost", "score_gap.primary"] * 3,
        "value": [0.0, 1.3, 1e7, 1.2, 2e7, 1.1],
        "low": [0.0, 1.2, 0.9e7, 1.1, 1.8e7, 1.0],
        "high": [0.0, 1.4, 1.1e7, 1.3, 2.2e7, 1.2],
    }
)
FACTORS = pd.DataFrame(
    {
        "outcome": "change.score_gap.primary",
        "factor": ["policy.rotation.rate", "effects.kappa", "effects.b_peer", "district.students"],
        "total": [0.42, 0.31, 0.12, 0.05],
        "total_low": [0.36, 0.25, 0.08, 0.01],
        "total_high": [0.49, 0.38, 0.17, 0.09],
    }
)
STUDENTS = pd.DataFrame(
    [
        {"scenario": scenario, "year": year, "level": "primary", "scope": "school", "students": 100.0 + 50 * school}
        | {"score_mean": 0.2 * school - 0.5 + 0.1 * (year > 2020) * (scenario == "policy")}
        for scenario in ("policy", "counterfactual")
        for year in (2020, 2025)
        for school in range(6)
    ]
)
DIFFERENCES = pd.DataFrame(
    [
        {"scope": "district", "year": 2025, "one": one, "against": "1", "indicator": indicator, "level": level}
        | {"mean": mean, "low": mean - half, "high": mean + half, "differs": abs(mean) > half}
        for indicator, half in (("score_gap", 0.05), ("cost_yuan", 2e6))
        for one, size in (("2", 1), ("3", -3))
        for level, mean in (("primary", 0.8 * size * half), ("junior", 0.5 * size * half))
    ]
)
FITTED = pd.DataFrame(
    {
        "parameter": ["effects.catchment_sd", "effects.kappa", "district.migrant_share"],
        "low": [0.1, 0.2, 0.0],
        "high": [0.5, 0.8, 0.4],
        "p05": [0.22, 0.25, 0.1],
        "p50": [0.28, 0.5, 0.2],
        "p95": [0.35, 0.75, 0.22],
    }
)
CELLS = pd.DataFrame(
    [
        {"indicator": "score_gap", "level": "primary", "policy.rotation.rate": rate, "policy.funding.bundled": weight}
        | {"mean": 0.02 - 0.4 * rate + rate * weight, "se": 0.01}
        for weight in (0.0, 0.25, 0.5)
        for rate in (0.0, 0.05, 0.1, 0.15, 0.2)
    ]
)
ACROSS, UP = (axis.ravel() for axis in np.meshgrid(np.linspace(0.2, 0.8, 12), np.linspace(0.0, 0.4, 9)))
CASES = pd.DataFrame(
    {"effects.kappa": ACROSS + 0.02 * np.sin(40 * UP), "effects.b_peer": UP + 0.01 * np.cos(40 * ACROSS)}
)
MISSED = ((CASES["effects.kappa"] > 0.5) & (CASES["effects.b_peer"] < 0.2)).to_numpy()
DISCOVERED = Discovery(
    goal="a goal",
    cases=len(CASES),
    misses=int(MISSED.sum()),
    boxes=pd.DataFrame({"box": [1]}),
    limits=pd.DataFrame(
        {
            "box": 1,
            "factor": ["effects.kappa", "effects.b_peer"],
            "low": [0.5, np.nan],
            "high": [np.nan, 0.2],
            "p": [0.001, 0.01],
        }
    ),
    trajectory=pd.DataFrame(),
)

TABLES: dict[str, Callable[[Speaker], tuple[Any, tuple[Any, ...]]]] = {
    "course": lambda words: (trajectory, (_course(words),)),
    "chances": lambda words: (chances, (DUE,)),
    "channels": lambda words: (waterfall, (PARTS,)),
    "dumbbells": lambda words: (dumbbells, (SCHOOLS, "score_mean")),
    "flows": lambda words: (flows, (MOVES, "primary")),
    "map": lambda words: (school_map, (SCHOOLS, "backbone_per_100")),
    "distribution": lambda words: (distribution, (STUDENTS, "primary")),
    "costs": lambda words: (cost, (POINTS,)),
    "front": lambda words: (front, (FRONT,)),
    "sensitivity": lambda words: (sensitivity, (FACTORS,)),
    "differences": lambda words: (differences, (DIFFERENCES,)),
    "intervals": lambda words: (intervals, (FITTED,)),
    "along": lambda words: (along, (CELLS, "policy.rotation.rate", "policy.funding.bundled")),
    "points": lambda words: (along, (CELLS, "policy.rotation.rate", None)),
    "grid": lambda words: (grid, (CELLS, "policy.rotation.rate", "policy.funding.bundled")),
    "boxes": lambda words: (boxes, (DISCOVERED, CASES, MISSED)),
}
"""By the name of a picture: the module that draws it, and what it draws, in somebody's words."""


def _course(words: Speaker) -> trajectory.Track:
    title = words("measure_of_level", measure=words("indicator.cv_backbone"), level=words("level.primary"))
    return trajectory.Track(title, words("unit.ratio"), LINES, {2022: 0.45, 2023: 0.4}, "<=")

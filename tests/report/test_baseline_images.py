"""The main pictures look as they did: drawn of made-up numbers and compared with the images kept here.

After a change that is meant, look at the new ones and keep them: `python tests/report/test_baseline_images.py`.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images

from sim.analysis.channels import GAP_PARTS
from sim.report.pictures import (
    chances,
    cost,
    distribution,
    dumbbells,
    flows,
    front,
    school_map,
    sensitivity,
    trajectory,
    waterfall,
)
from sim.report.words import Words

KEPT = Path(__file__).parent / "baseline"
WORDS = Words("en")
DPI, TOLERANCE = 60, 4.0
"""Of the images; and root mean square of the difference, of 255, which other versions of a font renderer stay below."""
YEARS = np.arange(2020.0, 2026.0)
PAST = YEARS - 2020
LINES = {
    "policy": trajectory.Line(YEARS, 0.5 - 0.04 * PAST, 0.4 - 0.04 * PAST, 0.6 - 0.03 * PAST),
    "counterfactual": trajectory.Line(YEARS, 0.5 + 0 * PAST, 0.4 + 0 * PAST, 0.6 + 0 * PAST),
}
TRACK = trajectory.Track("a measure, primary", "ratio", LINES, {2022: 0.45, 2023: 0.4}, "<=")
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
        "backbone change": [-1.8, 1.5, -1.2, 0.45, 0.2],
    }
)
POINTS = pd.DataFrame(
    {
        "label": ["one", "two", "three"],
        "extra_yuan": [1e7, 2e7, 3e7],
        "closed": [0.02, 0.06, 0.05],
        "closed_low": [0.0, 0.03, 0.04],
        "closed_high": [0.04, 0.09, 0.06],
    }
)
FRONT = pd.DataFrame(
    {
        "point": [0, 0, 1, 1],
        "objective": ["cost_yuan", "score_gap", "cost_yuan", "score_gap"],
        "value": [2e7, 1.3, 1e7, 1.1],
        "low": [1.8e7, 1.2, 0.9e7, 1.0],
        "high": [2.2e7, 1.4, 1.1e7, 1.2],
    }
)
FACTORS = pd.DataFrame({"factor": ["a", "b"], "total": [0.2, 0.6], "total_low": [0.1, 0.5], "total_high": [0.3, 0.7]})
STUDENTS = pd.DataFrame(
    [
        {"scenario": scenario, "year": year, "level": "primary", "scope": "school", "students": 100.0 + 50 * school}
        | {"score_mean": 0.2 * school - 0.5 + 0.1 * (year > 2020) * (scenario == "policy")}
        for scenario in ("policy", "counterfactual")
        for year in (2020, 2025)
        for school in range(6)
    ]
)
DRAWN = {
    "trajectory": lambda: trajectory.draw(TRACK, WORDS),
    "chances": lambda: chances.draw(DUE, WORDS),
    "waterfall": lambda: waterfall.draw(PARTS, WORDS),
    "dumbbells": lambda: dumbbells.draw(SCHOOLS, "score_mean", WORDS),
    "school_map": lambda: school_map.draw(SCHOOLS, "backbone_per_100", WORDS),
    "flows": lambda: flows.draw(SCHOOLS, WORDS),
    "cost": lambda: cost.draw(POINTS, WORDS),
    "front": lambda: front.draw(FRONT, WORDS),
    "sensitivity": lambda: sensitivity.draw(FACTORS, WORDS),
    "distribution": lambda: distribution.draw(STUDENTS, "primary", WORDS),
}


def save(name, path):
    figure = DRAWN[name]().get_figure(root=True)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_looks_as_it_did(name, tmp_path):
    save(name, tmp_path / f"{name}.png")
    assert compare_images(str(KEPT / f"{name}.png"), str(tmp_path / f"{name}.png"), TOLERANCE) is None


def test_every_kept_image_is_of_a_picture():
    assert {path.stem for path in KEPT.glob("*.png")} == DRAWN.keys()


def test_another_picture_is_seen(tmp_path):
    figure = Figure(figsize=(5.2, 3.2))
    figure.savefig(tmp_path / "trajectory.png", dpi=DPI)
    assert compare_images(str(KEPT / "trajectory.png"), str(tmp_path / "trajectory.png"), TOLERANCE) is not None


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    for each in DRAWN:
        save(each, KEPT / f"{each}.png")

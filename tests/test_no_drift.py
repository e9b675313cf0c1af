"""Without reform, with births constant and law, quotas and prices frozen, nothing drifts from its starting value."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import sim
from sim.agents.school import LEVELS
from sim.indicators.catalogue import INDICATORS
from sim.indicators.units import Units
from sim.model import ZoneReform
from sim.noise import Floats, replicate_seed

REPLICATES = 40
YEARS = 5
RELATIVE = 0.02
ABSOLUTE = {
    "ratio": 0.005,  # coefficients of variation
    "share": 0.004,
    "percentage points": 1.0,
    "SD": 0.02,
    "students": 0.5,
    "classes": 1.0,
    "teachers": 5.0,
    "yuan": 0.0,
}
"""Tolerance by unit, beside 3 standard errors and 2 % of the value: what no reader would call a drift."""
RETURNS_TO_THE_MEAN = "teacher_skill_gap"
"""Its halves are chosen on the baseline year, so that it must shrink by what was luck then."""


@dataclass
class Life:
    """One replicate: district figures by level, indicator and year; and what its skill gap should come to."""

    figures: Floats  # (levels, indicators), baseline
    later: Floats
    gap: Floats  # (levels,) skill gap between the halves in the baseline year
    stayed: Floats  # share of teachers who hold their post all five years
    standing_gap: Floats  # difference in mean standing between the halves, SD
    standing: Floats
    skill: Floats  # mean by school in the baseline year


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    scenario = sim.load("wuhan_edz", "none", effects="means", background="frozen")
    return [live(scenario.model(seed=replicate_seed(1, number))) for number in range(REPLICATES)]


def live(model: ZoneReform) -> Life:
    units = Units.of(model.schools, model.zones, model.district.name)
    rows = [row for row, key in enumerate(units.keys) if key[1] == "district"]
    teachers = model.teachers.copy()
    figures = model.records[model.year][rows]
    for _ in range(YEARS):
        model.step()
    assert model.baseline is not None
    strong, level = model.baseline.strong_half, model.schools.level
    now = model.teachers.take(np.arange(len(teachers)))
    same = (now.id == teachers.id) & (now.school == teachers.school)
    staff = np.bincount(teachers.school, minlength=len(level))
    skill = np.bincount(teachers.school, weights=teachers.skill, minlength=len(level)) / staff

    def between_halves(values: Floats, of: Floats) -> float:
        return float(
            np.average(values[of & strong], weights=staff[of & strong])
            - np.average(values[of & ~strong], weights=staff[of & ~strong])
        )

    kinds = [level == kind for kind in range(len(LEVELS))]
    return Life(
        figures=figures,
        later=model.records[model.year][rows],
        gap=np.array([between_halves(skill, of) for of in kinds]),
        stayed=np.array([same[of[teachers.school]].mean() for of in kinds]),
        standing_gap=np.array([between_halves(model.schools.standing, of) for of in kinds]),
        standing=model.schools.standing,
        skill=skill,
    )


def drift(lives: list[Life], level: int) -> pd.DataFrame:
    """Paired change of each indicator over five years, and the most it may be."""
    before = np.stack([life.figures[level] for life in lives])
    after = np.stack([life.later[level] for life in lives])
    table = pd.DataFrame(
        {
            "start": before.mean(axis=0),
            "change": (after - before).mean(axis=0),
            "error": (after - before).std(axis=0, ddof=1) / np.sqrt(len(lives)),
        },
        index=list(INDICATORS),
    ).dropna()
    unit = [next((known for known in ABSOLUTE if INDICATORS[name].unit.startswith(known)), "") for name in table.index]
    absolute = np.array([ABSOLUTE.get(one, 0.0) for one in unit])
    table["allowed"] = np.maximum(np.maximum(3 * table["error"], RELATIVE * table["start"].abs()), absolute)
    return table


@pytest.mark.parametrize("level", range(len(LEVELS)), ids=LEVELS)
def test_no_indicator_drifts(lives, level):
    table = drift(lives, level).drop(index=RETURNS_TO_THE_MEAN)
    assert len(table) > 35
    drifting = table[table["change"].abs() > table["allowed"] + 1e-12]
    assert drifting.empty, f"\n{drifting}"


@pytest.mark.parametrize("level", range(len(LEVELS)), ids=LEVELS)
def test_the_skill_gap_returns_to_the_mean_as_far_as_is_expected(lives, level, capsys):
    """Who stays keeps his skill; who comes instead is expected to have what the school's standing draws."""
    standing = np.concatenate([life.standing for life in lives])
    slope = np.polyfit(standing, np.concatenate([life.skill for life in lives]), 1)[0]
    expected = np.array(
        [(1 - life.stayed[level]) * (slope * life.standing_gap[level] - life.gap[level]) for life in lives]
    )
    change = drift(lives, level).loc[RETURNS_TO_THE_MEAN]
    with capsys.disabled():
        print(
            f"\nteacher_skill_gap {LEVELS[level]}: {change['start']:.4f} SD; expected return to the mean "
            f"{expected.mean():+.4f}, found {change['change']:+.4f} +- {change['error']:.4f}",
            end="",
        )
    assert abs(change["change"] - expected.mean()) <= max(3 * change["error"], RELATIVE * change["start"])

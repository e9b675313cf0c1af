"""How students are spread over schools that score low or high, before and after."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.indicators.catalogue import INDICATORS
from sim.indicators.scores import PERCENT
from sim.noise import Floats
from sim.report import style
from sim.report.figures import figure
from sim.report.words import Speaker

NAME = "score_mean"
MARKED = (10, 50, 90)
"""Percent of students at which alternative texts give the score."""
STEPS = 100
MOMENTS = {"baseline": "policy", "counterfactual": "counterfactual", "policy": "policy"}
"""The world of each moment: the baseline year, then the last year without the policy and with it."""
LOOKS: dict[str, dict[str, Any]] = {
    "baseline": {"color": style.WITHOUT, "linestyle": ":"},
    "counterfactual": {"color": style.GOAL, "linestyle": "--"},
    "policy": {"color": style.POLICY, "linestyle": "-"},
}


def curves(indicators: pd.DataFrame, level: str) -> dict[str, Floats]:
    """Mean score of the school of the student at each percent of students, schools of every replicate pooled.

    Tables hold schools' means and no students, so this is the spread between schools alone. By moment (`baseline`,
    `policy`, `counterfactual`), of the percents 0 ... 100.
    """
    schools = indicators[(indicators["scope"] == "school") & (indicators["level"] == level)].dropna(subset=[NAME])
    found = {}
    for moment, scenario in MOMENTS.items():
        year = schools["year"].min() if moment == "baseline" else schools["year"].max()
        rows = schools[(schools["year"] == year) & (schools["scenario"] == scenario)].sort_values(NAME)
        weight = rows["students"].to_numpy(np.float64)
        if weight.sum() > 0:
            below = PERCENT * (np.cumsum(weight) - weight / 2) / weight.sum()
            found[moment] = np.interp(np.linspace(0, PERCENT, STEPS + 1), below, rows[NAME].to_numpy(np.float64))
    return found


def draw(indicators: pd.DataFrame, level: str, words: Speaker, ax: Axes | None = None) -> Axes:
    """Share of students whose school scores less than this, in the baseline year and in the last with and without."""
    with style.look():
        ax = style.new_axes() if ax is None else ax
        found = curves(indicators, level)
        percents = np.linspace(0, PERCENT, STEPS + 1)
        for moment, curve in found.items():
            ax.plot(curve, percents, label=words(f"moment.{moment}"), **LOOKS[moment])
        ax.set_title(words(f"level.{level}"))
        ax.set_xlabel(words("in_unit", what=words("distribution.axis"), unit=words(f"unit.{INDICATORS[NAME].unit}")))
        ax.set_ylabel(words("distribution.share"))
        ax.set_ylim(0, PERCENT)
        ax.legend(loc="best")
    return ax


def alt_text(indicators: pd.DataFrame, level: str, words: Speaker) -> str:
    """The score at a tenth, half and nine tenths of students."""
    said = [words("distribution.alt", level=words(f"level.{level}"))]
    for moment, curve in curves(indicators, level).items():
        at = ", ".join(figure(float(curve[percent])) for percent in MARKED)
        said.append(words("distribution.alt_curve", moment=words(f"moment.{moment}"), at=at))
    return words.sentences(said)

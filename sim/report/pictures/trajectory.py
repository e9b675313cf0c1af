"""A measure over the years: with the policy and without it, their bands, and what was promised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.paired import spread
from sim.indicators.catalogue import INDICATORS
from sim.noise import Floats
from sim.report import style
from sim.report.figures import figure
from sim.report.words import Speaker

ARMS = ("policy", "counterfactual")
FAINT_BAND = 0.12
"""Opacity of the counterfactual's band."""


@dataclass(frozen=True)
class Line:
    """One world over the years: mean over replicates, and where 5 % and 95 % of them lie, where that is known."""

    years: Floats
    mean: Floats
    p05: Floats | None = None
    p95: Floats | None = None


@dataclass(frozen=True)
class Track:
    """A measure of one level in both worlds.

    Attributes
    ----------
    title, unit : str
        What it is, and in what.
    lines : mapping
        `Line` by `policy` and `counterfactual`, which may be missing.
    goals : mapping
        What was promised, by the years in which it is judged.
    """

    title: str
    unit: str
    lines: Mapping[str, Line]
    goals: Mapping[int, float] = field(default_factory=dict)
    comparator: str = ""


def of_indicator(indicators: pd.DataFrame, name: str, level: str, words: Speaker) -> Track:
    """An indicator of the district, from a table as `indicators.parquet`."""
    rows = indicators[(indicators["scope"] == "district") & (indicators["level"] == level)].dropna(subset=[name])
    table = rows.pivot(index="replicate", columns=["scenario", "year"], values=name)
    lines = {}
    for arm in ARMS:
        if arm in table:
            over = spread(table[arm].to_numpy())
            lines[arm] = Line(table[arm].columns.to_numpy(), over.mean, over.p05, over.p95)
    title = words("measure_of_level", measure=words(f"indicator.{name}"), level=words(f"level.{level}"))
    return Track(title, words(f"unit.{INDICATORS[name].unit}"), lines)


def of_target(rows: pd.DataFrame, unit: str, words: Speaker) -> Track:
    """A scored target, from its rows of `targets.csv`; that table has no band of the counterfactual."""
    rows = rows[rows["mean"].notna()].sort_values("year")
    first = rows.iloc[0]
    years = rows["year"].to_numpy(np.float64)
    lines = {"policy": Line(years, *(rows[column].to_numpy(np.float64) for column in ("mean", "p05", "p95")))}
    if rows["mean_counterfactual"].notna().any():
        lines["counterfactual"] = Line(years, rows["mean_counterfactual"].to_numpy(np.float64))
    due = rows[rows["due"]]
    goals = {int(year): float(goal) for year, goal in zip(due["year"], due["target"], strict=True)}
    measure = words(
        "measure_of_level", measure=words(f"indicator.{first['indicator']}"), level=words(f"level.{first['level']}")
    )
    yearly = "/" in str(first["id"]).removesuffix("/mean")
    kind = "trajectory.change" if yearly else "trajectory.level"
    title = words(kind, id=str(first["id"]).split("/")[0], measure=measure)
    return Track(title, words(f"unit.{unit}"), lines, goals, first["comparator"])


def draw(track: Track, words: Speaker, ax: Axes | None = None) -> Axes:
    """Policy: line with markers and its band; counterfactual: dashed; targets: a short line in each year judged."""
    with style.look():
        ax = style.new_axes() if ax is None else ax
        looks: dict[str, dict[str, Any]] = {
            "counterfactual": {"color": style.WITHOUT, "linestyle": "--", "marker": "s", "markerfacecolor": "white"},
            "policy": {"color": style.POLICY, "marker": "o"},
        }
        for arm, how in looks.items():
            line = track.lines.get(arm)
            if line is None:
                continue
            if line.p05 is not None and line.p95 is not None:
                opacity = style.BAND if arm == "policy" else FAINT_BAND
                ax.fill_between(line.years, line.p05, line.p95, color=how["color"], alpha=opacity, linewidth=0)
                if arm == "counterfactual":
                    for edge in (line.p05, line.p95):
                        ax.plot(line.years, edge, color=how["color"], linestyle=":", linewidth=0.7)
            ax.plot(line.years, line.mean, markersize=4, label=words(f"arm.{arm}"), **how)
        for number, (year, goal) in enumerate(track.goals.items()):
            label = words("trajectory.goal", comparator=track.comparator) if number == 0 else None
            ax.plot([year - 0.4, year + 0.4], [goal, goal], color=style.GOAL, linewidth=2.5, label=label)
        ax.set_title(track.title)
        ax.set_ylabel(track.unit)
        style.whole_years(ax)
        ax.legend(loc="best")
    return ax


def alt_text(track: Track, words: Speaker) -> str:
    """First and last means of both worlds, and the targets."""
    parts = [track.title]
    for arm in ARMS:
        if arm in track.lines:
            line = track.lines[arm]
            parts.append(
                words(
                    "trajectory.alt",
                    arm=words(f"arm.{arm}"),
                    first=figure(float(line.mean[0])),
                    last=figure(float(line.mean[-1])),
                    start=int(line.years[0]),
                    end=int(line.years[-1]),
                )
            )
    for year, goal in track.goals.items():
        parts.append(words("trajectory.alt_goal", year=year, goal=f"{track.comparator} {figure(goal)}"))
    return words.sentences(parts)

"""Where schools stand, which zone they are in, and how a figure of theirs changes."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.indicators.catalogue import INDICATORS
from sim.report import style
from sim.report.figures import figure
from sim.report.words import Speaker

LARGEST = 130.0
"""Area of the largest change's marker, points squared."""
BOTTOM = 0.85
"""Inches below the map, for axis and legend."""
MOST = 1000
"""Schools that one map shows: those with most students."""
NAMED = 12
"""Zones of a level whose names are written; of more only the lines are drawn."""


def draw(schools: pd.DataFrame, name: str, words: Speaker, ax: Axes | None = None) -> Axes:
    """Change of an indicator (last year, policy less counterfactual) of the schools of one level.

    A triangle up is a rise, one down a fall, by size; lead schools have a ring, members are tied to the middle of
    their zone.
    """
    with style.look():
        ax = style.new_axes(style.WIDTH, bottom=BOTTOM) if ax is None else ax
        table = schools.dropna(subset=["east", "north", f"{name} change"])
        table = table.nlargest(MOST, "students") if len(table) > MOST else table
        inside = table[table["zone"] != ""]
        middle = inside.groupby("zone")[["east", "north"]].transform("mean")
        ties = [
            np.stack([middle[side], inside[side], np.full(len(inside), np.nan)], axis=1) for side in ("east", "north")
        ]
        ax.plot(*(tie.ravel() for tie in ties), color=style.FAINT, linewidth=0.8, zorder=1)
        zones = inside.groupby("zone").agg({"east": "mean", "north": "min"})
        for zone, east, north in zones.itertuples() if len(zones) <= NAMED else ():
            label = words.name(zone)
            where: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "top"}
            ax.annotate(label, (east, north), (0, -9), fontsize="x-small", zorder=4, **where)
        change = table[f"{name} change"].to_numpy(np.float64)
        top = np.abs(change).max(initial=0.0) or 1.0
        for rises, marker, color in ((True, "^", style.POLICY), (False, "v", style.AMBER)):
            rows = (change >= 0) == rises
            area = 8.0 + LARGEST * np.abs(change[rows]) / top
            label = words(
                "map.rise" if rises else "map.fall", most=figure(float(np.abs(change[rows]).max(initial=0.0)))
            )
            ax.scatter(
                table["east"][rows],
                table["north"][rows],
                area,
                color=color,
                marker=marker,
                edgecolor=style.INK,
                linewidth=0.4,
                label=label,
                zorder=3,
            )
        leads = table[table["lead"].astype(bool)]
        ax.scatter(
            leads["east"],
            leads["north"],
            2.0 * LARGEST,
            facecolor="none",
            edgecolor=style.INK,
            linewidth=0.8,
            label=words("map.lead"),
            zorder=2,
        )
        ax.set_aspect("equal", adjustable="datalim")
        ax.set_xlabel(words("map.east"))
        ax.set_ylabel(words("map.north"))
        level = words(f"level.{schools['level'].iloc[0]}")
        measure = words("measure_of_level", measure=words(f"indicator.{name}"), level=level)
        ax.set_title(words("in_unit", what=measure, unit=words(f"unit.{INDICATORS[name].unit}")))
        ax.legend(loc="lower left", bbox_to_anchor=(-0.15, -0.22), ncols=3, markerscale=0.6)
    return ax


def alt_text(schools: pd.DataFrame, name: str, words: Speaker) -> str:
    """How many schools rise and fall, and by how much."""
    change = schools[f"{name} change"].dropna()
    return words(
        "map.alt",
        measure=words(f"indicator.{name}"),
        level=words(f"level.{schools['level'].iloc[0]}"),
        zones=schools["zone"].replace("", np.nan).nunique(),
        up=int((change > 0).sum()),
        down=int((change < 0).sum()),
        most=figure(change.max()),
        least=figure(change.min()),
    )

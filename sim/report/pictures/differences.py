"""How far worlds are apart in several figures of the district, each on its own scale."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.indicators.catalogue import DISTRICT
from sim.report import names, style
from sim.report.figures import figure, records
from sim.report.words import Speaker

ROW_HEIGHT, HEAD = 0.3, 0.62
"""Inches of a row, and of what a panel needs beside them."""
LABEL_WIDTH = 34
"""Letters of a line of a label."""
SHOWN = 6
"""Indicators, the first of those compared."""
LOOKS = {True: ("D", style.POLICY, "differences.told"), False: ("o", style.WITHOUT, "differences.open")}
"""Marker and colour of a difference that is, or is not, more than luck, and what they say."""


def draw(differences: pd.DataFrame, words: Speaker) -> Axes:
    """A panel for each indicator, a row for each world and level: mean difference with its 95 % interval.

    Parameters
    ----------
    differences : DataFrame
        As `sim.analysis.contrasts` gives them, with `one` and `against`, the names of the worlds; the last year is
        shown.
    """
    rows = _shown(differences)
    indicators = list(dict.fromkeys(rows["indicator"]))
    labels = rows[["one", "level"]].drop_duplicates()
    with style.look():
        height = ROW_HEIGHT * len(labels) + HEAD
        canvas = Figure(figsize=(style.WIDTH, height * len(indicators) + HEAD), layout="constrained")
        panels = canvas.subplots(len(indicators), 1, squeeze=False)[:, 0]
        for ax, name in zip(panels, indicators, strict=True):
            of_name = rows[rows["indicator"] == name]
            unit, scale = names.unit_of(name, words)
            for place, row in enumerate(records(of_name)):
                marker, colour, _ = LOOKS[bool(row["differs"])]
                ax.plot([row["low"] / scale, row["high"] / scale], [place, place], color=colour, linewidth=1.4)
                ax.plot([row["mean"] / scale], [place], marker, color=colour, markersize=5)
            ax.axvline(0, color=style.INK, linewidth=0.8)
            ax.set_yticks(range(len(of_name)), [fill(_label(row, words), LABEL_WIDTH) for row in records(of_name)])
            ax.tick_params(labelsize="small")
            ax.set_ylim(len(of_name) - 0.4, -0.6)
            ax.set_title(words("in_unit", what=words.label("indicator", name), unit=unit))
        panels[-1].set_xlabel(words("differences.axis", against=words.name(rows["against"].iloc[0])))
        keys = [
            Line2D([], [], marker=marker, color=colour, label=words(said))
            for marker, colour, said in LOOKS.values()
        ]
        canvas.legend(handles=keys, loc="outside upper right", ncols=len(keys))
    first: Axes = panels[0]
    return first


def alt_text(differences: pd.DataFrame, words: Speaker) -> str:
    """Each difference that is shown, with its interval."""
    said = []
    for row in records(_shown(differences)):
        unit, scale = names.unit_of(row["indicator"], words)
        mean, low, high = (figure(row[end] / scale) for end in ("mean", "low", "high"))
        what = words("in_unit", what=words.label("indicator", row["indicator"]), unit=unit)
        said.append(words("differences.alt", one=_label(row, words), indicator=what, mean=mean, low=low, high=high))
    return words.sentences(said)


def _shown(differences: pd.DataFrame) -> pd.DataFrame:
    """Rows of the district in the last year, of the first indicators."""
    rows = differences[(differences["scope"] == DISTRICT) & (differences["year"] == differences["year"].max())]
    first = list(dict.fromkeys(rows["indicator"]))[:SHOWN]
    shown: pd.DataFrame = rows[rows["indicator"].isin(first)]
    return shown


def _label(row: Mapping[str, Any], words: Speaker) -> str:
    return words("qualified", text=words.name(row["one"]), more=words(f"level.{row['level']}"))

"""How far worlds are apart in several figures of the district, each on its own scale."""

from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.indicators.catalogue import DISTRICT, INDICATORS
from sim.report import style
from sim.report.figures import figure, records
from sim.report.words import Speaker

ROW_HEIGHT, HEAD = 0.3, 0.62
"""Inches of a row, and of what a panel needs beside them."""
LABEL_WIDTH = 34
"""Letters of a line of a label."""
SHOWN = 6
"""Indicators, the first of those compared."""


def draw(differences: pd.DataFrame, words: Speaker) -> Axes:
    """A panel for each indicator, a row for each world and level: mean difference with its 95 % interval.

    Parameters
    ----------
    differences : DataFrame
        As `sim.analysis.contrasts` gives them, with `one`, the name of the world; the last year is shown.
    """
    rows = differences[(differences["scope"] == DISTRICT) & (differences["year"] == differences["year"].max())]
    names = list(dict.fromkeys(rows["indicator"]))[:SHOWN]
    labels = [f"{one}, {words(f'level.{level}')}" for one, level in rows[["one", "level"]].drop_duplicates().to_numpy()]
    with style.look():
        height = ROW_HEIGHT * len(labels) + HEAD
        canvas = Figure(figsize=(style.WIDTH, height * len(names)), layout="constrained")
        panels = canvas.subplots(len(names), 1, squeeze=False)[:, 0]
        for ax, name in zip(panels, names, strict=True):
            of_name = rows[rows["indicator"] == name]
            for place, row in enumerate(records(of_name)):
                marker, colour = ("D", style.POLICY) if row["differs"] else ("o", style.WITHOUT)
                ax.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=1.4)
                ax.plot([row["mean"]], [place], marker, color=colour, markersize=5)
            ax.axvline(0, color=style.INK, linewidth=0.8)
            ax.set_yticks(
                range(len(of_name)),
                [fill(f"{row['one']}, {words('level.' + row['level'])}", LABEL_WIDTH) for row in records(of_name)],
            )
            ax.tick_params(labelsize="small")
            ax.set_ylim(len(of_name) - 0.4, -0.6)
            ax.set_title(words("in_unit", what=words.label("indicator", name), unit=INDICATORS[name].unit))
    first: Axes = panels[0]
    return first


def alt_text(differences: pd.DataFrame, words: Speaker) -> str:
    """Each difference of the district with its interval."""
    rows = differences[(differences["scope"] == DISTRICT) & (differences["year"] == differences["year"].max())]
    return words.sentences(
        words(
            "differences.alt",
            one=row["one"],
            indicator=words.label("indicator", row["indicator"]),
            level=words(f"level.{row['level']}"),
            mean=figure(row["mean"]),
            low=figure(row["low"]),
            high=figure(row["high"]),
        )
        for row in records(rows)
    )

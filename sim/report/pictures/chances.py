"""The scoreboard as a picture: how probable each target is with the policy, and how much of that is luck."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from sim.indicators.scores import PERCENT
from sim.report import style
from sim.report.figures import percent, records
from sim.report.words import Speaker
from sim.scoring import LIKELY, UNLIKELY

ROW_HEIGHT = 0.19
"""Inches."""


def draw(due: pd.DataFrame, words: Speaker, ax: Axes | None = None) -> Axes:
    """A row for each target and year in which it is judged; `due` are those rows of `targets.csv`.

    The hatched bar is the probability without the policy, the dot that with it; beyond the lines a target is met or
    missed once the replicates are many enough to say so.
    """
    with style.look():
        names = [_label(row, words) for row in records(due)]
        ax = style.new_axes(1.0 + ROW_HEIGHT * len(due), left=style.room(names)) if ax is None else ax
        rows = range(len(due))
        chance, luck = (PERCENT * due[name].astype(float) for name in ("probability", "probability_counterfactual"))
        ax.barh(
            rows,
            luck.fillna(0.0),
            height=0.62,
            color="white",
            edgecolor=style.WITHOUT,
            hatch=style.HATCH,
            linewidth=0.6,
        )
        ax.hlines(rows, luck.fillna(0.0), chance, color=style.POLICY, linewidth=1.5)
        ax.plot(chance, rows, "o", color=style.POLICY, markersize=5.5, clip_on=False, zorder=3)
        for limit in (PERCENT * UNLIKELY, PERCENT * LIKELY):
            ax.axvline(limit, color=style.GOAL, linestyle=":", linewidth=1)
        ax.set_yticks(list(rows), names, fontsize="small")
        ax.set_ylim(len(due) - 0.4, -0.6)
        ax.set_xlim(0, PERCENT)
        ax.set_xlabel(words("chances.axis"))
        hatched = Patch(facecolor="white", edgecolor=style.WITHOUT, hatch=style.HATCH, label=words("chances.luck"))
        (dot,) = ax.plot([], [], "o", color=style.POLICY, label=words("arm.policy"))
        ax.legend(handles=[dot, hatched], loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.2)
    return ax


def alt_text(due: pd.DataFrame, words: Speaker) -> str:
    """The two probabilities of each row."""
    parts = [words("chances.alt", count=len(due))]
    for row in records(due):
        chance, luck = percent(row["probability"]), percent(row["probability_counterfactual"])
        parts.append(words("chances.alt_row", label=_label(row, words), chance=chance, luck=luck or words("none")))
    return words.sentences(parts)


def _label(row: Mapping[str, Any], words: Speaker) -> str:
    identifier, *ending = row["id"].split("/")
    kind = "chances.mean_row" if "mean" in ending else "chances.row"
    return words(kind, id=identifier, year=int(row["year"]), measure=words(f"indicator.{row['indicator']}"))

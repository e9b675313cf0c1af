"""Where a target is missed: the cases by the two factors that the first box restricts most."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.agents.columns import Array
from sim.analysis.discovery import Discovery
from sim.report import names, style
from sim.report.figures import figure, records
from sim.report.words import Speaker

TOP = 0.5
"""Inches above the axes, for the name of the upward one and what the markers mean."""


def draw(found: Discovery, settings: pd.DataFrame, missed: Array, words: Speaker, ax: Axes | None = None) -> Axes:
    """Each case a point, the misses as crosses; the first box is hatched.

    Parameters
    ----------
    settings : DataFrame
        Factors of the cases, a row each.
    missed : array of bool
        Of each case.
    """
    with style.look():
        ax = style.new_axes(top=TOP) if ax is None else ax
        across, up = axes_of(found, settings)
        for those, marker, colour, label in (
            (~missed, "o", style.FAINT, words("boxes.met")),
            (missed, "x", style.GOAL, words("boxes.missed")),
        ):
            ax.plot(settings[across][those], settings[up][those], marker, color=colour, markersize=4, label=label)
        if len(found.boxes):
            (left, right), (low, high) = (_ends(found, name, settings[name]) for name in (across, up))
            box = Rectangle((left, low), right - left, high - low, fill=False, label=words("boxes.box"))
            box.set(edgecolor=style.POLICY, hatch=style.HATCH, linewidth=1.2)
            ax.add_patch(box)
        ax.set_xlabel(names.setting(across, words))
        ax.set_title(names.setting(up, words))
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1.1), ncols=3, borderaxespad=0.2)
    return ax


def alt_text(found: Discovery, settings: pd.DataFrame, missed: Array, words: Speaker) -> str:
    """How many cases there are, how many miss, and where the first box lies."""
    said = [words("boxes.alt", cases=found.cases, misses=int(missed.sum()), boxes=len(found.boxes))]
    for row in records(found.limits[found.limits["box"] == 1]):
        factor = names.setting(row["factor"], words)
        low, high = _ends(found, row["factor"], settings[row["factor"]])
        said.append(words("boxes.alt_limit", factor=factor, low=figure(low), high=figure(high)))
    return words.sentences(said)


def axes_of(found: Discovery, settings: pd.DataFrame) -> tuple[str, str]:
    """The two factors that are shown: those that the first box restricts, then the first of the others."""
    restricted = found.limits[found.limits["box"] == 1].sort_values("p")["factor"].tolist()
    factors = list(dict.fromkeys([*restricted, *map(str, settings.columns)]))
    return factors[0], factors[min(1, len(factors) - 1)]


def _ends(found: Discovery, name: str, values: "pd.Series[float]") -> tuple[float, float]:
    """Of the first box along a factor; those of the cases where it is open."""
    rows = found.limits[(found.limits["box"] == 1) & (found.limits["factor"] == name)]
    low, high = (rows[side].dropna().to_list() for side in ("low", "high"))
    return float(low[0] if low else values.min()), float(high[0] if high else values.max())

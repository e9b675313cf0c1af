"""A Pareto front: what scenarios cost against what they take off a gap, and which of them no other beats."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.noise import Floats
from sim.report import style
from sim.report.figures import figure
from sim.report.pictures.cost import MILLION
from sim.report.words import Speaker


def draw(points: pd.DataFrame, words: Speaker, ax: Axes | None = None, *, unit: str = "SD") -> Axes:
    """All rows of `extra_yuan, closed` faint, those that no other beats joined by steps."""
    with style.look():
        ax = style.new_axes() if ax is None else ax
        cost, gain = points["extra_yuan"].to_numpy(np.float64) / MILLION, points["closed"].to_numpy(np.float64)
        on_front = unbeaten(cost, gain)
        ax.plot(cost, gain, "o", color=style.FAINT, markersize=4, label=words("front.others"))
        ax.step(
            cost[on_front],
            gain[on_front],
            where="post",
            color=style.POLICY,
            marker="D",
            markersize=5,
            label=words("front.best"),
        )
        ax.set_xlabel(words("cost.axis"))
        ax.set_ylabel(words("in_unit", what=words("cost.closed"), unit=words(f"unit.{unit}")))
        ax.legend(loc="best")
    return ax


def alt_text(points: pd.DataFrame, words: Speaker) -> str:
    """How many rows there are, and the ends of the front."""
    cost, gain = points["extra_yuan"].to_numpy(np.float64) / MILLION, points["closed"].to_numpy(np.float64)
    on_front = unbeaten(cost, gain)
    ends = {
        f"{name}_{end}": figure(of[on_front[at]])
        for name, of in (("cost", cost), ("gain", gain))
        for end, at in (("low", 0), ("high", -1))
    }
    return words("front.alt", count=len(points), best=len(on_front), **ends)


def unbeaten(cost: Floats, gain: Floats) -> list[int]:
    """Rows that no other beats, by rising cost: none costs as little and gains more, or gains as much for less."""
    kept: list[int] = []
    best = -np.inf
    for row in np.lexsort((-gain, cost)).tolist():
        if gain[row] > best:
            kept.append(row)
            best = gain[row]
    return kept

"""What scenarios cost against what they take off a gap, with a front of those that none beats."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.noise import Floats
from sim.report import style
from sim.report.figures import figure, records
from sim.report.words import Speaker

MILLION = 1e6
MARKERS = "osD^vP*X"


def draw(points: pd.DataFrame, words: Speaker, ax: Axes | None = None, *, unit: str = "SD") -> Axes:
    """A point for each row of `label, extra_yuan, closed, closed_low, closed_high`.

    Parameters
    ----------
    points : DataFrame
        As `cost_effect.csv`, with a `label`: yuan beyond the counterfactual; gap closed, with its 95 % limits.
    unit : str
        Of the gap.
    """
    with style.look():
        ax = style.new_axes() if ax is None else ax
        for place, row in enumerate(records(points)):
            below, above = row["closed"] - row["closed_low"], row["closed_high"] - row["closed"]
            ax.errorbar(
                row["extra_yuan"] / MILLION,
                row["closed"],
                yerr=[[max(0.0, np.nan_to_num(below))], [max(0.0, np.nan_to_num(above))]],
                fmt=MARKERS[place % len(MARKERS)],
                color=style.POLICY,
                ecolor=style.WITHOUT,
                capsize=3,
            )
            ax.annotate(
                words.name(row["label"]),
                (row["extra_yuan"] / MILLION, row["closed"]),
                (6, 6),
                textcoords="offset points",
                fontsize="small",
            )
        ax.axhline(0, color=style.INK, linewidth=0.8)
        ax.set_xlabel(words("cost.axis"))
        ax.set_ylabel(words("in_unit", what=words("cost.closed"), unit=words(f"unit.{unit}")))
        ax.margins(x=0.25, y=0.15)
    return ax


def alt_text(points: pd.DataFrame, words: Speaker) -> str:
    """Cost and gap closed of each row."""
    return words.sentences(
        words(
            "cost.alt",
            label=row["label"],
            million=figure(row["extra_yuan"] / MILLION),
            closed=figure(row["closed"]),
            low=figure(row["closed_low"]),
            high=figure(row["closed_high"]),
        )
        for row in records(points)
    )


def front(cost: Floats, gain: Floats) -> list[int]:
    """Rows that no other beats, by rising cost: none costs as little and gains more, or gains as much for less."""
    kept: list[int] = []
    best = -np.inf
    for row in np.lexsort((-gain, cost)).tolist():
        if gain[row] > best:
            kept.append(row)
            best = gain[row]
    return kept


def draw_front(points: pd.DataFrame, words: Speaker, ax: Axes | None = None, *, unit: str = "SD") -> Axes:
    """A Pareto front: all rows of `extra_yuan, closed` faint, those that no other beats joined by steps."""
    with style.look():
        ax = style.new_axes() if ax is None else ax
        cost, gain = points["extra_yuan"].to_numpy(np.float64) / MILLION, points["closed"].to_numpy(np.float64)
        on_front = front(cost, gain)
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


def front_alt_text(points: pd.DataFrame, words: Speaker) -> str:
    """How many rows there are, and the ends of the front."""
    cost, gain = points["extra_yuan"].to_numpy(np.float64) / MILLION, points["closed"].to_numpy(np.float64)
    on_front = front(cost, gain)
    ends = {
        f"{name}_{end}": figure(of[on_front[at]])
        for name, of in (("cost", cost), ("gain", gain))
        for end, at in (("low", 0), ("high", -1))
    }
    return words("front.alt", count=len(points), best=len(on_front), **ends)

"""What scenarios cost against what they take off a gap."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report import style
from sim.report.figures import MILLION, figure, records
from sim.report.words import Speaker

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

"""What drives an outcome: a bar for each factor, the strongest first."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report import style
from sim.report.figures import figure, records
from sim.report.words import Speaker

ROW_HEIGHT = 0.22
"""Inches."""


def draw(indices: pd.DataFrame, words: Speaker, ax: Axes | None = None) -> Axes:
    """Rows of `factor, index, low, high`: a measure of sensitivity (such as a total Sobol index) and its interval."""
    with style.look():
        table = indices.sort_values("index", ascending=False, kind="stable")
        names = [words.name(factor) for factor in table["factor"]]
        ax = style.new_axes(1.0 + ROW_HEIGHT * len(table), left=style.room(names)) if ax is None else ax
        value = table["index"].to_numpy(np.float64)
        ends = np.maximum(
            0.0, np.stack([value - table["low"].to_numpy(np.float64), table["high"].to_numpy(np.float64) - value])
        )
        rows = range(len(table))
        ax.barh(rows, value, height=0.65, color=style.SKY, edgecolor=style.INK, linewidth=0.5)
        ax.errorbar(value, rows, xerr=ends, fmt="none", ecolor=style.INK, capsize=2, linewidth=0.9)
        ax.set_yticks(list(rows), names, fontsize="small")
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.set_xlabel(words("sensitivity.axis"))
    return ax


def alt_text(indices: pd.DataFrame, words: Speaker) -> str:
    """Each factor's index with its interval."""
    table = indices.sort_values("index", ascending=False, kind="stable")
    return words.sentences(
        words(
            "sensitivity.alt",
            factor=row["factor"],
            index=figure(row["index"]),
            low=figure(row["low"]),
            high=figure(row["high"]),
        )
        for row in records(table)
    )

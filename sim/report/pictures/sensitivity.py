"""What drives an outcome: a bar for each factor, the strongest first."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report import names, style
from sim.report.figures import figure, records
from sim.report.words import Speaker

ROW_HEIGHT = 0.22
"""Inches."""


class Index(NamedTuple):
    """Columns of a measure of sensitivity and its interval, and the text that says what it is."""

    value: str
    low: str
    high: str
    text: str


SOBOL = Index("total", "total_low", "total_high", "sensitivity.total")
MORRIS = Index("mu_star", "low", "high", "sensitivity.mu_star")


def draw(table: pd.DataFrame, words: Speaker, ax: Axes | None = None) -> Axes:
    """One outcome of the table of a `sim.analysis.sensitivity.Sensitivity`, by Sobol or by Morris, with intervals."""
    with style.look():
        index, rows = _strongest_first(table)
        labels = [words.name(names.setting(row["factor"], words)) for row in rows]
        ax = style.new_axes(1.0 + ROW_HEIGHT * len(rows), left=style.room(labels)) if ax is None else ax
        value, low, high = (np.array([row[column] for row in rows], np.float64) for column in index[:-1])
        places = range(len(rows))
        ax.barh(places, value, height=0.65, color=style.SKY, edgecolor=style.INK, linewidth=0.5)
        ends = np.maximum(0.0, np.stack([value - low, high - value]))
        ax.errorbar(value, places, xerr=ends, fmt="none", ecolor=style.INK, capsize=2, linewidth=0.9)
        ax.set_yticks(list(places), labels, fontsize="small")
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_title(names.outcome(rows[0]["outcome"], words).name, loc="right")
        ax.set_xlabel(words(index.text), loc="right")
    return ax


def alt_text(table: pd.DataFrame, words: Speaker) -> str:
    """Each factor's index with its interval."""
    index, rows = _strongest_first(table)
    factors = [
        words(
            "sensitivity.alt",
            factor=names.setting(row["factor"], words),
            index=figure(row[index.value]),
            low=figure(row[index.low]),
            high=figure(row[index.high]),
        )
        for row in rows
    ]
    outcome = names.outcome(rows[0]["outcome"], words).name
    return words.sentences([words("joined", one=outcome, other=words(index.text)), *factors])


def _strongest_first(table: pd.DataFrame) -> tuple[Index, list[dict[str, Any]]]:
    index = SOBOL if SOBOL.value in table else MORRIS
    return index, records(table.sort_values(index.value, ascending=False, kind="stable"))

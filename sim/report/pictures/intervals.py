"""What data say of parameters: where each lay before them, and after."""

import pandas as pd
from matplotlib.axes import Axes

from sim.report import names, style
from sim.report.figures import figure, records
from sim.report.words import Speaker

ROW_HEIGHT = 0.4
"""Inches."""


def draw(intervals: pd.DataFrame, words: Speaker, ax: Axes | None = None) -> Axes:
    """Rows of `parameter, low, high, p05, p50, p95`, each on the scale of its range before the data (0 to 1)."""
    with style.look():
        labels = [names.setting(key, words) for key in intervals["parameter"]]
        ax = style.new_axes(1.0 + ROW_HEIGHT * len(labels), left=style.room(labels)) if ax is None else ax
        for place, row in enumerate(records(intervals)):
            width = row["high"] - row["low"]
            p05, p50, p95 = ((row[name] - row["low"]) / width for name in ("p05", "p50", "p95"))
            first = place == 0
            before = words("intervals.before") if first else None
            after = words("intervals.after") if first else None
            ax.plot([0, 1], [place, place], color=style.FAINT, linewidth=6, solid_capstyle="butt", label=before)
            ax.plot([p05, p95], [place, place], color=style.POLICY, linewidth=2.5, label=after)
            ax.plot([p50], [place], "D", color=style.POLICY, markersize=5)
            ax.annotate(
                f"{figure(row['p50'])} ({figure(row['p05'])} … {figure(row['p95'])})",
                (0.5, place),
                (0, 7),
                textcoords="offset points",
                ha="center",
                fontsize="small",
            )
        ax.set_yticks(range(len(labels)), labels, fontsize="small")
        ax.set_ylim(len(labels) - 0.4, -0.8)
        ax.set_xlabel(words("intervals.axis"))
        ax.legend(loc="upper right", ncols=2, bbox_to_anchor=(1, 1.15))
    return ax


def alt_text(intervals: pd.DataFrame, words: Speaker) -> str:
    """Each parameter with its interval."""
    return words.sentences(
        words(
            "intervals.alt",
            parameter=names.setting(row["parameter"], words),
            middle=figure(row["p50"]),
            low=figure(row["p05"]),
            high=figure(row["p95"]),
        )
        for row in records(intervals)
    )

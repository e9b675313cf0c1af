"""Settings that a search found best, by two objectives, with what luck leaves open about them."""

import pandas as pd
from matplotlib.axes import Axes

from sim.report import style
from sim.report.figures import figure, records
from sim.report.words import Speaker


def draw(figures: pd.DataFrame, words: Speaker, ax: Axes | None = None) -> Axes:
    """Rows of `point, objective, value, low, high` (`sim.analysis.front`); with one objective a row for each point."""
    with style.look():
        ax = style.new_axes() if ax is None else ax
        names = list(dict.fromkeys(figures["objective"]))
        by_point = {name: figures[figures["objective"] == name].set_index("point") for name in names}
        if not names:
            ax.text(0.5, 0.5, words("best.none"), ha="center", transform=ax.transAxes)
            return ax
        across = by_point[names[0]]
        for point in across.index:
            x = across.loc[point]
            y = by_point[names[1]].loc[point] if len(names) > 1 else None
            up = float(point) if y is None else y["value"]
            errors = None if y is None else [[y["value"] - y["low"]], [y["high"] - y["value"]]]
            ax.errorbar(
                x["value"],
                up,
                xerr=[[x["value"] - x["low"]], [x["high"] - x["value"]]],
                yerr=errors,
                fmt="s" if point == 0 else "o",
                color=style.WITHOUT if point == 0 else style.POLICY,
                ecolor=style.FAINT,
                capsize=2,
            )
            label = words("best.reference") if point == 0 else str(point)
            ax.annotate(label, (x["value"], up), (5, 5), textcoords="offset points", fontsize="small")
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1] if len(names) > 1 else words("best.point"))
        ax.margins(0.12)
    return ax


def alt_text(figures: pd.DataFrame, words: Speaker) -> str:
    """Each point and objective with its interval."""
    return words.sentences(
        words(
            "best.alt",
            point=row["point"],
            objective=row["objective"],
            value=figure(row["value"]),
            low=figure(row["low"]),
            high=figure(row["high"]),
        )
        for row in records(figures)
    )

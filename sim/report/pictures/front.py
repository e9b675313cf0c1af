"""Settings that a search found best, by two objectives, with what luck leaves open about them."""

import pandas as pd
from matplotlib.axes import Axes

from sim.report import names, style
from sim.report.figures import figure, records
from sim.report.words import Speaker

ENDS = ["value", "low", "high"]
REFERENCE = 0
"""The point that is no setting found, but what the others are held against."""


def draw(figures: pd.DataFrame, words: Speaker, ax: Axes | None = None) -> Axes:
    """Rows of `point, objective, value, low, high` (`sim.analysis.front`); with one objective a row for each point.

    The second objective's long name stands above its axis.
    """
    with style.look():
        ax = style.new_axes() if ax is None else ax
        objectives = list(dict.fromkeys(figures["objective"]))
        if not objectives:
            ax.text(0.5, 0.5, words("best.none"), ha="center", transform=ax.transAxes)
            return ax
        measures = [names.outcome(one, words) for one in objectives]
        by_point = [
            figures[figures["objective"] == one].set_index("point")[ENDS] / measure.scale
            for one, measure in zip(objectives, measures, strict=True)
        ]
        across = by_point[0]
        for point, x in across.iterrows():
            y = by_point[1].loc[point] if len(objectives) > 1 else None
            up = list(across.index).index(point) if y is None else y["value"]
            is_reference = point == REFERENCE
            colour = style.WITHOUT if is_reference else style.POLICY
            ax.errorbar(
                x["value"],
                up,
                xerr=_whiskers(x),
                yerr=None if y is None else _whiskers(y),
                fmt="s" if is_reference else "o",
                color=colour,
                ecolor=style.FAINT,
                capsize=2,
            )
            label = words("best.reference") if is_reference else str(point)
            ax.annotate(label, (x["value"], up), (5, 5), textcoords="offset points", fontsize="small")
        ax.set_xlabel(measures[0].name, loc="right")
        ax.set_title(measures[1].name if len(objectives) > 1 else words("best.point"))
        if len(objectives) == 1:
            ax.set_yticks([])
        ax.margins(0.12)
    return ax


def alt_text(figures: pd.DataFrame, words: Speaker) -> str:
    """Each point and objective with its interval."""
    if figures.empty:
        return words("best.none")
    said = []
    for row in records(figures):
        measure = names.outcome(row["objective"], words)
        value, low, high = (figure(row[end] / measure.scale) for end in ENDS)
        kind = "best.alt_reference" if row["point"] == REFERENCE else "best.alt"
        said.append(words(kind, point=row["point"], objective=measure.name, value=value, low=low, high=high))
    return words.sentences(said)


def _whiskers(ends: "pd.Series[float]") -> list[list[float]]:
    return [[max(0.0, ends["value"] - ends["low"])], [max(0.0, ends["high"] - ends["value"])]]

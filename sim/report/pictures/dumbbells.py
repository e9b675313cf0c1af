"""Schools from the baseline to the last year, zone by zone."""

import pandas as pd
from matplotlib.axes import Axes

from sim.indicators.catalogue import INDICATORS
from sim.report import style
from sim.report.figures import figure
from sim.report.words import Speaker

ROW_HEIGHT = 0.17
"""Inches."""
MOST = 60
"""Schools that one picture shows: those with most students."""


def shown(schools: pd.DataFrame, name: str) -> pd.DataFrame:
    """Schools of the picture, zone by zone, best first: those that have the figure in both years, at most `MOST`."""
    known = schools.dropna(subset=[f"{name} baseline", f"{name} policy"])
    known = known.nlargest(MOST, "students")
    return known.sort_values(["zone", f"{name} policy"], ascending=[True, False], kind="stable")


def draw(schools: pd.DataFrame, name: str, words: Speaker, ax: Axes | None = None) -> Axes:
    """An indicator of the schools of one level (`sim.report.places.school_figures`), mean over replicates.

    Open: the baseline; filled: the last year with the policy; a cross: that year without it. Zones are set apart by
    lines, and lead schools have a star.
    """
    with style.look():
        table = shown(schools, name)
        kinds = ["dumbbells.lead" if lead else "dumbbells.school" for lead in table["lead"]]
        names = [words(kind, school=words.name(school)) for kind, school in zip(kinds, table["unit"], strict=True)]
        ax = style.new_axes(1.0 + ROW_HEIGHT * len(table), left=style.room(names)) if ax is None else ax
        rows = range(len(table))
        before, after = table[f"{name} baseline"], table[f"{name} policy"]
        ax.hlines(rows, before, after, color=style.FAINT, linewidth=2)
        ax.plot(before, rows, "o", color=style.WITHOUT, markerfacecolor="white", label=words("moment.baseline"))
        ax.plot(after, rows, "o", color=style.POLICY, label=words("moment.policy"))
        ax.plot(
            table[f"{name} counterfactual"],
            rows,
            "x",
            color=style.GOAL,
            markersize=5,
            label=words("moment.counterfactual"),
        )
        ax.set_yticks(list(rows), names, fontsize="small")
        ends = [row for row in rows if row and table["zone"].iloc[row] != table["zone"].iloc[row - 1]]
        for row in ends:
            ax.axhline(row - 0.5, color=style.FAINT, linewidth=0.6)
        ax.set_ylim(len(table) - 0.4, -0.6)
        level = words(f"level.{schools['level'].iloc[0]}")
        measure = words("measure_of_level", measure=words(f"indicator.{name}"), level=level)
        ax.set_xlabel(words("in_unit", what=measure, unit=words(f"unit.{INDICATORS[name].unit}")))
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0.2)
    return ax


def alt_text(schools: pd.DataFrame, name: str, words: Speaker) -> str:
    """How far apart schools are in both years, and who changed most."""
    table = shown(schools, name)
    before, after = table[f"{name} baseline"], table[f"{name} policy"]
    change = after - before
    up, down = (
        table["unit"].iloc[int(change.to_numpy().argmax())],
        table["unit"].iloc[int(change.to_numpy().argmin())],
    )
    return words(
        "dumbbells.alt",
        measure=words(f"indicator.{name}"),
        level=words(f"level.{schools['level'].iloc[0]}"),
        count=len(table),
        before=f"{figure(before.min())} ... {figure(before.max())}",
        after=f"{figure(after.min())} ... {figure(after.max())}",
        up=up,
        up_by=figure(change.max()),
        down=down,
        down_by=figure(change.min()),
    )

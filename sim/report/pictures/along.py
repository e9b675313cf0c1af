"""How what a policy changes goes with a setting, over the cells of a sweep."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.noise import Floats
from sim.report import names, style
from sim.report.figures import figure, records
from sim.report.words import Speaker

ERRORS = 2.0
"""Standard errors of a whisker."""
MOST_LINES = 5
"""Values of another setting that have a line each."""
MOST_POINTS = 300
"""Cells that are points; of more only the spread is shown."""
BINS = 20
LARGE = 1e4
"""Values from which on all digits are written."""
LINES = (
    (style.POLICY, "o", "-"),
    (style.GOAL, "s", "--"),
    (style.GREEN, "^", "-."),
    (style.PURPLE, "D", ":"),
    (style.AMBER, "v", "-"),
)
"""Colour, marker and stroke of each line."""
ASIDE = 0.08
"""How far the points of one line stand beside those of another, where values are names."""


def draw(effects: pd.DataFrame, setting: str, by: str | None, words: Speaker, ax: Axes | None = None) -> Axes:
    """A line, or one for each value of another setting; where more differs each cell is a point, of many their spread.

    Parameters
    ----------
    effects : DataFrame
        Of one indicator, level and year, as `sim.sweep.Sweep.effects` gives them.
    setting : str
        The column along which is looked.
    by : str or None
        The column of the one other setting that differs, with a few values; empty where no other does; None where
        several do.
    """
    with style.look():
        ax = style.new_axes() if ax is None else ax
        effects, what = measured(effects, words)
        where, labels = places(effects[setting])
        if by:
            for number, ((value, rows), look) in enumerate(zip(effects.groupby(by, sort=False), LINES, strict=False)):
                aside = number * ASIDE if labels else 0.0
                _line(ax, where[effects.index.get_indexer(rows.index)] + aside, rows, look, plain(value), bool(labels))
            ax.legend(title=names.setting(by, words), title_fontsize="small", loc="best")
        elif by is not None:
            _line(ax, where, effects, LINES[0], "", bool(labels))
        elif len(effects) <= MOST_POINTS:
            ax.plot(where, effects["mean"], "o", color=style.POLICY, markersize=3.5, alpha=0.6)
        else:
            _spread(ax, where, effects["mean"].to_numpy(np.float64), bool(labels), words)
        ax.axhline(0, color=style.INK, linewidth=0.8)
        if labels:
            turned: dict[str, Any] = {"rotation": 20, "ha": "right", "fontsize": "small"} if len(labels) > 3 else {}
            ax.margins(x=0.15)
            ax.set_xticks(range(len(labels)), [words.name(label) for label in labels], **turned)
        ax.set_title(what)
        ax.set_xlabel(names.setting(setting, words))
    return ax


def alt_text(effects: pd.DataFrame, setting: str, by: str | None, words: Speaker) -> str:
    """The change at the lowest and the highest value, mean over cells; of lines all their points."""
    effects, what = measured(effects, words)
    said = [words("along.alt", what=what, setting=names.setting(setting, words))]
    if by:
        for row in records(effects):
            key = words("joined", one=names.setting(by, words), other=plain(row[by]))
            said.append(words("along.alt_line", key=key, value=plain(row[setting]), mean=figure(row["mean"])))
        return words.sentences(said)
    means = effects.groupby(setting)["mean"].mean()
    ends = means.iloc[[0, -1]] if pd.api.types.is_numeric_dtype(effects[setting]) else means
    said += [words("along.alt_point", value=plain(value), mean=figure(mean)) for value, mean in ends.items()]
    return words.sentences(said)


def measured(effects: pd.DataFrame, words: Speaker) -> tuple[pd.DataFrame, str]:
    """The changes in the unit in which they are shown, and of what they are, with level and unit."""
    indicator, level = (effects[name].iloc[0] for name in ("indicator", "level"))
    measure = names.outcome(f"change.{indicator}.{level}", words)
    return effects.assign(mean=effects["mean"] / measure.scale, se=effects["se"] / measure.scale), measure.name


def places(values: "pd.Series[Any]") -> tuple[Floats, Sequence[str]]:
    """Where values stand on an axis: numbers where they are, others one after the other, with their names."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.to_numpy(np.float64), []
    codes, known = pd.factorize(values.astype(str))
    return codes.astype(np.float64), [str(value) for value in known]


def plain(value: object) -> str:
    """A value of a setting as one types it."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.4g}" if abs(value) < LARGE else f"{value:.0f}"


def _line(ax: Axes, where: Floats, rows: pd.DataFrame, look: tuple[str, str, str], label: str, named: bool) -> None:
    """Means with whiskers, from left to right; names have nothing between them that a line would pass through."""
    order = np.argsort(where, kind="stable")
    colour, marker, stroke = look
    ax.errorbar(
        where[order],
        rows["mean"].to_numpy()[order],
        yerr=ERRORS * rows["se"].fillna(0.0).to_numpy()[order],
        color=colour,
        marker=marker,
        linestyle="none" if named else stroke,
        markersize=4,
        capsize=2,
        linewidth=1.3,
        label=label,
    )


def _spread(ax: Axes, where: Floats, means: Floats, named: bool, words: Speaker) -> None:
    """Mean over cells, and where 5 % and 95 % of them lie, at each value, or of as many cells from left to right."""
    order = np.argsort(where, kind="stable")
    values, first = np.unique(where[order], return_index=True)
    parts = np.split(order, first[1:]) if len(values) <= BINS else np.array_split(order, BINS)
    middle = np.array([where[part].mean() for part in parts])
    low, mean, high = (np.array([of(means[part]) for part in parts]) for of in (_low, np.mean, _high))
    spread = words("along.spread")
    if named:
        ax.vlines(middle, low, high, color=style.FAINT, linewidth=6, label=spread)
    else:
        ax.fill_between(middle, low, high, color=style.POLICY, alpha=style.BAND, linewidth=0, label=spread)
    ax.plot(middle, mean, "o" if named else "-o", color=style.POLICY, markersize=4, label=words("along.mean"))
    ax.legend(loc="best")


def _low(values: Floats) -> float:
    return float(np.percentile(values, 5))


def _high(values: Floats) -> float:
    return float(np.percentile(values, 95))

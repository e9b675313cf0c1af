"""What a policy changes at each pair of values of two settings, over the cells of a sweep."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report import names, style
from sim.report.figures import figure, records
from sim.report.pictures.along import measured, plain
from sim.report.words import Speaker

COLOURS = "RdBu_r"
"""Below 0 blue, above it red, which the colour-blind tell apart; in black and white the figures do."""
MOST_FIGURES = 60
"""Fields that a figure is written into."""
MOST_TICKS = 10
DARK = 0.6
"""Part of the largest change from which a figure is written in white."""


def draw(effects: pd.DataFrame, across: str, up: str, words: Speaker, ax: Axes | None = None) -> Axes:
    """A field for each pair of values, its mean over the cells there are.

    Parameters
    ----------
    effects : DataFrame
        Of one indicator, level and year, as `sim.sweep.Sweep.effects` gives them.
    across, up : str
        Columns of settings.
    """
    with style.look():
        ax = style.new_axes() if ax is None else ax
        effects, what = measured(effects, words)
        table = effects.pivot_table(index=up, columns=across, values="mean", sort=True)
        values = table.to_numpy(np.float64)
        top = float(np.nanmax(np.abs(values))) or 1.0
        ax.pcolormesh(values, cmap=COLOURS, vmin=-top, vmax=top, edgecolor="white", linewidth=0.5)
        if values.size <= MOST_FIGURES:
            for (row, column), value in np.ndenumerate(values):
                colour = "white" if abs(value) > DARK * top else style.INK
                ax.text(
                    column + 0.5, row + 0.5, figure(value), ha="center", va="center", color=colour, fontsize="small"
                )
        for set_ticks, of_axis in ((ax.set_xticks, table.columns), (ax.set_yticks, table.index)):
            shown = range(0, len(of_axis), -(-len(of_axis) // MOST_TICKS))
            set_ticks([at + 0.5 for at in shown], [plain(of_axis[at]) for at in shown], fontsize="small")
        ax.set_title(what)
        ax.set_xlabel(names.setting(across, words))
        ax.set_ylabel(names.setting(up, words))
    return ax


def alt_text(effects: pd.DataFrame, across: str, up: str, words: Speaker) -> str:
    """The fields with the least and the most."""
    effects, what = measured(effects, words)
    table = effects.groupby([across, up], sort=False)["mean"].mean().reset_index()
    ends = table.loc[[table["mean"].idxmin(), table["mean"].idxmax()]]
    said = [words("grid.alt", what=what)]
    for kind, row in zip(("grid.least", "grid.most"), records(ends), strict=True):
        one, other = (words("joined", one=names.setting(key, words), other=plain(row[key])) for key in (across, up))
        said.append(words(kind, mean=figure(row["mean"]), where=words("qualified", text=one, more=other)))
    return words.sentences(said)

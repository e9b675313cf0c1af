"""The change of the score gap, channel by channel, as a waterfall."""

import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.channels import GAP_PARTS
from sim.report import style
from sim.report.figures import figure, records
from sim.report.words import Speaker


def draw(parts: pd.DataFrame, words: Speaker, ax: Axes | None = None) -> Axes:
    """One level and year of a `channels_table`: each part starts where the one before ends; whiskers are ± 1 SE.

    A part that closes the gap goes down and is plain, one that widens it goes up and is hatched.
    """
    with style.look():
        names = [words(f"channel.{part}") for part in (*GAP_PARTS[1:], "total")]
        ax = style.new_axes(bottom=0.1 + 0.75 * style.room(names)) if ax is None else ax
        mean = parts.set_index("part")["mean"]
        error = parts.set_index("part")["se"].fillna(0.0)
        at = 0.0
        for place, part in enumerate(GAP_PARTS[1:]):
            wider = mean[part] > 0
            ax.bar(
                place,
                mean[part],
                bottom=at,
                width=0.7,
                color=style.AMBER if wider else style.SKY,
                edgecolor=style.INK,
                hatch=style.HATCH if wider else None,
                linewidth=0.6,
            )
            ax.errorbar(place, at + mean[part], yerr=error[part], color=style.INK, capsize=2, linewidth=0.8)
            ax.plot([place - 0.35, place + 1.35], [at + mean[part]] * 2, color=style.WITHOUT, linewidth=0.6)
            at += mean[part]
        last = len(GAP_PARTS) - 1
        ax.bar(last, mean["total"], width=0.7, color=style.POLICY, edgecolor=style.INK, linewidth=0.6)
        ax.errorbar(last, mean["total"], yerr=error["total"], color=style.INK, capsize=2, linewidth=0.8)
        ax.axhline(0, color=style.INK, linewidth=0.8)
        ax.set_xticks(range(len(GAP_PARTS)), names, rotation=40, ha="right", rotation_mode="anchor", fontsize="small")
        level, year = words(f"level.{parts['level'].iloc[0]}"), int(parts["year"].iloc[0])
        ax.set_title(words("waterfall.title", level=level, year=year))
    return ax


def alt_text(parts: pd.DataFrame, words: Speaker) -> str:
    """Every part with its standard error."""
    level, year = words(f"level.{parts['level'].iloc[0]}"), int(parts["year"].iloc[0])
    said = [words("waterfall.alt", level=level, year=year)]
    for row in records(parts):
        part = words(f"channel.{row['part']}")
        said.append(words("waterfall.alt_part", part=part, mean=figure(row["mean"]), se=figure(row["se"])))
    return words.sentences(said)

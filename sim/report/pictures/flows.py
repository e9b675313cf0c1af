"""Who receives teachers and who sends them: what the policy adds to each school's staff, and takes from it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.report import style
from sim.report.figures import figure
from sim.report.pictures.dumbbells import MOST, ROW_HEIGHT
from sim.report.words import Speaker


def net(schools: pd.DataFrame) -> pd.DataFrame:
    """Backbone teachers of each school beyond those it has without the policy in the last year, most first.

    Tables record how many there are and not who went where, so that a move between two schools shows as one more here
    and one less there, and appointments and departures that the policy changed count too. At most `MOST` schools, those
    with the largest sums.
    """
    table = schools.assign(net=schools["backbone change"]).dropna(subset=["net"])
    return table.loc[table["net"].abs().nlargest(MOST).index].sort_values("net", ascending=False, kind="stable")


def draw(schools: pd.DataFrame, words: Speaker, ax: Axes | None = None) -> Axes:
    """Bars to the right receive and are plain, bars to the left send and are hatched; schools of one level."""
    with style.look():
        table = net(schools)
        places = zip(table["unit"], table["zone"], strict=True)
        names = [_label(school, zone, words) for school, zone in places]
        ax = style.new_axes(1.0 + ROW_HEIGHT * len(table), left=style.room(names)) if ax is None else ax
        values = table["net"].to_numpy(np.float64)
        for receives, color, hatch in ((True, style.SKY, None), (False, style.AMBER, style.HATCH)):
            rows = np.flatnonzero((values > 0) == receives)
            label = words("flows.receive" if receives else "flows.send")
            ax.barh(
                rows,
                values[rows],
                height=0.7,
                color=color,
                hatch=hatch,
                edgecolor=style.INK,
                linewidth=0.5,
                label=label,
            )
        ax.axvline(0, color=style.INK, linewidth=0.8)
        ax.set_yticks(range(len(table)), names, fontsize="small")
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.set_xlabel(words("flows.axis", level=words(f"level.{schools['level'].iloc[0]}")))
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.2)
    return ax


def alt_text(schools: pd.DataFrame, words: Speaker) -> str:
    """How many receive and send, and who most."""
    table = net(schools)
    return words(
        "flows.alt",
        level=words(f"level.{schools['level'].iloc[0]}"),
        receive=int((table["net"] > 0).sum()),
        send=int((table["net"] < 0).sum()),
        top=table["unit"].iloc[0],
        most=figure(table["net"].iloc[0]),
        bottom=table["unit"].iloc[-1],
        least=figure(table["net"].iloc[-1]),
    )


def _label(school: str, zone: str, words: Speaker) -> str:
    if not zone:
        return words.name(school)
    return words("flows.school", school=words.name(school), zone=words.name(zone))

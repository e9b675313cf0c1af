"""Who receives backbone teachers from other schools and who sends them, over all years, both ways."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from sim.analysis.paired import KEYS
from sim.indicators.catalogue import SCHOOL
from sim.report import style
from sim.report.figures import figure
from sim.report.pictures.dumbbells import MOST, ROW_HEIGHT
from sim.report.words import Speaker

RECEIVED, SENT = "backbone_received", "backbone_sent"
ARMS = ("policy", "counterfactual")


def gross(indicators: pd.DataFrame, places: pd.DataFrame, level: str) -> pd.DataFrame:
    """Backbone teachers that each school received and sent after the baseline, mean over replicates.

    Parameters
    ----------
    indicators : DataFrame
        As `indicators.parquet`.
    places : DataFrame
        As `places.csv`, for the zones.

    Returns
    -------
    DataFrame
        `unit`, `zone`, then `received` and `sent` with each of `ARMS` (`received policy`), in the order of what is
        received beyond what is sent with the policy; at most `MOST` schools, those with most coming and going.
    """
    rows = indicators.loc[
        (indicators["scope"] == SCHOOL) & (indicators["level"] == level), [*KEYS, RECEIVED, SENT]
    ]
    later = rows[rows["year"] > rows["year"].min()]
    whole = later.groupby(["scenario", "replicate", "unit"], observed=True)[[RECEIVED, SENT]].sum()
    means = whole.groupby(["scenario", "unit"], sort=False, observed=True).mean()
    of_arm = {arm: means.loc[arm] for arm in ARMS if arm in means.index.get_level_values("scenario")}
    columns = {
        f"{what} {arm}": table[name]
        for arm, table in of_arm.items()
        for what, name in (("received", RECEIVED), ("sent", SENT))
    }
    zones = places[places["level"] == level].drop_duplicates("unit").set_index("unit")["zone"]
    table = pd.DataFrame(columns).join(zones).rename_axis("unit").reset_index()
    busy = (table["received policy"] + table["sent policy"]).nlargest(MOST).index
    table = table.loc[busy].assign(net=table["received policy"] - table["sent policy"])
    return table.sort_values("net", ascending=False, kind="stable").drop(columns="net").reset_index(drop=True)


def draw(flows: pd.DataFrame, level: str, words: Speaker, ax: Axes | None = None) -> Axes:
    """To the right what schools receive with the policy, to the left what they send (`gross`).

    Hatched is what there is without the policy too.
    """
    with style.look():
        labels = [_label(school, zone, words) for school, zone in zip(flows["unit"], flows["zone"], strict=True)]
        ax = style.new_axes(1.0 + ROW_HEIGHT * len(flows), left=style.room(labels)) if ax is None else ax
        rows = range(len(flows))
        bars = []
        sides = (("received", 1, style.SKY, "flows.received"), ("sent", -1, style.AMBER, "flows.sent"))
        for what, side, colour, said in sides:
            values = side * flows[f"{what} policy"]
            ax.barh(rows, values, height=0.7, color=colour, edgecolor=style.INK, linewidth=0.5)
            bars.append(Patch(facecolor=colour, edgecolor=style.INK, label=words(said)))
            if f"{what} counterfactual" in flows:
                without = side * flows[f"{what} counterfactual"]
                ax.barh(rows, without, height=0.35, fill=False, hatch=style.HATCH, edgecolor=style.INK, linewidth=0.5)
        if "received counterfactual" in flows:
            bars.append(Patch(facecolor="white", edgecolor=style.INK, hatch=style.HATCH, label=words("flows.without")))
        ax.axvline(0, color=style.INK, linewidth=0.8)
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        ax.set_yticks(rows, labels, fontsize="small")
        ax.set_ylim(len(flows) - 0.4, -0.6)
        ax.set_xlabel(words("flows.axis", level=words(f"level.{level}")), loc="right")
        ax.legend(handles=bars, loc="lower right", bbox_to_anchor=(1, 1), ncols=len(bars), borderaxespad=0.2)
    return ax


def alt_text(flows: pd.DataFrame, level: str, words: Speaker) -> str:
    """How many move, and who receives and sends most."""
    top, bottom = flows.iloc[0], flows.iloc[-1]
    said = [
        words(
            "flows.alt",
            level=words(f"level.{level}"),
            schools=len(flows),
            moves=figure(flows["received policy"].sum()),
        )
    ]
    if "received counterfactual" in flows:
        said.append(words("flows.alt_without", moves=figure(flows["received counterfactual"].sum())))
    for kind, row in (("flows.alt_receives", top), ("flows.alt_sends", bottom)):
        received, sent = figure(row["received policy"]), figure(row["sent policy"])
        said.append(words(kind, school=row["unit"], received=received, sent=sent))
    return words.sentences(said)


def _label(school: str, zone: str, words: Speaker) -> str:
    if not zone:
        return words.name(school)
    return words("flows.school", school=words.name(school), zone=words.name(zone))

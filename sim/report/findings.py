"""The answer of a run in five sentences, their figures taken from its tables."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from sim.agents.school import LEVELS
from sim.analysis.cost_effect import ALONE, OPEN, WIDER
from sim.indicators.catalogue import GAP
from sim.report.figures import MILLION, TEN_THOUSAND, figure, percent, records
from sim.report.words import Both, Said
from sim.scoring import DECREED, GIVEN

NOTES = {OPEN: "cost.open", WIDER: "cost.wider", ALONE: "cost.alone"}
"""Why there is no ratio of cost to gap closed."""
COLUMNS_OF_RATIO = {"middle": "yuan_per_unit", "low": "low", "high": "high"}


def sentences(
    targets: pd.DataFrame, effects: pd.DataFrame, costs: pd.DataFrame, indicators: pd.DataFrame, words: Both
) -> list[Said]:
    """What came of the targets, the score gap, the backbone teachers, luck and money.

    Parameters
    ----------
    targets, effects, costs, indicators : DataFrame
        As `targets.csv`, `effects.csv`, `cost_effect.csv` and `indicators.parquet`.
    """
    found = [_of_targets(targets, words)]
    for name, key in ((GAP, "findings.gap"), ("cv_backbone", "findings.backbone")):
        found += _of_effect(effects, name, key, words)
    found += _of_luck(indicators, words)
    found += _of_costs(costs, words)
    return found


def judged(targets: pd.DataFrame) -> pd.DataFrame:
    """Scored rows of `targets.csv` in the years in which they are judged; a given measure says the same every year."""
    due = targets[targets["due"] & targets["mean"].notna()]
    given = due["reason"].astype(str).str.startswith(GIVEN, na=False)
    return due[~given | ~due.duplicated("id", keep="last")]


def stated_by(reason: object) -> str:
    """`decreed` or `given` where the policy or the district's table states the measure itself, else nothing."""
    return next((prefix.strip(": ") for prefix in (DECREED, GIVEN) if str(reason).startswith(prefix)), "")


def _of_targets(targets: pd.DataFrame, words: Both) -> Said:
    """Promises by their verdicts: met in all years judged, missed in some, or neither."""
    due = judged(targets)
    due = due[~due["id"].str.endswith("/mean")]
    if due.empty:
        return words("findings.no_targets")
    promise = due["id"].str.split("/").str[0]
    met = (due["status"] == "met").groupby(promise).all()
    missed = (due["status"] == "missed").groupby(promise).any()
    stated = due["reason"].map(stated_by).ne("").groupby(promise).all()
    return words(
        "findings.targets",
        count=len(met),
        met=int(met.sum()),
        stated=int((met & stated).sum()),
        missed=int(missed.sum()),
        uncertain=int((~met & ~missed).sum()),
    )


def _of_effect(effects: pd.DataFrame, name: str, key: str, words: Both) -> Iterator[Said]:
    """Paired difference in the last year, level by level."""
    last = effects[(effects["indicator"] == name) & (effects["year"] == effects["year"].max())]
    if len(last):
        levels = [
            words(
                "findings.difference",
                level=words(f"level.{row['level']}"),
                mean=figure(row["mean"]),
                low=figure(row["p05"]),
                high=figure(row["p95"]),
                se=figure(row["se"]) or words("none"),
            )
            for row in records(last)
        ]
        yield words(key, year=int(last["year"].iloc[0]), levels=words.listed(levels))


def _of_luck(indicators: pd.DataFrame, words: Both) -> Iterator[Said]:
    """In how many worlds the gap is wider with the policy than without it."""
    rows = indicators[(indicators["scope"] == "district") & (indicators["year"] == indicators["year"].max())]
    gaps = rows.pivot(index=["level", "replicate"], columns="scenario", values=GAP)
    if "counterfactual" in gaps:
        change = (gaps["policy"] - gaps["counterfactual"]).dropna()
        shares = (change > 0).groupby(level="level", observed=True).mean()
        levels = [
            words("findings.share", level=words(f"level.{level}"), share=percent(float(shares[level])))
            for level in LEVELS
            if level in shares.index
        ]
        if levels:
            yield words("findings.luck", levels=words.listed(levels))


def _of_costs(costs: pd.DataFrame, words: Both) -> Iterator[Said]:
    rows = records(costs[costs["indicator"] == GAP])
    if rows:
        levels = [
            words(
                "findings.level_cost",
                level=words(f"level.{row['level']}"),
                money=money(row["extra_yuan"], words),
                each=figure(row["yuan_per_student_year"]),
                ratio=ratio(row, words),
            )
            for row in rows
        ]
        yield words("findings.costs", levels=words.listed(levels))


def money(yuan: float, words: Both) -> Said:
    """An amount in millions, in Chinese in ten thousands (万元)."""
    return words("money", million=figure(yuan / MILLION), ten_thousand=figure(yuan / TEN_THOUSAND))


def ratio(row: Mapping[str, Any], words: Both) -> Said:
    """Cost per SD of score gap closed, or why there is none, from a row of `cost_effect.csv`."""
    if str(row["note"]) in NOTES:
        return words(NOTES[str(row["note"])])
    ends = {name: money(row[column], words) for name, column in COLUMNS_OF_RATIO.items()}
    return words("cost.ratio", **ends)

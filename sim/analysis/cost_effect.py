"""Cost effectiveness: what the policy costs beyond the counterfactual, over what it takes off a gap by the horizon."""

from math import sqrt

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.analysis.paired import CONFIDENCE
from sim.indicators.catalogue import INDICATORS
from sim.noise import Floats

GAPS = ("score_gap", "score_gap_scaled", "teacher_skill_gap", "cv_backbone")
"""Gaps that a reform is to close, the first being the headline: cost per SD of gap closed."""
COLUMNS = (
    *("indicator", "unit", "level", "year", "extra_yuan", "yuan_per_student_year"),
    *("closed", "closed_low", "closed_high", "yuan_per_unit", "low", "high", "replicates", "note"),
)
MONEY = ("cost_yuan", "public_budget")
OPEN = "not defined: the gap did not close beyond noise"
WIDER = "not defined: the gap widened"
ALONE = "not defined: one replicate has no noise to compare with"


def cost_effect_table(indicators: pd.DataFrame) -> pd.DataFrame:
    """Extra cost and closed gap of each level, and the ratio of the two where the gap did close.

    Parameters
    ----------
    indicators : DataFrame
        As `indicators.parquet`.

    Returns
    -------
    DataFrame
        `COLUMNS`, a row for each gap and level: `extra_yuan` is policy less counterfactual over all simulated years,
        `closed` counterfactual less policy in the last `year`, both paired by replicate and means over replicates;
        `closed_low`, `closed_high` and `low`, `high` are 95 % confidence limits, of the mean closed and (Fieller)
        of the ratio of the means. The ratio is empty, and the `note` says why, unless `closed_low` is above 0.
    """
    names = [name for name in GAPS if name in indicators]
    rows = indicators[indicators["scope"] == "district"].set_index(["level", "replicate", "year"])
    arms = {arm: rows.loc[rows["scenario"] == arm] for arm in ("policy", "counterfactual")}
    if arms["counterfactual"].empty:
        return pd.DataFrame(columns=list(COLUMNS))
    start, horizon = min(indicators["year"]), max(indicators["year"])
    change = arms["policy"][["cost_yuan", *names]] - arms["counterfactual"][["cost_yuan", *names]]
    extra = _simulated(change["cost_yuan"], start)
    student_years = _simulated(arms["policy"]["students"], start)
    closed = -change.xs(horizon, level="year")[names]
    table = [
        {"indicator": name, "unit": INDICATORS[name].unit, "level": level, "year": horizon}
        | _compared(extra[level].to_numpy(), closed.loc[level, name].to_numpy(), float(student_years[level].mean()))
        for name in names
        for level in rows.index.unique("level")
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


def dearer_than_public_budget(indicators: pd.DataFrame) -> pd.DataFrame:
    """Years in which the policy's levers cost more, on average, than the district's whole public budget.

    Returns
    -------
    DataFrame
        By year the columns `MONEY`, yuan, both levels together; without rows for most policies.
    """
    rows = indicators[(indicators["scope"] == "district") & (indicators["scenario"] == "policy")]
    money = rows.groupby(["replicate", "year"])[list(MONEY)].sum().groupby(level="year").mean()
    return money[money["cost_yuan"] > money["public_budget"]]


def ratio_of_means(cost: Floats, gain: Floats) -> tuple[float, float, float]:
    """Mean cost over mean gain with its 95 % limits, from pairs, one a replicate; the mean gain differs from 0.

    Source: Fieller, E. C. (1954), Journal of the Royal Statistical Society B 16(2), 175-185.
    """
    (a, b), (vaa, vab, vbb) = (cost.mean(), gain.mean()), _covariance_of_means(cost, gain)
    z = _quantile(len(gain)) ** 2
    middle, lead = a * b - z * vab, b * b - z * vbb
    root = sqrt(max(0.0, middle**2 - lead * (a * a - z * vaa)))
    return float(a / b), (middle - root) / lead, (middle + root) / lead


def _simulated(values: pd.Series, start: int) -> "pd.Series[float]":
    """Sum over the simulated years, by level and replicate."""
    later = values[values.index.get_level_values("year") > start]
    return later.groupby(level=["level", "replicate"]).sum()


def _compared(cost: Floats, gain: Floats, student_years: float) -> dict[str, object]:
    """One row: replicates in which a level has no gap to measure are left out of the ratio."""
    row: dict[str, object] = {"extra_yuan": cost.mean(), "yuan_per_student_year": cost.mean() / student_years}
    there = ~np.isnan(gain)
    cost, gain = cost[there], gain[there]
    row |= {"replicates": len(gain), "closed": gain.mean() if len(gain) else np.nan}
    if len(gain) < 2:
        return row | {"note": ALONE}
    error = _quantile(len(gain)) * sqrt(_covariance_of_means(gain, gain)[0])
    low, high = gain.mean() - error, gain.mean() + error
    row |= {"closed_low": low, "closed_high": high}
    if low <= 0:
        return row | {"note": WIDER if high < 0 else OPEN}
    return row | dict(zip(("yuan_per_unit", "low", "high"), ratio_of_means(cost, gain), strict=True)) | {"note": ""}


def _covariance_of_means(one: Floats, other: Floats) -> tuple[float, float, float]:
    """Variance of the first mean, covariance, variance of the second."""
    (aa, ab), (_, bb) = np.cov(one, other) / len(one)
    return float(aa), float(ab), float(bb)


def _quantile(replicates: int) -> float:
    """Of Student's t; `scipy.stats` has the same and takes half a second to import."""
    return float(stdtrit(replicates - 1, (1 + CONFIDENCE) / 2))

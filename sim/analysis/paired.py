"""Paired comparison: what the policy changed, replicate by replicate.

A replicate runs with and without the policy on the same luck, so the difference of the two is taken first
and summed up over replicates afterwards.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.agents.school import LEVELS
from sim.noise import Floats

KEYS = ("scenario", "replicate", "year", "level", "scope", "unit")
"""Columns of an indicator table that say what a row is; the others are indicators."""
LOWER, UPPER = 5, 95
"""Percentiles over replicates in columns `p05` and `p95`."""
CONFIDENCE = 0.95
EFFECT_COLUMNS = ("indicator", "level", "year", "mean", "p05", "p95", "se", "replicates")


class Spread(NamedTuple):
    """Values over replicates, summed up; nan where there is nothing to sum up."""

    mean: Floats
    sd: Floats  # of one replicate; needs two
    p05: Floats
    p95: Floats
    replicates: NDArray[np.int64]  # that have a value


def spread(values: Floats) -> Spread:
    """Sum up along the first axis (replicates), leaving out nan."""
    count = np.count_nonzero(~np.isnan(values), axis=0)
    unknown = np.full(values.shape[1:], np.nan)
    mean, sd, p05, p95 = unknown, unknown.copy(), unknown.copy(), unknown.copy()
    some, two = count > 0, count > 1
    mean[some] = np.nanmean(values[:, some], axis=0)
    # From the smallest value, so that equal values have no spread, whatever the rounding of their mean.
    sd[two] = np.nanstd(values[:, two] - np.nanmin(values[:, two], axis=0), axis=0, ddof=1)
    everywhere = count == len(values)  # mostly: `nanpercentile` goes through the columns one by one
    ends = [LOWER, UPPER]
    if (full := some & everywhere).any():
        p05[full], p95[full] = np.percentile(values[:, full], ends, axis=0)
    if (gappy := some & ~everywhere).any():
        p05[gappy], p95[gappy] = np.nanpercentile(values[:, gappy], ends, axis=0)
    return Spread(mean, sd, p05, p95, count)


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval of a probability, from `successes` in `n` independent trials.

    Source: Wilson, E. B. (1927), Journal of the American Statistical Association 22(158), 209-212.
    """
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = successes / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / n + weight / (2 * n) / 2) / (1 + weight)
    # At the ends the exact bound is the end itself; rounding must not move it.
    return (0.0 if successes == 0 else middle - half), (1.0 if successes == n else middle + half)


def effects_table(indicators: pd.DataFrame, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Paired difference policy - counterfactual of each indicator at district scope.

    Parameters
    ----------
    indicators : DataFrame
        As `indicators.parquet`.
    names : sequence of str, optional
        Indicators wanted; all without it.

    Returns
    -------
    DataFrame
        `EFFECT_COLUMNS`, in the indicator's unit: mean and 5 % and 95 % quantile of the difference over
        replicates, standard error of the mean, number of replicates. An indicator that a level does not
        have is left out; without a counterfactual there are no rows.
    """
    names = list(names or (name for name in indicators.columns if name not in KEYS))
    rows = indicators.loc[indicators["scope"] == "district", [*KEYS, *names]]
    arms = {
        arm: rows[rows["scenario"] == arm].set_index(["level", "year", "replicate"])[names].astype(float)
        for arm in ("policy", "counterfactual")
    }
    difference = (arms["policy"] - arms["counterfactual"]).dropna(how="all")
    groups = dict(list(difference.groupby(level=["level", "year"], observed=True)))
    tables = [
        pd.DataFrame(
            {"indicator": names, "level": level, "year": year} | summary(groups[level, year].to_numpy())
        )
        for level, year in sorted(groups, key=lambda key: (LEVELS.index(key[0]), key[1]))
    ]
    if not tables:
        return pd.DataFrame(columns=list(EFFECT_COLUMNS))
    table = pd.concat(tables, ignore_index=True)
    order = {name: place for place, name in enumerate(names)}
    table = table[table["replicates"] > 0].sort_values("indicator", key=lambda c: c.map(order), kind="stable")
    return table[list(EFFECT_COLUMNS)].reset_index(drop=True)


def summary(values: Floats) -> dict[str, NDArray[np.generic]]:
    """Mean, quantiles, standard error and number of the values of each column, as columns of a table."""
    over = spread(values)
    se = over.sd / np.sqrt(np.maximum(over.replicates, 1))
    return {"mean": over.mean, "p05": over.p05, "p95": over.p95, "se": se, "replicates": over.replicates}

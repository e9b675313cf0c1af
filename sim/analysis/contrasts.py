"""Two worlds on the same luck, figure by figure: how far apart, how sure, and whether it is more than noise.

The difference is taken replicate by replicate (`sim.analysis.paired`); its interval is Student's t over replicates, or
a bootstrap. Whoever looks at a thousand figures finds fifty that differ by luck alone: `p_adjusted` allows for all rows
of the table (Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x), so that of those with `differs` one
in twenty is expected to be luck, and where nothing differs at all, one table in twenty says that something does.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.agents.school import LEVELS
from sim.analysis.paired import CONFIDENCE
from sim.indicators.catalogue import INDICATORS, SCHOOL, SCOPES
from sim.noise import Floats, Ints
from sim.userinput import UserError, no_such

PLACE = ["level", "scope", "unit", "year"]
COLUMNS = (
    *("indicator", *PLACE, "mean", "low", "high", "replicates"),
    *("p", "p_adjusted", "differs", "replicates_needed"),
)
METHODS = ("t", "bootstrap")
RESAMPLES = 9999
MOST_REPLICATES = 10**9


def contrasts(
    one: pd.DataFrame,
    other: pd.DataFrame,
    names: Sequence[str] | None = None,
    *,
    scopes: Sequence[str] = SCOPES,
    years: Sequence[int] | None = None,
    interval: Literal["t", "bootstrap"] = "t",
    confidence: float = CONFIDENCE,
    precision: float | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """Paired differences one - other of indicators, by year, level, scope and unit.

    Parameters
    ----------
    one, other : DataFrame
        Rows of one world each: `replicate`, `year`, `level`, `scope`, `unit`, then indicators. Replicate k of both
        has the same luck.
    names : sequence of str, optional
        Indicators; all without it.
    years : sequence of int, optional
        All without it.
    interval : str
        `t`: Student's; `bootstrap`: bias-corrected and accelerated (`scipy.stats.bootstrap`), from `seed`.
    precision : float, optional
        Half-width that is wished of every interval, in the indicator's unit; without it as much as the difference
        itself, which would just tell it from none.

    Returns
    -------
    DataFrame
        `COLUMNS`, in the indicator's unit, without those that a unit does not have. `p` is that of no difference
        (t), 1 where all replicates agree that there is none; `replicates_needed` those at which the t interval has the
        wished half-width, 0 where that cannot be said.

    Raises
    ------
    UserError
        No replicate in common, an unknown indicator, scope or method.
    """
    wide = _paired(one, other, _names(one, names), scopes, years)
    if interval not in METHODS:
        raise no_such(f"interval={interval}", "interval", interval, METHODS)
    values = wide.to_numpy(dtype=np.float64)
    table = wide.columns.to_frame(index=False)
    count = np.count_nonzero(~np.isnan(values), axis=0)
    mean, sd = _mean_sd(values, count)
    half = _half_width(sd, count, confidence)
    low, high = (mean - half, mean + half) if interval == "t" else _bootstrap(values, mean, confidence, seed)
    table["mean"], table["low"], table["high"], table["replicates"] = mean, low, high, count
    table["p"] = _p_values(mean, sd, count)
    table["p_adjusted"] = adjusted(table["p"].to_numpy())
    table["differs"] = table["p_adjusted"] <= 1.0 - confidence
    wished = np.abs(mean) if precision is None else precision
    table["replicates_needed"] = replicates_for(sd, wished, confidence)
    return table[list(COLUMNS)]


def winners(differences: pd.DataFrame, indicator: str = "score_mean", year: int | None = None) -> pd.DataFrame:
    """Which schools gain and which lose under one world against the other, best first.

    Parameters
    ----------
    differences : DataFrame
        As from `contrasts`, with rows of schools. Only these rows are looked at, so they are adjusted anew.
    year : int, optional
        The last one without it.

    Returns
    -------
    DataFrame
        `level, unit, mean, low, high, p_adjusted, verdict`: `wins`, `loses` or `not told apart`.
    """
    rows = differences[(differences["scope"] == SCHOOL) & (differences["indicator"] == indicator)].dropna(subset="mean")
    if rows.empty:
        raise UserError(f"there are no figures of {indicator} by school to compare")
    rows = rows[rows["year"] == (rows["year"].max() if year is None else year)].copy()
    rows["p_adjusted"] = adjusted(rows["p"].to_numpy())
    better = np.sign(rows["mean"]) * (INDICATORS[indicator].better or 1)
    told = rows["p_adjusted"] <= 1.0 - CONFIDENCE
    rows["verdict"] = np.select([told & (better > 0), told & (better < 0)], ["wins", "loses"], "not told apart")
    columns = ["level", "unit", "mean", "low", "high", "p_adjusted", "verdict"]
    best_first = rows.iloc[np.lexsort((rows["unit"], -better * rows["mean"].abs(), rows["level"] != "primary"))]
    return best_first[columns].reset_index(drop=True)


def adjusted(p: Floats) -> Floats:
    """P-values that allow for how many were looked at; nan stays nan and was not."""
    from scipy.stats import false_discovery_control

    known = ~np.isnan(p)
    result = np.full(len(p), np.nan)
    if known.any():
        result[known] = false_discovery_control(p[known], method="bh")
    return result


def replicates_for(sd: ArrayLike, half_width: ArrayLike, confidence: float = CONFIDENCE) -> Ints:
    """Replicates at which the t interval of a mean is so narrow, by the SD of a replicate.

    Two at least, `MOST_REPLICATES` at most; 0 where no number would do or the SD is not known.
    """
    spread, wished = np.broadcast_arrays(np.asarray(sd, np.float64), np.asarray(half_width, np.float64))
    few, enough = np.full(spread.shape, 1), np.full(spread.shape, MOST_REPLICATES)
    while (enough - few > 1).any():
        middle = (few + enough + 1) // 2
        narrow = _half_width(spread, middle, confidence) <= wished
        few, enough = np.where(narrow, few, np.minimum(middle, enough - 1)), np.where(narrow, middle, enough)
    return np.where((wished > 0) & ~np.isnan(spread), enough, 0)


def _names(table: pd.DataFrame, names: Sequence[str] | None) -> list[str]:
    known = [name for name in INDICATORS if name in table]
    for name in names or ():
        if name not in known:
            raise no_such(name, "indicator", name, known)
    return list(names or known)


def _paired(
    one: pd.DataFrame, other: pd.DataFrame, names: list[str], scopes: Sequence[str], years: Sequence[int] | None
) -> pd.DataFrame:
    """Differences, a row a replicate and a column (indicator, *PLACE); those that no replicate has are left out."""
    for scope in scopes:
        if scope not in SCOPES:
            raise no_such(f"scope={scope}", "scope", scope, SCOPES)
    keys = ["replicate", *PLACE]
    worlds = []
    for table in (one, other):
        rows = table[table["scope"].isin(scopes)]
        if years is not None:
            rows = rows[rows["year"].isin(years)]
        worlds.append(rows.set_index(keys)[names].astype(np.float64))
    if not set(one["replicate"]) & set(other["replicate"]):
        raise UserError("the two have no replicate in common, so nothing can be paired; give runs of the same numbers")
    difference = (worlds[0] - worlds[1]).dropna(how="all").rename_axis(columns="indicator")
    wide = pd.DataFrame(difference.stack().dropna().unstack("replicate")).reorder_levels(["indicator", *PLACE])
    order = {"indicator": list(names), "scope": list(SCOPES), "level": list(LEVELS)}
    ranked = wide.sort_index(
        level=["indicator", "scope", "level", "unit", "year"],
        key=lambda values: values.map(order[values.name].index) if values.name in order else values,
    )
    return ranked.T


def _mean_sd(values: Floats, count: Floats) -> tuple[Floats, Floats]:
    """Mean, and SD where there are two values; equal values have no spread, whatever the rounding of their mean."""
    mean = np.nanmean(values, axis=0)
    sd = np.full(len(mean), np.nan)
    two = count > 1
    sd[two] = np.nanstd(values[:, two] - np.nanmin(values[:, two], axis=0), axis=0, ddof=1)
    return mean, sd


def _half_width(sd: Floats, count: Floats, confidence: float) -> Floats:
    """Of Student's t interval."""
    from scipy.stats import t

    return np.asarray(t.ppf((1.0 + confidence) / 2.0, np.maximum(count - 1, 1)) * sd / np.sqrt(count))


def _p_values(mean: Floats, sd: Floats, count: Floats) -> Floats:
    """Two-sided p of no difference; where all replicates say the same it is 1 for none and 0 for some."""
    from scipy.stats import t

    same = sd == 0
    statistic = np.abs(mean) / np.where(same, 1.0, sd / np.sqrt(count))
    return np.where(same, np.where(mean == 0, 1.0, 0.0), 2.0 * t.sf(statistic, np.maximum(count - 1, 1)))


def _bootstrap(values: Floats, mean: Floats, confidence: float, seed: int) -> tuple[Floats, Floats]:
    """Bounds for the mean of each column; the mean itself where all its values are the same."""
    from scipy.stats import bootstrap

    low, high = mean.copy(), mean.copy()
    for column in range(values.shape[1]):
        known = values[:, column][~np.isnan(values[:, column])]
        if len(known) < 2:
            low[column] = high[column] = np.nan
        elif np.ptp(known) > 0:
            found = bootstrap(
                (known,), np.mean, n_resamples=RESAMPLES, confidence_level=confidence, rng=seed
            ).confidence_interval
            low[column], high[column] = found.low, found.high
    return low, high

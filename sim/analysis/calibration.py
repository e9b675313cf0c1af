"""Calibration: which values of district or effect parameters agree with observed indicators.

Waves of history matching run cells where nothing observed rules them out yet and fit an emulator (a Gaussian process
for each indicator) to them; the last emulator weighs points of the prior by the likelihood of all observations
together, with their errors, the luck of one district and what the emulator does not know. The result is draws, not a
point, checked by running some of them on luck of their own.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtri

from sim.analysis.factors import Factor, Simulate, dimensions, require, settings, simulated
from sim.noise import Floats, Noise
from sim.userinput import UserError, number, shown

CELLS = 60
WAVES = 3
REPLICATES = 4
LEAST_REPLICATES = 2
LEAST_CELLS = 10
BLOCK = 5
"""Cells that are run on the same luck: levels are compared with the world here, not cells with each other, and luck of
their own tells more of them."""
DRAWS = 1000
CHECKED = 25
"""Draws that are run again."""
POINTS = 13
"""Points of the prior that are weighed in a wave, as a power of two."""
RULED_OUT = 0.005
"""Points are out of a wave when observations so far from them are rarer than this."""
LENGTHS = (0.05, 20.0)
"""Over which part of its range a parameter's effect on an indicator may bend."""
HEIGHTS = (0.1, 1e4)
"""Of the emulated surface, over the variance between cells."""
NUGGETS = (1e-6, 1.0)
"""Share of an indicator's variance between cells that may be left to their luck."""
NUGGET = 1e-3
"""The same, where its search begins."""
LEAST_EFFECTIVE = 100
"""Points that the draws must rest on."""
WIDE = 0.9
"""Spread of a parameter over its prior spread above which the data do not tell it."""
PART = 0.1
"""Part in a direction from which on a parameter is named with it."""
ALIKE = 0.95
"""Absolute correlation of two parameters above which the data do not tell them apart."""
TAIL = 0.01
"""An observation that the draws give so rarely is not explained."""
UNIFORM_SD = (1 / 12) ** 0.5
PERCENTILES = (5, 50, 95)
MARGIN = 0.05
"""Of a wave's range, added on either side of what is not ruled out."""
OBSERVED = ("outcome", "value", "error")


@dataclass(frozen=True)
class Calibration:
    """What the observations say about the parameters.

    Attributes
    ----------
    draws : DataFrame
        Equally likely parameter values: a row for each draw, a column for each setting.
    intervals : DataFrame
        By parameter: `low`, `high` of the prior, `mean`, `p05`, `p50`, `p95` of the draws, and `spread`, their SD over
        that of the prior, on the scale on which the prior is uniform.
    correlations : DataFrame
        `one, other, correlation` of each pair of parameters, on that scale.
    predictive : DataFrame
        By outcome: `observed`, its `error`, and `mean`, `p05`, `p95`, `tail` of what the draws give when run again on
        other luck and observed with error; `tail` is two-sided.
    waves : DataFrame
        `wave, cells, left`: cells run so far, and the share of the prior that was not ruled out after them.
    identified : bool
        Whether the data tell every parameter, and each from the others; if not, `warnings` say which.
    explained : bool
        Whether some values explain all the observations.
    warnings : tuple of str
    """

    draws: pd.DataFrame
    intervals: pd.DataFrame
    correlations: pd.DataFrame
    predictive: pd.DataFrame
    waves: pd.DataFrame
    identified: bool
    explained: bool
    warnings: tuple[str, ...]

    def sentences(self) -> list[str]:
        """What a reader can quote: warnings first, then the parameters, what was ruled out, and the check."""
        said = [
            f"{r.parameter} is {r.p50:.3g} (90% within {r.p05:.3g} ... {r.p95:.3g}; before the data {r.low:.3g} ... "
            f"{r.high:.3g})."
            for r in self.intervals.itertuples()
        ]
        last = self.waves.iloc[-1]
        left = f"After {last['cells']:.0f} cells the data leave {last['left']:.1%} of the range before them."
        inside = self.predictive["observed"].between(self.predictive["p05"], self.predictive["p95"]).sum()
        far = self.predictive.nsmallest(1, "tail").iloc[0]
        check = (
            f"Run again, these values give {inside} of {len(self.predictive)} observed figures within their 90% range; "
            f"farthest, {far['outcome']}: observed {far['observed']:.3g}, run again {far['mean']:.3g} "
            f"({far['p05']:.3g} ... {far['p95']:.3g})."
        )
        return [*self.warnings, *said, left, check]


def calibrate(
    simulate: Simulate,
    factors: Sequence[Factor],
    observed: pd.DataFrame,
    *,
    cells: int = CELLS,
    waves: int = WAVES,
    replicates: int = REPLICATES,
    draws: int = DRAWS,
    checked: int = CHECKED,
    seed: int = 1,
) -> Calibration:
    """Fit parameters to observed indicators: `waves` x `cells` x `replicates` runs, then `checked` x `replicates`.

    Sources: Vernon, Goldstein & Bower (2010), doi:10.1214/10-BA524, for waves and what is ruled out; Kennedy & O'Hagan
    (2001), doi:10.1111/1467-9868.00294, for the likelihood; Gaussian processes by scikit-learn.

    Parameters
    ----------
    observed : DataFrame
        Columns `OBSERVED`: an outcome, its value in the real district, the SD of its error of measurement (0 if none).
        What the model leaves out is an error too: add it there.

    Raises
    ------
    UserError
        Observations that are wrong, or more parameters than observations.
    """
    require("calibration", "analysis", "sklearn")
    names = dimensions(factors)
    values, errors = _observations(observed, names)
    outcomes = observed["outcome"].tolist()
    for key, given, least in (
        ("replicates", replicates, LEAST_REPLICATES),
        ("waves", waves, 1),
        ("cells", cells, LEAST_CELLS),
    ):
        number(given, key, least, whole=True)
    box = np.array([[0.0, 1.0]] * len(names))
    units, runs = np.empty((0, len(names))), np.empty((0, replicates, len(outcomes)))
    history = []
    for wave in range(1, waves + 1):
        new = _spread_out(cells, box, seed, wave)
        got = _in_blocks(simulate, settings(new, factors), outcomes, replicates, seed, wave)
        units, runs = np.vstack([units, new]), np.concatenate([runs, got])
        points = _spread_out(1 << POINTS, box, seed, -wave)
        distance, log_likelihood = _agreement(points, units, runs, values, errors)
        left = distance <= chdtri(len(outcomes), RULED_OUT)
        volume = float(np.ptp(box, axis=1).prod())
        history.append({"wave": wave, "cells": len(units), "left": volume * float(left.mean())})
        if wave < waves:  # where nothing agrees, around what comes closest
            box = _around(points[left] if left.any() else points[[distance.argmin()]], box)
    weights = np.exp(log_likelihood - log_likelihood.max())
    weights /= weights.sum()
    drawn = points[_resampled(weights, draws, seed)]
    checks = settings(drawn[:checked], factors)
    predictive = _predictive(_in_blocks(simulate, checks, outcomes, replicates, seed, 0), observed, seed)
    return _judged(factors, drawn, predictive, pd.DataFrame(history), effective=float(1 / (weights**2).sum()))


def _judged(
    factors: Sequence[Factor], drawn: Floats, predictive: pd.DataFrame, waves: pd.DataFrame, effective: float
) -> Calibration:
    """The draws, what they say, and what to beware of."""
    names = dimensions(factors)
    table = settings(drawn, factors)
    spread = dict(zip(names, np.std(drawn, axis=0) / UNIFORM_SD, strict=True))
    correlation = np.corrcoef(drawn, rowvar=False).reshape(len(names), len(names))
    pairs = [(names[i], names[j], float(correlation[i, j])) for i, j in combinations(range(len(names)), 2)]
    untold = _untold(drawn, names)
    warned = [f"Not identified: {reason}; fix it or observe more." for reason in untold]
    unlikely = predictive.loc[predictive["tail"] < TAIL, "outcome"]
    if len(unlikely):
        warned.append(f"Not explained: the parameters cannot give what was observed of {', '.join(unlikely)}.")
    if effective < LEAST_EFFECTIVE:
        warned.append(f"The draws rest on {effective:.0f} points only: fit fewer parameters, or state larger errors.")
    return Calibration(
        draws=table,
        intervals=_intervals(table, factors, spread),
        correlations=pd.DataFrame(pairs, columns=["one", "other", "correlation"]),
        predictive=predictive,
        waves=waves,
        identified=not untold,
        explained=unlikely.empty,
        warnings=tuple(warned),
    )


def _observations(observed: pd.DataFrame, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Values and errors, checked."""
    for column in OBSERVED:
        if column not in observed:
            raise UserError(f"observed needs the columns {', '.join(OBSERVED)}; {column} is missing")
    for row in observed.to_dict("records"):
        where = f"observed: {row['outcome']}"
        number(row["value"], f"{where}: value")
        number(row["error"], f"{where}: error", 0)
    if (twice := observed["outcome"][observed["outcome"].duplicated()]).size:
        raise UserError(f"observed: {shown(twice.iloc[0])} is given twice; keep one")
    if len(names) > len(observed):
        raise UserError(
            f"{len(names)} parameters cannot be told by {len(observed)} observations: "
            "observe more, or fix some of " + ", ".join(names)
        )
    return observed["value"].to_numpy(dtype=np.float64), observed["error"].to_numpy(dtype=np.float64)


def _spread_out(points: int, box: Floats, seed: int, part: int) -> Floats:
    """Points of a box that fill it evenly; another set for each part of the work."""
    from scipy.stats import qmc

    key = int(Noise(seed).key("calibration points", part))
    even = qmc.LatinHypercube(len(box), rng=key) if part > 0 else qmc.Sobol(len(box), rng=key)
    return np.asarray(box[:, 0] + even.random(points) * np.ptp(box, axis=1))


def _in_blocks(
    simulate: Simulate, cells: pd.DataFrame, outcomes: Sequence[str], replicates: int, seed: int, part: int
) -> Floats:
    """What the cells gave, each block on luck of its own: (cells, replicates, outcomes)."""
    seeds = Noise(seed).lots("calibration luck", part, np.arange(len(cells))) >> np.uint64(1)
    starts = range(0, len(cells), BLOCK)
    blocks = [simulated(simulate, cells[at : at + BLOCK], outcomes, replicates, int(seeds[at])) for at in starts]
    return np.concatenate(blocks)


def _agreement(points: Floats, units: Floats, runs: Floats, values: Floats, errors: Floats) -> tuple[Floats, Floats]:
    """How far the observations are from what each point gives, and the logarithm of their likelihood.

    The distance is squared, in SDs of all that may part the two (Mahalanobis).
    """
    replicates = runs.shape[1]
    cell_means = runs.mean(axis=1)
    within = runs - cell_means[:, None]
    luck = np.einsum("cri,crj->ij", within, within) / (len(units) * (replicates - 1))
    # A little is left even of figures without luck or error, so that they can be weighed.
    least = NUGGETS[0] * np.maximum(cell_means.var(axis=0), np.finfo(float).tiny)
    fixed = luck + np.diag(errors**2 + least)
    means, unknown = np.empty((len(points), len(values))), np.empty((len(points), len(values)))
    for at in range(len(values)):
        means[:, at], unknown[:, at] = _emulated(units, cell_means[:, at], points)
    apart = means - values
    spread = fixed + unknown[:, :, None] * np.eye(len(values))
    root = np.linalg.cholesky(spread)
    distance = np.asarray((np.linalg.solve(root, apart[:, :, None]) ** 2).sum(axis=(1, 2)))
    return distance, np.asarray(-distance / 2 - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1))


def _emulated(units: Floats, y: Floats, points: Floats) -> tuple[Floats, Floats]:
    """What an indicator would be at other points on the average of the same luck, and the variance of that guess."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    middle, scale = y.mean(), y.std()
    if scale == 0:
        return np.full(len(points), middle), np.zeros(len(points))
    smooth = ConstantKernel(1.0, HEIGHTS) * RBF(np.ones(units.shape[1]), LENGTHS)
    process = GaussianProcessRegressor(smooth + WhiteKernel(NUGGET, NUGGETS), random_state=0)
    with warnings.catch_warnings():
        # A length at its bound is an indicator that a parameter does not change, or changes in a straight line.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(units, (y - middle) / scale)
    mean, sd = process.predict(points, return_std=True)
    unknown = np.maximum(sd**2 - process.kernel_.k2.noise_level, 0.0)
    return middle + scale * mean, scale**2 * unknown


def _around(points: Floats, box: Floats) -> Floats:
    """The box around what is not ruled out, a little wider, within the last one."""
    low, high = points.min(axis=0), points.max(axis=0)
    more = MARGIN * np.ptp(box, axis=1)
    return np.column_stack([np.maximum(low - more, box[:, 0]), np.minimum(high + more, box[:, 1])])


def _untold(drawn: Floats, names: Sequence[str]) -> list[str]:
    """What the data do not tell: parameters that are as open as before, and those that only vary together."""
    variances, directions = np.linalg.eigh(np.cov(drawn, rowvar=False).reshape(len(names), len(names)))
    wide = np.sqrt(variances) > WIDE * UNIFORM_SD
    part = (directions[:, wide] ** 2).sum(axis=1)  # of each parameter, in what is as wide as the prior
    groups = [[name for name, share in zip(names, part, strict=True) if PART < share < 1 - PART]]
    correlation = np.corrcoef(drawn, rowvar=False).reshape(len(names), len(names))
    pairs = zip(*np.nonzero(np.triu(np.abs(correlation) > ALIKE, k=1)), strict=True)
    groups += [[names[i], names[j]] for i, j in pairs if not {names[i], names[j]} <= set(groups[0])]
    open_still = [name for name, share in zip(names, part, strict=True) if share >= 1 - PART]
    return [f"the data hardly tell {name}, which is as open as before" for name in open_still] + [
        f"the data tell {' and '.join(group)} only together, not from each other" for group in groups if group
    ]


def _resampled(weights: Floats, draws: int, seed: int) -> NDArray[np.int64]:
    """Points in proportion to their weights, by equal steps from one random start, in random order."""
    luck = Noise(seed)
    steps = (np.arange(draws) + luck.uniform("calibration draws", 0, [0])) / draws
    chosen = np.minimum(np.searchsorted(np.cumsum(weights), steps), len(weights) - 1)
    return np.asarray(chosen[np.argsort(luck.lots("calibration order", 0, np.arange(draws)))])


def _intervals(table: pd.DataFrame, factors: Sequence[Factor], spread: dict[str, float]) -> pd.DataFrame:
    low, middle, high = (f"p{percent:02d}" for percent in PERCENTILES)
    rows = []
    for factor in factors:
        values = table[factor.key].to_numpy()
        ends = dict(zip((low, middle, high), np.percentile(values, PERCENTILES), strict=True))
        row: dict[str, Any] = {"parameter": factor.key, "low": factor.low, "high": factor.high, "mean": values.mean()}
        rows.append(row | ends | {"spread": spread[factor.dimension]})
    return pd.DataFrame(rows)


def _predictive(values: Floats, observed: pd.DataFrame, seed: int) -> pd.DataFrame:
    """What runs of some draws gave (cells, replicates, outcomes), observed with error, beside what was observed."""
    luck, rows = Noise(seed), []
    for at, row in enumerate(observed.to_dict("records")):
        given = values[:, :, at].ravel()
        given = given + row["error"] * luck.normal("calibration error", at, np.arange(len(given)))
        below, above = np.mean(given <= row["value"]), np.mean(given >= row["value"])
        low, _, high = np.percentile(given, PERCENTILES)
        out = {"outcome": row["outcome"], "observed": row["value"], "error": row["error"], "mean": given.mean()}
        rows.append(out | {"p05": low, "p95": high, "tail": min(1.0, 2 * min(below, above))})
    return pd.DataFrame(rows)

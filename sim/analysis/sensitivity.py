"""Sensitivity: which levers and effects drive an outcome.

`screen` (Morris) finds with few cells which factors matter at all; `indices` (Sobol) shares the variance of an outcome
out among those that do. Both see outcomes as means over replicates that have the same luck in every cell, so that luck
that all cells share moves no index; the rest of the luck is measured, and said where it is too much.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.analysis.factors import GROUPS, Factor, Simulate, dimensions, kinds, require, settings, simulated
from sim.analysis.paired import CONFIDENCE
from sim.noise import Floats
from sim.userinput import UserError, no_such, number

TRAJECTORIES = 20
LEVELS = 4
"""Points of a factor that the trajectories of Morris go through."""
BASE = 128
"""Points of the Sobol sequence that the cells are made from."""
RESAMPLES = 200
REPLICATES = 5
NOISE_MOST = 0.1
"""Share of the variance between cells that may be luck before the result warns; total indices take it for effect."""
WIDTH_MOST = 0.15
"""Half width of the interval of a total index beyond which the result warns."""
UNCERTAIN_MOST = 0.5
"""Half width of the interval of the strongest `mu_star`, over that itself, beyond which the result warns."""
NAMED = 3
"""Factors that a sentence names."""
Group = Literal["factor", "kind"] | Mapping[str, str]
"""`factor`: each by itself; `kind`: policy, what we do not know, the place; or a group by dimension."""
NOISE_COLUMNS = ("outcome", "cells", "replicates", "noise_share", "replicates_needed")


@dataclass(frozen=True)
class Sensitivity:
    """What drives each outcome.

    Attributes
    ----------
    method : str
        `morris` or `sobol`.
    table : DataFrame
        A row for each outcome and factor (or group). Of Morris: `mu` and `mu_star`, mean change and mean absolute
        change of the outcome over the factor's whole range, the latter with its 95 % interval `low`, `high`; `sigma`,
        how much the change depends on the other factors and on where it begins. Of Sobol: `first`, the share of the
        variance that goes with the factor alone, and `total`, the share it has a part in, alone or with others, with
        their intervals `first_low` ... `total_high`.
    second : DataFrame
        Of Sobol, on wish: `outcome, factor, other, second, low, high`, the share that needs both.
    noise : DataFrame
        `NOISE_COLUMNS`: what share of the variance of cell means is luck, and how many replicates would bring it to
        `NOISE_MOST`; nan where one replicate cannot tell.
    warnings : tuple of str
        Why the figures may mean little; empty if they may be read as they are.
    """

    method: str
    table: pd.DataFrame
    second: pd.DataFrame
    noise: pd.DataFrame
    warnings: tuple[str, ...]

    def ranked(self, outcome: str) -> pd.DataFrame:
        """The rows of an outcome, the strongest factor first."""
        known = list(dict.fromkeys(self.table["outcome"]))
        if outcome not in known:
            raise no_such(outcome, "outcome", outcome, known)
        by = "mu_star" if self.method == "morris" else "total"
        rows = self.table[self.table["outcome"] == outcome]
        return rows.sort_values(by, ascending=False, kind="stable").reset_index(drop=True)

    def strongest(self, outcome: str, most: int) -> list[str]:
        """Names of the strongest factors, to look at more closely."""
        return self.ranked(outcome)["factor"].head(most).tolist()

    def sentences(self) -> list[str]:
        """What a reader can quote, a sentence for each outcome, then what to beware of."""
        outcomes = dict.fromkeys(self.table["outcome"])
        say = _morris_sentence if self.method == "morris" else _sobol_sentence
        return [say(outcome, self.ranked(outcome)) for outcome in outcomes] + list(self.warnings)


def screen(
    simulate: Simulate,
    factors: Sequence[Factor],
    outcomes: Sequence[str],
    *,
    trajectories: int = TRAJECTORIES,
    replicates: int = REPLICATES,
    seed: int = 1,
    groups: Group = "factor",
) -> Sensitivity:
    """Morris screening: (factors + 1) x `trajectories` cells.

    Sources: Morris (1991), doi:10.1080/00401706.1991.10484804; Campolongo, Cariboni & Saltelli (2007),
    doi:10.1016/j.envsoft.2006.10.004; by SALib, doi:10.18174/sesmo.18155.
    """
    require("screening", "analysis", "SALib")
    from SALib.analyze import morris as analysis
    from SALib.sample import morris

    number(trajectories, "trajectories", 2, whole=True)
    problem = _problem(factors, groups)
    # Plain trajectories: to spread them better by SALib's search takes longer than many of them.
    units = morris.sample(problem, trajectories, num_levels=LEVELS, seed=seed + 1)
    values = simulated(simulate, settings(units, factors), outcomes, replicates, seed)
    rows = []
    for outcome, means in zip(outcomes, values.mean(axis=1).T, strict=True):
        found = analysis.analyze(
            problem, units, means, num_resamples=RESAMPLES, conf_level=CONFIDENCE, num_levels=LEVELS, seed=seed + 1
        )
        for at, name in enumerate(found["names"]):
            strength, half = float(found["mu_star"][at]), float(found["mu_star_conf"][at])
            row = {"outcome": outcome, "factor": str(name), "mu": float(found["mu"][at]), "mu_star": strength}
            row |= {"low": max(0.0, strength - half), "high": strength + half, "sigma": float(found["sigma"][at])}
            rows.append(row)
    table, noise = pd.DataFrame(rows), _noise(values, outcomes)
    return Sensitivity("morris", table, pd.DataFrame(), noise, (*_noisy(noise), *_uncertain(table)))


def indices(
    simulate: Simulate,
    factors: Sequence[Factor],
    outcomes: Sequence[str],
    *,
    base: int = BASE,
    replicates: int = REPLICATES,
    seed: int = 1,
    groups: Group = "factor",
    second_order: bool = False,
) -> Sensitivity:
    """Sobol indices: (factors + 2) x `base` cells, (2 factors + 2) x `base` with `second_order`.

    Sources: Sobol' (2001), doi:10.1016/S0378-4754(00)00270-6; Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018; by
    SALib, doi:10.18174/sesmo.18155. Intervals are by bootstrap.

    Parameters
    ----------
    base : int
        A power of two.
    """
    require("sensitivity", "analysis", "SALib")
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol

    number(base, "base", 2, whole=True)
    if base & (base - 1):
        raise UserError(f"base must be a power of two, got {base}; take {1 << base.bit_length()}")
    problem = _problem(factors, groups)
    units = sobol.sample(problem, base, calc_second_order=second_order, seed=seed + 1)
    values = simulated(simulate, settings(units, factors), outcomes, replicates, seed)
    names = list(dict.fromkeys(problem.get("groups", problem["names"])))
    tables, pairs = [], []
    for outcome, means in zip(outcomes, values.mean(axis=1).T, strict=True):
        if np.ptp(means) == 0:
            tables.append(pd.DataFrame({"outcome": outcome, "factor": names} | dict.fromkeys(_SOBOL, 0.0)))
            continue
        found = analysis.analyze(
            problem, means, second_order, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed + 1
        )
        tables.append(pd.DataFrame({"outcome": outcome, "factor": names} | _intervals(found)))
        if second_order:
            pairs += _second(found, names, outcome)
    table = pd.concat(tables, ignore_index=True)
    noise = _noise(values, outcomes)
    warnings = (*_noisy(noise), *_wide(table))
    return Sensitivity("sobol", table, pd.DataFrame(pairs), noise, warnings)


_SOBOL = ("first", "first_low", "first_high", "total", "total_low", "total_high")


def _problem(factors: Sequence[Factor], groups: Group) -> dict[str, Any]:
    """The unit cube, as SALib takes it: factors reach their settings by their quantiles."""
    names = dimensions(factors)
    problem: dict[str, Any] = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if groups == "factor":
        return problem
    if isinstance(groups, Mapping):
        for name in groups:
            if name not in names:
                raise no_such(f"groups: {name}", "factor", name, names)
        chosen = [groups.get(name, name) for name in names]
    else:
        chosen = [GROUPS[kind] for kind in kinds(factors).values()]
    if len(set(chosen)) < 2:
        raise UserError(f"all factors are in the group {chosen[0]!r}: nothing to compare it with")
    return problem | {"groups": chosen}


def _intervals(found: Mapping[str, Floats]) -> dict[str, Floats]:
    """The indices with their limits."""
    columns: dict[str, Floats] = {}
    for name, key in (("first", "S1"), ("total", "ST")):
        value, half = np.asarray(found[key]), np.asarray(found[f"{key}_conf"])
        columns |= {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
    return columns


def _second(found: Mapping[str, Floats], names: Sequence[str], outcome: str) -> list[dict[str, Any]]:
    rows = []
    for one, other in combinations(range(len(names)), 2):
        value, half = float(found["S2"][one, other]), float(found["S2_conf"][one, other])
        pair = {"outcome": outcome, "factor": names[one], "other": names[other]}
        rows.append(pair | {"second": value, "low": value - half, "high": value + half})
    return rows


def _noise(values: Floats, outcomes: Sequence[str]) -> pd.DataFrame:
    """`NOISE_COLUMNS` of values (cells, replicates, outcomes)."""
    cells, replicates, _ = values.shape
    rows = []
    for outcome, each in zip(outcomes, np.moveaxis(values, 2, 0), strict=True):
        share = needed = np.nan
        between = float(each.mean(axis=1).var(ddof=1))
        if between == 0:
            share = needed = 0.0
        elif replicates > 1:
            # What is left beside the cell's mean and what a replicate adds in all cells alike.
            rest = each - each.mean(axis=1, keepdims=True) - each.mean(axis=0, keepdims=True) + each.mean()
            luck = float((rest**2).sum()) / ((cells - 1) * (replicates - 1))
            share = min(1.0, luck / replicates / between)
            signal = between - luck / replicates
            needed = math.ceil(luck * (1 - NOISE_MOST) / NOISE_MOST / signal) if signal > 0 else np.inf
        row = {"outcome": outcome, "cells": cells, "replicates": replicates}
        rows.append(row | {"noise_share": share, "replicates_needed": max(needed, 1.0)})
    return pd.DataFrame(rows, columns=list(NOISE_COLUMNS))


def _noisy(noise: pd.DataFrame) -> list[str]:
    """What to say of outcomes whose cells differ by luck."""
    said = []
    for row in noise.to_dict("records"):
        outcome, share, replicates = row["outcome"], row["noise_share"], row["replicates"]
        if math.isnan(share):
            said.append(f"{outcome}: one replicate cannot tell how much is luck; run at least two.")
        elif share > NOISE_MOST:
            needed = row["replicates_needed"]
            way = f"{needed:.0f} replicates would do" if needed < math.inf else "no factor shows beyond it"
            said.append(
                f"{outcome}: luck makes {share:.0%} of the differences between cells with replicates={replicates}, "
                f"so its figures mean little ({way})."
            )
    return said


def _wide(table: pd.DataFrame) -> list[str]:
    """What to say of outcomes whose indices are not known well."""
    halves = ((table["total_high"] - table["total_low"]) / 2).groupby(table["outcome"], sort=False).max()
    return [
        f"{outcome}: total indices are known to within {half:.2f} only; a larger base makes that narrower."
        for outcome, half in halves.items()
        if half > WIDTH_MOST
    ]


def _uncertain(table: pd.DataFrame) -> list[str]:
    """What to say of outcomes whose strongest factor may be a weak one."""
    strongest = table.loc[table.groupby("outcome", sort=False)["mu_star"].idxmax()]
    halves = (strongest["high"] / strongest["mu_star"] - 1).set_axis(strongest["outcome"])
    return [
        f"{outcome}: the effect of the strongest factor is known to within {half:.0%} of itself only; "
        "more trajectories make that narrower."
        for outcome, half in halves.items()
        if half > UNCERTAIN_MOST
    ]


def _sobol_sentence(outcome: str, rows: pd.DataFrame) -> str:
    if rows["total"].max() == 0:
        return f"{outcome} does not depend on any of the factors."
    head = rows.head(NAMED).itertuples()
    parts = [f"{r.factor} {r.total:.0%} ({r.total_low:.0%} ... {r.total_high:.0%})" for r in head]
    alone = rows["first"].sum()
    return (
        f"Of the variance of {outcome}, these have a part in: {', '.join(parts)}; "
        f"{min(1.0, max(0.0, alone)):.0%} goes with single factors, the rest with several together."
    )


def _morris_sentence(outcome: str, rows: pd.DataFrame) -> str:
    if rows["mu_star"].max() == 0:
        return f"{outcome} does not depend on any of the factors."
    parts = [f"{r.factor} {r.mu_star:.3g} ({r.low:.3g} ... {r.high:.3g})" for r in rows.head(NAMED).itertuples()]
    return f"{outcome} changes most over the range of: {', '.join(parts)}."

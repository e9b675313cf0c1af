"""Discovery: the effects under which a policy misses its target.

The patient rule induction method peels cases off, a twentieth at a time, until a box of factor values is left that
holds many of the misses (coverage) and little else (density). A search always ends in some box: how often it ends in as
good a one where misses are dealt out by lot, and what the box is worth in cases left out, is found here too.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import bdtrc

from sim.analysis.factors import require
from sim.analysis.paired import wilson
from sim.noise import Noise
from sim.userinput import UserError, no_such, number

BOXES = 3
PERMUTATIONS = 99
SUBSAMPLES = 20
LEFT_OUT = 0.2
LEAST_MASS = 0.05
"""Share of the cases that a box must hold."""
LEAST_CASES = 40
LEAST_MISSES = 10
CHANCE = 0.05
"""A box, or a restriction of one, that luck makes so often is none."""
HALF = 0.5
LOST = 3
"""Cases that the variance of a transformed correlation takes off, by Fisher."""
LIMIT = 1 - 1e-12
"""Correlations beyond it are drawn back, so that they have an interval."""

Flags = NDArray[np.bool_]
Limits = Mapping[str, tuple[float, float]]
BOX_COLUMNS = ("box", "cases", "mass", "coverage", "density", "density_low", "density_high", "left_out", "p")
LIMIT_COLUMNS = ("box", "factor", "low", "high", "p", "found_again")
STEP_COLUMNS = ("box", "step", "coverage", "density", "mass", "restricted", "chosen")


@dataclass(frozen=True)
class Discovery:
    """Where a target is missed.

    Attributes
    ----------
    goal : str
        What is missed, in words.
    cases, misses : int
    boxes : DataFrame
        `BOX_COLUMNS`: cases in the box, their share of all (mass), the share of all misses that is in it (coverage),
        the share of it that misses (density) with the 95 % Wilson interval, the same in cases left out of the search,
        and how often a box as good is found where misses are dealt out by lot. Later boxes are of cases outside the
        earlier ones.
    limits : DataFrame
        `LIMIT_COLUMNS`: a row for each restriction; nan where a side is open. `p`: how likely so many misses would be
        if the restriction did nothing (Bryant & Lempert's quasi-p); `found_again`: share of subsamples in which the
        factor is restricted on the same side.
    trajectory : DataFrame
        `STEP_COLUMNS`: what peeling went through, to choose another trade of coverage for density.
    """

    goal: str
    cases: int
    misses: int
    boxes: pd.DataFrame
    limits: pd.DataFrame
    trajectory: pd.DataFrame

    def inside(self, settings: pd.DataFrame, box: int = 1) -> Flags:
        """Which rows of settings lie in a box."""
        rows = self.limits[self.limits["box"] == box]
        return _inside(settings, dict(zip(rows["factor"], zip(rows["low"], rows["high"], strict=True), strict=True)))

    def sentences(self) -> list[str]:
        """What a reader can quote, a sentence for each box."""
        low, high = wilson(self.misses, self.cases)
        share = f"{self.misses / self.cases:.0%}, 95 % interval {low:.1%} ... {high:.1%}"
        whole = f"In {self.misses} of {self.cases} cases ({share}) {self.goal} is missed"
        if min(self.misses, self.cases - self.misses) < LEAST_MISSES:
            few = "misses" if self.misses < LEAST_MISSES else "others"
            return [f"{whole}: too few {few} to say where."]
        if self.boxes.empty:
            return [f"{whole}; no range of the factors was found where that is more often than by luck."]
        return [f"{whole}."] + [self._of_box(row) for row in self.boxes.to_dict("records")]

    def _of_box(self, box: Mapping[Any, Any]) -> str:
        rows = self.limits[self.limits["box"] == box["box"]]
        where = " and ".join(_in_words(r.factor, r.low, r.high) for r in rows.itertuples())
        return (
            f"{'Elsewhere, in' if box['box'] > 1 else 'In'} {box['density']:.0%} ({box['density_low']:.0%} ... "
            f"{box['density_high']:.0%}) of the {box['cases']} cases where {where}, {self.goal} is missed; these are "
            f"{box['coverage']:.0%} of all misses (in cases left out of the search: {box['left_out']:.0%}; "
            f"p = {box['p']:.2g})."
        )


def strongest(settings: pd.DataFrame, outcome: Sequence[float] | pd.Series) -> str:
    """A sentence on the factor with which an outcome goes most, by rank correlation (Spearman).

    The interval is Fisher's, with the variance of Bonett & Wright (2000), doi:10.1007/BF02294183, and allows for all
    factors that were looked at (Bonferroni).

    Parameters
    ----------
    settings : DataFrame
        One row a case, a column for each factor.
    outcome : sequence of float
        By case, such as the figure that a target is about.
    """
    where = settings.loc[:, settings.nunique() > 1].reset_index(drop=True)
    values = pd.Series(outcome).reset_index(drop=True)
    if values.nunique() == 1 or where.columns.empty:
        return "The figure is the same in all cases."
    found = where.rank().corrwith(values.rank())
    name = str(found.abs().idxmax())
    rank = float(found[name])
    z = NormalDist().inv_cdf(1 - CHANCE / 2 / len(found))
    half = z * math.sqrt((1 + rank**2 / 2) / (len(values) - LOST))
    low, high = (math.tanh(math.atanh(max(-LIMIT, min(LIMIT, rank))) + side * half) for side in (-1, 1))
    figures = f"rank correlation {rank:+.2f} ({low:+.2f} ... {high:+.2f}, allowing for all that were looked at)"
    if low <= 0 <= high:
        return f"None of {len(found)} factors goes with the figure beyond luck; nearest to it {name}, {figures}."
    return f"Of {len(found)} factors {name} goes with the figure most: {figures}."


def misses(runs: pd.DataFrame, outcome: str, *, least: float | None = None, most: float | None = None) -> pd.Series:
    """Which cells miss a target, in half of their replicates or more.

    Parameters
    ----------
    runs : DataFrame
        Outcomes as `sim.analysis.factors.Simulate` gives them.
    least, most : float
        The target, one of the two: the outcome shall be at least, or at most, this.
    """
    if outcome not in runs:
        raise no_such(outcome, "outcome", outcome, map(str, runs.columns))
    if (least is None) == (most is None):
        raise UserError(f"{outcome}: give either least or most")
    missed = runs[outcome] < least if least is not None else runs[outcome] > most
    return missed.groupby(runs["cell"]).mean() >= HALF


def discover(
    settings: pd.DataFrame,
    missed: Sequence[bool] | pd.Series,
    *,
    goal: str = "the target",
    boxes: int = BOXES,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
) -> Discovery:
    """Find the boxes of factor values in which a target is missed.

    Sources: Friedman & Fisher (1999), doi:10.1023/A:1008894516817; Bryant & Lempert (2010),
    doi:10.1016/j.techfore.2009.08.002; by the package PRIM.

    Parameters
    ----------
    settings : DataFrame
        One row a case, each an independent draw of the factors; a column for each.
    missed : sequence of bool
        By case. Where most cases miss, say more by asking where the target is met: give the opposite.
    boxes : int
        How many to look for at most; the search ends where luck would do as well.
    permutations : int
        Times that misses are dealt out by lot.
    """
    require("discovery", "analysis", "prim")
    where = settings.astype(np.float64).reset_index(drop=True)
    flags = np.asarray(missed, dtype=bool)
    number(permutations, "permutations", round(1 / CHANCE) - 1, whole=True)
    if len(flags) != len(where):
        raise UserError(f"{len(where)} cases, but {len(flags)} times missed or not; they go by row")
    if len(where) < LEAST_CASES:
        raise UserError(f"{len(where)} cases are too few to search; run at least {LEAST_CASES}")
    where = where.loc[:, where.nunique() > 1]
    if where.columns.empty:
        raise UserError("no factor differs between the cases; vary at least one")
    luck, total = Noise(seed), int(flags.sum())
    found: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    steps = []
    left = np.ones(len(flags), dtype=bool)
    for box in range(1, boxes + 1):
        x, y = where[left].reset_index(drop=True), flags[left]
        if min(y.sum(), (~y).sum()) < LEAST_MISSES or len(y) < LEAST_CASES:
            break
        chosen, path = _search(x, y)
        inside = _inside(x, chosen)
        chance = _chance(x, y, _merit(inside, y), permutations, luck, box) if chosen else 1.0
        if chance > CHANCE:
            break
        again, left_out = _subsampled(x, y, chosen, luck, box)
        hits, cases = int(y[inside].sum()), int(inside.sum())
        low, high = wilson(hits, cases)
        row = {"box": box, "cases": cases, "mass": cases / len(flags), "coverage": hits / total}
        row |= {"density": hits / cases, "density_low": low, "density_high": high, "left_out": left_out, "p": chance}
        found.append(row)
        for factor, (bottom, top) in chosen.items():
            one = {"box": box, "factor": factor, "low": bottom, "high": top}
            limits.append(one | {"p": _quasi_p(x, y, chosen, factor), "found_again": again[factor]})
        steps.append(path.assign(box=box, coverage=path["coverage"] * y.sum() / total))
        left[np.flatnonzero(left)[inside]] = False
    return Discovery(
        goal,
        len(flags),
        total,
        pd.DataFrame(found, columns=list(BOX_COLUMNS)),
        pd.DataFrame(limits, columns=list(LIMIT_COLUMNS)),
        pd.concat(steps, ignore_index=True)[list(STEP_COLUMNS)] if steps else pd.DataFrame(columns=list(STEP_COLUMNS)),
    )


def _search(x: pd.DataFrame, y: Flags) -> tuple[dict[str, tuple[float, float]], pd.DataFrame]:
    """The best box on PRIM's path, without restrictions that do nothing; and the path."""
    from prim import Prim

    box = Prim(x, y, mass_min=LEAST_MASS).find_box()
    path = box.peeling_trajectory.rename(columns={"res dim": "restricted"}).astype(np.float64)
    merits = _harmonic(path["coverage"], path["density"])
    best = int(np.argmax(merits))
    path = path.assign(step=range(len(path)), restricted=path["restricted"].astype(int), chosen=False)
    path.loc[best, "chosen"] = True
    box.select(best)
    limits = {}
    for factor, (low, high) in box.limits[["min", "max"]].T.items():
        bottom = np.nan if low <= x[factor].min() else float(low)
        limits[str(factor)] = (bottom, np.nan if high >= x[factor].max() else float(high))
    while limits:
        chances = {factor: _quasi_p(x, y, limits, factor) for factor in limits}
        weakest = max(chances, key=chances.__getitem__)
        if chances[weakest] <= CHANCE:
            break
        del limits[weakest]
    return limits, path


def _inside(x: pd.DataFrame, limits: Limits) -> Flags:
    """Which rows lie within the limits, nan being none."""
    inside = np.ones(len(x), dtype=bool)
    for factor, (low, high) in limits.items():
        values = x[factor].to_numpy()
        inside &= ~(values < low) & ~(values > high)
    return inside


def _merit(inside: Flags, y: Flags) -> float:
    """Harmonic mean of coverage and density."""
    hits = (inside & y).sum()
    return float(_harmonic(hits / y.sum(), hits / max(1, inside.sum())))


def _harmonic(coverage: Any, density: Any) -> Any:
    return 2 * coverage * density / np.maximum(coverage + density, np.finfo(float).tiny)


def _quasi_p(x: pd.DataFrame, y: Flags, limits: Limits, factor: str) -> float:
    """How likely the box would hold so many misses if this factor's limits did not matter."""
    inside = _inside(x, limits)
    wider = _inside(x, {other: ends for other, ends in limits.items() if other != factor})
    hits, cases = int(y[inside].sum()), int(inside.sum())
    return float(bdtrc(hits - 1, cases, y[wider].mean())) if hits else 1.0


def _chance(x: pd.DataFrame, y: Flags, merit: float, permutations: int, luck: Noise, box: int) -> float:
    """How often a search finds as good a box where misses are dealt out by lot."""
    as_good = 0
    for turn in range(permutations):
        dealt = y[np.argsort(luck.lots(f"discovery permutation {box}", turn, np.arange(len(y))))]
        limits, _ = _search(x, dealt)
        as_good += _merit(_inside(x, limits), dealt) >= merit
    return (1 + as_good) / (1 + permutations)


def _subsampled(x: pd.DataFrame, y: Flags, limits: Limits, luck: Noise, box: int) -> tuple[dict[str, float], float]:
    """Share of subsamples that restrict each factor on the same side; density of their boxes in what they left out."""
    again = dict.fromkeys(limits, 0)
    hits = cases = 0
    for turn in range(SUBSAMPLES):
        rest = luck.rank(f"discovery subsample {box}", turn, np.arange(len(y))) < LEFT_OUT * len(y)
        other, _ = _search(x[~rest].reset_index(drop=True), y[~rest])
        for factor, ends in limits.items():
            same = [np.isnan(a) or not np.isnan(b) for a, b in zip(ends, other.get(factor, (np.nan,) * 2), strict=True)]
            again[factor] += all(same)
        inside = _inside(x, other) & rest
        hits, cases = hits + int(y[inside].sum()), cases + int(inside.sum())
    return {factor: count / SUBSAMPLES for factor, count in again.items()}, hits / cases if cases else np.nan


def _in_words(factor: str, low: float, high: float) -> str:
    if np.isnan(low):
        return f"{factor} is at most {high:.3g}"
    return f"{factor} is at least {low:.3g}" if np.isnan(high) else f"{factor} is within {low:.3g} ... {high:.3g}"

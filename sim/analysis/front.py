"""Fronts: settings that no other beats in all objectives, with what luck leaves open about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.noise import Floats, Noise
from sim.userinput import UserError

RESAMPLES = 500
WORST = 0.1
ENDS = (2.5, 97.5)
"""Percentiles of an interval."""
HALF = 0.5
Over = Literal["mean", "worst_tenth", "regret"]
FIGURE_COLUMNS = (
    *("point", "objective", "direction", "search", "value", "low", "high"),
    *("advantage", "advantage_low", "advantage_high"),
)


@dataclass(frozen=True)
class Objective:
    """What is sought.

    Attributes
    ----------
    outcome : str
    direction : str
        `min` or `max`.
    over : str
        What counts over draws of what is not known (over replicates where nothing is drawn apart): their `mean`; the
        mean of the `worst_tenth`; or `regret`, the most that is lost against what is best for a draw, always to be
        small.
    """

    outcome: str
    direction: Literal["min", "max"] = "min"
    over: Over = "mean"

    @property
    def name(self) -> str:
        return self.outcome if self.over == "mean" else f"{self.outcome}, {self.over.replace('_', ' ')}"

    @property
    def least(self) -> bool:
        """Whether the score is to be small."""
        return self.direction == "min" or self.over == "regret"

    def score(self, values: Floats, best: Floats) -> Floats:
        """Of each setting, from values (settings, draws) and the best known of each draw, losses counted up."""
        losses = values if self.direction == "min" else -values
        if self.over == "regret":
            return np.asarray((losses - best).max(axis=1))
        if self.over == "mean":
            return np.asarray(values.mean(axis=1))
        worst = np.sort(losses, axis=1)[:, -max(1, round(WORST * losses.shape[1])) :].mean(axis=1)
        return np.asarray(worst if self.direction == "min" else -worst)

    def best(self, values: Floats) -> Floats:
        """Least loss of each draw over settings."""
        return np.asarray((values if self.direction == "min" else -values).min(axis=0))


@dataclass(frozen=True)
class Limit:
    """What a setting must keep to on average, such as a budget: an outcome of at most, or at least, a value."""

    outcome: str
    most: float | None = None
    least: float | None = None

    def __post_init__(self) -> None:
        if (self.most is None) == (self.least is None):
            raise UserError(f"limit of {self.outcome}: give either most or least")

    def excess(self, values: Floats) -> Floats:
        """How far each setting (first axis) is beyond it; at most 0 within."""
        mean = values.mean(axis=1)
        return np.asarray(mean - self.most if self.most is not None else (self.least or 0.0) - mean)


@dataclass(frozen=True)
class Optimum:
    """The best settings, by figures that no search has seen.

    Attributes
    ----------
    points : DataFrame
        `point` (0 is the reference, where one is given; then from 1 in the order of the search's first objective), a
        column for each lever, `front_share`: how often the point is beaten by none of the others in all objectives when
        draws are resampled, and `within`: how often it keeps to all limits.
    figures : DataFrame
        `FIGURE_COLUMNS`, a row for each point and objective: the `search`'s figure, the fresh `value` with its 95 %
        interval, and its `advantage` over the reference (positive is better) with its own.
    tried : int
        Settings that the search tried.
    """

    points: pd.DataFrame
    figures: pd.DataFrame
    tried: int

    def sentences(self) -> list[str]:
        """What a reader can quote: the best settings by the search with their fresh figures, and the reference's."""
        if self.points.empty:
            return [f"None of the {self.tried} settings tried keeps to the limits."]
        said = []
        for name, rows in self.figures[self.figures["point"] > 0].groupby("objective", sort=False):
            least = rows["direction"].iloc[0] == "min"
            best = int(rows["point"].iloc[int(np.argmin(rows["search"] * (1 if least else -1)))])
            said.append(f"{'Lowest' if least else 'Highest'} {name}: {self._of(best, str(name))}.")
        stay = int((self.points.loc[self.points["point"] > 0, "front_share"] > HALF).sum())
        found = int((self.points["point"] > 0).sum())
        if 0 in set(self.points["point"]):
            said.append(f"The reference, {self._figures(0)}.")
        said.append(f"Of {found} settings found in {self.tried} tried, {stay} are beaten by no other on fresh luck.")
        return said

    def _figures(self, point: int) -> str:
        """A setting and what it gives."""
        row = self.points[self.points["point"] == point].iloc[0]
        levers = row.drop(["point", "front_share", "within"])
        where = ", ".join(f"{lever}={value:.4g}" for lever, value in levers.items())
        rows = self.figures[self.figures["point"] == point]
        gives = " and ".join(f"{r.objective} {r.value:.4g} ({r.low:.4g} ... {r.high:.4g})" for r in rows.itertuples())
        return f"{where} gives {gives}"

    def _of(self, point: int, first: str) -> str:
        """The same, and how it stands to the reference in the first objective."""
        gives = self._figures(point)
        rows = self.figures[self.figures["point"] == point]
        one = rows[rows["objective"] == first].iloc[0]
        if np.isnan(one["advantage"]):
            return gives
        low, high = sorted(abs(one[end]) for end in ("advantage_low", "advantage_high"))
        if one["advantage_low"] <= 0 <= one["advantage_high"]:
            return f"{gives}, no better or worse than the reference beyond luck"
        by = f"{abs(one['advantage']):.4g} ({low:.4g} ... {high:.4g}) {'better' if one['advantage'] > 0 else 'worse'}"
        return f"{gives}, {by} than the reference"


def reported(
    points: pd.DataFrame,
    values: Mapping[str, Floats],
    promised: Floats,
    objectives: Sequence[Objective],
    limits: Sequence[Limit],
    tried: int,
    luck: Noise,
) -> Optimum:
    """What fresh runs say of some settings, with intervals by resampling draws, the same for all of them.

    Parameters
    ----------
    points : DataFrame
        `point`, 0 for the reference, and the levers.
    values : mapping
        By outcome, (points, draws).
    promised : array
        The search's figures, (points, objectives); nan for the reference.
    """
    draws = next(iter(values.values())).shape[1]
    picks = [np.arange(draws)]
    for turn in range(RESAMPLES):
        picks.append((luck.uniform("optimisation resample", turn, np.arange(draws)) * draws).astype(np.int64))
    scores = np.array([_scores(values, pick, objectives) for pick in picks])
    excess = [[limit.excess(values[limit.outcome][:, pick]) for limit in limits] for pick in picks[1:]]
    signs = np.array([1 if one.least else -1 for one in objectives])
    found = (points["point"] > 0).to_numpy()
    unbeaten_in = np.array([unbeaten(score[found] * signs) for score in scores[1:]])
    share = np.full(len(points), np.nan)
    share[found] = unbeaten_in.mean(axis=0)
    within = (np.array(excess).reshape(RESAMPLES, len(limits), len(points)) <= 0).all(axis=1).mean(axis=0)
    rows = []
    for (place, point), (at, one) in product(enumerate(points["point"]), enumerate(objectives)):
        score = scores[:, place, at]
        ahead = np.full_like(score, np.nan) if found.all() else signs[at] * (scores[:, ~found, at][:, 0] - score)
        row = {"point": point, "objective": one.name, "direction": "min" if one.least else "max"}
        row |= {"search": promised[place, at], "value": score[0], "advantage": ahead[0]}
        row |= dict(zip(("low", "high"), np.percentile(score[1:], ENDS), strict=True))
        rows.append(row | dict(zip(("advantage_low", "advantage_high"), np.percentile(ahead[1:], ENDS), strict=True)))
    return Optimum(
        points.assign(front_share=share, within=within), pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)), tried
    )


def _scores(values: Mapping[str, Floats], draws: NDArray[np.int64], objectives: Sequence[Objective]) -> Floats:
    """Of each point and objective, over some draws; regret is counted from the best of these points."""
    columns = []
    for one in objectives:
        here = values[one.outcome][:, draws]
        columns.append(one.score(here, one.best(here)))
    return np.column_stack(columns)


def unbeaten(losses: Floats) -> NDArray[np.bool_]:
    """Which rows no other row beats: as good in all columns and better in one."""
    as_good = (losses[:, None] <= losses[None]).all(axis=2)
    better = (losses[:, None] < losses[None]).any(axis=2)
    return np.asarray(~(as_good & better).any(axis=0))

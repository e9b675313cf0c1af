"""One district under several policies with the same luck, and means of paired differences with their error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

import sim
from sim.indicators.catalogue import INDICATORS
from sim.indicators.units import Units
from sim.model import ZoneReform
from sim.noise import Floats, replicate_seed

ERRORS = 3.0
"""Standard errors that a mean must be away from a bound."""

Worlds = Mapping[str, ZoneReform]


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates and its Monte-Carlo standard error."""

    mean: float
    error: float

    @classmethod
    def of(cls, values: Floats) -> "Estimate":
        return cls(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values))))

    @classmethod
    def ratio(cls, part: Floats, whole: Floats) -> "Estimate":
        """Mean of `part` over mean of `whole`; the error is that of the first order."""
        ratio = float(np.mean(part) / np.mean(whole))
        return cls(ratio, cls.of(part - ratio * whole).error / abs(float(np.mean(whole))))

    def above(self, bound: float = 0.0) -> bool:
        return self.mean - ERRORS * self.error > bound

    def below(self, bound: float = 0.0) -> bool:
        return self.mean + ERRORS * self.error < bound

    def agrees_with(self, low: float, high: float | None = None) -> bool:
        """Whether a value, or some value of a range, lies within the error."""
        high = low if high is None else high
        return low - ERRORS * self.error <= self.mean <= high + ERRORS * self.error

    def __str__(self) -> str:
        return f"{self.mean:+.5f} +- {self.error:.5f}"


@dataclass(frozen=True)
class Experiment:
    """Figures of one district under several policies.

    Attributes
    ----------
    figures : DataFrame
        Indicators by policy, replicate, year, level, scope and unit.
    first_year : DataFrame
        What `after_first_year` found, one row a replicate.
    """

    figures: pd.DataFrame
    first_year: pd.DataFrame

    def values(self, policy: str, indicator: str, level: str, year: int) -> Floats:
        """An indicator of the district, by replicate."""
        rows = self.figures.loc[policy].xs((year, level, "district"), level=("year", "level", "scope"))
        return rows[indicator].to_numpy()

    def effect(self, policy: str, indicator: str, level: str, year: int, than: str = "none") -> Estimate:
        """Paired difference of an indicator of the district to that under another policy."""
        return Estimate.of(self.values(policy, indicator, level, year) - self.values(than, indicator, level, year))

    def cut(self, policy: str, indicator: str, level: str, year: int) -> Estimate:
        """Share of an indicator that a policy takes away."""
        without = self.values("none", indicator, level, year)
        return Estimate.ratio(without - self.values(policy, indicator, level, year), without)


def wuhan(*changes: str, policy: str = "none", effects: str = "means", horizon: int = 2025) -> sim.Scenario:
    """Wuhan's district under a policy with some settings changed."""
    return sim.load("wuhan_edz", policy, effects=effects, horizon=horizon, overrides=changes)


def experiment(
    scenarios: Mapping[str, sim.Scenario],
    *,
    replicates: int,
    seed: int,
    after_first_year: Callable[[Worlds], dict[str, float]] | None = None,
) -> Experiment:
    """Let every replicate's district live under each policy, to the horizon of its scenario.

    Parameters
    ----------
    scenarios : dict
        By the name of the policy; all start from the first one's district at rest.
    after_first_year : callable
        What to note of each replicate's worlds when they have lived one year.
    """
    figures, found = [], []
    for replicate in range(replicates):
        rest = next(iter(scenarios.values())).at_rest(replicate_seed(seed, replicate))
        worlds = {name: scenario.start(rest, "policy") for name, scenario in scenarios.items()}
        for model in worlds.values():
            model.step()
        if after_first_year is not None:
            found.append(after_first_year(worlds))
        for name, model in worlds.items():
            while model.year < scenarios[name].horizon:
                model.step()
            figures.append(record_of(model, name, replicate))
    return Experiment(pd.concat(figures).sort_index(), pd.DataFrame(found))


def record_of(model: ZoneReform, policy: str, replicate: int) -> pd.DataFrame:
    """All figures of one world."""
    keys = Units.of(model.schools, model.zones, model.district.name).keys
    index = pd.MultiIndex.from_tuples(
        [(policy, replicate, year, *key) for year in model.records for key in keys],
        names=["policy", "replicate", "year", "level", "scope", "unit"],
    )
    return pd.DataFrame(np.concatenate(list(model.records.values())), index=index, columns=list(INDICATORS))

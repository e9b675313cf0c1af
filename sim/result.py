"""Result: the tables of a run, and the questions they answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import pandas as pd

from sim.agents.school import LEVELS
from sim.analysis.channels import channels_table
from sim.analysis.contrasts import contrasts
from sim.analysis.cost_effect import cost_effect_table
from sim.analysis.paired import KEYS, effects_table
from sim.indicators.catalogue import DISTRICT
from sim.inspection import OfficialStandard
from sim.run_inspection import inspect_run
from sim.scoring import score
from sim.targets import Targets
from sim.userinput import UserError, no_such

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COST_KEYS = ["scenario", "year", "lever"]


class Described(Protocol):
    """What a result has to know of its scenario."""

    @property
    def resolved(self) -> Mapping[str, Any]:
        """Resolved configuration; `targets` as the targets' YAML, `district` by margin."""


@dataclass(frozen=True)
class Recorded:
    """A scenario as `run.json` records it."""

    resolved: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Result:
    """A scenario and its counterfactual over replicates.

    Attributes
    ----------
    indicators : DataFrame
        One row per scenario, replicate, year, level, scope and unit; one column per indicator.
    costs : DataFrame
        Yuan by scenario, year and lever, mean over replicates.
    scenario : Scenario
        What was run.
    parts : DataFrame, optional
        Where channels were asked for: one row per replicate, year and level; the change of the district's score gap
        (`total`) and its parts by channel.
    """

    indicators: pd.DataFrame
    costs: pd.DataFrame
    scenario: Described
    parts: pd.DataFrame | None = None

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """The result in the folder of a finished run."""
        folder = Path(folder)
        if not (folder / "run.json").is_file():
            raise UserError(f"{folder} is not the folder of a finished run: it has no run.json")
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        indicators = pd.read_parquet(folder / "indicators.parquet")
        split = "channels.parquet" in run.get("files", {})
        parts = pd.read_parquet(folder / "channels.parquet") if split else None
        return cls(indicators, pd.read_csv(folder / "costs.csv"), Recorded(run["resolved"]), parts)

    @property
    def replicates(self) -> int:
        """How many there are."""
        return int(self.indicators["replicate"].nunique())

    def join(self, other: "Result") -> "Result":
        """This result with the replicates of another of the same scenario after its own."""
        ours, theirs = set(self.indicators["replicate"]), set(other.indicators["replicate"])
        if both := sorted(ours & theirs):
            raise ValueError(f"replicates that both results have: {both[:5]}")
        if (self.parts is None) != (other.parts is None):
            raise ValueError("one of the results is without channels")
        rows = pd.concat([self.indicators, other.indicators], ignore_index=True)
        order = np.lexsort((rows["replicate"], rows["scenario"] != "policy"))  # as in a single run
        weighed = [r.costs.assign(yuan=r.costs["yuan"] * r.replicates) for r in (self, other)]
        yuan = pd.concat(weighed).groupby(COST_KEYS, observed=True)["yuan"].sum()
        costs = (yuan / (len(ours) + len(theirs))).reset_index()
        parts = None
        if self.parts is not None:
            parts = pd.concat([self.parts, other.parts]).sort_values("replicate", kind="stable", ignore_index=True)
        return Result(rows.iloc[order].reset_index(drop=True), costs, self.scenario, parts)

    def targets(self) -> pd.DataFrame:
        """The scoreboard, as `targets.csv` (`sim.scoring.score`)."""
        return self._targets.copy(deep=False)

    @cached_property
    def _targets(self) -> pd.DataFrame:
        resolved = self.scenario.resolved
        return score(Targets.parse(resolved.get("targets") or {}), self.indicators, resolved)

    def inspect(self, standard: str = "youzhi_junheng", year: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        """A national assessment of a year, the last by default: questions and schools (`sim.run_inspection`)."""
        return inspect_run(OfficialStandard.load(standard), self.indicators, self.scenario.resolved, year)

    def effects(self) -> pd.DataFrame:
        """Paired differences of all indicators, as `effects.csv` (`sim.analysis.paired.effects_table`)."""
        return self._effects.copy(deep=False)

    @cached_property
    def _effects(self) -> pd.DataFrame:
        return effects_table(self.indicators)

    def cost_per_sd(self) -> pd.DataFrame:
        """Cost per SD of gap closed, by gap and level (`sim.analysis.cost_effect.cost_effect_table`)."""
        return cost_effect_table(self.indicators)

    def effect(self, name: str, level: str | None = None) -> pd.DataFrame:
        """Paired difference policy - counterfactual of one indicator in the district.

        Parameters
        ----------
        name : str
            An indicator.
        level : str, optional
            `primary` or `junior`.

        Returns
        -------
        DataFrame
            By year (without `level`, by level and year): `mean`, its 5 % and 95 % quantile over replicates
            `p05` and `p95`, standard error `se` of the mean, number of `replicates`.
        """
        self._check(name, level)
        table = effects_table(self.indicators, [name]).drop(columns="indicator")
        if table.empty and "counterfactual" not in set(self.indicators["scenario"]):
            raise UserError("this run has no counterfactual, so there is no effect; run it with one")
        if level is not None:
            table = table[table["level"] == level].drop(columns="level")
        if table.empty:
            raise self._no_effect(name, level)
        return table.set_index("year" if level else ["level", "year"])

    def against(self, other: "Result", names: Sequence[str] | None = None, **how: Any) -> pd.DataFrame:
        """This policy less the other's, replicate by replicate (`sim.analysis.contrasts.contrasts`).

        Parameters
        ----------
        other : Result
            Of another policy on the same district with the same seed.
        names : sequence of str, optional
            Indicators; all without it.
        **how
            `scopes`, `years`, `interval`, `confidence` and `precision` of `contrasts`.
        """
        one, two = (r.indicators[r.indicators["scenario"] == "policy"] for r in (self, other))
        start = contrasts(one, two, scopes=[DISTRICT], years=[int(one["year"].min())])
        if (start["mean"] != 0).any():
            name = start.loc[start["mean"] != 0, "indicator"].iloc[0]
            raise UserError(
                f"the two do not start from the same districts ({name} differs in the baseline year), so they cannot "
                "be paired; run both on one district, with the same seed and effects"
            )
        return contrasts(one, two, names, **how)

    def channels(self) -> pd.DataFrame:
        """Parts of the change of the score gap by channel (`sim.analysis.channels.channels_table`)."""
        if self.parts is None:
            raise UserError("this run is without channels; run it with channels=true, in Python channels=True")
        return channels_table(self.parts, self.effects())

    def plot(self, name: str, level: str | None = None, ax: "Axes | None" = None, language: str = "en") -> "Axes":
        """Draw an indicator of the district over the years (`sim.report.pictures.trajectory`).

        Mean over replicates in both worlds, with the bands from 5 % to 95 % of them. Without `level`, the first that
        has the indicator. Where no font shows Chinese, `language="zh"` warns and draws in English.
        """
        self._check(name, level)
        from sim.report.fonts import words_for  # matplotlib is slow to import, and few runs draw
        from sim.report.pictures import trajectory

        if ax is None:
            import matplotlib.pyplot as plt

            ax = plt.figure().subplots()
        rows = self.indicators[self.indicators["scope"] == DISTRICT].dropna(subset=[name])
        level = level or next((known for known in LEVELS if (rows["level"] == known).any()), LEVELS[0])
        words = words_for(language)
        return trajectory.draw(trajectory.of_indicator(self.indicators, name, level, words), words, ax)

    def _no_effect(self, name: str, level: str | None) -> UserError:
        """Why an indicator has no paired difference."""
        rows = self.indicators[self.indicators["scope"] == "district"].dropna(subset=[name])
        if level is not None:
            rows = rows[rows["level"] == level]
        if rows.empty:
            return UserError(f"{name} is not measured{f' at {level} level' if level else ''} in this run")
        return UserError(f"{name} has no value in one of the two worlds, so there is no difference to take")

    def _check(self, name: str, level: str | None) -> None:
        known = [column for column in self.indicators.columns if column not in KEYS]
        if name not in known:
            raise no_such(name, "indicator", name, known)
        if level is not None and level not in LEVELS:
            raise no_such(f"level={level}", "level", level, LEVELS)

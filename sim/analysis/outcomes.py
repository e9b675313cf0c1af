"""Outcomes: the figures of a run that an analysis asks for, each named by a word."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Self

import pandas as pd

from sim.agents.school import LEVELS
from sim.analysis.factors import KEYS, Simulate
from sim.comparison import Together, run_policies
from sim.config import HORIZON
from sim.indicators.catalogue import DISTRICT, INDICATORS
from sim.scenario import Override, Scenario, load
from sim.scoring import judged_promises, kept
from sim.targets import Targets
from sim.userinput import UserError, no_such, number

CHANGE, COST, MET = "change", "cost", "met"
BOTH = "both"
FORMS = f"INDICATOR.LEVEL, INDICATOR.LEVEL.YEAR, {CHANGE}. before either, {COST}, or {MET}.ID"
_ARMS = ("policy", "counterfactual")


@dataclass(frozen=True)
class Outcome:
    """One figure of the district in each replicate.

    Attributes
    ----------
    word : str
        `score_gap.primary`: under the policy in the last year; `score_gap.primary.2023`: in that year;
        `change.score_gap.primary`: policy less counterfactual; `places.both`: of both levels, for what adds up; `cost`:
        yuan, policy less counterfactual, over all years; `met.WK05`: 1 where the policy keeps a promise of the
        district's targets in all years in which it is judged, else 0.
    indicator : str
        Empty for a promise.
    level : str
    year : int or None
    change : bool
    target : str
        Id of a promise.
    """

    word: str
    indicator: str = ""
    level: str = BOTH
    year: int | None = None
    change: bool = False
    target: str = ""

    @classmethod
    def read(cls, word: str) -> Self:
        """The outcome that a word names, or a UserError."""
        if word == COST:
            return cls(word, "cost_yuan", change=True)
        if word.startswith(f"{MET}."):
            return cls(word, target=word.removeprefix(f"{MET}."))
        change = word.startswith(f"{CHANGE}.")
        match word.removeprefix(f"{CHANGE}.").split("."):
            case [indicator, level]:
                year = ""
            case [indicator, level, year] if year.isdecimal():
                pass
            case _:
                raise UserError(f"outcome {word} must be {FORMS}")
        if indicator not in INDICATORS:
            raise no_such(f"outcome {word}", "indicator", indicator, INDICATORS)
        levels = (*LEVELS, BOTH) if INDICATORS[indicator].adds_up else LEVELS
        if level not in levels:
            raise no_such(f"outcome {word}", "level", level, levels)
        return cls(word, indicator, level, int(year) if year else None, change)

    def of(self, rows: pd.DataFrame) -> "pd.Series[float]":
        """By cell and replicate, from the district's rows; empty where there is none."""
        if self.word != COST:
            year = rows["year"].max() if self.year is None else self.year
            rows = rows[rows["year"] == year]
        if self.level != BOTH:
            rows = rows[rows["level"] == self.level]
        with_it, without = (
            rows[rows["scenario"] == arm].groupby(list(KEYS))[self.indicator].sum(min_count=1) for arm in _ARMS
        )
        return with_it - without if self.change else with_it


def check_outcomes(outcomes: Iterable[Outcome], scenario: Scenario) -> None:
    """Refuse, before anything is run, an outcome that runs of a scenario do not have.

    Raises
    ------
    UserError
        A year that is not simulated, a level without schools, a promise that is not judged.
    """
    years = range(scenario.baseline_year, scenario.horizon + 1)
    taught = scenario.district.levels
    judged: list[str] | None = None
    for one in outcomes:
        if one.year is not None and one.year not in years:
            raise UserError(f"outcome {one.word}: year {one.year} is not simulated; known: {years[0]} to {years[-1]}")
        if one.level in LEVELS and not one.target and one.level not in taught:
            raise no_such(f"outcome {one.word}", "level with schools", one.level, taught)
        if one.target and judged is None:
            plan = Targets.parse(scenario.targets, "targets")
            judged = [target.id for target, _ in judged_promises(plan, years, scenario.resolved)]
        if judged is not None and one.target and one.target not in judged:
            raise no_such(f"outcome {one.word}", "promise that is judged by the last year", one.target, judged)


def outcome_columns(
    indicators: pd.DataFrame, words: Sequence[str], promises: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Figures of finished runs, in the form in which analyses take them.

    Parameters
    ----------
    indicators : DataFrame
        As `indicators.parquet`, with a column `cell` where there are several.
    promises : DataFrame
        As `sim.scoring.kept`, with the same column; needed for `met.ID`.

    Returns
    -------
    DataFrame
        `cell`, `replicate`, then a column for each word.
    """
    rows = _with_cell(indicators[indicators["scope"] == DISTRICT])
    columns = []
    for one in map(Outcome.read, words):
        values = one.of(rows) if not one.target else _met(one, promises)
        columns.append(values.rename(one.word))
    return reduce(lambda left, right: left.join(right, how="outer"), columns[1:], columns[0].to_frame()).reset_index()


def simulator(
    outcomes: Sequence[str],
    district: str = "wuhan_edz",
    policy: str = "none",
    *,
    counterfactual: str = "none",
    effects: str = "evidence",
    background: str = "law",
    horizon: int = HORIZON,
    overrides: Sequence[Override] = (),
    map: Together = map,
) -> Simulate:
    """Runs of the model for an analysis, in this process unless `map` is an engine.

    Cells that differ in levers alone share a district at rest and a counterfactual. Effects that are not varied are
    drawn in each replicate, as in any run; `effects="means"` fixes them. The other arguments are those of `sim.load`.
    """
    for word in outcomes:
        Outcome.read(word)

    def scenario(settings: Mapping[str, object]) -> Scenario:
        return load(
            district,
            policy,
            counterfactual=counterfactual,
            effects=effects,
            background=background,
            horizon=horizon,
            overrides=[*overrides, *settings.items()],
        )

    def simulate(cells: pd.DataFrame, replicates: int, seed: int) -> pd.DataFrame:
        return pd.concat(_figures(scenario, cells, outcomes, replicates, seed, map), ignore_index=True)

    return simulate


def _figures(
    scenario: Callable[[Mapping[str, object]], Scenario],
    cells: pd.DataFrame,
    outcomes: Sequence[str],
    replicates: int,
    seed: int,
    map: Together,
) -> Iterable[pd.DataFrame]:
    """Outcomes of the cells, a world at a time."""
    number(replicates, "replicates", 1, whole=True)
    settings = [{str(key): value for key, value in row.items()} for row in cells.to_dict("records")]
    scenarios = [scenario(one) for one in settings]  # all of them before the first run, so that a mistake is answered
    worlds: dict[tuple[tuple[str, object], ...], list[int]] = {}
    for cell, one in enumerate(settings):
        world = tuple((key, value) for key, value in one.items() if not key.startswith("policy."))
        worlds.setdefault(world, []).append(cell)
    for members in worlds.values():
        results = run_policies([scenarios[cell] for cell in members], replicates, seed, map)
        for cell, result in zip(members, results, strict=True):
            here = scenarios[cell]
            promises = kept(Targets.parse(here.targets, "targets"), result.indicators, here.resolved)
            yield outcome_columns(result.indicators.assign(cell=cell), outcomes, promises.assign(cell=cell))


def _met(one: Outcome, promises: pd.DataFrame | None) -> "pd.Series[float]":
    """Whether the policy keeps a promise, 1 or 0."""
    known = [] if promises is None else list(dict.fromkeys(promises["id"]))
    if promises is None or one.target not in known:
        raise no_such(f"outcome {one.word}", "target that is judged by the last year", one.target, known)
    rows = _with_cell(promises[(promises["id"] == one.target) & (promises["scenario"] == "policy")])
    return rows.set_index(list(KEYS))["kept"].astype(float)


def _with_cell(rows: pd.DataFrame) -> pd.DataFrame:
    return rows if "cell" in rows else rows.assign(cell=0)

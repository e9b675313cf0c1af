"""How far the promises are: the scoreboard of a run.

A promise is judged in every replicate; its probability is the share of replicates that keep it. Beside it
stands the same figure without the policy, because much of what looks like success is luck.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.agents.school import LEVELS
from sim.analysis.paired import spread, wilson
from sim.indicators.scores import PERCENT
from sim.noise import Floats, Ints
from sim.targets import AT_MOST, DISTRICT_TABLE, ROUNDING, Target, Targets, Unscored

COLUMNS = (
    *("id", "indicator", "level", "year", "comparator", "target", "due", "baseline", "mean", "p05", "p95"),
    *("mean_counterfactual", "probability", "probability_counterfactual", "luck_share", "noise_sd"),
    *("informative", "expected_schools", "gap", "status", "reason", "source"),
)
LIKELY, UNLIKELY = 0.8, 0.2
"""A target is met when its probability is surely at least the one, missed when surely at most the other."""
DECREED, GIVEN = "decreed: ", "given: "
"""How the reason begins where the policy or the district states the measure itself."""


def score(targets: Targets, indicators: pd.DataFrame, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """Where a district stands on each target in each simulated year, with and without the policy.

    Parameters
    ----------
    targets : Targets
    indicators : DataFrame
        As `indicators.parquet`; the first year is the baseline. It may lack the counterfactual.
    parameters : mapping
        The run's settings; a goal such as `district.general_high_rate` and what the policy decrees are looked up here.

    Returns
    -------
    DataFrame
        `COLUMNS`. A target has a row a simulated year, `due` where it is judged; one on change or growth has
        rows for the years of its period only, the year at the end of its id. Numbers are in the target's
        unit; of a change or growth, `target`, `mean` and so on are the change, and `baseline` is the level.
        A target on each school is measured by the school farthest from it; its district-mean version has
        `/mean` at the end of its id. What has no number is empty.
    """
    world = _World(indicators)
    rows: list[dict[str, Any]] = []
    for row in targets.rows:
        if isinstance(row, Unscored):
            rows.append(vars(row))
            continue
        scored = list(_scored(row, world, parameters))
        if row.each:
            scored += _scored(row.mean_version, world, parameters, "/mean")
        rows += sorted(scored, key=lambda line: line["year"])
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    kinds = {"year": "Int64", "due": "boolean", "informative": "boolean"}
    return table.astype(kinds | {"expected_schools": float}).fillna({"due": False}).astype({"due": bool})


def judged_promises(
    targets: Targets, years: range, parameters: Mapping[str, Any]
) -> Iterator[tuple[Target, list[int]]]:
    """Promises on which a run says something of its own, and the years in which each is judged.

    Those that the policy decrees or the district's table gives are left out.

    Parameters
    ----------
    years : range
        Those of the run, the baseline first.
    """
    for target in targets.rows:
        if isinstance(target, Unscored):
            continue
        due = [year for year in target.years if year in years[1:]]
        if due and not any(_reason(target, parameters, year).startswith((DECREED, GIVEN)) for year in due):
            yield target, due


def kept(targets: Targets, indicators: pd.DataFrame, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """Which promises each replicate keeps in all years in which they are judged, with and without the policy.

    Those that the policy decrees or the district's table gives are left out, and those without a value.

    Returns
    -------
    DataFrame
        `id, scenario, replicate, kept`.
    """
    world, tables = _World(indicators), [pd.DataFrame(columns=["id", "scenario", "replicate", "kept"])]
    for target, years in judged_promises(targets, world.years, parameters):
        goal, at = target.resolve(parameters), [year - world.years[0] for year in years]
        for scenario in ("policy", "counterfactual"):
            values = _steps(world.measure(target, scenario), target.step)[:, at]
            judged = np.stack([_worst(target, values[:, i]) for i in range(len(at))], axis=1)
            if np.isfinite(judged).all():
                met = target.met(judged, goal).all(axis=1)
                row = {"id": target.id, "scenario": scenario, "replicate": world.replicates, "kept": met}
                tables.append(pd.DataFrame(row))
    return pd.concat(tables[1:] or tables, ignore_index=True)


class _World:
    """Indicators of a run as arrays (replicate, year, unit), nan where there is no row."""

    def __init__(self, indicators: pd.DataFrame) -> None:
        first, last = int(indicators["year"].min()), int(indicators["year"].max())
        self.years = range(first, last + 1)
        self.replicates = np.unique(indicators["replicate"].to_numpy())
        self.paired = bool((indicators["scenario"] == "counterfactual").any())
        kept = indicators[indicators["scope"].isin(["district", "school"])]
        self.levels = {"both", *kept["level"].unique()}
        by = ["scenario", "scope", "level"]
        self._rows: dict[Any, Any] = dict(kept.groupby(by, observed=True).indices)
        self._table = kept
        self._places: dict[tuple[str, str, str], Ints] = {}

    def values(self, column: str, scenario: str, scope: str, level: str) -> Floats:
        """One indicator of one level."""
        known = np.append(self._table[column].to_numpy(np.float64), np.nan)  # at -1 what is not there
        return np.asarray(known[self._place(scenario, scope, level)])

    def _place(self, scenario: str, scope: str, level: str) -> Ints:
        """Row of the table by replicate, year and unit, -1 where there is none; the same for all indicators."""
        key = scenario, scope, level
        if key not in self._places:
            rows = self._rows.get(key, np.zeros(0, np.int64))
            unit, units = pd.factorize(self._table["unit"].iloc[rows])
            place = np.full((len(self.replicates), len(self.years), max(1, len(units))), -1)
            replicate = np.searchsorted(self.replicates, self._table["replicate"].to_numpy()[rows])
            place[replicate, self._table["year"].to_numpy()[rows] - self.years[0], unit] = rows
            self._places[key] = place
        return self._places[key]

    def measure(self, target: Target, scenario: str) -> Floats:
        """Level of a target's measure, in its unit, by replicate, year and unit (one, or each school)."""
        levels = LEVELS if target.level == "both" else (target.level,)
        if target.each or target.per_school:
            schools = [self.values(target.indicator, scenario, "school", level) for level in levels]
            values = target.factor * np.concatenate(schools, axis=2)
            return values if target.each else _mean(values)
        shape = (len(self.replicates), len(self.years), 1)
        total, weights = np.zeros(shape), np.zeros(shape)
        for level in levels:
            values = self.values(target.indicator, scenario, "district", level)
            weight = self.values(target.weight, scenario, "district", level) if target.weight else 1.0
            weight = np.where(np.isnan(values), 0.0, weight)
            total, weights = total + np.nan_to_num(values) * weight, weights + weight
        if not target.weight:  # counts add up
            weights = np.minimum(weights, 1.0)
        return target.factor * _ratio(total, weights)


def _scored(
    target: Target, world: _World, parameters: Mapping[str, Any], ending: str = ""
) -> Iterator[dict[str, Any]]:
    """Rows of one target, or of its district-mean version (`ending`)."""
    goal = target.resolve(parameters)
    levels = world.measure(target, "policy")
    policy = _steps(levels, target.step)
    counterfactual = _steps(world.measure(target, "counterfactual"), target.step) if world.paired else None
    same = {
        "indicator": target.indicator,
        "level": target.level,
        "comparator": target.comparator,
        "target": goal,
        "source": target.source,
    }
    yearly = target.step != "target"
    for year in sorted(set(target.years) | (set() if yearly else set(world.years[1:]))):
        name = (f"{target.id}/{year}" if yearly else target.id) + ending
        row = same | {"id": name, "year": year}
        if year not in world.years[1:]:
            when = "after the horizon" if year > world.years[-1] else "before the first simulated year"
            yield row | {"status": "not simulated", "reason": when}
            continue
        at = year - world.years[0]
        without = None if counterfactual is None else counterfactual[:, at]
        judged = _judged(target, goal, policy[:, at], without)
        if judged["status"] == "not simulated" and target.level not in world.levels:
            judged["reason"] = f"the district has no {target.level} schools"
        baseline = float(spread(_worst(target, levels[:, 0])).mean)
        reason = _reason(target, parameters, year)
        yield row | {"due": year in target.years, "baseline": baseline, "reason": reason} | judged


def _reason(target: Target, parameters: Mapping[str, Any], year: int) -> str:
    """The target's note, after what states its measure in this run and year, if anything does."""
    stated = ""
    if target.set_by == DISTRICT_TABLE:
        stated = f"{GIVEN}{target.set_by} states it"
    elif target.set_by and _is_decreed(target.set_by, parameters.get("policy", {}), year):
        stated = f"{DECREED}{target.set_by} sets it"
    return "; ".join(filter(None, (stated, target.note)))


def _is_decreed(name: str, policy: Mapping[str, Any], year: int) -> bool:
    """Whether a run's policy replaces the status quo by a setting, `policy.digital.lesson_share`, in a year."""
    return stated_value(name.removeprefix("policy."), policy, year) is not None


def stated_value(name: str, policy: Mapping[str, Any], year: int) -> Any:
    """What a run's record of a policy says of a setting, `digital.lesson_share`, in a year; None for the status quo."""
    group, setting = name.split(".")
    last_year = policy.get("last_year")
    if last_year is not None and year > last_year:
        if policy["ends"]:
            return None
        year = last_year
    value = policy.get(group, {}).get(setting)
    values = value if isinstance(value, Mapping) else {0: value}
    by_year = {int(since): of_year for since, of_year in values.items()}  # in a run's record years are texts
    begun = [since for since in by_year if since <= year]
    return by_year[max(begun)] if begun else None


def _judged(target: Target, goal: float, policy: Floats, counterfactual: Floats | None) -> dict[str, Any]:
    """Verdict of one year from values (replicate, unit) with and without the policy."""
    measured = _worst(target, policy)
    over = spread(measured)
    n = int(over.replicates)
    if n == 0:
        return {"status": "not simulated", "reason": "the district has no value for it"}
    successes = int(target.met(measured, goal).sum())
    low, high = wilson(successes, n)
    row: dict[str, Any] = {
        "mean": float(over.mean),
        "p05": float(over.p05),
        "p95": float(over.p95),
        "probability": successes / n,
        "gap": float(over.mean) - goal,
        "status": "met" if low >= LIKELY else "missed" if high <= UNLIKELY else "uncertain",
    }
    if target.each:
        row["expected_schools"] = float(target.met(policy, goal).sum(axis=1).mean())
    if counterfactual is not None:
        row |= _owed_to_luck(target, goal, measured, _worst(target, counterfactual), successes / n)
    return row


def _owed_to_luck(
    target: Target, goal: float, policy: Floats, counterfactual: Floats, probability: float
) -> dict[str, Any]:
    """The same target without the policy, from values by replicate."""
    over = spread(counterfactual)
    if over.replicates == 0:
        return {}
    by_luck = float(target.met(counterfactual, goal).sum() / over.replicates)
    effect, noise = abs(float(spread(policy - counterfactual).mean)), float(over.sd)
    return {
        "mean_counterfactual": float(over.mean),
        "probability_counterfactual": by_luck,
        "luck_share": min(1.0, by_luck / probability) if probability else np.nan,
        "noise_sd": noise,
        "informative": None if np.isnan(effect) or np.isnan(noise) else effect > noise + ROUNDING,
    }


def _steps(levels: Floats, step: str) -> Floats:
    """Levels (replicate, year, unit), or what changed since the baseline, or the year before (nan in the first)."""
    if step == "target":
        return levels
    if step == "since_baseline":
        return levels - levels[:, :1]
    before = np.concatenate((np.full_like(levels[:, :1], np.nan), levels[:, :-1]), axis=1)
    if step == "change":
        return levels - before
    return PERCENT * _ratio(levels - before, before)


def _worst(target: Target, values: Floats) -> Floats:
    """Value (replicate,) of the unit farthest from the target: all meet it when this one does."""
    farthest = np.fmax if target.comparator in AT_MOST else np.fmin
    worst: Floats = farthest.reduce(values, axis=1)
    return worst


def _mean(values: Floats) -> Floats:
    """Mean over the units that have a value, (replicate, year, 1)."""
    known = ~np.isnan(values)
    return _ratio(np.nan_to_num(values).sum(axis=2, keepdims=True), known.sum(axis=2, keepdims=True).astype(float))


def _ratio(part: Floats, whole: Floats) -> Floats:
    """`part / whole`, nan where there is no whole."""
    ratio: Floats = np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
    return ratio

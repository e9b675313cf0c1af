"""Several policies on one district: run on the same luck against one counterfactual, and set side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sim.agents.school import LEVELS
from sim.analysis.paired import summary
from sim.indicators.catalogue import DISTRICT, INDICATORS
from sim.noise import Floats, replicate_seed
from sim.replicate import Replicate, let_go, replicate_from
from sim.result import Result
from sim.scenario import Scenario
from sim.scoring import kept
from sim.tables import cost_table, indicator_table
from sim.targets import Target, Targets

GAPS = ("score_gap", "teacher_skill_gap")
SPREADS = ("cv_backbone", "cv_composite")
COLUMNS = ("policy", "measure", "level", "unit", "mean", "p05", "p95", "se", "replicates", "without", "of")
MILLION = 1e6
Together = Callable[[Callable[[int], list[Replicate]], Iterable[int]], Iterator[list[Replicate]]]
"""An engine (`sim.batch.Engine`) that computes the replicates of several scenarios at once."""


def run_together(scenarios: Sequence[Scenario], seed: int, number: int) -> list[Replicate]:
    """Replicate `number` of a seed of each scenario, from one district at rest and with one counterfactual.

    The scenarios differ in nothing but their policy.
    """
    rest = scenarios[0].at_rest(replicate_seed(seed, number))
    without = replicate_from(rest, scenarios[0], ("counterfactual",), number)
    done = []
    for scenario in scenarios:
        one = replicate_from(rest, scenario, ("policy",), number)
        done.append(replace(one, figures=one.figures | without.figures, costs=one.costs | without.costs))
    let_go(rest)
    return done


def run_policies(
    scenarios: Sequence[Scenario], replicates: int, seed: int, map: Together = map, first_replicate: int = 0
) -> list[Result]:
    """The result of each scenario, bit for bit that of running it alone (`sim.batch.run`)."""
    numbers = range(first_replicate, first_replicate + replicates)
    done = list(map(partial(run_together, scenarios, seed), numbers))
    results = []
    for scenario, own in zip(scenarios, zip(*done, strict=True), strict=True):
        results.append(Result(indicator_table(scenario, own), cost_table(own), scenario))
    return results


def compare(results: Mapping[str, Result], plans: Mapping[str, Targets | None]) -> pd.DataFrame:
    """What each policy does by the last year, one row per policy, measure and level.

    Parameters
    ----------
    results : mapping of policy to Result
        With counterfactual.
    plans : mapping of policy to Targets or None
        What each policy's own plan promises, as far as it can be judged on this district (`of_another_place`).

    Returns
    -------
    DataFrame
        `COLUMNS`. `gap_closed:NAME` is counterfactual less policy, in the gap's unit; a CV is the policy's; `cost` is
        policy less counterfactual over all years, in million yuan; `targets_met` is the number of promises kept in
        every year they are judged, of those that neither policy nor district states. Mean, 5 % and 95 % quantile
        over replicates, standard error of the mean, number of replicates; `without` is the mean without the policy, of
        a gap closed the gap itself; `of` the number of promises.
    """
    rows = [row for policy, result in results.items() for row in _measures(policy, result, plans.get(policy))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def of_another_place(targets: Targets, moved_by: int) -> Targets:
    """The promises of a plan that has been moved by some years, as far as another district can keep them.

    A number of students, teachers or places belongs to the district it was planned for; none at all does not.
    """
    rows = [
        replace(row, years=tuple(year + moved_by for year in row.years))
        for row in targets.rows
        if isinstance(row, Target) and (row.each or not INDICATORS[row.indicator].adds_up or row.goal == 0)
    ]
    return Targets(tuple(rows))


def _measures(policy: str, result: Result, plan: Targets | None) -> list[dict[str, Any]]:
    """The rows of one policy."""
    district = result.indicators[result.indicators["scope"] == DISTRICT]
    last = district[district["year"] == district["year"].max()]
    rows = []
    for name in (*GAPS, *SPREADS):
        for level in LEVELS:
            with_it, without = (_by_replicate(last[last["level"] == level], name, arm) for arm in _ARMS)
            closed = name in GAPS
            values = without - with_it if closed else with_it
            row = {"measure": f"gap_closed:{name}" if closed else name, "level": level, "unit": INDICATORS[name].unit}
            rows.append(row | _spread(values) | {"without": without.mean()})
    with_it, without = (_by_replicate(district, "cost_yuan", arm) for arm in _ARMS)
    row = {"measure": "cost", "level": "both", "unit": "million yuan"}
    rows.append(row | _spread((with_it - without) / MILLION) | {"without": without.mean() / MILLION})
    promises = kept(plan, result.indicators, result.scenario.resolved) if plan else pd.DataFrame()
    if len(promises):
        counts = promises.groupby(["scenario", "replicate"])["kept"].sum()
        row = {"measure": "targets_met", "level": "both", "unit": "targets"}
        with_it, without = (counts[arm].to_numpy(dtype=np.float64) for arm in _ARMS)
        rows.append(row | _spread(with_it) | {"without": without.mean(), "of": promises["id"].nunique()})
    return [{"policy": policy} | row for row in rows]


_ARMS = ("policy", "counterfactual")


def _by_replicate(rows: pd.DataFrame, name: str, arm: str) -> Floats:
    """An indicator of an arm, added up by replicate."""
    values = rows[rows["scenario"] == arm].groupby("replicate")[name].sum(min_count=1)
    return values.to_numpy(dtype=np.float64)


def _spread(values: Floats) -> dict[str, Any]:
    """Of values by replicate."""
    return {name: column[0] for name, column in summary(values[:, None]).items()}

"""A batch of replicates of a scenario, and the tables that they make."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from sim.analysis.channels import split
from sim.config import REPLICATES, RunSettings
from sim.indicators.catalogue import DISTRICT, INDICATORS
from sim.replicate import GAP_COLUMN, Replicate, run_replicate
from sim.result import COST_KEYS, Result
from sim.scenario import Arm, Scenario
from sim.userinput import UserError, shown

Engine = Callable[[Callable[[int], Replicate], Iterable[int]], Iterator[Replicate]]
"""Anything like the built-in `map`: results in order, computed anywhere."""


def run(
    scenario: Scenario,
    replicates: int = REPLICATES,
    seed: int = 1,
    *,
    counterfactual: bool = True,
    channels: bool = False,
    map: Engine = map,
    first_replicate: int = 0,
) -> Result:
    """Run a scenario and its counterfactual.

    Parameters
    ----------
    replicates : int
        How many, each with the seed key(seed, number): effects, district and luck are drawn anew for each, the
        same in both arms.
    channels : bool
        Also split the change of the score gap by channel (`Result.channels`), which runs every replicate once more
        for each of `scenario.channels`.
    map : callable
        Like the built-in one; an engine that computes elsewhere.
    first_replicate : int
        Number of the first, to add replicates to a finished run.
    """
    if not isinstance(scenario, Scenario):
        raise UserError(f"sim.run takes what sim.load gives, got {shown(scenario)}")
    RunSettings(replicates=replicates, seed=seed)
    if channels and not counterfactual:
        raise UserError("channels are parts of the change against the counterfactual; run with one")
    arms: tuple[Arm, ...] = ("policy", "counterfactual") if counterfactual else ("policy",)
    numbers = range(first_replicate, first_replicate + replicates)
    reruns = scenario.channels if channels else ()
    done = list(map(partial(run_replicate, scenario, seed, arms, channels=reruns), numbers))
    parts = part_table(scenario, done) if channels else None
    return Result(indicator_table(scenario, done), cost_table(done), scenario, parts)


def indicator_table(scenario: Scenario, done: Sequence[Replicate]) -> pd.DataFrame:
    """One row per scenario, replicate, year, level, scope and unit."""
    years = range(scenario.baseline_year, scenario.horizon + 1)
    keys = done[0].keys
    arms = list(done[0].figures)
    index = pd.MultiIndex.from_product([arms, [one.number for one in done], years, range(len(keys))])
    level, scope, unit = (np.array(part, dtype=object)[index.codes[3]] for part in zip(*keys, strict=True))
    values = np.concatenate([one.figures[arm].reshape(-1, len(INDICATORS)) for arm in arms for one in done])
    head = pd.DataFrame(
        {
            "scenario": index.get_level_values(0).to_numpy(dtype=object),
            "replicate": index.get_level_values(1).to_numpy(),
            "year": index.get_level_values(2).to_numpy(),
            "level": level,
            "scope": scope,
            "unit": unit,
        }
    )
    return pd.concat([head, pd.DataFrame(values, columns=list(INDICATORS))], axis=1)


def cost_table(done: Sequence[Replicate]) -> pd.DataFrame:
    """Yuan by scenario, year and lever, mean over replicates."""
    total: dict[tuple[str, int, str], int] = {}
    for one in done:
        for arm, by_year in one.costs.items():
            for year, by_lever in by_year.items():
                for lever, yuan in by_lever.items():
                    key = (arm, year, lever)
                    total[key] = total.get(key, 0) + yuan
    rows = [(*key, yuan / len(done)) for key, yuan in sorted(total.items())]
    return pd.DataFrame(rows, columns=[*COST_KEYS, "yuan"])


def part_table(scenario: Scenario, done: Sequence[Replicate]) -> pd.DataFrame:
    """The change of the district's score gap and its parts by channel, one row per replicate, year and level."""
    years = np.arange(scenario.baseline_year, scenario.horizon + 1)
    tables = []
    for one in done:
        gaps = {arm: figures[:, :, GAP_COLUMN] for arm, figures in one.figures.items()}
        parts = split(gaps["policy"], gaps["counterfactual"], one.gaps)
        for row, (level, scope, _) in enumerate(one.keys):
            if scope == DISTRICT:
                by_year = {name: values[:, row] for name, values in parts.items()}
                tables.append(pd.DataFrame({"replicate": one.number, "year": years, "level": level} | by_year))
    return pd.concat(tables, ignore_index=True)

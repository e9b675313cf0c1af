"""The tables that replicates make."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.channels import split
from sim.indicators.catalogue import DISTRICT, INDICATORS
from sim.replicate import GAP_COLUMN, Replicate
from sim.result import COST_KEYS
from sim.scenario import Scenario


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

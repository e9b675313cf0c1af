"""Channels: by which ways the policy changed the gap between schools.

The part of a channel is the gap under the policy less the gap under the policy with that channel frozen at what the
counterfactual gave each student (`sim.agents.channels`), replicate by replicate. What the parts leave of the whole is
the remainder.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.agents.channels import CHANNELS
from sim.agents.school import LEVELS
from sim.analysis.paired import summary
from sim.indicators.catalogue import GAP
from sim.noise import Floats

GAP_PARTS = ("total", *CHANNELS, "remainder")
CHANNEL_COLUMNS = ("level", "year", "part", "mean", "p05", "p95", "se", "replicates")


def split(policy: Floats, counterfactual: Floats, frozen: Mapping[str, Floats]) -> dict[str, Floats]:
    """The change and its `GAP_PARTS`, SD.

    Parameters
    ----------
    policy, counterfactual : array
        The gap in either world.
    frozen : dict of array
        The gap under the policy with a channel frozen, of the same shape; a channel that is not there has no part.
    """
    total = policy - counterfactual
    nothing = np.zeros_like(total)
    by_channel = {channel: policy - frozen[channel] if channel in frozen else nothing for channel in CHANNELS}
    remainder = total - sum(by_channel.values(), nothing)
    return {"total": total, **by_channel, "remainder": remainder}


def channels_table(parts: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """The parts over replicates.

    Parameters
    ----------
    parts : DataFrame
        One row per replicate, year and level; a column for each of `GAP_PARTS`.
    effects : DataFrame
        As `effects.csv` of the same replicates; the figures of `total` are taken from there.

    Returns
    -------
    DataFrame
        `CHANNEL_COLUMNS`, in SD: mean, its 5 % and 95 % quantile over replicates, standard error of the mean.
    """
    whole = effects[effects["indicator"] == GAP]
    tables = []
    for level, year in sorted(zip(whole["level"], whole["year"], strict=True), key=_order):
        here = parts[(parts["level"] == level) & (parts["year"] == year)]
        names = list(GAP_PARTS[1:])
        over = pd.DataFrame({"level": level, "year": year, "part": names} | summary(here[names].to_numpy()))
        total = whole[(whole["level"] == level) & (whole["year"] == year)].assign(part="total")
        tables += [total[list(CHANNEL_COLUMNS)], over]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(CHANNEL_COLUMNS))


def means_table(table: pd.DataFrame) -> pd.DataFrame:
    """The means of a `channels_table`, as `channels.csv`: a row for each level and year, a column for each part."""
    wide = table.pivot(index=["level", "year"], columns="part", values="mean")[list(GAP_PARTS)].reset_index()
    rows = sorted(range(len(wide)), key=lambda row: _order((wide["level"].iloc[row], wide["year"].iloc[row])))
    return wide.iloc[rows].reset_index(drop=True).rename_axis(columns=None)


def _order(key: tuple[str, int]) -> tuple[int, int]:
    return LEVELS.index(key[0]), key[1]

"""A trial in schools: who is treated, and what its researchers have of the students."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from experiments.evidence.records import records
from sim.model import ZoneReform
from sim.noise import Floats, Ints

Rows = tuple[int, ...]


def assigned(schools: int, treated: int, seed: int) -> Rows:
    """Rows of the treated schools: so many of the first `schools`, drawn."""
    return tuple(sorted(np.random.default_rng(seed).permutation(schools)[:treated].tolist()))


def assigned_in_pairs(measure: Floats, seed: int) -> tuple[Rows, Ints]:
    """Rows of the treated schools, one of each matched pair, by lot; and the number of each school's pair.

    Pairs are neighbours in the order of the measure; of an odd number of schools the last stays without treatment.
    """
    order = np.argsort(measure, kind="stable")
    pair = np.empty(len(order), dtype=np.int64)
    pair[order] = np.arange(len(order)) // 2
    side = np.random.default_rng(seed).integers(0, 2, len(order) // 2)
    return tuple(sorted(order[2 * np.arange(len(side)) + side].tolist())), pair


def of_tested_twice(model: ZoneReform, grades: Sequence[int]) -> pd.DataFrame:
    """The `records` of those who were tested this year and the last."""
    return records(model, grades).dropna(subset="prior").reset_index(drop=True)


def in_control_sds(frame: pd.DataFrame, columns: Iterable[str] = ("score", "prior")) -> pd.DataFrame:
    """The scores in SD from the mean of the control group (`treated` 0), each grade by itself."""
    frame = frame.copy()
    control = frame[frame["treated"] == 0].groupby("grade")
    for column in columns:
        mean, sd = control[column].mean(), control[column].std()
        frame[column] = (frame[column] - frame["grade"].map(mean)) / frame["grade"].map(sd)
    return frame

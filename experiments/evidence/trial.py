"""A trial in schools: who is treated, and what its researchers have of the students."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

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


def records(model: ZoneReform, grades: Iterable[int]) -> pd.DataFrame:
    """One row a student of these grades who was tested this year and the last: what is measured, nothing true."""
    students = model.students
    there = np.isin(students.grade, list(grades)) & np.isfinite(students.prior_score)
    columns = ("id", "school", "grade", "classroom", "score", "prior_score")
    return pd.DataFrame({name: getattr(students, name)[there] for name in columns}).astype({"prior_score": float})


def in_control_sds(frame: pd.DataFrame, columns: Iterable[str] = ("score", "prior_score")) -> pd.DataFrame:
    """The scores in SD from the mean of the control group (`treated` 0), each grade by itself."""
    frame = frame.copy()
    control = frame[frame["treated"] == 0].groupby("grade")
    for column in columns:
        mean, sd = control[column].mean(), control[column].std()
        frame[column] = (frame[column] - frame["grade"].map(mean)) / frame["grade"].map(sd)
    return frame

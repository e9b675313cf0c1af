"""Rows filed by a number: those of each school, zone or post together, to be walked through one file at a time."""

import numpy as np

from sim.agents.columns import Array
from sim.compiled import compiled
from sim.noise import Ints


@compiled()
def filed(number: Array, numbers: int) -> tuple[Ints, Ints]:
    """Rows by their number, as they stand within it, and where each number's begin; below 0 is in no file.

    Parameters
    ----------
    number : (n,) array
        Below `numbers`.

    Returns
    -------
    rows : (at most n,) array
    first : (numbers + 1,) array
        Number k has ``rows[first[k] : first[k + 1]]``.
    """
    first = np.zeros(numbers + 1, np.int64)
    for k in number:
        if k >= 0:
            first[k + 1] += 1
    for k in range(numbers):
        first[k + 1] += first[k]
    rows, place = np.empty(first[numbers], np.int64), first.copy()
    for row in range(len(number)):
        k = number[row]
        if k >= 0:
            rows[place[k]] = row
            place[k] += 1
    return rows, first

"""Whole units shared out in proportion: nothing is lost, nothing is made."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compiled import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ALIKE = 1e9
"""Shares that differ by less than one in so many are equal."""


def apportion(total: int, weights: ArrayLike) -> Ints:
    """Share `total` units in proportion to `weights` by largest remainders, ties by position.

    Weights that are all zero share equally.
    """
    weight = np.ascontiguousarray(weights, np.float64)
    return apportion_each(np.array([total], np.int64), weight, np.array([0, len(weight)]))


@compiled()
def apportion_each(totals: Ints, weights: Floats, first: Ints) -> Ints:
    """Share each of the totals in proportion to its own weights, ``weights[first[k] : first[k + 1]]`` for number k."""
    shares, remainder = np.empty(len(weights), np.int64), np.empty(len(weights))
    for k in range(len(totals)):
        start, end, left, whole = first[k], first[k + 1], totals[k], 0.0
        for i in range(start, end):
            whole += weights[i]
        alike = not whole > 0.0
        if alike:
            whole = float(end - start)
        for i in range(start, end):
            # Quotient and remainder: the fractions of a quotient in the millions are too coarse to tell a tie.
            due = totals[k] * (1.0 if alike else weights[i])
            rest = np.fmod(due, whole)
            shares[i] = int(np.rint((due - rest) / whole))
            remainder[i] = np.rint(rest / whole * ALIKE)
            left -= shares[i]
        order = np.argsort(-remainder[start:end], kind="mergesort")
        for i in order[:left]:
            shares[start + i] += 1
    return shares

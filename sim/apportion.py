"""Whole units shared out in proportion: nothing is lost, nothing is made."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def apportion(total: int, weights: ArrayLike) -> NDArray[np.int64]:
    """Share `total` units in proportion to `weights` by largest remainders, ties by position.

    Weights that are all zero share equally.
    """
    weight: NDArray[Any] = np.asarray(weights, dtype=np.float64)
    if len(weight) == 0:
        return np.zeros(0, dtype=np.int64)
    whole = float(weight.sum())
    if not whole > 0:
        weight, whole = np.ones(len(weight)), float(len(weight))
    # Quotient and remainder: the fractions of a quotient in the millions are too coarse to tell a tie.
    quotient, rest = np.divmod(total * weight, whole)
    shares: NDArray[np.int64] = quotient.astype(np.int64)
    order = (-np.round(rest / whole, 9)).argsort(kind="stable")
    shares[order[: total - int(shares.sum())]] += 1
    return shares

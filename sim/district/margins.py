"""Draws that fill a district's gaps from stated margins, hitting means and coefficients of variation exactly."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from sim.agents.columns import Array
from sim.apportion import apportion
from sim.indicators.standards import weighted_cv
from sim.noise import Floats, inverse_normal

WIDEST_SPREAD = 3.0
"""Log spread of the amounts a student at which a wide CV is given up."""
LOG_SLACK = 5.0
"""How far, in logs, the mean of a clipped lognormal is looked for beyond the clips."""
CLOSE_ENOUGH = 1e-14
"""Error of what is sought, in logs."""


def school_sizes(total: int, luck: Floats, place: Floats, log_sd: float, low: float, high: float) -> Array:
    """Whole school sizes that add up to `total`, lognormal between `low` and `high`.

    Parameters
    ----------
    luck, place : array of (0, 1)
        Two uniform draws a school: the first ranks the schools, the second places each within the stratum of its
        rank, so that a district of few schools still has the whole spread of sizes.
    """
    count = len(luck)
    stratum = np.argsort(np.argsort(luck, kind="stable"), kind="stable")
    score = inverse_normal((stratum + place) / count)

    def size_sum(location: float) -> float:
        return float(np.clip(np.exp(location + log_sd * score), low, high).sum())

    location = _root(lambda at: size_sum(at) - total, np.log(low) - 1.0, np.log(high) + LOG_SLACK)
    return apportion(total, np.clip(np.exp(location + log_sd * score), low, high))


def amounts(students: Array, mean: float, cv: float, luck: Floats) -> Floats:
    """Amount of a resource at each school with a stated mean a student and official (weighted) CV.

    Amounts a student are lognormal in `luck` (standard normal); the spread is sought. A handful of
    schools may be too alike in luck for a wide CV: they stop at `WIDEST_SPREAD`.
    """
    if len(students) < 2 or cv <= 0:
        return mean * students.astype(np.float64)

    def scaled(spread: float) -> Floats:
        raw = students * np.exp(spread * (luck - luck.max()))
        return np.asarray(mean * students.sum() / raw.sum() * raw)

    return scaled(_root(lambda spread: weighted_cv(scaled(spread), students) - cv, 0.0, WIDEST_SPREAD))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of an increasing function, as exactly as floats allow; the bound where it has none."""
    if function(low) >= 0:
        return low
    if function(high) <= 0:
        return high
    return float(brentq(function, low, high, xtol=CLOSE_ENOUGH))

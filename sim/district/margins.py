"""Draws that fill a district's gaps from stated margins, hitting means and coefficients of variation exactly."""

from collections.abc import Callable

import numpy as np

from sim.agents.columns import Array
from sim.apportion import apportion
from sim.indicators.standards import weighted_cvs
from sim.noise import Floats, inverse_normal
from sim.roots import root

PER_STUDENTS = 100
"""Students that margins of teachers and rooms are for."""
WIDEST_SPREAD = 3.0
"""Log spread of the amounts a student at which a wide CV is given up."""
FARTHEST = 2.0
"""Ratio to which schools that state nothing may differ from a district's mean so that it is met (assumed)."""
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


def amounts(students: Array, mean: float, cv: float, luck: Floats, stated: Floats | None = None) -> Floats:
    """Amount of a resource at each school with a stated mean a student and official (weighted) CV.

    Amounts a student are lognormal in `luck` (standard normal); the spread is sought. A handful of
    schools may be too alike in luck for a wide CV: they stop at `WIDEST_SPREAD`. Schools that state their amount
    (`stated`, nan where they do not) keep it: the others have the rest, spread so that the CV of all is the one sought.
    """
    held = np.full(len(students), np.nan) if stated is None else stated
    silent = np.isnan(held)
    here, own_luck = students[silent], luck[silent]
    if not here.any():
        return np.where(silent, 0.0, held)
    if silent.all() and (len(students) < 2 or cv <= 0):
        return mean * students.astype(np.float64)
    total = rest(mean * students.sum(), float(held[~silent].sum()), mean * here.sum())

    filled, apart = held.copy(), own_luck - own_luck.max()

    def scaled(spread: float) -> Floats:
        raw = here * np.exp(spread * apart)
        filled[silent] = total / raw.sum() * raw
        return filled

    everyone, together = students.astype(np.float64), np.zeros(len(students), np.int64)
    widest = 0.0 if cv <= 0 or len(here) < 2 else WIDEST_SPREAD
    return scaled(
        _root(lambda spread: float(weighted_cvs(scaled(spread), everyone, together, 1)[0]) - cv, 0.0, widest)
    )


def rest(total: float, stated: float, usual: float) -> float:
    """What is left of a district's total for the schools that do not state theirs.

    Not less than `usual`, what they would have if all were alike, over `FARTHEST`, nor more than that many times as
    much: the mean of a district that is far from what most of its schools state is not for the few others to make up.
    """
    return min(max(total - stated, usual / FARTHEST), usual * FARTHEST)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of an increasing function, as exactly as floats allow; the bound where it has none."""
    if function(low) >= 0:
        return low
    if function(high) <= 0:
        return high
    return root(function, low, high, CLOSE_ENOUGH)

"""Official formulas and thresholds: the coefficient of variation and the seven resources of 优质均衡."""

from dataclasses import dataclass
from functools import cache
from math import fsum
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from sim.agents.columns import Array
from sim.agents.school import LEVELS
from sim.compiled import compiled
from sim.indicators.units import ratio
from sim.noise import Floats
from sim.userinput import find, read_yaml

RESOURCES = ("degree", "backbone", "pe_arts", "teaching_area", "sports_area", "equipment", "multimedia")
"""The seven official resources, in the order of the assessment."""
STEPS_A_SD, FAR_OUT = 64, 9
"""Steps a SD, and SD, up to which the integral of `expected_normal_range` is taken."""


def weighted_cv(amounts: ArrayLike, students: ArrayLike) -> float:
    """Official coefficient of variation (差异系数) of a resource per student.

    ``S = sqrt(sum (P_i / P) (X_i - X)^2)`` and ``CV = S / X``, where ``X_i = x_i / P_i`` and the mean is the
    county's, ``X = sum x_i / P``, not that of its schools.

    Parameters
    ----------
    amounts : (n,) array
        What each school has: teachers, m2, yuan, rooms.
    students : (n,) array
        Its students; a school without students is left out.

    Returns
    -------
    float
        nan where the schools have nothing at all.

    Notes
    -----
    Source: 教督〔2012〕3号 and 教督〔2017〕6号, worked example at m.777doc.com/doc-2019910.html.
    """
    return float(weighted_cvs(np.asarray(amounts), np.asarray(students), np.zeros(np.shape(students), np.int64), 1)[0])


def unweighted_cv(amounts: ArrayLike, students: ArrayLike) -> float:
    """The same with every school counted once, so that small schools' gaps are not hidden."""
    one = np.asarray(amounts, np.float64)[:, None]
    return float(cvs(one, np.asarray(students), np.zeros(len(one), np.int64), 1)[0, 1, 0])


def weighted_cvs(amounts: Array, students: Array, groups: Array, size: int) -> Floats:
    """`weighted_cv` of each group of schools: amounts (n,) or (n, k), `groups` (n,) in 0 ... size - 1."""
    table = np.ascontiguousarray(amounts, np.float64).reshape(len(amounts), *(amounts.shape[1:] or (1,)))
    return np.asarray(cvs(table, students, groups, size)[:, 0].T.reshape(size, *amounts.shape[1:]))


def cvs(amounts: Floats, students: Array, groups: Array, size: int) -> Floats:
    """`weighted_cv` and `unweighted_cv` of each group of schools, (n, k) -> (k, 2, size)."""
    return _cvs(np.ascontiguousarray(amounts), np.asarray(students, np.float64), groups, size)


@compiled()
def _cvs(amounts: Floats, weights: Floats, groups: Array, size: int) -> Floats:
    resources, found = amounts.shape[1], np.full((amounts.shape[1], 2, size), np.nan)
    each = amounts / np.where(weights > 0.0, weights, 1.0).reshape(-1, 1)
    for kind in range(2):  # with every school's students, and counted once
        total, mean, squares = np.zeros(size), np.zeros((size, resources)), np.zeros((size, resources))
        for i in range(len(weights)):
            if weights[i] > 0.0:
                total[groups[i]] += weights[i] if kind == 0 else 1.0
                for k in range(resources):
                    mean[groups[i], k] += amounts[i, k] if kind == 0 else each[i, k]
        for g in range(size):
            for k in range(resources):
                mean[g, k] /= total[g] if total[g] > 0.0 else 1.0
        for i in range(len(weights)):
            if weights[i] > 0.0:
                weight = weights[i] if kind == 0 else 1.0
                for k in range(resources):
                    apart = each[i, k] - mean[groups[i], k]
                    squares[groups[i], k] += weight * apart * apart
        for g in range(size):
            for k in range(resources):
                if mean[g, k] > 0.0:
                    found[k, kind, g] = np.sqrt(squares[g, k] / total[g]) / mean[g, k]
    return found


@cache
def expected_normal_range(n: int) -> float:
    """Expected range (largest less smallest) of n standard normal draws: nan for fewer than two.

    ``integral of 1 - F(x)^n - (1 - F(x))^n`` (Tippett 1925), by the trapezoid rule, to about 1e-10.
    """
    if n < 2:
        return float("nan")
    step, below = 1 / STEPS_A_SD, NormalDist().cdf
    half = fsum(1.0 - below(i * step) ** n - below(-i * step) ** n for i in range(1, FAR_OUT * STEPS_A_SD))
    return step * (2.0 * half + 1.0 - 2.0 * 0.5**n)


@dataclass(frozen=True)
class Standard:
    """What a school must have to pass part one of the official assessment."""

    least: Floats
    """Least amount of each resource for `per` students, (2, 7) by level."""
    per: Floats
    """Students that the amounts are for, (7,)."""
    least_met: int
    """Number of the seven that a school must meet."""
    floor: float
    """Share of its standard that no resource may miss."""
    large_class: int
    """Students from which on a class is a 大班额."""

    def passed(self, amounts: Floats, students: Array, level: Array) -> Array:
        """Whether each school passes: amounts (S, 7), students (S,), level (S,) -> (S,)."""
        held = ratio(amounts * self.per, students[:, None])
        # 0.85 * 4.2 is not exactly 3.57: without rounding a school at the floor would fail by the last bit.
        reached = np.round(held / self.least[level], 9)
        return passes(reached, self.least_met, self.floor)


def passes(reached: Floats, least_met: int, floor: float) -> Array:
    """Whether each school meets enough standards and misses none by too much, from shares reached, (S, k) -> (S,)."""
    passed: Array = (np.count_nonzero(reached >= 1.0, axis=1) >= least_met) & (reached >= floor).all(axis=1)
    return passed


@cache
def load_standard(name: str) -> Standard:
    """The standard of this name, `configs/standard/<name>.yaml`."""
    table = read_yaml(find("standard", name))
    resources = [table["resources"][resource] for resource in RESOURCES]
    return Standard(
        least=np.array([[resource[level] for resource in resources] for level in LEVELS], np.float64),
        per=np.array([resource["per"] for resource in resources], np.float64),
        least_met=table["school"]["least_met"],
        floor=table["school"]["floor"],
        large_class=table["class_size"]["large"],
    )

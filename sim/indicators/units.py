"""The rows of the record: the district, its zones and its schools, each a set of schools of one level.

Every module counts by school first; a unit's figure is then made of its schools', the same way at each scope.
Sums go by `bincount`, which adds in row order on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, NO_ZONE, Schools
from sim.agents.zone import Zones
from sim.compiled import compiled
from sim.indicators.catalogue import DISTRICT, SCHOOL, SCOPES, ZONE
from sim.noise import Floats, Ints


@dataclass(frozen=True)
class Units:
    """U units and the M memberships of schools in them.

    Units go by level, then district, zones, schools. A level without schools has no units. Private schools are in none
    of them, as they are left out of the official forms (national_standards.md, section 2); assumed for what has none.
    """

    keys: list[tuple[str, str, str]]
    """Level, scope and name of each unit."""
    level: Ints
    """0 primary, 1 junior, (U,)."""
    unit: Ints
    """Unit of each membership, (M,)."""
    school: Ints
    """School of each membership, (M,)."""
    first: Ints
    """First membership of each unit, (U,)."""
    scope: Ints
    """0 district, 1 zone, 2 school, (U,)."""

    @classmethod
    def of(cls, schools: Schools, zones: Zones, district: str) -> Self:
        keys: list[tuple[str, str, str]] = []
        members: list[Array] = []
        for level, name in enumerate(LEVELS):
            rows = np.flatnonzero((schools.level == level) & ~schools.private)
            if len(rows) == 0:
                continue
            inside = rows[schools.zone[rows] != NO_ZONE]
            inside = inside[np.argsort(schools.zone[inside], kind="stable")]
            zone, first = np.unique(schools.zone[inside], return_index=True)
            keys.append((name, DISTRICT, district))
            keys += [(name, ZONE, each) for each in zones.name[zone]]
            keys += [(name, SCHOOL, each) for each in schools.name[rows]]
            members += [rows, *(np.split(inside, first[1:]) if len(zone) else ()), *rows[:, None]]
        size = np.array(list(map(len, members)))
        level_of = np.array([LEVELS.index(key[0]) for key in keys], np.int64)
        scope = np.array([SCOPES.index(key[1]) for key in keys], np.int64)
        unit, school = np.repeat(np.arange(len(keys)), size), np.concatenate(members)
        return cls(keys, level_of, unit, school, np.cumsum(size) - size, scope)

    def __len__(self) -> int:
        return len(self.keys)

    def sum(self, by_school: Array) -> Floats:
        """Sum over the schools of each unit, (S,) -> (U,) or (S, k) -> (U, k)."""
        table = np.ascontiguousarray(by_school.T, np.float64).reshape(-1, len(by_school))
        return _summed(table, self.school, self.unit, len(self)).T.reshape(len(self), *by_school.shape[1:])

    def sum_each(self, by_school: dict[str, Array]) -> dict[str, Floats]:
        """The sums of what is counted by school under several names, (S,) -> (U,)."""
        table = together(by_school, tuple(by_school))
        return dict(zip(by_school, _summed(table, self.school, self.unit, len(self)), strict=True))

    def highest(self, by_school: Floats) -> Floats:
        """Largest value among the schools of each unit, (..., S) -> (..., U); nan values are left out."""
        top = np.fmax.reduceat(by_school[..., self.school], self.first, axis=-1)
        return np.where(np.isnan(top), np.nan, top)

    def range(self, by_school: Floats) -> Floats:
        """Largest less smallest value among the schools of each unit, likewise."""
        top, bottom = self.highest(np.array((by_school, -by_school)))
        return np.asarray(top + bottom)

    def variance(self, by_school: Floats, weights: Floats) -> Floats:
        """Weighted variance between the schools of each unit. No weight: left out."""
        return _variances(by_school, weights, self.school, self.unit, len(self))


def sums(values: Array, groups: Array, size: int) -> Floats:
    """Sum of the rows of each group: (n,) -> (size,) or (n, k) -> (size, k)."""
    if values.ndim == 1:
        return np.bincount(groups, values, size).astype(np.float64, copy=False)
    k = values.shape[1]
    cells = groups[:, None] * k + np.arange(k)
    return sums(values.ravel(), cells.ravel(), size * k).reshape(size, k)


@compiled()
def _summed(by_school: Floats, school: Ints, unit: Ints, units: int) -> Floats:
    """Sums over the schools of each unit, (k, S) -> (k, U)."""
    total = np.zeros((units, len(by_school)))
    for m in range(len(school)):
        s, u = school[m], unit[m]
        for k in range(len(by_school)):
            total[u, k] += by_school[k, s]
    return total.T


@compiled()
def _variances(by_school: Floats, weights: Floats, school: Ints, unit: Ints, units: int) -> Floats:
    """Weighted variance of (S,) between the schools of each unit, (U,); nan without weight."""
    whole, total, squares = np.zeros(units), np.zeros(units), np.zeros(units)
    for m in range(len(school)):
        s, u = school[m], unit[m]
        if weights[s] > 0.0:
            whole[u] += weights[s]
            total[u] += by_school[s] * weights[s]
    for m in range(len(school)):
        s, u = school[m], unit[m]
        if weights[s] > 0.0:
            apart = by_school[s] - total[u] / whole[u]
            squares[u] += weights[s] * apart * apart
    for u in range(units):
        squares[u] = squares[u] / whole[u] if whole[u] > 0.0 else np.nan
    return squares


def together(figures: dict[str, Array], names: Sequence[str]) -> Floats:
    """Several of the figures, each of as many schools or units, as the rows of a table."""
    rows = np.concatenate([figures[name] for name in names], dtype=np.float64)
    return rows.reshape(len(names), -1)


def ratios(over: dict[str, Floats], shares: dict[str, tuple[str, str]]) -> dict[str, Floats]:
    """Each share, from the names of its part and its whole among the sums over units."""
    part, whole = (together(over, names) for names in zip(*shares.values(), strict=True))
    return dict(zip(shares, ratio(part, whole), strict=True))


def ratio(part: Array, whole: Array) -> Floats:
    """Part over whole, nan where there is no whole."""
    return np.asarray(part / np.where(whole > 0, whole, np.nan))

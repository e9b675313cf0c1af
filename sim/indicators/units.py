"""The rows of the record: the district, its zones and its schools, each a set of schools of one level.

Every module counts by school first; a unit's figure is then made of its schools', the same way at each scope.
Sums go by `bincount`, which adds in row order on every machine.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, NO_ZONE, Schools
from sim.agents.zone import Zones
from sim.indicators.catalogue import DISTRICT, SCHOOL, ZONE
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
        unit = np.repeat(np.arange(len(keys)), list(map(len, members)))
        level_of = np.array([LEVELS.index(key[0]) for key in keys], np.int64)
        return cls(keys, level_of, unit, np.concatenate(members))

    def __len__(self) -> int:
        return len(self.keys)

    def sum(self, by_school: Array) -> Floats:
        """Sum over the schools of each unit, (S,) -> (U,) or (S, k) -> (U, k)."""
        return sums(by_school[self.school], self.unit, len(self))

    def highest(self, by_school: Array) -> Floats:
        """Largest value among the schools of each unit; nan values are left out."""
        of_member = by_school[self.school]
        known = np.where(np.isnan(of_member), -np.inf, of_member)
        top = np.full(len(self), -np.inf)
        np.maximum.at(top, self.unit, known)
        return np.where(np.isfinite(top), top, np.nan)

    def range(self, by_school: Floats) -> Floats:
        """Largest less smallest value among the schools of each unit; nan values are left out."""
        return self.highest(by_school) + self.highest(-by_school)

    def variance(self, by_school: Floats, weights: Array) -> Floats:
        """Weighted variance between the schools of each unit, (S,) or (S, k). No weight: left out."""
        weighted = np.where(weights > 0, by_school * weights, 0.0)
        mean = ratio(self.sum(weighted), self.sum(weights))
        deviation = by_school[self.school] - mean[self.unit]
        weight = weights[self.school]
        squares = np.where(weight > 0, weight * deviation * deviation, 0.0)
        return ratio(sums(squares, self.unit, len(self)), self.sum(weights))


def sums(values: Array, groups: Array, size: int) -> Floats:
    """Sum of the rows of each group: (n,) -> (size,) or (n, k) -> (size, k)."""
    if values.ndim == 1:
        return np.bincount(groups, values, size).astype(np.float64, copy=False)
    k = values.shape[1]
    cells = groups[:, None] * k + np.arange(k)
    return sums(values.ravel(), cells.ravel(), size * k).reshape(size, k)


def ratio(part: Array, whole: Array) -> Floats:
    """Part over whole, nan where there is no whole."""
    some = np.greater(whole, 0)
    return np.where(some, part / np.where(some, whole, 1.0), np.nan)

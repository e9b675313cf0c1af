"""Students counted by cell, a grade of a school: how many, and the first two moments of what they know."""

from dataclasses import dataclass
from types import ModuleType
from typing import Self

import numpy as np

from sim.agents.classroom import Classes
from sim.agents.columns import Array
from sim.agents.school import LAST_GRADE
from sim.agents.student import Students
from sim.compiled import compiled
from sim.noise import Floats

EVERY_GRADE = np.ones(LAST_GRADE + 1, dtype=bool)


@dataclass(frozen=True)
class Moments:
    """Of two values x and y of each student, by school and grade, (S, 9); all 0 in a cell without students."""

    count: Floats
    mean_x: Floats
    mean_y: Floats
    xx: Floats
    """Sum of (x - mean_x)^2, of (x - mean_x) (y - mean_y), and of (y - mean_y)^2."""
    xy: Floats
    yy: Floats

    @classmethod
    def of(
        cls,
        students: Students,
        classes: Classes,
        schools: int,
        x: Floats,
        y: tuple[Floats, ...],
        counted: Array = EVERY_GRADE,
        *,
        fast: ModuleType | None,
    ) -> Self:
        """Those of the students with an x whose grade is counted (by grade, 0 ... 9); y is the sum of its parts.

        `fast` is what `loops_by_class` says of the students.
        """
        if fast is None:
            return cls.about_means(_sums(students.school, students.grade, counted, x, y, schools))
        at = classes.size, classes.school, classes.grade
        return cls.about_means(fast.moments(*at, counted, x, y, schools))

    @classmethod
    def about_means(cls, tallied: Floats) -> Self:
        """From the sums about a cell's first pair, (cells, 8), as `_sums` gives them."""
        moments = _about_means(tallied)
        return cls(*moments.reshape(len(moments), -1, LAST_GRADE))


@compiled()
def _about_means(tallied: Floats) -> Floats:
    """Count, means, and sums of squares and products about them, (6, cells)."""
    moments = np.empty((tallied.shape[1] - 2, len(tallied)))  # the first pair goes into the means
    for k in range(len(tallied)):
        count, first_x, first_y, sx, sy, sxx, sxy, syy = tallied[k]
        dx, dy = sx / max(count, 1.0), sy / max(count, 1.0)
        moments[0, k], moments[1, k], moments[2, k] = count, first_x + dx, first_y + dy
        moments[3, k], moments[4, k], moments[5, k] = max(sxx - sx * dx, 0.0), sxy - sx * dy, max(syy - sy * dy, 0.0)
    return moments


def _sums(school: Array, grade: Array, counted: Array, x: Floats, y: tuple[Floats, ...], schools: int) -> Floats:
    """Of each cell its count, its first x and y, and sums of dx, dy, dx^2, dx dy and dy^2 against these, (cells, 8).

    Differences are small against what they are taken of, so that one pass over the students is exact enough.
    """
    rows = np.flatnonzero(counted[grade] & (x == x))
    cell = school[rows].astype(np.int64) * LAST_GRADE + grade[rows] - 1
    x, total, cells = x[rows], sum((part[rows] for part in y), np.zeros(len(rows))), schools * LAST_GRADE
    first = np.zeros((2, cells))
    first[:, cell[::-1]] = x[::-1], total[::-1]
    dx, dy = x - first[0, cell], total - first[1, cell]
    products = (np.ones(len(rows)), dx, dy, dx * dx, dx * dy, dy * dy)
    count, *sums = (np.bincount(cell, weights=part, minlength=cells) for part in products)
    return np.stack([count, *first, *sums], axis=1)

"""Classes: formed in grades 1 and 7, together until the school is left, taught by a team of core teachers."""

from types import ModuleType

import numpy as np

from sim.agents.columns import Array, Column, Columns
from sim.compiled import compiled, loops
from sim.noise import Floats, Ints

SCHOOL_DIGITS = 10**5
INDEX_DIGITS = 10**4


class Classes(Columns):
    """State of the classes. The columns after `covered` are this year's parts of learning and of the test."""

    id = Column(np.int64, "", "year formed, school and number")
    school = Column(np.int32, "", "row of the school")
    grade = Column(np.int8, "", "1 ... 9")
    size = Column(np.int32, "students", "students")
    team = Column(np.int32, "", "rows of the core teachers, -1 for none", width=3)
    team_ids = Column(np.int64, "", "ids of the same teachers, to see who has gone", width=3)
    covered = Column(np.bool_, "", "whole team within normal loads")
    teachers = Column(np.float64, "SD of achievement a year", "team: skill, experience, match, first year here")
    teachers_place = Column(np.float64, "SD of achievement a year", "of it, who teaches here: all but learned skill")
    teachers_learning = Column(np.float64, "SD of achievement a year", "of it, what the team has learned")
    class_size = Column(np.float64, "SD of achievement a year", "effect of the class's size")
    peers = Column(np.float64, "SD of achievement a year", "effect of classmates")
    money = Column(np.float64, "SD of achievement a year", "effect of resources")
    digital = Column(np.float64, "SD of achievement a year", "effect of digital teaching")
    incentives = Column(np.float64, "SD of achievement a year", "effect of what is at stake for teachers")
    principal = Column(np.float64, "SD of achievement a year", "effect of the school's management")
    shock = Column(np.float64, "SD of achievement a year", "luck of the class and of the school's grade")
    extra = Column(np.float64, "SD of achievement a year", "what levers of your own add")
    inflation = Column(np.float64, "SD of achievement", "rewarded measure lifted without learning")
    day = Column(np.float64, "SD of achievement", "luck of the test day, class and school's grade")

    def students_by_school(self, schools: int) -> Array:
        """Students of each school, (S,), once all are in a class."""
        return _of_schools(self.school, self.size, schools)


@compiled()
def _of_schools(school: Ints, size: Ints, schools: int) -> Ints:
    """Sums of the sizes of classes by school; a grade's stand school by school, so that a school is looked up once."""
    students, at, so_far = np.zeros(schools, np.int64), 0, 0
    for c in range(len(school)):
        if school[c] != at:
            students[at] += so_far
            at, so_far = school[c], 0
        so_far += size[c]
    students[at] += so_far
    return students


def stand_by_class(room: Array, size: Array) -> bool:
    """Whether students stand in the order of their classes, of so many each, and those without one (-1) behind."""
    fast = loops()
    return bool((_stand_by_class if fast is None else fast.stand_by_class)(room, size))


def _stand_by_class(room: Array, size: Array) -> bool:
    seated = np.repeat(np.arange(len(size)), size)
    return np.array_equal(room[: len(seated)], seated) and bool((room[len(seated) :] == -1).all())


def loops_by_class(room: Array, size: Array) -> ModuleType | None:
    """The compiled loops over students who stand by class; None where they do not, or the plain twins are to run."""
    fast = loops()
    return fast if fast is not None and fast.stand_by_class(room, size) else None


def sum_by_class(room: Array, size: Array, *parts: Floats) -> Floats:
    """Sum over each class's students of the sum of these parts.

    Parameters
    ----------
    room, parts : (n,) arrays
        Class of each student, and what is added up.
    size : (classes,) array
        Students of each class.
    """
    fast = loops_by_class(room, size)
    return np.asarray(_class_sums(room, parts, len(size)) if fast is None else fast.class_sums(size, parts))


def _class_sums(room: Array, parts: tuple[Floats, ...], classes: int) -> Floats:
    total = sum(parts, np.zeros(len(room)))
    return np.bincount(room, weights=total, minlength=classes).astype(np.float64, copy=False)


def class_ids(year: int, schools: Array, index: Array) -> Array:
    """Ids of classes formed in a year: the k-th class of a school is the same in every scenario."""
    return (
        np.int64(year) * SCHOOL_DIGITS * INDEX_DIGITS
        + np.asarray(schools, np.int64) * INDEX_DIGITS
        + np.asarray(index, np.int64)
    )

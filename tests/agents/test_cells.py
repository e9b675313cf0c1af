"""Moments of what students know, by school and grade, are those worked out student by student."""

from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.agents.cells import Moments
from sim.agents.classroom import Classes, loops_by_class, stand_by_class
from sim.agents.student import Students

SCHOOLS = 4


def students(seed, count, far=0.0):
    """Students of any grade at any school, who mostly stand by class, and their classes; some have no score yet."""
    draw = np.random.default_rng(seed)
    number = int(draw.integers(1, 40))
    room = draw.integers(0, number, count)
    if draw.random() < 0.7:
        room.sort()
    classes = Classes(
        number,
        grade=np.sort(draw.integers(1, 10, number)),
        school=draw.integers(0, SCHOOLS, number),
        size=np.bincount(room, minlength=number),
    )
    table = Students(
        count,
        id=np.arange(count),
        classroom=room,
        grade=classes.grade[room],
        school=classes.school[room],
    )
    table.trait, table.lasting, table.fading, table.score = draw.normal(size=(4, count))
    table.score += far
    table.score[draw.random(count) < 0.2] = np.nan
    return table, classes


def moments(table, classes, *x_and_y):
    fast = loops_by_class(table.classroom, classes.size)
    return Moments.of(table, classes, SCHOOLS, *x_and_y, fast=fast)


def told(pairs):
    """Count, means and sums of squares and products about them of a cell's students."""
    if not pairs:
        return 0, 0, 0, 0, 0, 0
    mx, my = fmean(x for x, _ in pairs), fmean(y for _, y in pairs)
    apart = [(x - mx, y - my) for x, y in pairs]
    return (
        *(len(pairs), mx, my),
        *(sum(x * x for x, _ in apart), sum(x * y for x, y in apart), sum(y * y for _, y in apart)),
    )


def as_told(moments, school, grade):
    parts = moments.count, moments.mean_x, moments.mean_y, moments.xx, moments.xy, moments.yy
    return [float(part[school, grade - 1]) for part in parts]


@given(st.integers(0, 2**32), st.integers(0, 200), st.sets(st.integers(1, 9)), st.sampled_from([0.0, 1e6]))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_moments_are_those_of_the_students_with_an_x_in_the_grades_that_count(seed, count, grades, far):
    """Also of numbers that are far from 0 for how little they differ."""
    table, classes = students(seed, count, far)
    counted = np.isin(np.arange(10), list(grades))
    found = moments(table, classes, table.score, (table.trait,), counted)
    columns = table.school, table.grade, table.score, table.trait
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    for school in range(SCHOOLS):
        for grade in range(1, 10):
            here = [(x, y) for s, g, x, y in rows if (s, g) == (school, grade) and x == x and grade in grades]
            assert as_told(found, school, grade) == pytest.approx(told(here), rel=1e-9, abs=1e-8)


def test_a_value_in_parts_is_their_sum():
    table, classes = students(7, 300)
    table.score[:] = np.random.default_rng(8).normal(size=300)
    one = moments(table, classes, table.score, (table.trait, table.lasting, table.fading))
    other = moments(table, classes, table.score, (table.trait + table.lasting + table.fading,))
    for name in ("count", "mean_x", "mean_y", "xx", "xy", "yy"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert one.count.shape == (SCHOOLS, 9) and one.count.sum() == 300


def test_students_who_all_know_the_same_have_no_spread():
    table, classes = students(9, 100)
    table.score[:], table.trait[:] = 0.1, 1 / 3
    found = moments(table, classes, table.score, (table.trait,))
    assert not (found.xx.any() or found.xy.any() or found.yy.any())
    assert set(found.mean_x[found.count > 0].tolist()) == {0.1}


@given(st.lists(st.integers(-1, 6), max_size=30), st.booleans())
@settings(derandomize=True, deadline=None)
def test_whether_students_stand_class_by_class_is_seen(rooms, together):
    standing = sorted(rooms, key=lambda room: (room < 0, room))
    rooms = standing if together else rooms
    sizes = np.array([rooms.count(one) for one in range(8)], dtype=np.int32)
    assert stand_by_class(np.array(rooms, dtype=np.int32), sizes) == (rooms == standing)
    assert not stand_by_class(np.array(rooms, dtype=np.int32), sizes + (np.arange(8) == 3))

"""Draws that fill gaps: sizes add up, means and coefficients of variation are hit, whatever the luck."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.district.margins import amounts, school_sizes
from sim.noise import Noise

SEEDS = st.integers(0, 10**6)


def plain_cv(held, students):
    """The official formula, school by school."""
    total = sum(students)
    mean = sum(held) / total
    variance = sum(p / total * (x / p - mean) ** 2 for x, p in zip(held, students, strict=True))
    return math.sqrt(variance) / mean


def luck(seed, count):
    return Noise(seed).uniform("size", 0, np.arange(count)), Noise(seed).normal("amount", 0, np.arange(count))


def places(seed, count):
    return Noise(seed).uniform("place", 0, np.arange(count))


class TestAmounts:
    @given(SEEDS, st.integers(12, 60), st.floats(0.001, 0.7), st.floats(0.01, 5000))
    @settings(max_examples=60, deadline=None, derandomize=True)
    def test_mean_and_official_cv_are_hit_exactly(self, seed, count, cv, mean):
        sizes, normal = luck(seed, count)
        students = school_sizes(count * 150, sizes, places(seed, count), 0.8, 30, 600)
        held = amounts(students, mean, cv, normal)
        assert held.sum() / students.sum() == pytest.approx(mean, rel=1e-12)
        assert plain_cv(held, students) == pytest.approx(cv, abs=1e-9)
        assert (held > 0).all()

    @given(SEEDS, st.integers(2, 40))
    @settings(max_examples=30, deadline=None, derandomize=True)
    def test_more_luck_is_more_a_student(self, seed, count):
        _, normal = luck(seed, count)
        students = np.arange(count) + 100
        per_student = amounts(students, 10, 0.2, normal) / students
        assert (np.argsort(per_student) == np.argsort(normal)).all()

    def test_a_spread_that_few_schools_cannot_have_is_brought_as_far_as_it_goes(self):
        students = np.array([100, 100])
        held = amounts(students, 1.0, 1.4, np.array([0.3, -0.3]))
        assert held.sum() == pytest.approx(200) and 0.5 < plain_cv(held, students) < 1.4

    @pytest.mark.parametrize(("students", "cv"), [([100, 300, 50], 0.0), ([250], 0.4)])
    def test_without_spread_or_neighbours_all_have_the_mean(self, students, cv):
        normal = np.arange(len(students), dtype=float)
        assert amounts(np.array(students), 4.5, cv, normal).tolist() == [4.5 * n for n in students]


class TestSchoolSizes:
    @given(SEEDS, st.integers(1, 60), st.integers(10, 400), st.floats(0.05, 1.5))
    @settings(max_examples=60, deadline=None, derandomize=True)
    def test_sizes_are_whole_add_up_and_keep_their_bounds(self, seed, count, mean, log_sd):
        total, low, high = count * mean, min(30, 0.3 * mean), max(500, 1.5 * mean)
        sizes = school_sizes(total, luck(seed, count)[0], places(seed, count), log_sd, low, high)
        assert sizes.dtype.kind == "i" and sizes.sum() == total
        assert sizes.min() >= math.floor(low)
        assert sizes.max() <= math.ceil(high)

    @pytest.mark.parametrize("seed", range(10))
    def test_few_schools_still_have_the_whole_spread_and_it_grows_as_stated(self, seed):
        draw = luck(seed, 24)[0]
        spread = {sd: np.log(school_sizes(24 * 10**5, draw, places(seed, 24), sd, 1, 10**9)).std() for sd in (0.3, 0.6)}
        assert 0.8 < spread[0.3] / 0.3 < 1.25
        assert spread[0.6] / spread[0.3] == pytest.approx(2, abs=1e-3)

    def test_the_luckiest_school_is_the_largest(self):
        draw = luck(5, 24)[0]
        sizes = school_sizes(24 * 300, draw, places(5, 24), 0.6, 1, 100_000)
        assert (np.diff(sizes[np.argsort(draw)]) >= 0).all()

    def test_without_spread_all_are_alike(self):
        assert set(school_sizes(700, luck(1, 7)[0], places(1, 7), 0.0, 20, 400)) == {100}

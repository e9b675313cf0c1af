import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.indicators.standards import (
    RESOURCES,
    expected_normal_range,
    load_standard,
    unweighted_cv,
    weighted_cv,
    weighted_cvs,
)
from sim.userinput import find, read_yaml

students = st.lists(st.integers(1, 3000), min_size=2, max_size=30)
enough = np.array([[4.2, 1, 0.9, 4.5, 7.5, 2000, 2.3]])


def test_worked_example_of_the_official_formula():
    assert weighted_cv([279, 137, 935, 160, 402], [45, 37, 89, 76, 55]) == pytest.approx(0.5153, abs=5e-5)


@given(students, st.data())
def test_cv_does_not_depend_on_the_unit(sizes, data):
    amounts = np.array(data.draw(st.lists(st.floats(1, 1e6), min_size=len(sizes), max_size=len(sizes))))
    for cv in (weighted_cv, unweighted_cv):
        assert cv(1000 * amounts, sizes) == pytest.approx(cv(amounts, sizes), rel=1e-9)
        assert cv(amounts, 2 * np.array(sizes)) == pytest.approx(cv(amounts, sizes), rel=1e-9)


@given(students, st.floats(0.01, 1e4))
def test_equal_schools_have_no_variation(sizes, each):
    amounts = each * np.array(sizes)
    assert weighted_cv(amounts, sizes) == pytest.approx(0, abs=1e-7)
    assert unweighted_cv(amounts, sizes) == pytest.approx(0, abs=1e-7)


@given(st.integers(1, 3000), st.lists(st.floats(0.5, 1e6), min_size=2, max_size=30))
def test_weights_do_not_matter_among_schools_of_one_size(size, amounts):
    sizes = np.full(len(amounts), size)
    expected = np.std(amounts) / np.mean(amounts)
    assert weighted_cv(amounts, sizes) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert unweighted_cv(amounts, sizes) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_small_school_hardly_moves_the_weighted_cv_and_much_the_unweighted():
    amounts, sizes = [100, 100, 20], [1000, 1000, 20]
    assert weighted_cv(amounts, sizes) < 0.9 < unweighted_cv(amounts, sizes)


def test_schools_without_students_are_left_out():
    assert weighted_cv([10, 30, 99], [10, 10, 0]) == weighted_cv([10, 30], [10, 10]) == 0.5
    assert unweighted_cv([10, 30, 99], [10, 10, 0]) == 0.5


def test_cv_of_nothing_at_all_is_undefined():
    assert np.isnan(weighted_cv([0, 0], [10, 20]))
    assert np.isnan(unweighted_cv([0, 0], [10, 20]))


def test_groups_are_independent_of_each_other():
    amounts, sizes = np.array([3.0, 5.0, 2.0, 9.0, 4.0]), np.array([10, 20, 30, 40, 50])
    groups = np.array([1, 0, 1, 0, 1])
    together = weighted_cvs(np.stack([amounts, amounts**2], axis=1), sizes, groups, 3)
    for group in (0, 1):
        members = groups == group
        assert together[group, 0] == weighted_cv(amounts[members], sizes[members])
        assert together[group, 1] == weighted_cv(amounts[members] ** 2, sizes[members])
    assert np.isnan(together[2]).all()


@pytest.mark.parametrize(
    ("n", "expected"),
    [(2, 1.12838), (3, 1.69257), (5, 2.32593), (10, 3.07751), (24, 3.895), (100, 5.01519)],
)
def test_expected_normal_range_is_the_published_d2(n, expected):
    assert expected_normal_range(n) == pytest.approx(expected, abs=5e-4)


def test_expected_range_against_its_closed_forms():
    assert expected_normal_range(2) == pytest.approx(2 / np.sqrt(np.pi), abs=1e-9)
    assert expected_normal_range(3) == pytest.approx(3 / np.sqrt(np.pi), abs=1e-9)


def test_one_school_has_no_range():
    assert np.isnan(expected_normal_range(1))


def passed(amounts, level=0, size=100):
    standard = load_standard("youzhi_junheng")
    return bool(standard.passed(amounts * size / standard.per, np.array([size]), np.array([level]))[0])


def test_school_exactly_at_every_threshold_passes():
    assert passed(enough)
    assert not passed(enough, level=1)
    assert passed(np.array([[5.3, 1, 0.9, 5.8, 10.2, 2500, 2.4]]), level=1)


@pytest.mark.parametrize("which", range(7))
def test_one_resource_may_fall_to_the_floor_but_not_below(which):
    at_floor, below = enough.copy(), enough.copy()
    at_floor[0, which] *= 0.85
    below[0, which] *= 0.8499
    assert passed(at_floor)
    assert not passed(below)


def test_two_resources_may_not_miss_their_standard():
    short = enough.copy()
    short[0, :2] *= 0.9
    assert not passed(short)


def test_every_threshold_has_its_source():
    table = read_yaml(find("standard", "youzhi_junheng"))
    assert tuple(table["resources"]) == RESOURCES
    assert all(resource["source"] for resource in table["resources"].values())
    assert table["school"]["source"]

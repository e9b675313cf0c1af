import numpy as np
import pytest

from experiments.evidence.v10_gap_by_schools import GapBySchools, gaps


def test_published_ranges_are_those_of_tippetts_table():
    assert [row.value for row in GapBySchools.published] == pytest.approx([2.5344, 3.2585, 3.8953], abs=1e-4)


def test_the_estimator_is_not_biased_by_drawing_schools_from_a_few():
    """On independent normal means it gives Tippett's range times 1.011, the mean of one over the SD of 24."""
    luck = np.random.default_rng(1)
    found = [gaps(luck.normal(5.0, 0.3, 24), luck) for _ in range(60)]
    for row in GapBySchools.published:
        values = [one[row.figure] for one in found]
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        assert np.mean(values) == pytest.approx(1.011 * row.value, abs=3.5 * error)
        assert error < 0.02 * row.value


def test_the_gap_of_schools_that_are_not_normal_is_told_from_it():
    two_kinds = np.repeat([0.0, 1.0], 12)
    found = gaps(two_kinds, np.random.default_rng(1))
    assert [found[row.figure] < 0.8 * row.value for row in GapBySchools.published] == [True, True, True]

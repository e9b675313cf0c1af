"""Whole units in proportion: nothing is lost, nothing is made, nobody is short by a whole unit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.funding import share_out
from sim.apportion import apportion

whole_weights = st.lists(st.integers(0, 2000), min_size=1, max_size=12)
any_weights = st.lists(st.floats(0, 1e6), min_size=1, max_size=12)


@given(st.integers(0, 10**9), whole_weights)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_it_equals_largest_remainders_in_exact_fractions(total, weights):
    assert apportion(total, weights).tolist() == share_out(total, weights)


@given(st.integers(0, 10**11), any_weights)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_all_is_given_and_nobody_is_a_unit_away_from_his_due(total, weights):
    shares = apportion(total, weights)
    assert shares.sum() == total and (shares >= 0).all()
    exact = [Fraction(w) for w in weights]
    if sum(exact) > Fraction(1, 10**300):
        for share, weight in zip(shares.tolist(), exact, strict=True):
            assert abs(share - total * weight / sum(exact)) < 1 + Fraction(1, 10**3)


def test_ties_go_by_position_however_large_the_sum():
    assert apportion(12_000_000, [31, 50, 21, 20, 30]).tolist() == [2447369, 3947368, 1657895, 1578947, 2368421]
    assert apportion(45_000_001, [15, 23, 44]).tolist() == [8231708, 12621951, 24146342]


@pytest.mark.parametrize("weights", [[0, 0, 0], [1, 1, 1], [0.1, 0.1, 0.1]])
def test_equal_weights_and_none_at_all_share_equally(weights):
    assert apportion(7, weights).tolist() == [3, 2, 2]


def test_nobody_shares_nothing():
    shares = apportion(5, [])
    assert len(shares) == 0 and shares.dtype == np.int64

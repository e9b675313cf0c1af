"""The roots are those of `scipy.optimize.brentq`, to the bit."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from sim.roots import root

SHAPES = {
    "line": lambda x, at, bend: bend * (x - at),
    "cube": lambda x, at, bend: (x - at) ** 3 + bend * (x - at),
    "bent": lambda x, at, bend: math.exp(min(bend * (x - at), 300.0)) - 1.0,
    "flat": lambda x, at, bend: math.tanh(bend * (x - at)),
    "steps": lambda x, at, bend: math.floor(bend * (x - at)) + 0.5,
}


@pytest.mark.parametrize("shape", SHAPES)
@given(
    at=st.floats(-5, 5),
    bend=st.floats(0.01, 50),
    below=st.floats(0, 100),
    above=st.floats(0, 100),
    xtol=st.sampled_from([1e-14, 1e-7, 0.1]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_it_is_that_of_scipy(shape, at, bend, below, above, xtol):
    asked = []

    def function(x):
        asked.append(x)
        return SHAPES[shape](x, at, bend)

    low, high = at - below, at + above
    if (function(low) < 0) == (function(high) < 0) and function(low) != 0 and function(high) != 0:
        with pytest.raises(ValueError, match="same sign"):
            root(function, low, high, xtol)
        return
    asked.clear()
    ours, steps = root(function, low, high, xtol), asked.copy()
    asked.clear()
    assert ours == brentq(function, low, high, xtol=xtol)
    assert steps == asked

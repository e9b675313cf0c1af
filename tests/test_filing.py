"""Filing, counting and choosing by number say what plain NumPy says, compiled or not."""

from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.compiled import plainly
from sim.filing import counted, filed, first_by_lot, first_few
from sim.turns import first_within

ENGINES = {"compiled": nullcontext, "plain": plainly}
few = settings(max_examples=40, deadline=None)


@pytest.fixture(params=ENGINES)
def engine(request):
    with ENGINES[request.param]():
        yield request.param


def some_rows(seed, rows, groups):
    """Random numbers from -1, places, lots of which some are equal, and ids."""
    draw = np.random.default_rng(seed)
    lots = draw.choice(draw.integers(0, 2**64, rows + 1, dtype=np.uint64), rows)
    return draw.integers(-1, groups, rows), draw.integers(-1, rows + 2, groups), lots, draw.permutation(rows)


cases = given(seed=st.integers(0, 10**6), rows=st.integers(0, 40), groups=st.integers(1, 6))


@pytest.mark.usefixtures("engine")
@cases
@few
def test_rows_are_filed_as_they_stand(seed, rows, groups):
    number = some_rows(seed, rows, groups)[0]
    found, first = filed(number, groups)
    for k in range(groups):
        assert found[first[k] : first[k + 1]].tolist() == np.flatnonzero(number == k).tolist()
    assert first[-1] == len(found)


@pytest.mark.usefixtures("engine")
@cases
@few
def test_those_among_whom_to_count_are_counted(seed, rows, groups):
    number, _, lots, _ = some_rows(seed, rows, groups)
    among = lots % np.uint64(2) == 0
    assert counted(number, among, groups).tolist() == [(among & (number == k)).sum() for k in range(groups)]


@pytest.mark.usefixtures("engine")
@cases
@few
def test_the_first_by_lot_and_the_first_few_are_the_first_of_all(seed, rows, groups):
    number, places, lots, ids = some_rows(seed, rows, groups)
    inside = np.flatnonzero(number >= 0)
    expected = inside[first_within(number[inside], places, lots[inside], ids[inside])]
    assert np.flatnonzero(first_by_lot(number, number >= 0, places, lots, ids)).tolist() == expected.tolist()
    assert sorted(inside[first_few(number[inside], places, lots[inside], ids[inside])]) == expected.tolist()

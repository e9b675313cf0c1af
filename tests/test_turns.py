"""Turns: whom a selection takes is whom a sort of everybody would put first, compiled or not."""

from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.compiled import plainly
from sim.noise import Noise
from sim.turns import by_lot, first_within, runs

GROUPS = 4
rows = st.lists(st.tuples(st.integers(0, GROUPS - 1), st.sampled_from([-0.5, 0.0, 0.25, 7.0])), max_size=40)
seats = st.lists(st.integers(-2, 15), min_size=GROUPS, max_size=GROUPS)
engine = pytest.mark.parametrize("engine", [nullcontext, plainly], ids=["compiled", "plain"])


@engine
@given(rows, seats, st.integers(0, 99))
@settings(deadline=None, derandomize=True)  # the first call may compile
def test_the_first_of_each_group_by_key_and_id_are_taken(engine, rows, seats, seed):
    group = np.array([at for at, _ in rows], dtype=np.int32)
    key, ids = np.array([value for _, value in rows]), np.random.default_rng(seed).permutation(len(rows))
    expected = set()
    for at, places in enumerate(seats):
        turn = sorted(np.flatnonzero(group == at), key=lambda row: (key[row], ids[row]))
        expected.update(turn[: max(0, places)])
    with engine():
        taken = first_within(group, np.array(seats), key, ids)
    assert set(np.flatnonzero(taken)) == expected


@engine
@given(st.lists(st.integers(0, GROUPS - 1), max_size=60), st.integers(0, 99))
@settings(deadline=None, derandomize=True)  # the first call may compile
def test_lots_decide_within_a_group_and_ids_among_equal_lots(engine, groups, seed):
    group, ids = np.array(groups, dtype=np.int64), np.random.default_rng(seed).permutation(len(groups))
    lots = Noise(seed).lots("turn", 2020, ids // 2)
    with engine():
        order = by_lot(group, lots, ids)
    assert order.tolist() == sorted(range(len(ids)), key=lambda row: (group[row], lots[row], ids[row]))


@given(st.lists(st.integers(-1, GROUPS), max_size=20).map(sorted))
@settings(deadline=None, derandomize=True)
def test_runs_say_where_each_group_stands(groups):
    group = np.array(groups, dtype=np.int16)
    found = list(runs(group))
    assert [number for number, _ in found] == sorted(set(groups))
    assert [group[where].tolist() for _, where in found] == [[n] * groups.count(n) for n in sorted(set(groups))]

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.sweep.axes import Axis
from experiments.sweep.designs import DesignSettings, cells_of
from sim.userinput import UserError

RATE = Axis("policy.rotation.rate", low=0.0, high=0.2)
KAPPA = Axis("effects.kappa", low=0.1, high=0.3)
POLICY = Axis("policy", ("a", "b", "c"))


def test_a_grid_has_every_value_with_every_other_and_the_last_axis_changes_first():
    cells = cells_of(DesignSettings(), [Axis("x", (1, 2)), POLICY])
    assert [tuple(cell.values()) for cell in cells] == [(1, "a"), (1, "b"), (1, "c"), (2, "a"), (2, "b"), (2, "c")]
    assert cells_of(DesignSettings(), []) == [{}]


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(0, 99))
def test_a_latin_hypercube_meets_every_slice_of_every_axis_once(cells, seed):
    points = cells_of(DesignSettings("lhs", cells=cells, seed=seed), [RATE, KAPPA])
    for axis in (RATE, KAPPA):
        shares = [(cell[axis.key] - axis.low) / (axis.high - axis.low) for cell in points]
        assert sorted(np.floor(np.array(shares) * cells).astype(int)) == list(range(cells))


def test_a_latin_hypercube_gives_each_word_its_share():
    cells = cells_of(DesignSettings("lhs", cells=30), [RATE, POLICY])
    assert sorted(cell["policy"] for cell in cells) == ["a"] * 10 + ["b"] * 10 + ["c"] * 10


def test_more_cells_of_a_sobol_sequence_leave_the_first_ones_as_they_are():
    few, many = (cells_of(DesignSettings("sobol", cells=cells, seed=3), [RATE, KAPPA]) for cells in (10, 64))
    assert many[:10] == few
    assert sorted(int(cell[RATE.key] / 0.2 * 64) for cell in many) == list(range(64))  # one in each slice


@pytest.mark.parametrize("name", ["lhs", "sobol", "morris"])
def test_the_seed_decides_the_points(name):
    one, same, other = (cells_of(DesignSettings(name, seed=seed), [RATE, KAPPA]) for seed in (1, 1, 2))
    assert one == same and one != other


def test_from_cell_to_cell_of_a_trajectory_one_axis_changes():
    axes = [RATE, KAPPA, POLICY]
    cells = cells_of(DesignSettings("morris", trajectories=6, levels=4), axes)
    assert len(cells) == 6 * 4
    for begin in range(0, len(cells), 4):
        shares = cells[begin : begin + 4]
        changed = [[key for key in one if one[key] != other[key]] for one, other in pairwise(shares)]
        assert all(len(keys) <= 1 for keys in changed)
        assert {RATE.key, KAPPA.key} <= {key for keys in changed for key in keys}


def test_a_list_sets_what_its_row_says(tmp_path):
    file = tmp_path / "cells.csv"
    file.write_text(
        "\ufeffpolicy,policy.rotation.rate, run.seed\n"
        'none,,1\n\n"tekes_zones","{2021: 0.1, 2022: 0.2}",2\n',
        encoding="utf-8",
    )
    assert cells_of(DesignSettings("list", file=str(file)), []) == [
        {"policy": "none", "run.seed": 1},
        {"policy": "tekes_zones", "policy.rotation.rate": {2021: 0.1, 2022: 0.2}, "run.seed": 2},
    ]
    assert len(cells_of(DesignSettings("list", file=str(file)), [Axis("background", ("law", "frozen"))])) == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("polcy\nnone\n", "column 'polcy' is no setting of the world.*did you mean 'policy'"),
        ("policy,policy\nnone,none\n", "policy stands there twice"),
        ("policy\n", "lists no cell"),
        ("policy,run.seed\nnone\n", "line 2: 1 fields for 2 columns"),
        ("policy,run.seed\nnone,1\nnone,[1\n", r"line 3: run.seed=\[1: this value cannot be read"),
        ("policy\n\"a,b\"\n", "one name is wanted"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path, text, told):
    file = tmp_path / "cells.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=told):
        cells_of(DesignSettings("list", file=str(file)), [])


@pytest.mark.parametrize(
    ("design", "axes", "told"),
    [
        ({"name": "gird"}, [], "did you mean 'grid'"),
        ({"name": "grid"}, [RATE], "an interval has no list of values"),
        ({"name": "lhs"}, [], "varies nothing"),
        ({"name": "list"}, [], "needs design.file"),
        ({"name": "lhs", "cells": 0}, [RATE], "design.cells must be within 1"),
        ({"name": "morris", "levels": 3}, [RATE], "even number"),
        ({"name": "grid"}, [Axis(str(i), tuple(range(1000))) for i in range(3)], "more than 1,000,000 cells"),
    ],
)
def test_what_a_design_cannot_do_is_refused(design, axes, told):
    with pytest.raises(UserError, match=told):
        cells_of(DesignSettings(**design), axes)

"""What is compiled, when it is compiled anew, and how to do without."""

import importlib.util
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from sim.compiled import LOOPS, USED, compiled, loops, plainly


@pytest.fixture(autouse=True)
def _numba():
    pytest.importorskip("numba")


def test_whatever_loops_use_has_them_compiled_anew():
    taken = re.compile(r"^from sim\.((?!loops)[\w.]+) import (?!Array$)", re.MULTILINE)
    used = {name for source in LOOPS.glob("*.py") for name in taken.findall(source.read_text(encoding="utf-8"))}
    assert {f"{name.replace('.', '/')}.py" for name in used} == set(USED)


ALL_OF_IT = """
import sys
from llvmlite.binding import ffi
from sim.compiled import loops

tell = ffi.register_lock_callback
loops()
assert "scipy.linalg" not in sys.modules and ffi.register_lock_callback is tell
import numba, numpy as np, scipy.linalg
from scipy.linalg import cython_blas, solve

assert np.allclose(solve([[2.0]], [3.0]), 1.5)
assert np.allclose(numba.njit(lambda a, b: np.dot(a, b))(np.eye(2), np.ones(2)), 1.0)
"""


def test_numba_and_scipy_are_whole_though_the_loops_need_little_of_them():
    subprocess.run([sys.executable, "-c", ALL_OF_IT], check=True)


def test_plainly_ends_with_its_block_even_after_a_mistake():
    with pytest.raises(KeyError), plainly(), plainly():
        assert loops() is None
        raise KeyError
    assert loops() is not None


def half(x):
    return x // 2


@compiled()
def odd(numbers):
    return numbers[numbers % 2 == 1]


@compiled(half, odd)
def halves(numbers):
    total = 0
    for number in odd(numbers):
        total += half(number)
    return total


def test_a_rule_that_is_compiled_as_it_stands_runs_either_way():
    numbers = np.array([5, 7, -3, 4])
    fast = halves(numbers)
    with plainly():
        assert halves(numbers) == fast == 3


TWICE = """
from sim.compiled import compiled

TIMES = 2


@compiled()
def times(x):
    return x * TIMES
"""


def test_a_constant_that_changes_elsewhere_is_compiled_anew(tmp_path, monkeypatch):
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "kept"))
    file = tmp_path / "twice.py"

    def fresh(times):
        file.write_text(TWICE, encoding="utf-8")
        os.utime(file, (0, 0))  # the rule's own file is the same
        spec = importlib.util.spec_from_file_location("twice", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.TIMES = times
        return module.times(21)

    assert [fresh(2), fresh(2), fresh(3)] == [42, 42, 63]
    assert len(list(tmp_path.rglob("*.nbi"))) == 2

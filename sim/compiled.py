"""Whether the hot loops run compiled (`sim.loops`, by numba) or as their plain NumPy twins, with the same bits.

A loop earns its place by measurement (`tests/benchmarks/`); everything else stays NumPy. The twin stands where the rule
is at home, and runs where numba is not installed. numba is imported at the first use of a loop, not before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from types import ModuleType

_plain_only = [False]


def loops() -> ModuleType | None:
    """The compiled loops; None where the plain twins are to run."""
    return None if _plain_only[0] else _loops()


@contextmanager
def plainly() -> Iterator[None]:
    """Inside, the plain twins run."""
    before, _plain_only[0] = _plain_only[0], True
    try:
        yield
    finally:
        _plain_only[0] = before


@cache
def _loops() -> ModuleType | None:
    if find_spec("numba") is None:
        return None
    import sim.loops

    return sim.loops

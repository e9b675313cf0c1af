"""Whether the hot loops run compiled (`sim.loops`, by numba) or as their plain NumPy twins, with the same bits.

A loop earns its place by measurement (`tests/benchmarks/`); everything else stays NumPy. The twin stands where the rule
is at home, and runs where numba is not installed. A rule that is a loop anyhow needs no twin: `compiled` runs it either
way. numba is imported at the first use of a loop, not before.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

LOOPS = ("loops.py", "loops_of_turns.py")
"""Files of hot loops beside this one."""
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


def to_compile() -> bool:
    """Whether the first use of the loops will take half a minute: nobody has compiled them here as they are now."""
    sources = [Path(__file__).with_name(name) for name in LOOPS]
    folder = sources[0].with_name("__pycache__")
    keeps = folder if folder.exists() else folder.parent  # Python may be told to write no bytecode; numba makes its own
    if find_spec("numba") is None or not os.access(keeps, os.W_OK):
        return False

    def compiled_since(source: Path) -> bool:
        written = source.stat().st_mtime
        return any(kept.stat().st_mtime >= written for kept in folder.glob(f"{source.stem}.*.nbi"))

    return not all(map(compiled_since, sources))


def compiled(*parts: Callable[..., object]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let numba compile the decorated rule, and the functions of which it is made, where it is installed.

    It is a loop over small arrays, with the same bits when it runs as it stands.
    """

    def decorate(rule: Callable[P, R]) -> Callable[P, R]:
        @cache
        def machine() -> Callable[P, R]:
            from numba import njit
            from numba.extending import register_jitable

            for part in parts:
                register_jitable(part)
            fast: Callable[P, R] = njit(cache=True)(rule)
            return fast

        @wraps(rule)
        def either(*args: P.args, **kwargs: P.kwargs) -> R:
            return (rule if loops() is None else machine())(*args, **kwargs)

        return either

    return decorate


@cache
def _loops() -> ModuleType | None:
    if find_spec("numba") is None:
        return None
    import sim.loops

    return sim.loops

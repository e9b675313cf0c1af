"""Whether the hot loops run compiled (`sim.loops`, by numba) or as their plain NumPy twins, with the same bits.

A loop earns its place by measurement (`tests/benchmarks/`); everything else stays NumPy. The twin stands where the rule
is at home, and runs where numba is not installed. A rule that is a loop anyhow needs no twin: `compiled` runs it either
way. numba is imported at the first use of a loop, not before.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, wraps
from hashlib import md5
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from inspect import unwrap
from pathlib import Path
from types import FunctionType, ModuleType
from typing import ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

LOOPS = Path(__file__).with_name("loops")
USED = ("noise.py", "agents/school.py", "agents/school_choice.py", "agents/student.py")
"""Files beside this one whose constants the loops use."""
CONSTANTS = (int, float, str, tuple, np.generic)
"""Kinds of a module's values that numba takes for good when it compiles."""
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
    folder = LOOPS / "__pycache__"
    keeps = folder if folder.exists() else LOOPS  # Python may be told to write no bytecode; numba makes its own
    if find_spec("numba") is None or not os.access(keeps, os.W_OK):
        return False
    kept = {path.name.partition(".")[0] for path in folder.glob("*.nbi") if path.stat().st_mtime >= _written()}
    return not {source.stem for source in LOOPS.glob("[!_]*.py")} <= kept


def _written() -> float:
    """When the loops, or what they use, were last changed."""
    sources = (*LOOPS.glob("*.py"), *(LOOPS.parent / name for name in USED))
    return max(source.stat().st_mtime for source in sources)


def compiled(*parts: Callable[..., object]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let numba compile the decorated rule, and the functions of which it is made, where it is installed.

    It is a loop over small arrays, with the same bits when it runs as it stands. It is kept on disk under a name that
    changes with the constants and parts it uses, since numba looks only at the rule's own file. Parts are plain
    functions, or compiled rules that have no parts.
    """

    def decorate(rule: Callable[P, R]) -> Callable[P, R]:
        @cache
        def machine() -> Callable[P, R]:
            from numba import njit

            for part in parts:
                _lend(part)
            named = FunctionType(rule.__code__, rule.__globals__, rule.__name__, None, rule.__closure__)
            named.__qualname__ = f"{rule.__qualname__}.{_uses((rule, *parts))}"
            fast: Callable[P, R] = njit(cache=True)(named)
            return fast

        @wraps(rule)
        def either(*args: P.args, **kwargs: P.kwargs) -> R:
            return (rule if loops() is None else machine())(*args, **kwargs)

        return either

    return decorate


@cache
def _lend(part: Callable[..., object]) -> None:
    """Let compiled rules call a function, which they take as it was before it was decorated itself."""
    from numba.extending import overload

    overload(part, strict=False)(lambda *_args, **_named: unwrap(part))


def _uses(functions: Iterable[Callable[..., object]]) -> str:
    """A word for the code of functions and the constants that they take from their modules."""
    said = []
    for function in map(unwrap, functions):
        code, around = function.__code__, function.__globals__
        constants = {name: around[name] for name in code.co_names if isinstance(around.get(name), CONSTANTS)}
        said.append((code.co_code, [one for one in code.co_consts if isinstance(one, CONSTANTS)], constants))
    return md5(repr(said).encode(), usedforsecurity=False).hexdigest()


@cache
def _loops() -> ModuleType | None:
    if find_spec("numba") is None:
        return None
    _forget_stale()
    _import_numba()
    import sim.loops

    return sim.loops


def _import_numba() -> None:
    """Import numba without what makes it, and the loops it reads, slow to load.

    Of `scipy.linalg`, which takes longer to import than numba does, it asks for one part to see that it is there. Who
    imports that package later has all of it. And it would tell listeners, of which there are none, of every call of
    LLVM, thousands of them for the loops of a run.
    """
    from llvmlite.binding import ffi

    name, tell = "scipy.linalg", ffi.register_lock_callback
    spec = find_spec(name) if name not in sys.modules else None
    if spec is not None:
        sys.modules[name] = module_from_spec(spec)  # with its path, so that its parts are found, and not run
    ffi.register_lock_callback = lambda *_listeners: None
    try:
        import_module("numba.np.arraymath")
    finally:
        ffi.register_lock_callback = tell
        if spec is not None:
            del sys.modules[name]


def _forget_stale() -> None:
    """Drop what was compiled before any loop changed: numba looks only at a loop's own file, not at what it calls."""
    written = _written()
    for kept in (LOOPS / "__pycache__").glob("*.nbi"):
        with suppress(OSError):  # another process may be first, and not everybody may write here
            if kept.stat().st_mtime < written:
                kept.unlink()

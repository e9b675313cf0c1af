"""What a run may take of its worker: time, by a watchdog that ends the process; memory, by a limit of the system."""

import faulthandler
import os
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeVar

from sim.compiled import to_compile
from sim.userinput import UserError, number, shown

UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
LEAST_MEMORY = 200 * UNITS["MB"]
"""A worker with its libraries takes about that much before it computes anything."""

LOADING, COMPILING = 60.0, 180.0
"""Seconds that a worker has for its first run beyond those of any run, to load the model's loops, or compile them."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Limits:
    """Of one run; None is no limit.

    Attributes
    ----------
    time : float, optional
        Seconds.
    memory : int, optional
        Bytes that its worker may hold.
    """

    time: float | None = None
    memory: int | None = None

    @contextmanager
    def on_time(self, tell: int) -> Iterator[None]:
        """Inside, the process ends itself when time is up, even in C code, and says where it was.

        Parameters
        ----------
        tell : int
            Descriptor of the file to write that to.
        """
        if self.time is None:
            yield
            return
        faulthandler.dump_traceback_later(self.time + _grace(), exit=True, file=tell)
        try:
            yield
            _loading[0] = False
        finally:
            faulthandler.cancel_dump_traceback_later()

    @contextmanager
    def on_memory(self) -> Iterator[None]:
        """Inside, what would take more memory raises a MemoryError."""
        if self.memory is None:
            yield
            return
        before, most = resource.getrlimit(resource.RLIMIT_DATA)
        own = _data_at(self.memory)
        resource.setrlimit(resource.RLIMIT_DATA, (own if most == resource.RLIM_INFINITY else min(own, most), most))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (before, most))


NO_LIMITS = Limits()


def limited(limits: Limits, function: Callable[[T], R], item: T) -> R:
    """The function's result, if it keeps to the limits; else a MemoryError, or the end of the process."""
    if limits == NO_LIMITS:
        return function(item)
    with open(os.devnull, "w") as nowhere, limits.on_time(nowhere.fileno()), limits.on_memory():
        return function(item)


def read_bytes(value: object, where: str) -> int:
    """Bytes of a number with a unit, such as 2GB or 500 MiB.

    Raises
    ------
    UserError
        It is none, or too little for any run.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*", value) if isinstance(value, str) else None
    unit = UNITS.get(match[2].upper()) if match else None
    if match is None or unit is None:
        raise UserError(f"{where} must be a number with a unit, such as 2GB or 500MB, got {shown(value)}")
    size = float(match[1]) * unit
    number(size, f"{where} in bytes", LEAST_MEMORY, 2.0**60)
    return int(size)


def _data_at(memory: int) -> int:
    """Bytes of data that this process has set aside when it holds so many, for libraries reserve more than they use."""
    try:
        with open("/proc/self/statm") as file:
            held, data = (int(pages) * resource.getpagesize() for pages in itemgetter(1, 5)(file.read().split()))
    except OSError:  # no Linux
        return memory
    return data + max(memory - held, 0)


_loading = [True]


def _grace() -> float:
    """Seconds more, until a first run of this process has ended."""
    if not _loading[0]:
        return 0.0
    return COMPILING if to_compile() else LOADING

"""What a run may take of its worker: time, by a watchdog that ends the process; memory, by a limit of the system."""

import faulthandler
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sim.userinput import UserError, number, shown

UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
LEAST_MEMORY = 200 * UNITS["MB"]
"""A worker with its libraries takes about that much before it computes anything."""


@dataclass(frozen=True)
class Limits:
    """Of one run; None is no limit.

    Attributes
    ----------
    time : float, optional
        Seconds.
    memory : int, optional
        Bytes of its worker's data.
    """

    time: float | None = None
    memory: int | None = None

    @contextmanager
    def on_time(self, tell: int | None = None) -> Iterator[None]:
        """Inside, the process ends itself when time is up, even in C code, and says where it was.

        Parameters
        ----------
        tell : int, optional
            Descriptor of the file to write that to; standard error unless given.
        """
        if self.time is None:
            yield
            return
        faulthandler.dump_traceback_later(self.time, exit=True, file=sys.stderr if tell is None else tell)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

    @contextmanager
    def on_memory(self) -> Iterator[None]:
        """Inside, what would take more memory raises a MemoryError."""
        if self.memory is None:
            yield
            return
        before, most = resource.getrlimit(resource.RLIMIT_DATA)
        own = self.memory if most == resource.RLIM_INFINITY else min(self.memory, most)
        resource.setrlimit(resource.RLIMIT_DATA, (own, most))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (before, most))


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

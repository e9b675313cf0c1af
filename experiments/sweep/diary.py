"""What a worker leaves behind that dies: which run it was at, and what the watchdog or a crash had to say."""

import faulthandler
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

AT_REST = "-"
"""Stands in a diary for what the runs of a task share, the district at rest."""


class Diary:
    """A file that says which run its worker has begun, for the case that the worker never says anything else."""

    HEADER = 128

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self.descriptor = path, descriptor
        self._told_crashes = False

    @classmethod
    def begun(cls, path: Path) -> Self:
        """A new one; what the watchdog of time, or a crash in C code, has to say comes after its header."""
        diary = cls(path, os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644))
        os.write(diary.descriptor, b"\n".rjust(cls.HEADER))
        if not faulthandler.is_enabled():  # where it is, it writes elsewhere
            faulthandler.enable(diary.descriptor)
            diary._told_crashes = True
        return diary

    def note(self, index: int, run: str) -> None:
        """The worker begins this run of this task of its chunk."""
        os.pwrite(self.descriptor, f"{index} {run}".ljust(self.HEADER - 1).encode(), 0)

    def end(self) -> None:
        if self._told_crashes:
            faulthandler.disable()
        os.close(self.descriptor)
        with suppress(OSError):
            self.path.unlink()

    @classmethod
    def read(cls, path: Path) -> tuple[int, str, str] | None:
        """Task, run and what the watchdog wrote; None if no run was begun."""
        try:
            header, text = (content := path.read_bytes())[: cls.HEADER], content[cls.HEADER :]
            index, run = header.decode().split()
        except (OSError, ValueError):
            return None
        return int(index), run, text.decode(errors="replace")

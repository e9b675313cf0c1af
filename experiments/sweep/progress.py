"""How far a sweep is: a bar on a terminal, else a line now and then."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

BETWEEN_LINES = 10.0
"""Seconds between two lines of a log."""


class Progress(Protocol):
    """What is told of a sweep while it runs."""

    def add(self, ok: int, failed: int) -> None:
        """So many more runs are done."""

    def tick(self) -> None:
        """Called about once a second."""

    def line(self, text: str) -> None:
        """Something worth a line of its own."""


@contextmanager
def shown(total: int, done: int = 0, failed: int = 0) -> Iterator[Progress]:
    """The progress of `total` runs, of which some were done before, on standard error.

    Parameters
    ----------
    done, failed : int
        Runs that were done before, well or not.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        log = _Log(_Count(total, done, failed))
        try:
            yield log
        finally:
            log.last()
        return
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=console, transient=True) as bar:
        yield _OnTerminal(_Count(total, done, failed), bar)


class _Count:
    """Runs so far, their rate, and the time that is left at that rate."""

    def __init__(self, total: int, done: int, failed: int) -> None:
        self.total, self.ok, self.failed = total, done, failed
        self.before = done + failed
        self.started = time.monotonic()

    @property
    def all(self) -> int:
        return self.ok + self.failed

    def speed(self) -> str:
        """Such as `52.1 a second, 0:02:48 left`; empty before there is any."""
        now = self.all - self.before
        if now == 0:
            return ""
        rate = now / max(time.monotonic() - self.started, 1e-9)
        left = round((self.total - self.all) / rate)
        digits = 1 if rate >= 1 else 3
        return f"{rate:,.{digits}f} a second, {left // 3600}:{left % 3600 // 60:02}:{left % 60:02} left"


class _OnTerminal:
    def __init__(self, count: _Count, bar: Bar) -> None:
        self.count, self.bar = count, bar
        self.task = bar.add_task("", total=count.total, completed=count.all)

    def add(self, ok: int, failed: int) -> None:
        self.count.ok += ok
        self.count.failed += failed
        self.tick()

    def tick(self) -> None:
        failed = f"{self.count.failed:,} failed, " if self.count.failed else ""
        self.bar.update(self.task, completed=self.count.all, description=f"{failed}{self.count.speed()}")

    def line(self, text: str) -> None:
        self.bar.console.print(text, markup=False, highlight=False, soft_wrap=True)


class _Log:
    def __init__(self, count: _Count) -> None:
        self.count = count
        self.told_at = time.monotonic()
        self.told = count.all

    def add(self, ok: int, failed: int) -> None:
        self.count.ok += ok
        self.count.failed += failed
        self.tick()

    def tick(self) -> None:
        if time.monotonic() - self.told_at >= BETWEEN_LINES:
            self._tell()

    def last(self) -> None:
        if self.count.all != self.told:
            self._tell()

    def line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def _tell(self) -> None:
        self.told_at, self.told = time.monotonic(), self.count.all
        failed = f", {self.count.failed:,} of them failed" if self.count.failed else ""
        speed = self.count.speed()
        self.line(f"{self.count.all:,} of {self.count.total:,} runs done{failed}{f'; {speed}' if speed else ''}")

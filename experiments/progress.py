"""A bar that counts results as they come, on a terminal."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from experiments.engines import Engine

T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def progress(engine: Engine, total: int, words: str) -> Iterator[Engine]:
    """The engine with a bar that counts its results, on a terminal; closed whatever happens."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn(words),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with ExitStack() as open_results, bar:
        task = bar.add_task("", total=total)

        def watched(function: Callable[[T], R], items: Iterable[T], /) -> Generator[R]:
            for result in open_results.enter_context(closing(engine(function, items))):
                bar.advance(task)
                yield result

        yield watched


class _Rate(ProgressColumn):
    """Replicates a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} a second" if speed else "")

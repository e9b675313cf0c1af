"""What all that is printed has in common: the terminal, plain tables that fit it, short words and colours."""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

LEVELS = {"primary": "P", "junior": "J", "both": "P+J"}
"""How narrow tables say which schools a row is of."""
VERDICTS = {"met": "green", "missed": "red", "uncertain": "yellow"}
"""Colour of each verdict."""
PLAIN: dict[str, Any] = {"box": None, "padding": (0, 1, 0, 0), "pad_edge": False, "header_style": "dim"}
"""A table without lines: their characters are twice as wide in some Chinese terminals."""


def terminal() -> Console:
    """Standard output; 120 columns and no colour where that is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else 120, markup=False, highlight=False, emoji=False)


def print_fitting(console: Console, tables: Iterable[Table]) -> int:
    """Print the first table that fits, or the last as wide as it is; gives which."""
    unbounded = console.options.update(max_width=10_000)
    for number, table in enumerate(tables):  # noqa: B007
        table.width = Measurement.get(console, unbounded, table).maximum
        if table.width <= console.width:
            break
    console.print(table, crop=False)
    return number


def counted(replicates: int, kind: str = "") -> str:
    """Such as `1 replicate`, `20 paired replicates`."""
    return f"{replicates} {kind}replicate{'' if replicates == 1 else 's'}"


def tell(message: str) -> None:
    """To the user, beside the results."""
    print(message, file=sys.stderr)

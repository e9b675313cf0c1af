"""The table of evidence in the terminal: what its file says, in the columns there are."""

import textwrap
from collections.abc import Callable, Collection, Mapping
from typing import Any

import pandas as pd
from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from experiments.terminal import PLAIN
from sim.report.figures import figure

COLOURS = {"agrees": "green", "consistent": "green", "differs": "red", "not consistent": "red"}
NARROW = ((), ("kind",), ("kind", "data"), ("kind", "data", "null"))
"""What a narrow terminal leaves out: ever more, what matters least first."""
LEAST = 20
"""Characters that the name of a figure is given on a line."""
LEGEND = {
    "kind": "emerges: no input of the model gives it, which tests the model; recovers: its effect is an input, which "
    "tests code and estimator only; arithmetic: it follows from numbers alone",
    "published": "with its standard error, or with a range of estimates or an assumed band, which is no interval",
    "simulated": "mean over repeats, with its Monte-Carlo standard error; data: the same estimator on real records",
    "result": "z = difference / both standard errors together, agrees below 1.96; consistent: inside the range",
    "null": "the same where no teacher, classmate or incentive matters; what is met there too is uninformative",
}


def show(table: pd.DataFrame, title: str, console: Console) -> None:
    """Print the table, what its columns mean, and which repeats failed."""
    console.print(f"\n{title}\n", style="bold")
    unbounded = console.options.update(max_width=10_000)
    for out in NARROW:
        shown, figures = _table(table, out)
        room = console.width - Measurement.get(console, unbounded, shown).maximum
        if room >= 0:
            break
    figures.width = min(int(table["figure"].str.len().max()), LEAST + max(0, room))
    console.print(shown, crop=False)
    console.print()
    for name, meaning in LEGEND.items():
        console.print(textwrap.fill(f"{name:10}{meaning}", console.width, subsequent_indent=" " * 10))
    for study, words in table[table["failed"] != ""].groupby("id", sort=False)["failed"].first().items():
        console.print(textwrap.fill(f"{study}: failed repeats: {words}", console.width), style="red")


def _table(rows: pd.DataFrame, out: Collection[str]) -> tuple[Table, Column]:
    """A row for each figure, without the columns that are left out; and the column of what may take several lines."""
    makers: dict[str, Callable[[Mapping[str, Any]], str | Text]] = {
        "kind": lambda row: str(row["kind"]),
        "figure": lambda row: str(row["figure"]),
        "published": published,
        "simulated": simulated,
        "data": lambda row: figure(row["data"]),
        "result": result_of,
        "null": null,
    }
    shown = [name for name in makers if name not in out]
    table = Table(**PLAIN)
    table.add_column("id", no_wrap=True)
    for name in shown:
        right, wraps = name in ("published", "simulated", "data"), name == "figure"
        table.add_column(name, justify="right" if right else "left", no_wrap=not wraps, width=LEAST if wraps else None)
    last = ""
    for row in rows.to_dict("records"):
        cells = (makers[name]({str(key): value for key, value in row.items()}) for name in shown)
        table.add_row("" if row["id"] == last else row["id"], *cells)
        last = row["id"]
    return table, table.columns[1 + shown.index("figure")]


def published(row: Mapping[str, Any]) -> str:
    """Value and standard error, or value and range."""
    if not pd.isna(row["se"]):
        return f"{figure(row['published'])}±{figure(row['se'])}"
    return f"{figure(row['published'])} ({figure(row['low'])}..{figure(row['high'])})"


def simulated(row: Mapping[str, Any]) -> str:
    """Mean and its Monte-Carlo standard error."""
    error = "" if pd.isna(row["mcse"]) else f"±{figure(row['mcse'])}"
    return figure(row["simulated"]) + error


def result_of(row: Mapping[str, Any]) -> Text:
    """The verdict, with z where there is one; what is met anyway is not to catch the eye."""
    words = str(row["verdict"]) if pd.isna(row["z"]) else f"{row['verdict']}, z={row['z']:.1f}"
    return Text(words, style="dim" if row["uninformative"] else COLOURS.get(row["verdict"], ""))


def null(row: Mapping[str, Any]) -> str:
    """What the null model gives, and the word for a figure that it meets as well."""
    return figure(row["null"]) + (" uninformative" if row["uninformative"] else "")

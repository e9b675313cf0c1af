"""What came of a sweep in a few sentences: how much is done, and between which cells the changes lie."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from sim.report import names
from sim.report.figures import figure
from sim.report.pictures.along import ERRORS, plain
from sim.report.words import Both, Said
from sim.sweep import MISSING, Sweep
from sim.sweep_parts import FAILED, OK

TOLD = 2
"""Indicators that have a sentence, the first."""
NAMED = 2
"""Settings that are named; of more only the number of the cell."""


def varied(sweep: Sweep) -> list[str]:
    """Settings that differ between cells, those of one value left out."""
    return [name for name in sweep.axes if sweep.cells[name].nunique(dropna=False) > 1]


def size(sweep: Sweep, runs: pd.DataFrame, year: int, words: Both) -> Said:
    """How many cells, replicates and runs there are, and what became of them.

    Parameters
    ----------
    runs : DataFrame
        As `Sweep.runs`, each run once.
    """
    counts = {status: int((runs["status"] == status).sum()) for status in (OK, FAILED, MISSING)}
    return words(
        "sweep.ran",
        cells=len(sweep.cells),
        replicates=sweep.manifest["replicates"],
        year=year,
        done=counts[OK],
        failed=counts[FAILED],
        missing=counts[MISSING],
    )


def sentences(effects: pd.DataFrame, runs: pd.DataFrame, axes: Sequence[str], words: Both) -> list[Said]:
    """Between which cells each change lies and of how many cells it is told from none; then what to beware of.

    Parameters
    ----------
    effects : DataFrame
        As `Sweep.effects`, of one year.
    runs : DataFrame
        As `Sweep.runs`, each run once.
    axes : sequence of str
        Settings that differ between cells.
    """
    if effects.empty:
        return [words("sweep.nothing")]
    found = list(_ranges(effects, axes, words))
    if effects["cell"].nunique() > 1:
        found.append(words("sweep.best_is_lucky"))
    if (runs["status"] != OK).any():
        found.append(words("sweep.short", least=int(effects["replicates"].min())))
    return found


def goes_with(values: "pd.Series[Any]", means: "pd.Series[float]") -> float:
    """How much a figure goes with a setting, 0 to 1: rank correlation of numbers, else the variance between values."""
    if values.nunique() < 2 or means.nunique() < 2:
        return 0.0
    if pd.api.types.is_numeric_dtype(values):
        return abs(float(values.rank().corr(means.rank())))
    return float(means.groupby(values.astype(str)).transform("mean").var() / means.var())


def _ranges(effects: pd.DataFrame, axes: Sequence[str], words: Both) -> Iterator[Said]:
    for name in list(dict.fromkeys(effects["indicator"]))[:TOLD]:
        levels = []
        unit, scale = names.unit_of(name, words)
        for level, rows in effects[effects["indicator"] == name].groupby("level", sort=False):
            least, most = (rows.loc[index] for index in (rows["mean"].idxmin(), rows["mean"].idxmax()))
            told = int((rows["mean"].abs() > ERRORS * rows["se"]).sum())
            parts = {"least": figure(least["mean"] / scale), "most": figure(most["mean"] / scale)}
            parts |= {"at_least": _cell(least, axes, words), "at_most": _cell(most, axes, words)}
            sort = "sweep.range" if least["mean"] < most["mean"] else "sweep.same"
            levels.append(words(sort, level=words(f"level.{level}"), told=told, cells=len(rows), **parts))
        measure = words("in_unit", what=words(f"indicator.{name}"), unit=unit)
        yield words("sweep.ranges", measure=measure, year=int(effects["year"].max()), levels=words.listed(levels))


def _cell(row: "pd.Series[Any]", axes: Sequence[str], words: Both) -> Said:
    """A cell by its number, and by its settings where they are few."""
    number = words("sweep.cell", cell=row["cell"])
    if not axes or len(axes) > NAMED:
        return number
    said = [words("joined", one=names.setting(key, words), other=plain(row[key])) for key in axes]
    return words("sweep.cell_where", cell=row["cell"], where=words.listed(said))

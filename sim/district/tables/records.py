"""From a file's cells to the values of its declared columns, and everything that stands in the way."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.district.tables.cells import CellError, plain, printable, value_of
from sim.district.tables.files import Sheet, find_table, read_sheet
from sim.district.tables.problems import Problems
from sim.district.tables.schema import UNITS, Column, Table
from sim.userinput import shown

IN_BRACKETS = re.compile(r"(.+?)[(\[]([^()\[\]]*)[)\]]$")
VERY_CLOSE = 0.8
"""Likeness from which on an unknown header is taken for a known one that is misspelt."""


@dataclass(frozen=True)
class Records:
    """The rows of a table.

    Attributes
    ----------
    rows : list of int
        Numbers of the rows in the file.
    values : mapping of str to list
        Of each column that the file has, by its declared name; None where a cell says nothing, or nothing allowed.
    header : mapping of str to str
        What the file calls each of these columns.
    """

    table: Table
    file: str
    rows: list[int]
    values: Mapping[str, list[Any]]
    header: Mapping[str, str]
    checksum: str

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, column: str) -> list[Any]:
        """Values of a column; None in all rows if the file has none of it."""
        return self.values.get(column, [None] * len(self.rows))

    def where(self, index: int, column: str | None = None) -> dict[str, Any]:
        """Place of a problem: file, row and column as the file calls it."""
        name = None if column is None else self.header.get(column, column)
        return {"file": self.file, "row": self.rows[index], "column": name}

    def each(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Index and values of each row."""
        for index in range(len(self.rows)):
            yield index, {column: values[index] for column, values in self.values.items()}


def read_table(folder: Path, table: Table, problems: Problems, without: Collection[str] = ()) -> Records | None:
    """The table of a folder, if it has one that can be read; `without` are columns that it need not have this time."""
    path = find_table(folder, table, problems)
    sheet = None if path is None else read_sheet(path, table, problems)
    if sheet is None:
        return None
    before = len(problems.errors)
    places = _match_header(sheet, table, without, problems)
    if len(problems.errors) > before:
        return None
    ragged = _check_lengths(sheet, problems)
    if not sheet.rows:
        problems.error(sheet.file, "the file has no rows below its names", mend=f"write {table.meaning}")
        return None
    values = {
        name: _column(sheet, place, factor, table.columns[name], ragged, problems)
        for name, (place, factor) in places.items()
    }
    header = {name: sheet.header[place] for name, (place, _) in places.items()}
    return Records(table, sheet.file, [number for number, _ in sheet.rows], values, header, sheet.checksum)


def _match_header(
    sheet: Sheet, table: Table, without: Collection[str], problems: Problems
) -> dict[str, tuple[int, float]]:
    """Place of each column, and what one is in its unit."""
    names = {plain(name): column for name, column in table.names.items()}
    places: dict[str, tuple[int, float]] = {}
    unknown: list[str] = []
    for place, written in enumerate(sheet.header):
        said = plain(written).strip("*:")
        if not said:
            if any(len(cells) > place and cells[place] not in (None, "") for _, cells in sheet.rows):
                problems.error(sheet.file, f"column {place + 1} has no name", mend="write its name in the first row")
            continue
        bare = IN_BRACKETS.match(said)
        stem, unit = (bare[1], bare[2]) if bare and said not in names else (said, "")
        if stem not in names:
            unknown.append(written)
            continue
        column = names[stem]
        if column in places:
            other = sheet.header[places[column][0]]
            both = f"{shown(written)} and {shown(other)} both mean {column}"
            what = both if written != other else "the column is there twice"
            problems.error(sheet.file, what, row=1, column=written, mend="delete one of the two columns")
            continue
        places[column] = (place, _factor(sheet.file, written, unit, table.columns[column], problems))
    misspelt = _tell_unknown(sheet.file, unknown, names, problems)
    there = {*places, *misspelt, *without}
    missing = [name for name, one in table.columns.items() if one.needed and not there & {name, *one.unless}]
    if missing and len(missing) == sum(one.needed for one in table.columns.values()) and _title_above(sheet, names):
        mend = "the names of the columns must stand in row 1: delete the rows above them"
        problems.error(sheet.file, "this is a title, not the names of the columns", row=1, mend=mend)
        return places
    for name in missing:
        also = "、".join(table.columns[name].also[:2])
        mend = f"add it{f' ({also})' if also else ''}; the file has {', '.join(sheet.header[:12])}"
        problems.error(sheet.file, f"the column {name} is missing", row=1, mend=mend)
    return places


def _tell_unknown(file: str, unknown: list[str], names: Mapping[str, str], problems: Problems) -> list[str]:
    """A header that is nearly a known one is an error: what stands below it would be passed over; the columns meant."""
    misspelt = []
    for written in unknown:
        close = difflib.get_close_matches(plain(written), names, n=1, cutoff=VERY_CLOSE)
        if close:
            mend = f"did you mean {close[0]!r}? Rename it, or delete the column"
            problems.error(file, "there is no such column", row=1, column=written, mend=mend)
            misspelt.append(names[close[0]])
        else:
            problems.warn(file, "the column is not read", row=1, column=written)
    return misspelt


def _title_above(sheet: Sheet, names: Mapping[str, str]) -> bool:
    return any(sum(plain(str(cell)) in names for cell in cells) > 1 for _, cells in sheet.rows[:3])


def _factor(file: str, written: str, unit: str, column: Column, problems: Problems) -> float:
    """What one means in the column's unit; words in brackets that are no unit mean nothing beside texts."""
    if not unit or column.kind in ("text", "word"):
        return 1.0
    units = {**UNITS.get(column.unit, {}), plain(column.unit): 1.0}
    if unit in units:
        return units[unit]
    mend = f"units that are understood: {', '.join(name for name in units if name) or 'none; leave the brackets out'}"
    problems.error(file, f"the unit {unit!r} is not known", row=1, column=written, mend=mend)
    return 1.0


def _check_lengths(sheet: Sheet, problems: Problems) -> set[int]:
    """Rows with more cells than names: a separator within a number that is not in quotes."""
    ragged = set()
    for number, cells in sheet.rows:
        if any(cell not in (None, "") for cell in cells[len(sheet.header) :]):
            said = f"the row has more cells than the {len(sheet.header)} named columns"
            mend = "write the name of each column in row 1, and nothing beside the table"
            if sheet.file.lower().endswith(".csv"):
                mend = 'in a CSV file a number such as 1,234 must stand in quotes, "1,234"; or a column has no name'
            problems.error(sheet.file, said, row=number, mend=mend)
            ragged.add(number)
    return ragged


def _column(sheet: Sheet, place: int, factor: float, column: Column, ragged: set[int], problems: Problems) -> list[Any]:
    """Values of one column, each way of writing read once; `ragged` rows have been complained of."""
    seen: dict[Any, object] = {}
    values: list[Any] = []
    for number, cells in sheet.rows:
        cell = cells[place] if place < len(cells) else None
        key = (type(cell), cell)
        if key not in seen:
            try:
                seen[key] = value_of(cell, column, factor)
            except CellError as problem:
                seen[key] = problem
        value = seen[key]
        where = {"row": number, "column": sheet.header[place]}
        if isinstance(value, CellError):
            if number not in ragged:
                problems.error(sheet.file, value.said, value=cell, mend=value.mend, **where)
            value = None
        elif value is None and column.filled and number not in ragged:
            problems.error(sheet.file, "must not be empty", mend=f"write {column.meaning}, {column.allowed}", **where)
        values.append(value)
    return values


def missing_table(folder: Path, table: Table, problems: Problems) -> None:
    """Note that a table is missing, and what in the folder may be meant for it."""
    there = sorted(printable(path.name) for path in folder.iterdir() if path.name != "district.yaml")
    stems = {Path(name).stem.lower(): name for name in there}
    close = [table.chinese] if table.chinese in stems else difflib.get_close_matches(table.name, stems, n=1)
    meant = f"; is it {stems[close[0]]}? Then rename it" if close else ""
    held = f"the folder holds {', '.join(there[:8]) or 'no table'}"
    needed = ", ".join(name for name, one in table.columns.items() if one.needed)
    problems.error(
        f"{table.name}.csv", "the file is missing", mend=f"write it with the columns {needed}; {held}{meant}"
    )

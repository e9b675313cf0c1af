"""What one cell says: numbers, words and texts as people write them in spreadsheets."""

import datetime
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from sim.district.tables.schema import UNITS, Column
from sim.userinput import closest


class Unworked:
    """A formula of a workbook whose value is not stored beside it."""


Cell = Unworked | str | int | float | bool | datetime.date | datetime.time | datetime.timedelta | None
"""What a file may hold in a cell."""
EMPTY = frozenset(("", "—", "——", "/", "n/a", "na", "null", "none", "不详", "暂缺", "未知"))
"""What stands in a cell that says nothing."""
LONGEST = 80
"""Characters of a name or code."""
WHOLE = 1e-6
"""How close to a whole number a converted one must be, such as 1.2万."""
TEN_THOUSAND = {"万": 1e4}
NUMBER = re.compile(r"([+-]?(?:(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?)\s*([^\d\s.,+-]\S*)?$")
"""A number with its separators, and a unit after it."""
DATE = re.compile(
    r"\d{4}([-/])\d{1,2}(\1\d{1,2})?([ t].*)?$|\d{4}\.\d{1,2}\.\d{1,2}$|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}$"
    r"|(\d{4}年)?\d{1,2}月(\d{1,2}日)?$|\d{1,2}-[a-z]{3}(-\d+)?$|[a-z]{3}-\d{1,2}$"
)
BROKEN = re.compile(r"#(ref!|n/a|value!|div/0!|name\?|num!|null!|#+)$", re.IGNORECASE)


class CellError(Exception):
    """The cell says nothing that is allowed: what is, and how to mend it."""

    def __init__(self, said: str, mend: str = "") -> None:
        super().__init__(said, mend)
        self.said = said
        self.mend = mend


def plain(text: str) -> str:
    """A text for comparison: full-width characters as usual ones, small letters, no spaces, hyphens or underscores."""
    return re.sub(r"[\s_\-\u200b\ufeff]+", "", unicodedata.normalize("NFKC", text)).lower()


def printable(text: str) -> str:
    """A text that a terminal shows as it stands, whatever it was."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def value_of(cell: Cell, column: Column, factor: float = 1.0) -> object:
    """What a cell means; None if it says nothing.

    Parameters
    ----------
    factor : float
        What one means in the column's unit, as the header says (万元).

    Raises
    ------
    CellError
        It says nothing that is allowed.
    """
    if isinstance(cell, str) and len(cell) > LONGEST:
        raise CellError(f"which is longer than {LONGEST} characters", "shorten it")
    if cell is None or (isinstance(cell, str) and plain(cell) in EMPTY and plain(cell) not in _ways(column)):
        return None
    if isinstance(cell, str) and BROKEN.match(cell.strip()):
        raise CellError("which is an error of the spreadsheet", "mend the formula, or type the value")
    if isinstance(cell, Unworked):
        mend = "open the file in a spreadsheet program and save it, or put the value in place of the formula"
        raise CellError("which has no stored value, and formulas are not worked out", mend)
    if column.kind == "text":
        return _text(cell)
    if column.kind == "word":
        return _word(cell, column)
    return _number(cell, column, factor)


def _text(cell: Any) -> str:
    if isinstance(cell, bool | datetime.date | datetime.time | datetime.timedelta):
        raise CellError("must be a text", "format the cell as text and type it again")
    if isinstance(cell, float):
        if not math.isfinite(cell):
            raise CellError("must be a text", "type it, or leave the cell empty")
        cell = int(cell) if cell.is_integer() else cell
    text = " ".join(str(cell).split())
    if not text.isprintable():
        raise CellError("which holds signs that cannot be shown", "type it again")
    return text


def _ways(column: Column) -> Mapping[str, object]:
    return {plain(way): value for value, ways in column.words.items() for way in ways}


def _word(cell: Any, column: Column) -> object:
    ways = _ways(column)
    if isinstance(cell, bool):
        said = "yes" if cell else "no"
    elif isinstance(cell, float) and cell.is_integer():
        said = str(int(cell))
    else:
        said = plain(str(cell))
    if said not in ways:
        raise CellError(f"must be {column.allowed}", closest(said, ways).removeprefix("; "))
    return ways[said]


def _number(cell: Any, column: Column, factor: float) -> int | float:
    if isinstance(cell, datetime.date | datetime.time | datetime.timedelta):
        raise CellError(
            f"which is a date; {column.allowed} is needed", "format the column as a number and type it again"
        )
    if isinstance(cell, bool):
        raise CellError(f"must be {column.allowed}", "type a number")
    try:
        number = _of_text(cell, column, factor) if isinstance(cell, str) else float(cell or 0) * factor
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise CellError(f"must be {column.allowed}", "type a number, or leave the cell empty")
    if (column.low is not None and number < column.low) or (column.high is not None and number > column.high):
        raise CellError(f"must be {column.allowed}", _if_percent(number, column))
    if column.kind != "whole":
        return number
    if abs(number - round(number)) > WHOLE:
        raise CellError(f"must be {column.allowed}", "round it")
    return round(number)


def _of_text(cell: str, column: Column, factor: float) -> float:
    """The number that a text says, with its separators and its unit."""
    text = unicodedata.normalize("NFKC", cell).strip().lower()
    if DATE.match(text):
        mend = "spreadsheets make dates of what looks like one: format the column as text and type it again"
        raise CellError(f"which is a date; {column.allowed} is needed", mend)
    parts = NUMBER.match(text)
    if not parts:
        mend = "leave the cell empty if it is not known" if not any(map(str.isdigit, text)) else "type digits alone"
        raise CellError(f"must be {column.allowed}", mend)
    if unit := parts[2]:
        units = {**UNITS.get(column.unit, {}), **TEN_THOUSAND}
        if unit not in units:
            known = ", ".join(UNITS.get(column.unit, {}))
            said = f"must be {column.allowed}{f', in {column.unit}' if column.unit else ''}"
            understood = f"; units that are understood: {known}" if known else ""
            raise CellError(said, f"write it without {unit!r}{understood}")
        factor = units[unit]
    return float(re.sub("[, ]", "", parts[1])) * factor


def _if_percent(number: float, column: Column) -> str:
    """How to mend a share that was written in per cent, or else any number that is out of bounds."""
    if column.unit == "share" and column.high is not None and abs(number) * UNITS["share"]["%"] <= column.high:
        return f"write {number:g}% for {number:g} per cent"
    return "correct it, or leave the cell empty if it is not known"

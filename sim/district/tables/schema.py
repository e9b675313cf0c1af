"""How a table of a district's own folder is declared: for reading it, for checking it and for its documentation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

UNITS: Mapping[str, Mapping[str, float]] = {
    "students": {"人": 1, "名": 1},
    "teachers": {"人": 1, "名": 1},
    "classes": {"个": 1, "班": 1},
    "rooms": {"间": 1, "个": 1},
    "years": {"年": 1, "岁": 1, "周岁": 1, "years": 1},
    "yuan": {"元": 1, "yuan": 1, "rmb": 1, "千元": 1e3, "万元": 1e4, "万": 1e4, "亿元": 1e8},
    "m2": {"m2": 1, "平方米": 1, "平米": 1, "亩": 2000 / 3, "公顷": 1e4, "ha": 1e4},
    "km": {"km": 1, "公里": 1, "千米": 1, "m": 1e-3, "米": 1e-3},
    "degrees": {"°": 1, "度": 1},
    "share": {"%": 1e-2},
    "marks": {"分": 1},
}
"""How units are written, in a cell or in brackets in a header, and what one is in the unit of the column."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    Attributes
    ----------
    kind : str
        `text`; `whole` or `amount`, a number; `word`, one of `words`.
    also : tuple of str
        Other names of the column, as Chinese tables call it.
    needed : bool
        The table must have it.
    unless : tuple of str
        Columns of which any makes this one not needed.
    filled : bool
        Every row must have a value.
    low, high : float, optional
        Least and largest number allowed.
    words : mapping of value to tuple of str
        How each value may be written; the first way is the one that is offered.
    """

    kind: str
    meaning: str
    also: tuple[str, ...] = ()
    needed: bool = False
    unless: tuple[str, ...] = ()
    filled: bool = False
    unit: str = ""
    low: float | None = None
    high: float | None = None
    words: Mapping[Any, tuple[str, ...]] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        """What a cell may hold, in words."""
        if self.kind == "text":
            return "a text"
        if self.kind == "word":
            shown = [ways[0] if ways[1].isascii() else f"{ways[0]} ({ways[1]})" for ways in self.words.values()]
            return f"{', '.join(shown[:-1])} or {shown[-1]}"
        return f"a {'whole ' if self.kind == 'whole' else ''}number within {self.low:,.12g} ... {self.high:,.12g}"


@dataclass(frozen=True)
class Table:
    """One table: the file NAME.csv, NAME.xlsx or NAME.parquet."""

    name: str
    chinese: str
    meaning: str
    columns: Mapping[str, Column]
    of_persons: bool = False

    @property
    def names(self) -> Mapping[str, str]:
        """The column of each name that a header may have."""
        return {name: column for column, one in self.columns.items() for name in (column, *one.also)}


def text(also: str, meaning: str, *, needed: bool = False, filled: bool = False) -> Column:
    """Declare a name or code; `also` lists the column's other names, with spaces between them."""
    return Column(kind="text", also=tuple(also.split()), meaning=meaning, needed=needed, filled=filled)


def whole(
    also: str, unit: str, low: float, high: float, meaning: str, *, needed: bool = False, unless: Iterable[str] = ()
) -> Column:
    """Declare a whole number; where it is needed, then unless the table has one of some other columns."""
    names, others = tuple(also.split()), tuple(unless)
    return Column(
        kind="whole", also=names, unit=unit, low=low, high=high, meaning=meaning, needed=needed, unless=others
    )


def amount(also: str, unit: str, low: float, high: float, meaning: str) -> Column:
    """Declare a number."""
    return Column(kind="amount", also=tuple(also.split()), unit=unit, low=low, high=high, meaning=meaning)


def word(also: str, words: Mapping[Any, str], meaning: str, *, needed: bool = False) -> Column:
    """Declare one of some words, with the ways to write each; what the table must have every row must have."""
    ways = {value: tuple(said.split()) for value, said in words.items()}
    return Column(kind="word", also=tuple(also.split()), words=ways, meaning=meaning, needed=needed, filled=needed)


def yes_no(also: str, meaning: str, *, yes: str = "", no: str = "") -> Column:
    """Declare a question; `yes` and `no` are further ways to answer it."""
    return word(also, {True: f"yes 是 y true √ ✓ ✔ 1 {yes}", False: f"no 否 n false × ✗ ✘ 0 {no}"}, meaning)

"""Agents stored by column: one array per attribute, a light view for each agent.

A district has 60,000 students and a province 10,000,000: they are as real as objects, but one NumPy array
holds one attribute of all of them. Attributes are declared once, with dtype, unit and meaning::

    class Students(Columns):
        id = Column(np.int64, "", "cohort, home catchment and number")
        trait = Column(np.float64, "SD", "what the child brings")
"""

from collections.abc import Callable, Iterator
from functools import cache
from sys import getrefcount
from typing import TYPE_CHECKING, Any, Self, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.compiled import loops

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]
SPARE = 16
"""Room for one row more is given for so many: of a table that grows, or of a cohort that others follow."""
BITS = {kind.itemsize: kind for kind in map(np.dtype, (np.uint8, np.uint16, np.uint32, np.uint64))}
"""Whole numbers as large as any value of a column, for a loop that looks at no more of it."""
_KEPT = {"array": np.zeros(1)}
ALONE = getrefcount(_KEPT["array"])
"""References that Python counts of an array that only a dictionary holds, where it is asked for in these words."""


class Column:
    """Declaration of one attribute.

    Parameters
    ----------
    dtype : DTypeLike
        NumPy dtype of the array.
    unit : str
        Unit of a value; empty for names, counts and codes.
    meaning : str
        What the attribute is, in the words of the field.
    width : int, optional
        Number of values an agent has; 1 makes the array one-dimensional.
    """

    name: str

    def __init__(self, dtype: DTypeLike, unit: str, meaning: str, width: int = 1) -> None:
        self.dtype = np.dtype(dtype)
        self.unit = unit
        self.meaning = meaning
        self.width = width

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    # A table's arrays stand in its own namespace, where Python finds them by itself: nothing is called to read one.
    if TYPE_CHECKING:

        @overload
        def __get__(self, table: None, owner: type) -> Self: ...
        @overload
        def __get__(self, table: "Columns", owner: type) -> Array: ...
        def __get__(self, table: "Columns | None", owner: type) -> Self | Array: ...

    def __set__(self, table: "Columns", values: Any) -> None:
        array = np.asarray(values, dtype=self.dtype)
        shape = self.shape(table._rows)
        if array.shape != shape:
            raise ValueError(f"{type(table).__name__}.{self.name} must have shape {shape}, got {array.shape}")
        table.__dict__[self.name] = array
        table._room.pop(self.name, None)

    def shape(self, rows: int) -> tuple[int, ...]:
        return (rows,) if self.width == 1 else (rows, self.width)


class View:
    """One agent: reads and writes its row of the columns."""

    __slots__ = ("_row", "_table")

    def __init__(self, table: "Columns", row: int) -> None:
        object.__setattr__(self, "_table", table)
        object.__setattr__(self, "_row", row)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._table.arrays[name][self._row]
        except KeyError:
            raise AttributeError(f"{type(self._table).__name__} have no attribute {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._table.arrays:
            raise AttributeError(f"{type(self._table).__name__} have no attribute {name!r}")
        self._table.arrays[name][self._row] = value

    def __repr__(self) -> str:
        return f"{type(self._table).__name__}[{self.id}]"


class Columns:
    """Agents of one kind, `rows` of them. Columns that are not given start at zero (or empty)."""

    __slots__ = ("__dict__", "_room", "_rows")

    def __init__(self, rows: int, /, **arrays: Any) -> None:
        self._rows, self._room = rows, dict[str, Array]()
        declared = self.declared()
        if unknown := arrays.keys() - declared.keys():
            raise TypeError(f"{type(self).__name__} have no columns {sorted(unknown)}")
        for name, column in declared.items():
            if name in arrays:
                column.__set__(self, arrays[name])
            else:
                self.__dict__[name] = np.zeros(column.shape(rows), column.dtype)

    @property
    def arrays(self) -> dict[str, Array]:
        """The array of each column, by name."""
        return self.__dict__

    @classmethod
    @cache
    def declared(cls) -> dict[str, Column]:
        """The declarations, in order."""
        return {name: value for name, value in vars(cls).items() if isinstance(value, Column)}

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[Any]:
        return (self.view(row) for row in range(self._rows))

    def __getitem__(self, agent_id: int) -> Any:
        """The agent with this id."""
        rows = np.flatnonzero(self.arrays["id"] == agent_id)
        if len(rows) == 0:
            raise KeyError(f"no {type(self).__name__} with id {agent_id}")
        return self.view(int(rows[0]))

    def view(self, row: int) -> Any:
        return View(self, row)

    def take(self, rows: Array | slice) -> Self:
        """A new table with these rows (positions or a mask), in this order; a slice shares the arrays."""
        return self._with({name: array[rows] for name, array in self.arrays.items()})

    def _with(self, arrays: dict[str, Array]) -> Self:
        """A table of the same kind with arrays of its own, which fit as they come from such tables."""
        table = type(self).__new__(type(self))
        table.__dict__, table._rows, table._room = arrays, len(arrays["id"]), {}
        return table

    def select(self, where: Array | Callable[[Self], Array]) -> Self:
        """The agents for which `where` is true: a mask, or a function of the table."""
        return self.take(where(self) if callable(where) else where)

    def groupby(self, column: str) -> Iterator[tuple[Any, Self]]:
        """Each value of a column, in order, with its agents."""
        values = self.arrays[column]
        for value in np.unique(values):
            yield value, self.take(values == value)

    def reorder(self, order: Array) -> None:
        """Bring the rows, in place, into this order of the positions at which they stand."""
        fast = loops()
        for array in self.arrays.values():
            if fast is None or array.ndim > 1 or array.dtype.hasobject:
                array[:] = array.take(order, axis=0)
            else:
                fast.reorder(array.view(BITS[array.itemsize]), order)

    def copy(self) -> Self:
        return self._with({name: array.copy() for name, array in self.arrays.items()})

    def followed_by(self, *others: Self) -> Self:
        """This table with the rows of others after its own."""
        tables = (self, *others)
        return self._with({name: np.concatenate([table.arrays[name] for table in tables]) for name in self.arrays})

    def grow(self, rows: int, /, **arrays: Any) -> None:
        """Put so many rows behind the others; columns that are not given start at zero (or empty).

        Where they stand there is room for some more, so that few of the times that a table grows it is copied.
        """
        before, after = self._rows, self._rows + rows
        for name, array in self.arrays.items():
            room = self._room.get(name, array)
            if array.base is not room or len(room) < after:
                room = self._new_room(name, after + after // SPARE)
                room[:before] = array
            room[before:after] = arrays.get(name, 0)
            self.arrays[name] = room[:after]
        self._rows = after

    def turn_over(self, leaving: int, new: Self, **instead: str) -> None:
        """Drop the first rows, so many, and put those of another table behind the others.

        The others move up where they stand. But who holds a column, or a part of it, keeps it as it was: then the table
        gets another. A column may get the values of one that comes before it `instead` of its own.
        """
        staying, after = self._rows - leaving, self._rows - leaving + len(new)
        for name in reversed(self.arrays):
            if self._held(name) or len(self._room[name]) < after:
                room = self._new_room(name, after + leaving // SPARE)
            else:
                room = self._room[name]
            room[:staying] = self.arrays[instead.get(name, name)][leaving:]
            room[staying:after] = new.arrays[name]
            self.arrays[name] = room[:after]
        self._rows = after

    def _new_room(self, name: str, rows: int) -> Array:
        array = self.arrays[name]
        self._room[name] = np.empty((rows, *array.shape[1:]), array.dtype)
        return self._room[name]

    def _held(self, name: str) -> bool:
        """Whether a column stands elsewhere than in its room, or somebody else refers to it or to a part of it."""
        if name not in self._room or self.arrays[name].base is not self._room[name]:
            return True
        # Without names of our own, which not every Python counts alike; the room is the column's base as well.
        return getrefcount(self.arrays[name]) > ALONE or getrefcount(self._room[name]) > ALONE + 1

    def to_frame(self) -> "pd.DataFrame":
        """A pandas DataFrame, one row an agent; a column of several values becomes ``name_0, name_1 ...``."""
        import pandas as pd  # slow to import, and needed for nothing else here

        frame: dict[str, Array] = {}
        for name, column in self.declared().items():
            array = self.arrays[name]
            if column.width == 1:
                frame[name] = array
            else:
                frame |= {f"{name}_{i}": array[:, i] for i in range(column.width)}
        return pd.DataFrame(frame)

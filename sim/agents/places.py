"""Schools and zones as agents of mesa: each looks at its row of the table that holds its state."""

from typing import Any

from sim.agents.columns import Columns
from sim.mesa_core import Agent, Model


class RowAgent(Agent):
    """A mesa agent whose state is one row of a table of columns."""

    def __init__(self, model: Model, table: Columns, row: int) -> None:
        super().__init__(model)
        self.table = table
        self.row = row

    def __getattr__(self, name: str) -> Any:
        table = self.__dict__.get("table")
        if table is None or name not in table.arrays:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return table.arrays[name][self.row]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"


class School(RowAgent):
    """One school: an agent of the model whose state is a row of `Schools`."""


class Zone(RowAgent):
    """One zone or group: an agent of the model whose state is a row of `Zones`."""

"""Reading a sweep: tidy tables with the settings of each cell, nothing loaded before it is asked for."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds

from sim.agents.school import LEVELS
from sim.analysis.paired import summary
from sim.indicators.catalogue import DISTRICT, INDICATORS
from sim.sweep_parts import FAILED, dataset, read_runs
from sim.userinput import UserError, no_such

MANIFEST, PLAN, CELLS = "manifest.json", "plan.parquet", "cells.parquet"
MISSING = "missing"
"""Status of a run that has not been tried."""
OF_CELLS = ("cell", "world", "configuration", "settings")
"""Columns of the cells that are no settings."""
OF_RUNS = ("run", "scenario", "cell", "world", "replicate", "seed")
POLICY, COUNTERFACTUAL = "policy", "counterfactual"
PAIR = ["world", "replicate", "year", "level"]
"""What a policy and its counterfactual have in common."""


def open_sweep(folder: str | Path) -> "Sweep":
    """The sweep in a folder, finished or not.

    Raises
    ------
    UserError
        There is none.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{folder} is not the folder of a sweep: it has no {MANIFEST}") from None
    except (OSError, ValueError) as problem:
        raise UserError(f"{folder / MANIFEST} cannot be read: {problem}") from None
    return Sweep(folder, manifest)


class Sweep:
    """The tables of a sweep.

    Attributes
    ----------
    folder : Path
    manifest : mapping
        What was asked for, by whom, with which code.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row a cell: `cell`, `world`, and a column for each setting that differs between cells."""
        stored = pd.read_parquet(self.folder / CELLS).iloc[: self.manifest["cells"]]
        return stored.drop(columns=["configuration", "settings"])

    @property
    def axes(self) -> list[str]:
        """The settings that are columns of the tables: district, policy, and what differs between cells."""
        return [name for name in self.cells.columns if name not in OF_CELLS]

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row for each run of each cell, and for each counterfactual, with `status` ok, failed or missing."""
        tried = read_runs(self.folder)[["run", "status", "reason", "traceback", "seconds", "started"]]
        runs = self._planned.merge(tried, on="run", how="left")
        runs["status"] = runs["status"].fillna(MISSING)
        return runs

    @property
    def failed(self) -> pd.DataFrame:
        """The runs that failed, with `reason` and `traceback`."""
        return self.runs[self.runs["status"] == FAILED].reset_index(drop=True)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """All indicators of all runs, as in a run's `indicators.parquet`, with `cell`, `run` and the cell's settings.

        A counterfactual stands there once for all cells of its world, without a cell. Large sweeps are better read
        by `read`, `effects` and `sql`, which take only what they need.
        """
        return self.read()

    def read(
        self, names: Sequence[str] | None = None, scope: str | None = None, year: int | None = None
    ) -> pd.DataFrame:
        """Some indicators, of one scope or one year, as in `indicators`."""
        names = self._checked(names)
        rows = self._rows(names, scope, year)
        settings = self._planned.merge(self._settings, left_index=True, right_index=True)
        table = rows.merge(settings, on="run")
        order = table.sort_values(["world", "scenario", "cell", "replicate"], kind="stable")
        head = ["scenario", "replicate", "year", "level", "scope", "unit", "cell", "world", "run", *self.axes]
        return order[[*head, *names]].reset_index(drop=True)

    @cached_property
    def costs(self) -> pd.DataFrame:
        """Yuan by run, year and lever."""
        rows: pd.DataFrame = dataset(self.folder, "costs").to_table().to_pandas()
        return self._planned[["scenario", "replicate", "cell", "run"]].merge(rows, on="run")

    def effects(self, names: Sequence[str] | None = None, year: int | None = None) -> pd.DataFrame:
        """Paired difference policy - counterfactual of the district, by cell.

        Parameters
        ----------
        names : sequence of str, optional
            Indicators; all that both worlds have without it.
        year : int, optional
            One year only.

        Returns
        -------
        DataFrame
            By cell (with its settings), indicator, level and year: `mean`, 5 % and 95 % quantile over replicates `p05`
            and `p95`, standard error `se` of the mean, number of `replicates` that both worlds have.
        """
        names = self._checked(names)
        rows = self._rows(names, DISTRICT, year)
        arms = {arm: self._planned[self._planned["scenario"] == arm] for arm in (POLICY, COUNTERFACTUAL)}
        with_it = arms[POLICY][["run", "cell", "world", "replicate"]].merge(rows, on="run")
        without = arms[COUNTERFACTUAL][["run", "world", "replicate"]].merge(rows, on="run")
        both = with_it.merge(without[[*PAIR, *names]], on=PAIR, suffixes=("", " without"))
        tables = [self._effect(both, name) for name in names]
        table = pd.concat([one for one in tables if one is not None] or [_NO_EFFECTS], ignore_index=True)
        order = {name: place for place, name in enumerate((*names, *LEVELS))}
        by = ["cell", "indicator", "level", "year"]
        words = ("indicator", "level")
        table = table.sort_values(by, key=lambda column: column.map(order) if column.name in words else column)
        settings = self.cells.drop(columns="world")
        return settings.merge(table, on="cell").reset_index(drop=True)

    def sql(self, query: str) -> pd.DataFrame:
        """The answer of DuckDB to a query over the tables `indicators`, `cells`, `runs` and `costs`.

        `indicators` has the columns of `Sweep.indicators`. Needs `pip install 'zonesim[sql]'`.
        """
        try:
            import duckdb
        except ImportError:
            raise UserError("sql needs DuckDB: pip install 'zonesim[sql]'") from None
        with duckdb.connect() as connection:
            tables = {
                "cells": self.cells,
                "runs": self.runs,
                "costs": self.costs if "costs" in query.lower() else None,
                "part": dataset(self.folder, "indicators"),
                "arm": self._planned.merge(self._settings, left_index=True, right_index=True),
            }
            for name, table in tables.items():
                if table is not None:
                    connection.register(name, table)
            connection.execute("create view indicators as select * from part join arm using (run)")
            try:
                answer: pd.DataFrame = connection.sql(query).df()
            except duckdb.Error as problem:
                raise UserError(f"sql: {problem}") from None
        return answer

    @cached_property
    def _planned(self) -> pd.DataFrame:
        """`OF_RUNS` of every run of the plan."""
        columns = list(OF_RUNS)
        return pd.read_parquet(self.folder / PLAN, columns=columns).iloc[: self.manifest["runs"]].reset_index(drop=True)

    @cached_property
    def _settings(self) -> pd.DataFrame:
        """Settings by row of the plan; of a counterfactual those that are of its world."""
        cells = self.cells.set_index("cell")[self.axes]
        own = cells.reindex(self._planned["cell"]).reset_index(drop=True)
        of_world = self.cells.groupby("world").first()[self.axes]
        common = of_world.reindex(self._planned["world"]).reset_index(drop=True)
        shared = self._planned["cell"].isna().to_numpy()
        for axis in self.axes:
            if not axis.startswith(POLICY):
                own.loc[shared, axis] = common.loc[shared, axis]
        return own

    def _rows(self, names: Sequence[str], scope: str | None, year: int | None) -> pd.DataFrame:
        """Rows of the parts with these indicators."""
        chosen = None
        for field, value in (("scope", scope), ("year", year)):
            if value is not None:
                one = ds.field(field) == value
                chosen = one if chosen is None else chosen & one
        columns = ["run", "year", "level", "scope", "unit", *names]
        rows: pd.DataFrame = dataset(self.folder, "indicators").to_table(columns=columns, filter=chosen).to_pandas()
        return rows

    def _effect(self, both: pd.DataFrame, name: str) -> pd.DataFrame | None:
        """The paired difference of one indicator; None where it has none."""
        keys = both[["replicate", "cell", "level", "year"]]
        change = keys.assign(change=both[name] - both[f"{name} without"]).dropna(subset=["change"])
        if change.empty:
            return None
        by_replicate = change.pivot(index="replicate", columns=["cell", "level", "year"], values="change")
        table = by_replicate.columns.to_frame(index=False).assign(indicator=name)
        return table.assign(**summary(by_replicate.to_numpy()))

    def _checked(self, names: Sequence[str] | None) -> list[str]:
        if names is None:
            return list(INDICATORS)
        if isinstance(names, str):
            raise UserError(f'names must be a list, such as ["{names}"]')
        for name in names:
            if name not in INDICATORS:
                raise no_such(name, "indicator", name, INDICATORS)
        return list(names)


_NO_EFFECTS = pd.DataFrame(columns=["cell", "level", "year", "indicator", "mean", "p05", "p95", "se", "replicates"])

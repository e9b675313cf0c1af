"""The plan of a sweep: its cells, its runs, and what tells one sweep from another, saved before anything is run."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, Self

import pandas as pd
import pyarrow as pa

from experiments.provenance import code_hash
from experiments.store import TEMPORARY, told_disk
from experiments.sweep.cells import column, described, frozen, thawed, varied
from experiments.sweep.designs import Cell
from experiments.sweep.parts import write
from experiments.sweep.resolving import Resolver, fingerprint
from sim.noise import replicate_seed
from sim.sweep import CELLS, MANIFEST, PLAN
from sim.userinput import UserError

RUNS_A_TASK = 16
"""Most runs that share a district at rest, which takes as long to make as four of them."""
INSTEAD = "choose another folder with out=DIR, or type force=true to begin anew in this one"

RUN_COLUMNS = {
    "run": "string",
    "scenario": "string",  # policy or counterfactual
    "cell": "Int64",  # none for a counterfactual, which the cells of a world share
    "world": "int64",
    "replicate": "int64",
    "seed": "uint64",  # of the replicate
    "number": "int64",  # of the task in which it was planned
}
"""Columns of the plan; one row for each run that a cell needs, and for each counterfactual."""

CELL_COLUMNS = {"cell": "int64", "world": "int64", "configuration": "string", "settings": "string"}
"""Columns of the cells before those of the axes; `settings` is all that is set, as JSON."""


@dataclass(frozen=True)
class Plan:
    """What is to be run.

    Attributes
    ----------
    cells : DataFrame
        `CELL_COLUMNS`, then one column for each name of the world and each axis.
    runs : DataFrame
        `RUN_COLUMNS`. Rows are only ever added.
    replicates : int
        Of each cell.
    scopes : tuple of str
        Whose indicators are kept.
    config_dirs : tuple of Path
    record : mapping
        What else the manifest says.
    """

    cells: pd.DataFrame
    runs: pd.DataFrame
    replicates: int
    scopes: tuple[str, ...]
    config_dirs: tuple[Path, ...]
    record: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The plan in a folder; None where there is none."""
        if not (folder / MANIFEST).exists():
            return None
        try:
            manifest = json.loads((folder / MANIFEST).read_bytes())
            cells = pd.read_parquet(folder / CELLS).iloc[: manifest["cells"]]
            runs = pd.read_parquet(folder / PLAN).iloc[: manifest["runs"]]
            own = {key: manifest[key] for key in ("replicates", "scopes", "config_dirs")}
        except (OSError, ValueError, LookupError, TypeError) as problem:
            raise UserError(f"{folder} does not hold the plan of a sweep ({problem}); {INSTEAD}") from None
        dirs = tuple(Path(each) for each in own["config_dirs"])
        return cls(cells, runs.astype(RUN_COLUMNS), own["replicates"], tuple(own["scopes"]), dirs, manifest)

    def save(self, folder: Path) -> None:
        """Write the tables, then the manifest, which says how much of them counts."""
        with told_disk(folder, kept=True):
            for name, table in ((CELLS, self.cells), (PLAN, self.runs)):
                temporary = folder / f"{TEMPORARY}{token_hex(8)}.{name}"
                write(pa.Table.from_pandas(table, preserve_index=False), temporary)
                os.replace(temporary, folder / name)
            manifest = {
                **self.record,
                "code": code_hash(),
                "cells": len(self.cells),
                "runs": len(self.runs),
                "replicates": self.replicates,
                "scopes": self.scopes,
                "config_dirs": [str(each.resolve()) for each in self.config_dirs],
            }
            temporary = folder / f"{TEMPORARY}{token_hex(8)}.{MANIFEST}"
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(manifest, file, indent=2, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, folder / MANIFEST)

    @property
    def settings(self) -> list[dict[str, Any]]:
        """All that is set, by cell."""
        return [thawed(text) for text in self.cells["settings"]]


def make(
    cells: Sequence[Cell],
    resolver: Resolver,
    replicates: int,
    scopes: tuple[str, ...],
    config_dirs: tuple[Path, ...],
    before: Plan | None = None,
) -> Plan:
    """Resolve and check every cell, and plan its runs; what was planned `before` keeps its place.

    Parameters
    ----------
    cells : sequence of mapping
        All settings of the world, by cell. Those of `before` come first, in its order.

    Raises
    ------
    UserError
        The first cell that cannot be run, by its number and what it sets.
    """
    if before is not None:
        replicates = max(replicates, before.replicates)
        cells = _after(before, cells)
    cells = [thawed(frozen(cell)) for cell in cells]  # as all later commands see them
    axes = varied(cells)
    rows, at = [], []
    worlds: dict[tuple[str, str, int], int] = {}
    for number, settings in enumerate(cells):
        try:
            found = resolver.cell(settings)
        except UserError as problem:
            where = f"cell {number} ({described(settings, axes)}): " if axes else ""
            raise UserError(f"{where}{problem}") from None
        seed = settings["run.seed"]
        world = worlds.setdefault((found.world, found.counterfactual, seed), len(worlds))
        at.append((found.world, found.policy, found.counterfactual, seed))
        rows.append((number, world, fingerprint(at[-1]), frozen(settings)))
    table = pd.DataFrame(rows, columns=list(CELL_COLUMNS)).astype(CELL_COLUMNS)
    for axis in dict.fromkeys(["district", "policy", *axes]):
        table[axis] = column([settings.get(axis) for settings in cells])
    if before is not None:
        _check_unchanged(table, before)
    of_world: list[list[int]] = [[] for _ in worlds]
    for number, world, *_ in rows:
        of_world[world].append(number)
    runs = _runs(of_world, at, replicates, None if before is None else before.runs)
    return Plan(table, runs, replicates, scopes, config_dirs)


def _runs(
    of_world: Sequence[Sequence[int]],
    at: Sequence[tuple[str, str, str, int]],
    replicates: int,
    before: pd.DataFrame | None,
) -> pd.DataFrame:
    """The rows of the plan: those of `before`, then what it lacks, in tasks of a world and a replicate.

    Parameters
    ----------
    of_world : sequence of sequence of int
        Cells by world.
    at : sequence of (world, policy, counterfactual, seed)
        Hashes by cell, and its `run.seed`.
    """
    code = code_hash()
    task_of: dict[str, int] = {}
    planned: set[tuple[str, int]] = set()
    if before is not None:
        task_of = dict(zip(before["run"], before["number"].tolist(), strict=True))
        planned = set(zip(before["run"], before["cell"].fillna(-1).tolist(), strict=True))
    task = max(task_of.values(), default=-1) + 1
    columns: dict[str, list[Any]] = {name: [] for name in RUN_COLUMNS}
    for replicate in range(replicates):
        for world, cells in enumerate(of_world):
            configuration, _, counterfactual, seed = at[cells[0]]
            luck, planned_here = replicate_seed(seed, replicate), 0
            for cell in (-1, *cells):
                run = fingerprint([configuration, at[cell][1] if cell >= 0 else counterfactual, seed, replicate, code])
                if (run, cell) in planned:
                    continue
                if run not in task_of:  # a policy that is the counterfactual, or another cell's, is run once
                    task_of[run] = task + planned_here // RUNS_A_TASK
                    planned_here += 1
                scenario = "counterfactual" if cell < 0 else "policy"
                values = (run, scenario, pd.NA if cell < 0 else cell, world, replicate, luck, task_of[run])
                for name, value in zip(columns, values, strict=True):
                    columns[name].append(value)
            task += -(-planned_here // RUNS_A_TASK)
    rows = pd.DataFrame(columns).astype(RUN_COLUMNS)
    return rows if before is None else pd.concat([before, rows], ignore_index=True)


def _after(before: Plan, cells: Sequence[Cell]) -> list[Cell]:
    """The cells, those that were planned before in front.

    Raises
    ------
    UserError
        Some of those are not among them.
    """
    texts = [frozen(cell) for cell in cells]
    wanted, there = set(texts), set(before.cells["settings"])
    if lost := [thawed(text) for text in before.cells["settings"] if text not in wanted]:
        new = thawed(texts[0])
        apart = [key for key in lost[0] if key not in new or new[key] != lost[0][key]]
        apart += [f"{key}, which it does not set" for key in new if key not in lost[0]]
        raise UserError(
            f"the folder holds a sweep with {len(lost)} cells that are not in this one, such as that with "
            f"{described(lost[0], [key for key in apart if key in lost[0]]) or apart[0]}; cells and replicates can be "
            f"added to a sweep, not taken away: {INSTEAD}"
        )
    return before.settings + [cell for cell, text in zip(cells, texts, strict=True) if text not in there]


def _check_unchanged(cells: pd.DataFrame, before: Plan) -> None:
    """Refuse to add to runs of another code, or of settings that meant something else."""
    if before.record["code"] != code_hash():
        raise UserError(
            "the sweep in this folder was begun with other code of the model, and runs of two versions do not mix: "
            f"go back to that version, or {INSTEAD}"
        )
    old = before.cells
    changed = old[old["configuration"].to_numpy() != cells["configuration"].to_numpy()[: len(old)]]
    if len(changed):
        names = ", ".join(sorted({f"{group}={one}" for group in ("district", "policy") for one in changed[group]}))
        raise UserError(
            f"the settings of {len(changed)} cells of this sweep ({names}) no longer mean what they did when it was "
            f"begun: a file they name has changed; put it back, or {INSTEAD}"
        )

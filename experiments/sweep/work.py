"""What a worker of a sweep does: the runs of a chunk of tasks, into the files of one part."""

import gc
import os
import pickle
import socket
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.failure import Failure
from experiments.limits import Limits
from experiments.provenance import code_hash
from experiments.store import told_disk
from experiments.sweep.diary import AT_REST, Diary
from experiments.sweep.parts import write
from experiments.sweep.task import Task, runs_of
from sim.agents.columns import Array
from sim.indicators.catalogue import INDICATORS
from sim.memory import keep_freed_memory
from sim.noise import Floats, replicate_seed
from sim.replicate import Replicate, let_go, replicate_from
from sim.scenario import Arm, Scenario
from sim.sweep_parts import FAILED, OK, SCHEMAS
from sim.userinput import UserError

BEFORE = "the district before any reform: "
"""How the reason begins of a run that failed for that."""


@dataclass(frozen=True)
class Chunk:
    """What a worker does at a stretch.

    Attributes
    ----------
    folder : Path
        That of the sweep; the worker may run on another machine.
    name : str
        How the names of its temporary files begin.
    """

    tasks: tuple[Task, ...]
    folder: Path
    name: str
    scopes: tuple[str, ...]
    limits: Limits

    @property
    def runs(self) -> int:
        return sum(len(runs_of(task)) for task in self.tasks)

    @property
    def diary(self) -> Path:
        return self.folder / f"{self.name}.diary"

    def files(self) -> dict[str, Path]:
        """Names for the tables of one trial; a cluster may try a chunk twice, even at the same time."""
        trial = token_hex(4)
        return {table: self.folder / f"{self.name}.{trial}.{table}" for table in SCHEMAS}


@dataclass(frozen=True)
class Done:
    """What came of a chunk, whose results wait in its temporary files."""

    ok: int
    failed: int
    seconds: float
    """Of the runs alone."""
    size: int
    """Bytes of the tables in memory."""
    files: dict[str, Path]


def work(packed: bytes, code: str) -> Done:
    """Do a pickled chunk and write its part under temporary names.

    Parameters
    ----------
    code : str
        The code of the model that the sweep is computed with (`provenance.code_hash`).

    Raises
    ------
    Failure
        The disk is full; or this worker has another code, or does not see the sweep's folder. What a run raises is
        in its row instead.
    """
    if _code() != code:
        raise Failure(
            f"worker {_here()} has another version of zonesim than the sweep; what is done is kept: install the same "
            "everywhere, start the workers anew, then type the command again to go on"
        )
    keep_freed_memory()
    chunk: Chunk = pickle.loads(packed)
    if not chunk.folder.is_dir():
        raise Failure(
            f"worker {_here()} does not see the folder {chunk.folder}; workers must see the folder of the "
            "sweep by the same path: choose one on a shared disk with out=DIR"
        )
    results = Results(chunk.scopes)
    with told_disk(chunk.folder, kept=True):
        diary = Diary.begun(chunk.diary)
        try:
            for index, task in enumerate(chunk.tasks):
                _do(task, index, chunk.limits, diary, results)
            tables, files = results.tables(), chunk.files()
            for table, rows in tables.items():
                write(rows, files[table])
        finally:
            diary.end()
    size = sum(rows.nbytes for rows in tables.values())
    return Done(results.ok, results.failed, results.seconds, size, files)


def failed_rows(task: Task, reason: str, text: str | None, seconds: float) -> "Results":
    """The rows of runs of which their worker cannot tell, for it is gone."""
    results = Results(())
    for run in runs_of(task):
        results.fail(task, run, reason, text, seconds, datetime.now(UTC))
    return results


@dataclass
class Results:
    """What a chunk has given so far."""

    scopes: tuple[str, ...]
    ok: int = 0
    failed: int = 0
    seconds: float = 0.0
    rows: list[tuple[Any, ...]] = field(default_factory=list)  # of the table of runs
    keys: list[dict[str, Array]] = field(default_factory=list)  # of rows of indicators, by run
    figures: list[Floats] = field(default_factory=list)  # (rows, indicators), by run
    costs: list[tuple[str, int, str, int]] = field(default_factory=list)

    def keep(self, task: Task, run: str, arm: Arm, one: Replicate, seconds: float, started: datetime) -> None:
        """Of a run that ended well."""
        keys, figures = _figures(run, one.keys, one.figures[arm], task.scenario.baseline_year, self.scopes)
        self.keys.append(keys)
        self.figures.append(figures)
        for year, by_lever in one.costs[arm].items():
            self.costs += [(run, year, lever, yuan) for lever, yuan in by_lever.items()]
        self.ok += 1
        self._note(run, OK, None, None, seconds, started, task)

    def fail(self, task: Task, run: str, reason: str, text: str | None, seconds: float, started: datetime) -> None:
        """Of one that did not."""
        self.failed += 1
        self._note(run, FAILED, reason, text, seconds, started, task)

    def tables(self) -> dict[str, pa.Table]:
        """The tables of the part."""
        indicators: dict[str, Any] = {name: [] for name in SCHEMAS["indicators"].names}
        if self.figures:
            indicators = {name: np.concatenate([one[name] for one in self.keys]) for name in self.keys[0]}
            indicators |= dict(zip(INDICATORS, np.concatenate(self.figures).T, strict=True))
        return {
            "indicators": pa.table(indicators, SCHEMAS["indicators"]),
            "costs": _table("costs", self.costs),
            "runs": _table("runs", self.rows),
        }

    def _note(
        self,
        run: str,
        status: str,
        reason: str | None,
        text: str | None,
        seconds: float,
        started: datetime,
        task: Task,
    ) -> None:
        self.seconds += seconds
        self.rows.append((run, status, reason, text, seconds, started, _here(), task.number))


def _do(task: Task, index: int, limits: Limits, diary: Diary, results: Results) -> None:
    """The runs of a task, whatever becomes of each."""
    started, begun = datetime.now(UTC), time.perf_counter()
    runs = runs_of(task)
    diary.note(index, AT_REST)
    try:
        with _limited(limits, diary):
            rest = task.scenario.at_rest(replicate_seed(task.seed, task.replicate))
    except (Exception, SystemExit) as problem:
        reason = f"{BEFORE}{in_one_line(problem, limits)}"
        share = (time.perf_counter() - begun) / len(runs)
        for run in runs:
            results.fail(task, run, reason, traceback.format_exc(), share, started)
        return
    share = (time.perf_counter() - begun) / len(runs)
    begun = time.perf_counter()
    for run, arm, scenario in _worlds(task):  # the first has started with the district at rest
        diary.note(index, run)
        try:
            with _limited(limits, diary):
                one = replicate_from(rest, scenario, (arm,), task.replicate)
        except (Exception, SystemExit) as problem:
            seconds = share + time.perf_counter() - begun
            results.fail(task, run, in_one_line(problem, limits), traceback.format_exc(), seconds, started)
            if isinstance(problem, MemoryError):
                del problem
                gc.collect()  # what it had taken
        else:
            results.keep(task, run, arm, one, share + time.perf_counter() - begun, started)
        started, begun = datetime.now(UTC), time.perf_counter()
    let_go(rest)


def _worlds(task: Task) -> Iterator[tuple[str, Arm, Scenario]]:
    """Each run, the arm it is, and its world."""
    if task.counterfactual is not None:
        yield task.counterfactual, "counterfactual", task.scenario
    for run, policy in task.policies:
        yield run, "policy", replace(task.scenario, policy=policy)


def _limited(limits: Limits, diary: Diary) -> ExitStack:
    stack = ExitStack()
    stack.enter_context(limits.on_time(diary.descriptor))
    stack.enter_context(limits.on_memory())
    return stack


def in_one_line(problem: BaseException, limits: Limits) -> str:
    """Why a run failed."""
    text = " ".join(str(problem).split())
    if isinstance(problem, MemoryError) and limits.memory is not None:
        return f"took more memory than engine.memory_limit={limits.memory / 1e9:g}GB"
    if isinstance(problem, UserError):
        return text
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def _figures(
    run: str, units: Sequence[tuple[str, str, str]], figures: Floats, first_year: int, scopes: Sequence[str]
) -> tuple[dict[str, Array], Floats]:
    """Indicators of the units of some scopes: the columns that say what a row is, and the rows."""
    kept = [row for row, (_, scope, _) in enumerate(units) if scope in scopes]
    values = figures[:, kept]
    years = first_year + np.arange(len(values))
    keys: dict[str, Array] = {
        "run": np.full(len(values) * len(kept), run, dtype=object),
        "year": np.repeat(years, len(kept)),
    }
    for part, name in enumerate(("level", "scope", "unit")):
        keys[name] = np.tile(np.array([units[row][part] for row in kept], dtype=object), len(values))
    return keys, values.reshape(-1, len(INDICATORS))


def _table(name: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMAS[name])
    return pa.table(dict(zip(SCHEMAS[name].names, columns, strict=True)), SCHEMAS[name])


@cache
def _code() -> str:
    return code_hash()


def _here() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"

"""What a sweep has come to, in the terminal: while it runs, at its end, and what failed in it."""

import fcntl
import os
import shlex
import textwrap
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.store import LOCK
from experiments.sweep.cells import described, thawed, typed
from sim.sweep import CELLS, MISSING, Sweep, open_sweep
from sim.sweep_parts import FAILED, OK

RECENT = 200
"""Runs whose rate is told."""
REASONS = 20
"""Reasons of failure that are listed."""
RUNS = 3
"""Runs of each that are named."""
AXES = 6
"""Axes that are named."""


def tell_status(folder: Path) -> None:
    """Done, failed, missing and rate, from outside; the sweep may run meanwhile."""
    sweep = open_sweep(folder)
    runs = sweep.runs.drop_duplicates("run")
    counts = {status: int((runs["status"] == status).sum()) for status in (OK, FAILED, MISSING)}
    working = _worked_on(folder)
    print(f"{folder}: {_size(sweep)}")
    print(f"done {counts[OK]:,}, failed {counts[FAILED]:,}, missing {counts[MISSING]:,} of {len(runs):,} runs")
    if working:
        print("a command works on it now")
        if (rate := _rate(runs)) is not None:
            left = f"; about {_time(counts[MISSING] / rate)} left" if counts[MISSING] else ""
            print(f"{rate:,.2f} runs a second lately{left}")
    elif counts[MISSING]:
        print(f"nothing works on it now; {again(folder)} goes on")
    else:
        print("it is finished")
    if counts[FAILED]:
        print(f"{again(folder)} --failed says why runs failed")


def tell_failed(folder: Path) -> None:
    """The reasons of failure with their runs, one traceback, and how to run one alone."""
    sweep = open_sweep(folder)
    failed = sweep.failed
    if failed.empty:
        print(f"{folder}: no run has failed")
        return
    settings = [thawed(text) for text in pd.read_parquet(folder / CELLS)["settings"]]
    first_cell = sweep.cells.groupby("world")["cell"].first()
    print(f"{folder}: {counted(failed['run'].nunique(), 'run')} failed")
    for reason, rows in list(failed.groupby("reason", sort=False))[:REASONS]:
        print(f"\n{len(rows)} x {reason}")
        for row in rows.head(RUNS).to_dict("records"):
            cell = None if pd.isna(row["cell"]) else int(row["cell"])
            where = "counterfactual of" if cell is None else "cell"
            number = int(first_cell[row["world"]]) if cell is None else cell
            print(f"  {where} {number} ({described(settings[number], _varied(sweep))}), replicate {row['replicate']}")
        if len(rows) > RUNS:
            print(f"  and {len(rows) - RUNS} more")
    told = failed[failed["traceback"].notna()]
    one = (failed if told.empty else told).iloc[0]
    if isinstance(one["traceback"], str):
        print(f"\nTraceback of run {one['run']}:\n{textwrap.indent(one['traceback'].rstrip(), '  ')}")
    cell = first_cell[one["world"]] if pd.isna(one["cell"]) else one["cell"]
    print(f"\nTo run it alone:\n  {alone(settings[int(cell)], int(one['seed']), pd.isna(one['cell']))}")
    print(f"\nTo run all that failed once more, a limit raised or a machine mended:\n  {again(folder)} retry=true")


def alone(settings: Mapping[str, Any], seed: int, counterfactual: bool) -> str:
    """The command that runs one replicate of a cell again, with its counterfactual; or that one against itself."""
    words = dict(settings) | {"run.seed": seed, "run.replicates": 1, "engine": "serial"}
    if counterfactual:
        words = {key: value for key, value in words.items() if not key.startswith("policy.")}
        words["policy"] = words["counterfactual"]
    return shlex.join(["zonesim", "run", *(f"{key}={typed(value)}" for key, value in words.items()), "--debug"])


def again(folder: Path) -> str:
    """The command that goes on with the sweep in a folder."""
    return shlex.join(["zonesim", "sweep", str(folder)])


def tell_summary(folder: Path) -> int:
    """What came of a sweep, and how to read it; gives how many runs failed."""
    sweep = open_sweep(folder)
    runs = sweep.runs.drop_duplicates("run")
    failed, missing = (int((runs["status"] == status).sum()) for status in (FAILED, MISSING))
    files = [file for file in folder.rglob("*") if file.is_file()]
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    print(f"\n{_size(sweep)}")
    print(f"runs     {len(runs) - failed - missing:,} done, {failed:,} failed, {missing:,} missing")
    print(f"time     {_time(runs['seconds'].sum())} of computing, {_time(_elapsed(runs))} from first to last")
    print(f"page     zonesim report {shlex.quote(str(folder))}")
    print(f"Files    {folder} ({len(files)} files, {megabytes:,.1f} MB)")
    print(f"to read  sim.open_sweep({str(folder)!r}).effects(['score_gap', 'cv_backbone'])")
    return failed


def _size(sweep: Sweep) -> str:
    axes = _varied(sweep)
    over = f" over {', '.join(axes[:AXES])}{' ...' if len(axes) > AXES else ''}" if axes else ""
    worlds, replicates = sweep.cells["world"].nunique(), sweep.manifest["replicates"]
    return f"{counted(len(sweep.cells), 'cell')}{over}; {counted(worlds, 'world')} x {counted(replicates, 'replicate')}"


def _varied(sweep: Sweep) -> list[str]:
    """Settings that differ between its cells."""
    return [name for name in sweep.axes if sweep.cells[name].nunique(dropna=False) > 1]


def counted(number: int, what: str) -> str:
    """Such as `2 cells`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _rate(runs: pd.DataFrame) -> float | None:
    """Runs a second, of those that ended last."""
    ended = (runs["started"] + pd.to_timedelta(runs["seconds"], unit="s")).dropna().sort_values().tail(RECENT)
    if len(ended) < 2:
        return None
    seconds = (ended.iloc[-1] - ended.iloc[0]).total_seconds()
    return (len(ended) - 1) / seconds if seconds > 0 else None


def _elapsed(runs: pd.DataFrame) -> float:
    """Seconds from the first beginning to the last end."""
    if runs["started"].isna().all():
        return 0.0
    ended = runs["started"] + pd.to_timedelta(runs["seconds"], unit="s")
    return float((ended.max() - runs["started"].min()).total_seconds())


def _time(seconds: float) -> str:
    """Hours, minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _worked_on(folder: Path) -> bool:
    """Whether a command holds the folder."""
    with suppress(OSError):
        lock = os.open(folder / LOCK, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
    return False

"""`zonesim sweep`: plan it, save the plan, run what is missing, and say what came of it."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments import provenance
from experiments.failure import Failure, writing
from experiments.store import LOCK, OUTPUTS, REPORT, TEMPORARY
from experiments.sweep import plan as plans
from experiments.sweep import progress, settings, status
from experiments.sweep.axes import stated_axes
from experiments.sweep.cells import frozen
from experiments.sweep.designs import cells_of
from experiments.sweep.execution import execute
from experiments.sweep.parts import TABLES, SweepFolder
from experiments.sweep.plan import Plan
from experiments.sweep.resolving import Resolver, fingerprint
from experiments.sweep.settings import SweepSettings
from experiments.sweep.status import again, counted
from experiments.sweep.tasks import Tasks
from experiments.sweep.usage import SWEEP
from experiments.terminal import tell
from sim.sweep import CELLS, MANIFEST, PLAN
from sim.sweep_parts import FAILED, OK
from sim.userinput import UserError, find, shown

OF_A_RESUMED_SWEEP = ("run.replicates=", "retry=", "engine=", "engine.")
"""Settings that may be typed beside the folder of a sweep."""
NOTES = 8
"""Lines that are told of all cells together, at most."""


def usage() -> str:
    """The text of `zonesim sweep --help`."""
    return SWEEP


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Do what was typed after `zonesim sweep`.

    Parameters
    ----------
    words : sequence of str
        `key=value`, and before them the folder of a sweep, if it is to be looked at or gone on with; `--status`
        and `--failed`.
    command : str
        All that was typed, for the record.
    """
    flags = [word for word in words if word.startswith("--")]
    words, folder = [word for word in words if word not in flags], None
    if words and ("=" not in words[0] or Path(words[0], MANIFEST).exists()):
        folder, words = Path(words[0]), words[1:]
    if flags:
        if folder is None or words:
            flag = min(flags)
            raise UserError(f"{flag} needs the folder of a sweep and nothing else: zonesim sweep DIR {flag}")
        with writing():
            for flag, tell in (("--status", status.tell_status), ("--failed", status.tell_failed)):
                if flag in flags:
                    tell(folder)
        return
    if folder is None:
        _begin(settings.read(words, config_dirs), command)
    else:
        _go_on(folder, words, config_dirs, command)


def _begin(asked: SweepSettings, command: str) -> None:
    """The sweep that the settings describe, in its folder; it may be there already, or a part of it."""
    own = [Path("configs")] if Path("configs").is_dir() else []
    asked = replace(asked, config_dirs=(*own, *asked.config_dirs))
    resolver = Resolver(asked.config_dirs)
    axes = [*asked.axes]
    if asked.design.ranges is not False:
        for name in ("district", "policy"):
            if name not in asked.fixed:
                raise UserError(f"design.ranges needs one {name}; type one, and the others in sweeps of their own")
        typed = {axis.key for axis in axes}
        stated = resolver.cell({axis.key: axis.at(0) for axis in axes} | dict(asked.fixed)).scenario.ranges
        axes += [axis for axis in stated_axes(stated, asked.design.ranges) if axis.key not in typed]
    cells = _from_anywhere([{**asked.fixed, **cell} for cell in cells_of(asked.design, axes)], asked.config_dirs)
    identity = fingerprint([sorted(map(frozen, cells)), asked.scopes, provenance.code_hash()])
    place = Path(asked.out or Path(OUTPUTS, "sweep", identity))
    design = {key: value for key, value in vars(asked.design).items() if value is not None}
    about = {"command": command, "fixed": asked.fixed, "axes": [axis.described for axis in axes], "design": design}
    if asked.force:
        _clear(place)
    conduct(place, cells, resolver, asked, about)
    _conclude(place)


def _from_anywhere(cells: list[dict[str, Any]], config_dirs: Sequence[Path]) -> list[dict[str, Any]]:
    """The cells, folders of districts by their whole paths: a sweep may be gone on with from another folder."""
    whole: dict[str, str] = {}
    for name in {cell["district"] for cell in cells}:
        with suppress(UserError):  # which is told where the cell is resolved
            folder = find("district", name, config_dirs).parent
            whole[name] = str(folder.absolute()) if folder == Path(name) else name
    return [{**cell, "district": whole.get(cell["district"], cell["district"])} for cell in cells]


def _go_on(folder: Path, words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """The sweep in a folder, as it was planned; with more replicates if some are typed."""
    before = Plan.read(folder)
    if before is None:
        raise UserError(f"{folder} holds no sweep; begin one with zonesim sweep KEY=VALUES out={folder}")
    for word in words:
        if not word.startswith(OF_A_RESUMED_SWEEP):
            raise UserError(
                f"{word}: zonesim sweep {folder} goes on with the sweep that is there, and takes run.replicates, "
                f"retry and engine settings; to add cells, type the whole sweep with out={folder}"
            )
    typed = any(word.startswith("run.replicates=") for word in words)
    asked = settings.read(words)
    asked = replace(
        asked,
        replicates=asked.replicates if typed else before.replicates,
        scopes=before.scopes,
        config_dirs=(*before.config_dirs, *config_dirs),
    )
    about = {key: before.record[key] for key in ("fixed", "axes", "design")}
    conduct(folder, before.settings, Resolver(asked.config_dirs), asked, {"command": command} | about)
    _conclude(folder)


def _conclude(folder: Path) -> None:
    """Say what came of the sweep.

    Raises
    ------
    Failure
        Some runs failed.
    """
    with writing():
        failed = status.tell_summary(folder)
    if failed:
        command = again(folder)
        raise Failure(f"{counted(failed, 'run')} failed: {command} --failed says why, {command} retry=true tries again")


def conduct(
    place: Path, cells: Sequence[dict[str, Any]], resolver: Resolver, asked: SweepSettings, about: dict[str, Any]
) -> None:
    """Plan the cells, save the plan, and run what is missing; what failed before only with `asked.retry`."""
    _check_place(place)
    before = Plan.read(place)
    if before is not None and before.scopes != asked.scopes:
        raise UserError(f"the sweep in {place} keeps scopes={list(before.scopes)}: {plans.INSTEAD}")
    planned = plans.make(cells, resolver, asked.replicates, asked.scopes, asked.config_dirs, before)
    for note in list(resolver.notes)[:NOTES]:
        tell(note)
    if len(resolver.notes) > NOTES:
        tell(f"and {len(resolver.notes) - NOTES} notes more of that kind")
    if before is not None and before.replicates > asked.replicates:
        tell(f"this sweep has {counted(before.replicates, 'replicate')}, more than the {asked.replicates} asked for")
    folder, started = SweepFolder(place), datetime.now(UTC)
    with folder.claimed():
        if (now := Plan.read(place)) is not None and (before is None or now.record != before.record):
            raise UserError(f"another command has changed the sweep in {place} just now; type yours again")
        if before is None or len(planned.runs) > len(before.runs):
            # What a sweep came from, before anything comes of it.
            earlier = [] if before is None else [*before.record["earlier"], before.record["command"]]
            planned = replace(planned, record=_record(about, planned, resolver, started) | {"earlier": earlier})
            planned.save(place)
        tried = folder.runs()
        done, failed = (set(tried.loc[tried["status"] == status, "run"]) for status in (OK, FAILED))
        tasks = Tasks(planned, resolver, done if asked.retry else done | failed)
        total = planned.runs["run"].nunique()
        tell(_intention(planned, before, place, total, len(done), len(failed), asked.retry))
        if tasks.runs:
            with progress.shown(total, len(done), 0 if asked.retry else len(failed)) as watched:
                execute(tasks, folder, asked.engine, watched, asked.scopes)
        else:
            folder.compact()  # the last command may have been killed before it did


def _record(about: dict[str, Any], planned: Plan, resolver: Resolver, started: datetime) -> dict[str, Any]:
    """What the manifest says of where a sweep came from."""
    first = resolver.cell(planned.settings[0]).scenario
    return {
        **about,
        "resolved": first.resolved,  # of the first cell; the others differ by their columns in cells.parquet
        "ranges": first.ranges,
        "filled": first.filled,
        "planned": started.isoformat(timespec="seconds"),
        "folder": str(Path.cwd()),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
    }


def _intention(
    planned: Plan, before: Plan | None, place: Path, total: int, done: int, failed: int, retry: bool
) -> str:
    """What the command is about to do with how many runs, in a line."""
    cells, each = len(planned.cells), planned.replicates
    size = f"{counted(cells, 'cell')} x {counted(each, 'replicate')}, {total:,} runs with counterfactuals"
    if done == total:
        return f"this sweep is finished: {size}; force=true begins it anew"
    if before is None:
        return f"{size}, in {place}"
    added = {"more cell": cells - len(before.cells), "more replicate": each - before.replicates}
    more = [counted(number, what) for what, number in added.items() if number]
    new = f" ({', '.join(more)})" if more else ""
    parts = [f"{done:,} are done"]
    if failed:
        fate = " and run once more" if retry else f" ({again(place)} retry=true tries again)"
        parts.append(f"{failed:,} failed{fate}")
    if missing := total - done - failed:
        parts.append(f"{missing:,} are missing and run now")
    return f"{size}{new}: {', '.join(parts)}"


def _check_place(place: Path) -> None:
    """Refuse a folder that holds something else."""
    if not place.exists() or (place / MANIFEST).exists():
        return
    if not place.is_dir():
        raise UserError(f"{place} is no folder; choose another with out=DIR")
    others = [file.name for file in place.iterdir() if not file.name.startswith((LOCK, TEMPORARY))]
    ours = {*TABLES, PLAN, CELLS}
    if strange := sorted(set(others) - ours):
        raise UserError(f"{place} is no sweep and not empty: it holds {shown(strange[0])}; choose another with out=DIR")


def _clear(place: Path) -> None:
    """Take away the sweep that is there, the manifest first."""
    if not (place / MANIFEST).exists():
        return
    with SweepFolder(place).claimed():
        tell(f"{place}: the sweep that is here is taken away, and begun anew")
        for name in (MANIFEST, PLAN, CELLS, REPORT):
            with suppress(FileNotFoundError):
                (place / name).unlink()
        for table in TABLES:
            shutil.rmtree(place / table, ignore_errors=True)

"""`zonesim run`: a scenario and its counterfactual over replicates, their folder and their scoreboard."""

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

import sim
from experiments import engines, inspection, provenance, report, scoreboard
from experiments.engines import Engine
from experiments.failure import writing
from experiments.settings import Settings
from experiments.store import REPORT, RunFolder, default_folder
from experiments.terminal import counted, terminal
from sim.analysis.channels import means_table
from sim.inspection import OfficialStandard
from sim.result import Result
from sim.scenario import Scenario

T = TypeVar("T")
R = TypeVar("R")

CHANNELS = "channels.csv"
"""Its presence among a run's files says that the run is split by channel."""


def run(settings: Settings, scenario: Scenario, command: str) -> None:
    """Run what is not there yet of what the settings ask for, save it and show it.

    Parameters
    ----------
    scenario : Scenario
        That of the settings.
    command : str
        As it was typed, for the record.
    """
    standard = OfficialStandard.load(settings.standard, settings.config_dirs) if settings.standard else None
    for note in scenario.notes:
        tell(note)
    about = _about(scenario, settings)
    run_id = provenance.run_id(scenario.resolved, settings.run.seed, scenario.horizon, str(about["code"]))
    place = settings.out or default_folder(scenario.district.name, scenario.policy.name, run_id)
    folder = RunFolder(Path(place), run_id)
    wanted = settings.run.replicates
    with folder.claimed(settings.force, lambda: tell(f"another command works in {place}: waiting")) as held:
        done = held["replicates"] if held else 0
        channels = settings.channels or (held is not None and CHANNELS in held["files"])
        if held and channels and CHANNELS not in held["files"]:
            wanted = max(wanted, done)
            tell(f"this run is without channels; it is run again with them, for {counted(wanted)}")
            held, done = None, 0
        elif 0 < done < wanted:
            missing = wanted - done
            also = ", with channels as before" if channels and not settings.channels else ""
            tell(f"this run has {counted(done)}; {missing} more {'is' if missing == 1 else 'are'} added{also}")
        elif not held and (replaced := folder.replicates()):  # with force
            tell(f"{place}: the run that is here, of {counted(replaced)}, is replaced by {wanted}")
        if done < wanted:
            started = datetime.now(UTC)
            result = _replicates(scenario, settings, range(done, wanted), channels)
            ours = session(command, started)
            if held:
                result = Result.read(folder.path).join(result)
                about["earlier"] = [*held["earlier"], {key: held[key] for key in ours}]
            tables = {
                "indicators.parquet": result.indicators,
                "targets.csv": result.targets(),
                "effects.csv": result.effects(),
                "costs.csv": result.costs,
                "cost_effect.csv": result.cost_per_sd(),
                report.PLACES: scenario.places(settings.run.seed),
            }
            if result.parts is not None:
                tables |= {CHANNELS: means_table(result.channels()), "channels.parquet": result.parts}
            held = folder.save(tables, ours | {"replicates": wanted} | about)
        else:
            more = f", more than the {wanted} asked for" if done > wanted else ""
            tell(f"this run is finished and has {counted(done)}{more}; force=true runs it again")
        if held and REPORT not in held["files"]:  # after the tables, which a picture that fails must not cost
            report.write(folder, held, settings.language)
        with writing():
            scoreboard.show(folder.path, terminal(), settings.language)
            if standard is not None:
                inspection.show(standard, Result.read(folder.path), terminal())
            print(f"\nFiles: {place}")


def _about(scenario: Scenario, settings: Settings) -> dict[str, object]:
    """What `run.json` says of a run, whenever it was computed."""
    return {
        "district": scenario.district.name,
        "policy": scenario.policy.name,
        "counterfactual": settings.counterfactual,
        "titles": {
            "district": scenario.district.title or scenario.district.name,
            "policy": scenario.policy.title or scenario.policy.name,
            "counterfactual": scenario.counterfactual.title or scenario.counterfactual.name,
        },
        "baseline_year": scenario.baseline_year,
        "horizon": scenario.horizon,
        "seed": settings.run.seed,
        "code": provenance.code_hash(),
        "resolved": scenario.resolved,
        "given": scenario.given,
        "filled": scenario.filled,
        "ranges": scenario.ranges,
        "notes": scenario.notes,
        "earlier": [],  # commands that computed the first of its replicates
    }


def session(command: str, started: datetime) -> dict[str, object]:
    """What it says of the command that computed it, or the last of its replicates."""
    finished = datetime.now(UTC)
    return {
        "command": command,
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - started).total_seconds(), 3),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
    }


def _replicates(scenario: Scenario, settings: Settings, numbers: range, channels: bool) -> Result:
    """Those that are missing."""
    engine = engines.make(settings.engine)
    more = len(scenario.channels) if channels else 0
    words = f"replicates of {2 + more} worlds, {more} of them for channels" if more else "replicates"
    with progress(engine, len(numbers), words) as watched:
        return sim.run(
            scenario,
            len(numbers),
            settings.run.seed,
            channels=channels,
            map=watched,
            first_replicate=numbers.start,
        )


@contextmanager
def progress(engine: Engine, total: int, words: str) -> Iterator[Engine]:
    """The engine with a bar that counts its results, on a terminal; closed whatever happens."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn(words),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with ExitStack() as open_results, bar:
        task = bar.add_task("", total=total)

        def watched(function: Callable[[T], R], items: Iterable[T], /) -> Generator[R]:
            for result in open_results.enter_context(closing(engine(function, items))):
                bar.advance(task)
                yield result

        yield watched


class _Rate(ProgressColumn):
    """Replicates a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f} a second" if speed else "")


def tell(message: str) -> None:
    """To the user, beside the results."""
    print(message, file=sys.stderr)

"""`zonesim run`: a scenario and its counterfactual over replicates, their folder and their scoreboard."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import sim
from experiments import engines, provenance
from experiments.failure import writing
from experiments.progress import progress
from experiments.provenance import session
from experiments.settings import Settings
from experiments.store import REPORT, RunFolder, default_folder
from experiments.terminal import counted, tell, terminal
from sim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.inspection import OfficialStandard
    from sim.result import Result

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
    standard = None
    if settings.standard:
        from sim.inspection import OfficialStandard

        standard = OfficialStandard.load(settings.standard, settings.config_dirs)
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
        result = None
        if done < wanted:
            started = datetime.now(UTC)
            result = _replicates(scenario, settings, range(done, wanted), channels)
            ours = session(command, started) | {"replicates": wanted}
            if held:
                result = _joined(folder, result)
                about["earlier"] = [*held["earlier"], {key: held[key] for key in ours}]
            held = folder.save(_tables(result, scenario, settings.run.seed), ours | about)
        else:
            more = f", more than the {wanted} asked for" if done > wanted else ""
            tell(f"this run is finished and has {counted(done)}{more}; force=true runs it again")
        if held and REPORT not in held["files"]:  # after the tables, which a picture that fails must not cost
            from experiments import report

            report.write(folder, held, settings.language, result=result)
        _show(folder.path, settings.language, standard)


def _joined(folder: RunFolder, more: "Result") -> "Result":
    """The replicates in a folder and those that come after them."""
    from sim.result import Result

    return Result.read(folder.path).join(more)


def _tables(result: "Result", scenario: Scenario, seed: int) -> dict[str, "pd.DataFrame"]:
    """All that is kept of a run, by the names of its files."""
    from experiments.report import PLACES
    from sim.analysis.channels import means_table

    tables = {
        "indicators.parquet": result.indicators,
        "targets.csv": result.targets(),
        "effects.csv": result.effects(),
        "costs.csv": result.costs,
        "cost_effect.csv": result.cost_per_sd(),
        PLACES: scenario.places(seed),
    }
    if result.parts is not None:
        tables |= {CHANNELS: means_table(result.channels()), "channels.parquet": result.parts}
    return tables


def _show(place: Path, language: str, standard: "OfficialStandard | None") -> None:
    """The run's scoreboard, and what the inspectors of a standard would find."""
    from experiments import inspection, scoreboard
    from sim.result import Result

    with writing():
        scoreboard.show(place, terminal(), language)
        if standard is not None:
            inspection.show(standard, Result.read(place), terminal())
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


def _replicates(scenario: Scenario, settings: Settings, numbers: range, channels: bool) -> "Result":
    """Those that are missing."""
    engine = engines.make(settings.engine, meanwhile=_get_ready)
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


def _get_ready() -> None:
    """Import what saves and shows a run: a second's work, done while the workers start."""
    for module in ("sim.tables", "sim.report.page", "experiments.report", "experiments.scoreboard"):
        import_module(module)

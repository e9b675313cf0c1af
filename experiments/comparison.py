"""`zonesim experiment=NAME`: the policies of an experiment on one district with the same luck, in one table."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from experiments import comparison_table, engines, provenance
from experiments.experiment import Experiment
from experiments.failure import writing
from experiments.progress import progress
from experiments.provenance import session
from experiments.settings import Settings
from experiments.store import RunFolder, default_folder
from experiments.terminal import counted, tell, terminal
from sim.comparison import compare, of_another_place, run_policies
from sim.reform.projects import MissingPlace
from sim.result import Result
from sim.scenario import Scenario, load_targets
from sim.scoring import score
from sim.targets import Targets


def run(settings: Settings, command: str) -> None:
    """Run what is not there yet of the experiment, save it and show it.

    Parameters
    ----------
    command : str
        As it was typed, for the record.
    """
    assert settings.experiment is not None
    experiment = Experiment.load(settings.experiment, settings.config_dirs)
    notes: list[str] = []
    scenarios = {member.policy: _scenario(member.policy, settings, notes) for member in experiment.members}
    for note in notes:
        tell(note)
    plans = {member.policy: member.targets for member in experiment.members}
    about = _about(experiment, scenarios, plans, settings)
    first = next(iter(scenarios.values()))
    run_id = provenance.run_id(about, settings.run.seed, first.horizon, provenance.code_hash())
    place = settings.out or default_folder(first.district.name, experiment.name, run_id)
    folder, wanted = RunFolder(Path(place), run_id), settings.run.replicates
    with folder.claimed(settings.force, lambda: tell(f"another command works in {place}: waiting")) as held:
        done = held["replicates"] if held else 0
        if 0 < done < wanted:
            missing = wanted - done
            tell(f"this experiment has {counted(done)}; {missing} more {'is' if missing == 1 else 'are'} added")
        elif not held and (replaced := folder.replicates()):  # with force
            tell(f"{place}: the run that is here, of {counted(replaced)}, is replaced by {wanted}")
        if done < wanted:
            started = datetime.now(UTC)
            results = _replicates(scenarios, settings, range(done, wanted))
            record: dict[str, object] = {"earlier": []} | session(command, started)
            if held:
                results = {name: one.join(results[name]) for name, one in _stored(folder.path, scenarios).items()}
                record["earlier"] = [*held["earlier"], {key: held[key] for key in record if key != "earlier"}]
            ranges = {name: scenario.ranges for name, scenario in scenarios.items() if scenario.ranges}
            own = {name: _plan(plans[name], scenario, settings) for name, scenario in scenarios.items()}
            record |= {"replicates": wanted, "notes": notes, "ranges": ranges}
            folder.save(_tables(results, own), record | about)
        else:
            more_than = f", more than the {wanted} asked for" if done > wanted else ""
            tell(f"this experiment is finished and has {counted(done)}{more_than}; force=true runs it again")
        with writing():
            comparison_table.show(folder.path, terminal())
            print(f"\nFiles: {place}")


def _scenario(policy: str, settings: Settings, notes: list[str]) -> Scenario:
    """The policy on the district, without the projects at places that the district lacks; `notes` gets what to tell."""
    left_out: list[str] = []
    while True:
        try:
            scenario = settings.scenario(policy, [(key, []) for key in left_out])
        except MissingPlace as missing:
            if missing.projects in dict(settings.overrides):
                raise
            left_out.append(missing.projects)
            continue
        if left_out:
            places = " and ".join(left_out)
            notes.append(f"{policy} runs without its {places}, which name places that {scenario.district.name} lacks")
        notes += [note if policy in note else f"{policy}: {note}" for note in scenario.notes]
        return scenario


def _plan(name: str | None, scenario: Scenario, settings: Settings) -> Targets | None:
    """What the policy's plan promises, as far as the district of the experiment can keep it."""
    if name is None:
        return None
    targets = Targets.load(name, settings.config_dirs)
    same_place = name == scenario.district.targets
    return targets if same_place else of_another_place(targets, scenario.policy.moved_by)


def _about(
    experiment: Experiment, scenarios: Mapping[str, Scenario], plans: Mapping[str, str | None], settings: Settings
) -> dict[str, object]:
    """What decides the outcome but the seed."""
    resolved = {name: scenario.resolved for name, scenario in scenarios.items()}
    common = next(iter(resolved.values()))
    return {
        "experiment": experiment.name,
        "title": experiment.title,
        "district": common["district"]["name"],
        "counterfactual": settings.counterfactual,
        "seed": settings.run.seed,
        "horizon": common["horizon"],
        "baseline_year": common["district"]["baseline_year"],
        "code": provenance.code_hash(),
        "policies": {name: own["policy"] for name, own in resolved.items()},
        "plans": {name: load_targets(plan, settings.config_dirs) for name, plan in plans.items()},
        "resolved": {key: value for key, value in common.items() if key != "policy"},
    }


def _replicates(scenarios: Mapping[str, Scenario], settings: Settings, numbers: range) -> dict[str, Result]:
    """Those that are missing, by policy."""
    engine = engines.make(settings.engine)
    with progress(engine, len(numbers), f"replicates of {len(scenarios) + 1} worlds") as watched:
        results = run_policies(
            list(scenarios.values()), len(numbers), settings.run.seed, map=watched, first_replicate=numbers.start
        )
    return dict(zip(scenarios, results, strict=True))


def _tables(results: Mapping[str, Result], plans: Mapping[str, Targets | None]) -> dict[str, pd.DataFrame]:
    """The files of an experiment: those of a run for all policies together, and the comparison."""
    own = {name: plan for name, plan in plans.items() if plan is not None}
    return {
        "comparison.csv": compare(results, plans),
        "indicators.parquet": _together({name: result.indicators for name, result in results.items()}),
        "costs.csv": _together({name: result.costs for name, result in results.items()}),
        "effects.csv": _named({name: result.effects() for name, result in results.items()}),
        "targets.csv": _named(
            {name: score(plan, results[name].indicators, results[name].scenario.resolved) for name, plan in own.items()}
        ),
    }


def _named(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The tables under each other, the policy in a column before the others."""
    named = []
    for policy, table in tables.items():
        named.append(table.copy())
        named[-1].insert(0, "policy", policy)
    return pd.concat(named, ignore_index=True)


def _together(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The same for tables with a row by scenario; the counterfactual, which all have in common, once and nameless."""
    own = _named({name: table[table["scenario"] == "policy"] for name, table in tables.items()})
    common = next(iter(tables.values()))
    return pd.concat([own, _named({"": common[common["scenario"] == "counterfactual"]})], ignore_index=True)


def _stored(folder: Path, scenarios: Mapping[str, Scenario]) -> dict[str, Result]:
    """The results of a finished experiment."""
    tables = [pd.read_parquet(folder / "indicators.parquet"), pd.read_csv(folder / "costs.csv", keep_default_na=False)]
    results = {}
    for name, scenario in scenarios.items():
        indicators, costs = (
            table[table["policy"].isin((name, ""))].drop(columns="policy").reset_index(drop=True) for table in tables
        )
        results[name] = Result(indicators, costs, scenario)
    return results

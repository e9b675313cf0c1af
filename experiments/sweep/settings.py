"""From the words of the command line, or of an experiment's file, to what a sweep is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.engines import EngineSettings
from experiments.experiment import Experiment
from experiments.settings import PLACES
from experiments.sweep.axes import NAMES, Axis, of_the_world, read_world
from experiments.sweep.designs import DesignSettings
from experiments.words import NULLS, check_switches, composed, grammar, put, split
from sim.config import RunSettings
from sim.userinput import UserError, no_such, shown

TAKEN_AS_TYPED = (*NAMES, *PLACES, "engine", "design", "out", "experiment", "design.file")
OF_RUNS = ("channels", "standard")
"""Settings of `zonesim run` that a sweep has not."""
SCOPES = ("district", "zone", "school")


@dataclass(frozen=True)
class SweepSettings:
    """All that `zonesim sweep` was asked for.

    Attributes
    ----------
    fixed : mapping
        Settings of the world that are the same in every cell: all names, `run.seed` and `run.horizon`, and those
        that were typed.
    axes : tuple of Axis
    replicates : int
        Of each cell.
    scopes : tuple of str
        Whose indicators are kept.
    config_dirs : tuple of Path
        Folders of the user's own configurations, beside `./configs`.
    retry : bool
        Failed runs are run once more.
    """

    fixed: Mapping[str, Any]
    axes: tuple[Axis, ...]
    design: DesignSettings
    replicates: int
    scopes: tuple[str, ...]
    engine: EngineSettings
    out: str | None
    force: bool
    config_dirs: tuple[Path, ...]
    retry: bool = False


def read(words: Sequence[str], config_dirs: Sequence[Path] = ()) -> SweepSettings:
    """Settings of the words `key=value`, in any order.

    Raises
    ------
    UserError
        A word that is no setting, a value that is not allowed, several values where one is wanted.
    """
    typed = split(words)
    given = {**_of_experiment(typed, config_dirs), **typed}
    design = ("" if given.get("design", "") in NULLS else given.get("design", ""), DesignSettings)
    config = composed("sweep", given.get("engine", ""), config_dirs, {"design": design})
    for key, value in given.items():
        if key in OF_RUNS:
            raise UserError(f"{key} is a setting of zonesim run; leave it out of a sweep")
        if not of_the_world(key) and key not in ("engine", "design"):
            if key not in TAKEN_AS_TYPED and grammar(key, value).is_sweep_override():
                raise UserError(f"{key}={value}: {key} is the same in the whole sweep; give it one value")
            put(config, key, value, TAKEN_AS_TYPED)
    axes, typed_below = read_world(given, config)
    check_switches(config, ("force", "retry"))
    run = RunSettings(**config["run"])
    world = {name: config[name] for name in NAMES} | {"run.seed": run.seed, "run.horizon": run.horizon}
    varied = {axis.key for axis in axes}
    return SweepSettings(
        fixed={key: value for key, value in {**world, **typed_below}.items() if key not in varied},
        axes=tuple(axes),
        design=DesignSettings(**config["design"]),
        replicates=run.replicates,
        scopes=_scopes(config["scopes"]),
        engine=EngineSettings(**config["engine"]),
        out=config["out"],
        force=config["force"],
        config_dirs=tuple(config_dirs),
        retry=config["retry"],
    )


def _of_experiment(typed: Mapping[str, str], config_dirs: Sequence[Path]) -> dict[str, str]:
    """What the experiment that was asked for would type, if one was."""
    if typed.get("experiment", NULLS[0]) in NULLS:
        return {}
    experiment = Experiment.load(typed["experiment"], config_dirs)
    experiment.check_verb("sweep")
    given = {**experiment.settings, **experiment.sweep}
    if experiment.members:  # those that a run sets side by side are values of one axis
        given["policy"] = ",".join(member.policy for member in experiment.members)
    file = experiment.path.parent / given.get("design.file", "")
    if "design.file" in given and file.is_file():
        given["design.file"] = str(file)
    return given


def _scopes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise UserError(f"scopes must be a list such as [district,zone], got {shown(value)}")
    for scope in value:
        if scope not in SCOPES:
            raise no_such(f"scopes={scope}", "scope", scope, SCOPES)
    return tuple(scope for scope in SCOPES if scope in value)

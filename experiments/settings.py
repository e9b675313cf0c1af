"""From the words of the command line to the settings of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sim
from experiments.engines import EngineSettings
from experiments.experiment import Experiment
from experiments.words import NULLS, check_switches, composed, put, read_value, split
from sim.config import RunSettings
from sim.report.words import check_language
from sim.userinput import UserError

if TYPE_CHECKING:
    from sim.scenario import Scenario

NAMES = (
    *("district", "policy", "counterfactual", "effects", "background", "engine", "out", "standard", "experiment"),
    "language",
)
"""Settings that are names or paths, taken as they are typed."""

PLACES = ("engine.address", "engine.scheduler_file")
"""Those of an engine that are."""

SWITCHES = ("force", "channels")
"""Settings that are true or false."""

OF_THE_MODEL = ("district", "policy", "effects")
"""Groups whose settings the model looks up and checks itself."""

OF_SWEEPS = ("design", "scopes")
"""Settings, and groups of them, that only a sweep has."""


@dataclass(frozen=True)
class Settings:
    """All that `zonesim run` was asked for.

    Attributes
    ----------
    language : str
        In which the report opens.
    channels : bool
        Whether the change of the score gap is split by channel.
    overrides : tuple of (key, value)
        Settings of the district, the policy and the effects, for the model to look up.
    config_dirs : tuple of Path
        Folders of the user's own configurations, beside `./configs`.
    """

    district: str
    policy: str
    counterfactual: str
    effects: str
    background: str
    run: RunSettings
    engine: EngineSettings
    out: str | None
    standard: str | None
    experiment: str | None
    language: str
    force: bool
    channels: bool
    overrides: tuple[tuple[str, object], ...]
    config_dirs: tuple[Path, ...]

    def scenario(self, policy: str | None = None, more: Sequence[tuple[str, object]] = ()) -> "Scenario":
        """What is to be simulated; under another policy than these settings name, or with `more` overrides."""
        return sim.load(
            self.district,
            self.policy if policy is None else policy,
            counterfactual=self.counterfactual,
            effects=self.effects,
            background=self.background,
            horizon=self.run.horizon,
            overrides=[*self.overrides, *more],
            config_dirs=self.config_dirs,
        )


def read(words: Sequence[str], config_dirs: Sequence[Path] = ()) -> Settings:
    """Settings of the words `key=value`, in any order.

    Raises
    ------
    UserError
        A word that is no setting, a value that is not allowed, a key given twice.
    """
    typed = split(words)
    given = {**_of_experiment(typed, config_dirs), **typed}
    config = composed("run", given.get("engine", ""), config_dirs)
    overrides = []
    for key, value in given.items():
        if key.split(".")[0] in OF_SWEEPS:
            raise UserError(f"{key} is a setting of zonesim sweep; leave it out of a run")
        group, _, rest = key.partition(".")
        if rest and group in OF_THE_MODEL:
            overrides.append((key, read_value(key, value)))
        elif key != "engine":
            put(config, key, value, (*NAMES, *PLACES))
    check_switches(config, SWITCHES)
    check_language(config["language"])
    return Settings(
        **{name: config[name] for name in (*NAMES, *SWITCHES) if name != "engine"},
        run=RunSettings(**config["run"]),
        engine=EngineSettings(**config["engine"]),
        overrides=tuple(overrides),
        config_dirs=tuple(config_dirs),
    )


def _of_experiment(typed: Mapping[str, str], config_dirs: Sequence[Path]) -> Mapping[str, str]:
    """The settings of the experiment that was asked for, if one was."""
    if typed.get("experiment", NULLS[0]) in NULLS:
        return {}
    experiment = Experiment.load(typed["experiment"], config_dirs)
    for key in ("policy", "channels", "standard"):
        if key in typed:
            raise UserError(
                f"{key}={typed[key]}: experiment={experiment.name} sets the policies of its file side by side; "
                f"leave {key} out, or type it without the experiment"
            )
    if experiment.settings:
        try:
            read([f"{key}={value}" for key, value in experiment.settings.items()], config_dirs)
        except UserError as problem:
            raise UserError(f"{experiment.path}: {problem}") from None
    return experiment.settings

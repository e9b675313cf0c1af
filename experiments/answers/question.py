"""From the words of the command line to a question: a world, what is varied in it, and the outcomes asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.engines import EngineSettings
from experiments.experiment import Experiment
from experiments.sweep.axes import NAMES, Axis, of_the_world, read_world
from experiments.words import NULLS, check_switches, composed, grammar, put, split
from sim.analysis.factors import Factor, effects
from sim.analysis.outcomes import Outcome
from sim.config import EffectTable, RunSettings
from sim.userinput import UserError, no_such, number, shown

COMMON = (*NAMES, "run", "engine", "outcomes", "vary", "experiment", "store", "out", "force")
"""Settings that every question has; the others are a verb's own."""
PATHS = ("experiment", "store", "out", "observed", "limits", "table")
"""Settings that are taken as they are typed."""
ALL_EFFECTS = "effects"
COMPARE = "compare"
OUTCOMES_HELP = """
Outcomes
  change.score_gap.junior   what the policy changes by the last year, against the counterfactual
  score_gap.junior          the figure itself under the policy; score_gap.junior.2023 that of a year
  cost                      what the policy costs over all years beyond the counterfactual, yuan
  met.WK06                  1 where that promise of the district's plan is kept, else 0
"""


@dataclass(frozen=True)
class Question:
    """What was asked.

    Attributes
    ----------
    verb : str
    fixed : mapping
        Settings of the world that are the same in every cell.
    factors : tuple of Factor
        What is varied.
    axes : tuple of Axis
        What is compared, value by value.
    outcomes : tuple of Outcome
    own : mapping
        The verb's own settings.
    store : Path
        Folder of the runs.
    config_dirs : tuple of Path
        Folders of the user's own configurations, beside `./configs`.
    """

    verb: str
    fixed: Mapping[str, Any]
    factors: tuple[Factor, ...]
    axes: tuple[Axis, ...]
    outcomes: tuple[Outcome, ...]
    own: Mapping[str, Any]
    replicates: int
    seed: int
    engine: EngineSettings
    store: Path
    out: str | None
    force: bool
    config_dirs: tuple[Path, ...]

    @property
    def texts(self) -> list[str]:
        """The outcomes, as typed."""
        return [outcome.word for outcome in self.outcomes]

    def whole(self, name: str, low: int, high: int) -> int:
        """One of the verb's own settings, a whole number within bounds."""
        return int(number(self.own[name], name, low, high, whole=True))


def read(verb: str, words: Sequence[str], config_dirs: Sequence[Path] = ()) -> Question:
    """The question of the words `key=value`, in any order.

    Raises
    ------
    UserError
        A word that is no setting, a value that is not allowed, a factor without bounds.
    """
    typed = split(words)
    given = {**_of_experiment(verb, typed, config_dirs), **typed}
    config = composed(verb, given.get("engine", ""), config_dirs)
    axes, below = read_world(given, config)
    for axis in axes:
        if verb == COMPARE and axis.continuous:
            raise UserError(f"{axis.key}: compare takes values, such as {axis.key}=a,b; an interval has no end of them")
        if verb != COMPARE and not axis.continuous:
            raise UserError(
                f"{axis.key}={given[axis.key]}: several values are a sweep; {verb} varies numbers within an interval, "
                f"such as {axis.key}=interval(0,0.2), or by name, vary=[{axis.key}]"
            )
    for key, value in given.items():
        if not of_the_world(key) and key != "engine":
            if key not in PATHS and grammar(key, value).is_sweep_override():
                raise UserError(f"{key}={value}: {key} takes one value; a list stands in brackets, {key}=[{value}]")
            put(config, key, value, PATHS)
    check_switches(config, ("force",))
    run = RunSettings(**config["run"])
    factors = _factors(config, [axis for axis in axes if axis.continuous], config_dirs)
    compared = tuple(axis for axis in axes if not axis.continuous)
    varied = {factor.key for factor in factors} | {axis.key for axis in compared}
    if both := sorted(varied & below.keys()):
        raise UserError(f"{both[0]} is varied and set to {shown(below[both[0]])}; do one of the two")
    return Question(
        verb=verb,
        fixed={name: config[name] for name in NAMES if name not in varied} | {"run.horizon": run.horizon} | below,
        factors=tuple(factors),
        axes=compared,
        outcomes=read_outcomes(_listed(config, "outcomes")),
        own={key: value for key, value in config.items() if key not in COMMON},
        replicates=run.replicates,
        seed=run.seed,
        engine=EngineSettings(**config["engine"]),
        store=Path(config["store"]),
        out=config["out"],
        force=config["force"],
        config_dirs=tuple(config_dirs),
    )


def read_outcomes(words: Sequence[str]) -> tuple[Outcome, ...]:
    """Outcomes by their words, each once."""
    for word in words:
        if list(words).count(word) > 1:
            raise UserError(f"outcome {word} is given twice; keep one")
    return tuple(map(Outcome.read, words))


def _factors(config: Mapping[str, Any], intervals: Sequence[Axis], config_dirs: Sequence[Path]) -> list[Factor]:
    """What `vary` names, and what was typed as an interval."""
    table = EffectTable.load(config["effects"], (), config_dirs)
    found: list[Factor] = []
    for axis in intervals:
        found.append(_factor(axis.key, axis.low, axis.high, table))
    for key in _listed(config, "vary"):
        if any(factor.key == key for factor in found):
            continue  # its interval was typed
        found += effects(table) if key == ALL_EFFECTS else _named(key, table)
    distinct = {factor.key: factor for factor in reversed(found)}
    return [factor for factor in found if distinct.get(factor.key) is factor]


def _factor(key: str, low: float, high: float, table: EffectTable) -> Factor:
    """A factor within bounds that were typed."""
    group = key.partition(".")[0]
    if group == "policy":
        return Factor.lever(key, low, high)
    if group == "district":
        return Factor.district(key, low, high)
    if key.removeprefix("effects.") not in table.coefficients:
        raise no_such(key, "setting that can be varied", key.removeprefix("effects."), table.coefficients)
    return Factor(key, low, high, "effect")


def _named(key: str, table: EffectTable) -> list[Factor]:
    """The factor, or the factors drawn together, of one entry of `vary`, within the bounds that are declared."""
    group = key.partition(".")[0]
    if group == "policy":
        return [Factor.lever(key)]
    if group == "district":
        return [Factor.district(key)]
    if group != "effects":
        raise UserError(
            f"vary: {key} is no setting that can be varied; name policy.LEVER.SETTING, effects.KEY, "
            "district.MARGIN, or effects for all effects that are drawn"
        )
    return effects(table, [key])


def _listed(config: Mapping[str, Any], key: str) -> list[str]:
    """A setting that is a list of words; empty where the verb has not got it."""
    value = config.get(key, [])
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UserError(f"{key} must be a list such as {key}=[a,b], got {shown(value)}")
    return value


def _of_experiment(verb: str, typed: Mapping[str, str], config_dirs: Sequence[Path]) -> Mapping[str, str]:
    """The settings of the experiment that was asked for, if one was."""
    if typed.get("experiment", NULLS[0]) in NULLS:
        return {}
    experiment = Experiment.load(typed["experiment"], config_dirs)
    experiment.check_verb(verb)
    given = dict(experiment.settings)
    for key in ("table", "observed"):  # beside the file of the experiment
        if key in given and (file := experiment.path.parent / given[key]).is_file():
            given[key] = str(file)
    return given

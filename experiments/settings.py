"""From the words of the command line to the settings of a run.

Hydra composes the primary config and its groups, and its grammar reads the values; the words themselves are
split and looked up here, so that names and paths need no quoting and every mistake is answered with one line.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException
from hydra.grammar.gen.OverrideLexer import (  # type: ignore[attr-defined]
    CommonTokenStream,
    InputStream,
    OverrideLexer,
)
from hydra.grammar.gen.OverrideParser import OverrideParser
from omegaconf import OmegaConf

import sim
from experiments.engines import ENGINES
from experiments.experiment import Experiment
from sim.config import RunSettings
from sim.userinput import UserError, config_root, find, no_such, number, read_yaml, shown

if TYPE_CHECKING:
    from sim.scenario import Scenario

NAMES = ("district", "policy", "counterfactual", "effects", "background", "engine", "out", "standard", "experiment")
"""Settings that are names or paths, taken as they are typed."""

SWITCHES = ("force", "channels")
"""Settings that are true or false."""

NULLS = ("null", "None", "~")
"""Nothing, as it may be typed."""

OF_THE_MODEL = ("district", "policy", "effects")
"""Groups whose settings the model looks up and checks itself."""

DEFAULTS_OF_LATER = {"language": "en"}
"""Settings of a later release, with the one value they have in this one."""

VALUES_OF_LATER = {
    "language": ("zh",),
}
"""Values of a later release, where not any name may come; another one is a mistake."""

LATER = ("design", "engine.time_limit", "engine.memory_limit", "engine.address", "engine.scheduler_file")
"""Settings of a later release."""

@dataclass(frozen=True)
class EngineSettings:
    """Where replicates run."""

    name: str = "processes"
    workers: int | None = None  # None is one for each core

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise no_such(f"engine={self.name}", "engine", self.name, ENGINES)
        if self.workers is not None:
            number(self.workers, "engine.workers", 1, 1024, whole=True)


@dataclass(frozen=True)
class Settings:
    """All that `zonesim run` was asked for.

    Attributes
    ----------
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
    for folder in config_dirs:
        if not folder.is_dir():
            raise UserError(f"--config-dir {folder}: no such folder")
    typed: dict[str, str] = {}
    for word in words:
        key, value = _split(word)
        if key in typed:
            raise UserError(f"{key} is given twice, as {shown(typed[key])} and as {shown(value)}; keep one")
        typed[key] = value
    given = {**_of_experiment(typed, config_dirs), **typed}
    composed = _compose(given.get("engine", ""), config_dirs)
    overrides = []
    for key, value in given.items():
        if key in LATER:
            raise _later(key)
        group, _, rest = key.partition(".")
        if rest and group in OF_THE_MODEL:
            overrides.append((key, _value(key, value)))
        elif key != "engine":
            _put(composed, key, value)
    for name in SWITCHES:
        if not isinstance(composed[name], bool):
            raise UserError(f"{name} must be true or false, got {shown(composed[name])}")
    return Settings(
        **{name: composed[name] for name in (*NAMES, *SWITCHES) if name != "engine"},
        run=RunSettings(**composed["run"]),
        engine=EngineSettings(**composed["engine"]),
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


def _split(word: str) -> tuple[str, str]:
    """Key and value of one word, as typed."""
    key, equals, value = word.partition("=")
    plain = key.lstrip("+~")
    if key != plain:
        off = "{}" if re.fullmatch(r"policy\.\w+", plain) else "0"  # a whole lever, or one setting
        meant = f"{plain}={value}" if key[0] == "+" else f"the off value of {plain}, such as {plain}={off}"
        raise UserError(f"{shown(word)}: settings are neither added with + nor deleted with ~; type {meant}")
    if re.match(r"hydra\b", key):
        raise UserError(f"{key}: Hydra's own settings are not used; a run's folder is chosen with out=DIR")
    if not equals or not re.fullmatch(r"\w+(\.\w+)*", key):
        raise UserError(f"{shown(word)} must be key=value, such as policy.rotation.rate=0.15")
    if not value.strip():
        raise UserError(f"{key}= has no value; leave it out for its default")
    return key, value


def _compose(engine: str, config_dirs: Sequence[Path]) -> dict[str, Any]:
    """The primary config with its groups, as plain values."""
    if engine == "dask":
        raise _later("engine=dask")
    choice = []
    if engine:
        path, known = find("engine", engine, config_dirs), [field.name for field in fields(EngineSettings)]
        for key in read_yaml(path).keys() - set(known):
            raise no_such(f"{path}: {key}", "setting", key, known)
        choice = [f"engine={_quoted(engine)}"]
    folders = [folder for folder in (Path("configs"), *config_dirs) if folder.is_dir()]
    for file in (folder / "run.yaml" for folder in folders):
        if file.exists() and file.read_bytes() != (config_root() / "run.yaml").read_bytes():
            raise UserError(f"{file}: the defaults of a run cannot be replaced by a file; type them, and rename yours")
    own = [_quoted(f"file://{folder.resolve()}") for folder in folders]
    with initialize_config_dir(str(config_root().resolve()), version_base="1.3"):
        config = compose("run", [f"hydra.searchpath=[{','.join(own)}]", *choice])
    composed = OmegaConf.to_container(config)
    assert isinstance(composed, dict)
    return {str(key): value for key, value in composed.items()}


def _put(composed: dict[str, Any], key: str, typed: str) -> None:
    """Set one key of the composed config to what was typed; it must have the key already."""
    group, _, rest = key.partition(".")
    place = composed.get(group)
    if isinstance(place, Mapping):
        known = [f"{group}.{name}" for name in place if name != "name"]
        if key not in known:
            owner = f" of engine={place['name']}" if group == "engine" else ""
            raise no_such(key, f"setting{owner}", key, known)
        composed[group][rest] = _value(key, typed)
    elif key not in composed:
        raise no_such(key, "setting", key if group in composed else group, _known(composed))
    elif key in NAMES:
        if typed in NULLS:
            instead = "leave it out for its default" + (", or type policy=none" if key == "policy" else "")
            raise UserError(f"{key} must be a name, got {typed}; {instead}")
        composed[key] = typed
    else:
        composed[key] = _value(key, typed)
        if key in DEFAULTS_OF_LATER and shown(composed[key]) != shown(DEFAULTS_OF_LATER[key]):
            later = VALUES_OF_LATER.get(key)
            if later and shown(composed[key]) not in map(shown, later):  # 1 is not true
                raise no_such(f"{key}={typed}", "value", typed, [str(DEFAULTS_OF_LATER[key]).lower()])
            raise _later(f"{key}={typed}")


def _known(composed: Mapping[str, Any]) -> Iterator[str]:
    """Settings of this release, as they are typed."""
    yield from NAMES
    yield from SWITCHES
    for group in ("run", "engine"):
        yield from (f"{group}.{key}" for key in composed[group] if key != "name")


def _value(key: str, typed: str) -> object:
    """The value that Hydra's grammar reads; one value, not a sweep over several."""
    try:
        override = OverridesParser.create().parse_override(f"value={typed}")
    except HydraException:
        raise UserError(
            f"{key}={typed}: this value cannot be read; a list is [a, b], values by year are "
            "{2021: 0.05, 2023: 0.1}, a text stands in quotes"
        ) from None
    if override.is_sweep_override():
        raise UserError(f"{key}={typed}: several values are a sweep, which comes in a later release")
    grammar: Any = OverrideParser(CommonTokenStream(OverrideLexer(InputStream(f"value={typed}"))))
    _refuse_twice(key, grammar.override())
    return _plain(override.value())


def _refuse_twice(key: str, words: Any) -> None:
    """A mapping keeps the last of two values for one name without a word; what was typed shows both."""
    seen: set[str] = set()
    for pair in words.getChildren() if hasattr(words, "getChildren") else ():
        if isinstance(pair, OverrideParser.DictKeyValuePairContext):
            name = pair.getChild(0).getText().strip()
            if name in seen:
                raise UserError(f"{key}: {name} is given twice; keep one")
            seen.add(name)
        _refuse_twice(key, pair)


def _plain(value: object) -> object:
    if isinstance(value, QuotedString):
        return value.text
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(name): _plain(item) for name, item in value.items()}
    return value


def _quoted(text: str) -> str:
    return QuotedString(text, Quote.single).with_quotes()


def _later(what: str, more: str = "") -> UserError:
    return UserError(f"{what} comes in a later release; leave it out{more}")

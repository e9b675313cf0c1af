"""The words `key=value` of the command line: what they set, and what their values are.

Hydra composes the primary config and its groups, and its grammar reads the values; the words themselves are
split and looked up here, so that names and paths need no quoting and every mistake is answered with one line.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, Quote, QuotedString
from hydra.errors import HydraException
from hydra.grammar.gen.OverrideLexer import (  # type: ignore[attr-defined]
    CommonTokenStream,
    InputStream,
    OverrideLexer,
)
from hydra.grammar.gen.OverrideParser import OverrideParser
from omegaconf import OmegaConf

from experiments.engines import EngineSettings
from sim.userinput import UserError, config_root, find, no_such, read_yaml, shown

NULLS = ("null", "None", "~")
"""Nothing, as it may be typed."""


def split(words: Sequence[str]) -> dict[str, str]:
    """Key and value of each word, as typed.

    Raises
    ------
    UserError
        A word that is no `key=value`, a key given twice.
    """
    typed: dict[str, str] = {}
    for word in words:
        key, value = _split(word)
        if key in typed:
            raise UserError(f"{key} is given twice, as {shown(typed[key])} and as {shown(value)}; keep one")
        typed[key] = value
    return typed


def composed(
    primary: str,
    engine: str,
    config_dirs: Sequence[Path],
    more: Mapping[str, tuple[str, type[Any]]] = MappingProxyType({}),
) -> dict[str, Any]:
    """The primary config of a verb with its groups, as plain values.

    Parameters
    ----------
    primary : str
        `configs/<primary>.yaml`, which no file of the user's replaces.
    engine : str
        The engine that was typed; empty for the default.
    more : mapping of group to (name, type)
        The same of other groups, and the dataclass of their settings.
    """
    for folder in config_dirs:
        if not folder.is_dir():
            raise UserError(f"--config-dir {folder}: no such folder")
    choice = []
    for group, (name, kind) in {"engine": (engine, EngineSettings), **more}.items():
        if not name:
            continue
        path, known = find(group, name, config_dirs), [field.name for field in fields(kind)]
        for key in read_yaml(path).keys() - set(known):
            raise no_such(f"{path}: {key}", "setting", key, known)
        choice.append(f"{group}={_quoted(name)}")
    folders = [folder for folder in (Path("configs"), *config_dirs) if folder.is_dir()]
    shipped = config_root() / f"{primary}.yaml"
    for file in (folder / shipped.name for folder in folders):
        if file.exists() and file.read_bytes() != shipped.read_bytes():
            raise UserError(
                f"{file}: the defaults of a command cannot be replaced by a file; type them, and rename yours"
            )
    own = [_quoted(f"file://{folder.resolve()}") for folder in folders]
    with initialize_config_dir(str(config_root().resolve()), version_base="1.3"):
        config = compose(primary, [f"hydra.searchpath=[{','.join(own)}]", *choice])
    content = OmegaConf.to_container(config)
    assert isinstance(content, dict)
    return {str(key): value for key, value in content.items()}


def put(config: dict[str, Any], key: str, typed: str, names: Collection[str]) -> None:
    """Set one key of a composed config to what was typed; it must have the key already.

    Parameters
    ----------
    names : collection of str
        Settings that are names or paths, taken as they are typed.
    """
    group, _, rest = key.partition(".")
    place = config.get(group)
    if isinstance(place, Mapping):
        known = [f"{group}.{name}" for name in place if name != "name"]
        if key not in known:
            owner = f" of {group}={place['name']}" if "name" in place else ""
            raise no_such(key, f"setting{owner}", key, known)
        config[group][rest] = typed if key in names and typed not in NULLS else read_value(key, typed)
    elif key not in config:
        raise no_such(key, "setting", key if group in config else group, _known(config))
    elif key in names:
        if typed in NULLS:
            instead = "leave it out for its default" + (", or type policy=none" if key == "policy" else "")
            raise UserError(f"{key} must be a name, got {typed}; {instead}")
        config[key] = typed
    else:
        config[key] = read_value(key, typed)


def read_value(key: str, typed: str) -> object:
    """The value that Hydra's grammar reads; one value, not a sweep over several."""
    override = grammar(key, typed)
    if override.is_sweep_override():
        raise UserError(f"{key}={typed}: several values are a sweep; type zonesim sweep {key}={typed}")
    return plain(override.value())


def grammar(key: str, typed: str) -> Override:
    """What Hydra's grammar makes of a value: one, or a sweep over several."""
    try:
        override = OverridesParser.create().parse_override(f"value={typed}")
    except HydraException:
        raise UserError(
            f"{key}={typed}: this value cannot be read; a list is [a, b], values by year are "
            "{2021: 0.05, 2023: 0.1}, a text stands in quotes"
        ) from None
    parser: Any = OverrideParser(CommonTokenStream(OverrideLexer(InputStream(f"value={typed}"))))
    _refuse_twice(key, parser.override())
    return override


def plain(value: object) -> object:
    """A value of the grammar without its quotes."""
    if isinstance(value, QuotedString):
        return value.text
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {plain(name): plain(item) for name, item in value.items()}
    return value


def check_switches(config: Mapping[str, Any], names: Collection[str]) -> None:
    """Refuse a value that is neither true nor false."""
    for name in names:
        if not isinstance(config[name], bool):
            raise UserError(f"{name} must be true or false, got {shown(config[name])}")


def later(what: str) -> UserError:
    """The answer to what a later release brings."""
    return UserError(f"{what} comes in a later release; leave it out")


def _split(word: str) -> tuple[str, str]:
    """Key and value of one word."""
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


def _known(config: Mapping[str, Any]) -> Iterator[str]:
    """Settings of this release, as they are typed; that of a group of configurations chooses one of them."""
    for key, group in config.items():
        if not isinstance(group, Mapping) or "name" in group:
            yield key
        if isinstance(group, Mapping):
            yield from (f"{key}.{name}" for name in group if name != "name")


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


def _quoted(text: str) -> str:
    return QuotedString(text, Quote.single).with_quotes()

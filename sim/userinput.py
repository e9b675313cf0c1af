"""What the user gives: finding and reading configuration files, and refusing what is wrong.

Every mistake is answered with a `UserError`: one short message that says what is wrong, where, what was
found, what is allowed and what comes closest.
"""

import contextlib
import difflib
import filecmp
import json
import math
import pickle
import re
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 1_000_000
"""Of a plain YAML file."""
DEEPEST = 10
"""Levels of entries below one another in it."""


class UserError(ValueError):
    """What the user gave is wrong; the message is for the user (exit status 2)."""


def config_root() -> Path:
    """Folder of the shipped configuration: `sim/configs` in a wheel, `configs` in a checkout."""
    in_wheel = Path(__file__).parent / "configs"
    return in_wheel if in_wheel.exists() else Path(__file__).parents[1] / "configs"


def find(group: str, name: str, extra: Sequence[Path] = (), key: str = "") -> Path:
    """File of the configuration `name` of a group, shipped or in the user's `./configs` or `extra` folders.

    A district may also be a folder that holds `district.yaml`: one of that name among the configurations,
    or any path. Messages call it by its `key`, where that is not the group.

    Raises
    ------
    UserError
        No such name, or one name for two things.
    """
    if not isinstance(name, str) or not name:
        raise UserError(f"{key or group} must be a name, got {shown(name)}")
    roots = {folder.resolve(): folder for folder in (config_root(), Path("configs"), *extra)}
    known = [(file.stem, file) for root in roots.values() for file in sorted((root / group).glob("*.yaml"))]
    if group == "district":
        for root in roots.values():
            known += [(file.parent.name, file) for file in sorted((root / group).glob("*/district.yaml"))]
    places = [file for stem, file in known if stem == name]
    for place in places[1:]:
        if not _same(places[0], place):
            raise UserError(f"{key or group}={name} stands at {places[0]} and at {place}: rename yours")
    if places:
        return places[0]
    if group == "district" and Path(name).is_dir():
        if (Path(name) / "district.yaml").is_file():
            return Path(name) / "district.yaml"
        mend = "write one; a line such as title: NAME is enough"
        raise UserError(f"district={name}: this folder has no district.yaml; {mend}")
    raise no_such(f"{key or group}={name}", group, Path(name).stem, [stem for stem, _ in known])


def read_yaml(path: Path, *, plain: bool = False) -> dict[str, Any]:
    """The mapping in a YAML file, which is parsed again only when the file has changed, for sweeps read it often.

    A `plain` one, from anybody, may hold names and values and nothing else.
    """
    try:
        state = path.stat()
        content: dict[str, Any] = pickle.loads(_pickled(path, plain, state.st_ino, state.st_mtime_ns, state.st_size))
    except OSError as problem:
        raise UserError(f"{path} cannot be read: {problem.strerror}") from None
    return content


@lru_cache(maxsize=256)
def _pickled(path: Path, plain: bool, *_: int) -> bytes:
    """What a file in this state holds; as bytes, so that each reader has it to itself."""
    try:
        if plain and path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path} is larger than {MOST_BYTES:,} bytes; it is for a few lines")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    if plain:
        _check_plain(text, str(path))
    content = _parse(text, str(path))
    if content is None:
        content = {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise UserError(f"{path} must hold names and values (name: value), got {shown(content)}")
    return pickle.dumps(content)


def parse_override(text: str) -> tuple[str, object]:
    """Key and value of `a.b=YAML`."""
    key, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"\w+(\.\w+)*", key.strip()):
        raise UserError(f"{shown(text)} must be key=value, such as policy.rotation.rate=0.15, without + or ~")
    spaced = re.sub(r"([{,]\s*\d{4}):(?=\S)", r"\1: ", value)  # {2021:0.05}, as the command line takes it
    return key.strip(), _parse(spaced, key.strip())


def number(
    value: object, where: str, low: float | None = None, high: float | None = None, *, whole: bool = False
) -> float:
    """`value` as a float (an int if `whole`), or a UserError: true is no number, nor is nan or infinity."""
    plain: float = math.nan
    plainly = type(value) is int or (type(value) is float and not whole)  # said first because it is said at once
    if plainly or (isinstance(value, Integral if whole else Real) and not isinstance(value, bool)):
        with contextlib.suppress(OverflowError):
            plain = int(value) if whole else float(value)  # type: ignore[call-overload, arg-type]
    if plain != plain or abs(plain) == math.inf:
        kind, span = "a whole number" if whole else "a number", _span(low, high)
        raise UserError(f"{where} must be {kind}{f' ({span})' if span else ''}, got {shown(value)}")
    if (low is not None and plain < low) or (high is not None and plain > high):
        raise UserError(f"{where} must be {_span(low, high)}, got {shown(value)}")
    return plain


def _span(low: float | None, high: float | None) -> str:
    """Which numbers are allowed."""
    if low is None:
        return "" if high is None else f"at most {high}"
    return f"at least {low}" if high is None else f"within {low} ... {high}"


def no_such(where: str, thing: str, name: object, known: Iterable[str]) -> UserError:
    """The answer to an unknown name: what is known, and which of it is closest."""
    names = list(dict.fromkeys(known))
    if len(names) <= 20:
        listed = f"known: {', '.join(names) or 'none'}"
    else:  # too many for a short message
        listed = f"{len(names)} are known, such as {', '.join(_matches(name, names, 3, 0.2) or names[:3])}"
    return UserError(f"{where}: no such {thing}; {listed}{closest(name, names)}")


def closest(name: object, known: Iterable[str]) -> str:
    """`; did you mean 'rotation'?`, or nothing where nothing known is close."""
    match = _matches(name, known, 1, 0.6)
    return f"; did you mean '{match[0]}'?" if match else ""


def shown(value: object) -> str:
    """A value as a message quotes it: the words of YAML, at most 60 characters."""
    text = json.dumps(value) if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _same(one: Path, other: Path) -> bool:
    """Whether two configurations are copies: an installed one meets itself when it runs in the checkout."""
    if one.name != "district.yaml" or other.name != one.name:
        return one.read_bytes() == other.read_bytes()
    names = {file.name for folder in (one.parent, other.parent) for file in folder.iterdir()}
    alike, _, _ = filecmp.cmpfiles(one.parent, other.parent, names, shallow=False)
    return len(alike) == len(names)


def _matches(name: object, known: Iterable[str], most: int, likeness: float) -> list[str]:
    if not isinstance(name, str):
        return []
    return difflib.get_close_matches(name, list(known), n=most, cutoff=likeness)


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's where it is there, several times as fast


class _Loader(_SafeLoader):
    """Safe YAML that refuses a key given twice, reads 1e6 as the number it is, and 2021:05 as none."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                problem = f"{key.value} is given twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    list("-+.0123456789"),
)
_BASE_60 = re.compile(r"[-+]?\d[\d_]*(:[\d.]+)+$")
for _first in "-+0123456789":  # before the resolvers that take it for a number
    _Loader.yaml_implicit_resolvers[_first].insert(0, ("tag:yaml.org,2002:str", _BASE_60))


def _check_plain(text: str, where: str) -> None:
    """Refuse what names code, and what grows when it is read: tags, references and entries without end."""
    depth = 0
    try:
        for event in yaml.parse(text, _SafeLoader):
            at = f"{where}, line {event.start_mark.line + 1}" if event.start_mark else where
            if isinstance(event, yaml.AliasEvent):
                raise UserError(f"{at}: references (*{event.anchor}) are not read; write the value itself")
            if tag := getattr(event, "tag", None):
                raise UserError(f"{at}: tags ({tag}) are not read, and no code is run; write the plain value")
            if isinstance(event, yaml.ScalarEvent) and event.value == "_target_":
                raise UserError(f"{at}: _target_ names code, which a district's folder may not; leave it out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise UserError(f"{at}: more than {DEEPEST} levels below one another")
    except yaml.YAMLError:
        return  # reading it will say what is wrong


def _parse(text: str, where: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # a SafeLoader
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise UserError(f"{where}{line}: not valid YAML: {problem.problem}") from None
    except (yaml.YAMLError, ValueError) as problem:  # control characters; a date such as 2021-02-30
        raise UserError(f"{where}: not valid YAML: {' '.join(str(problem).split())}") from None

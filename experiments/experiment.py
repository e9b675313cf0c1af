"""An experiment: a named study that puts settings and policies together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from sim.userinput import UserError, find, no_such, read_yaml, shown

ENTRIES = ("title", "verb", "settings", "policies", "sweep")
OF_POLICY = ("policy", "targets")
QUESTIONS = ("compare", "sensitivity", "discover", "calibrate", "optimise")
"""Verbs for which an experiment may state the settings."""


@dataclass(frozen=True)
class Member:
    """One policy of an experiment, and the plan whose promises it is judged by."""

    policy: str
    targets: str | None


@dataclass(frozen=True)
class Experiment:
    """What `configs/experiment/NAME.yaml` says.

    Attributes
    ----------
    settings : mapping
        Key and value of each setting, as they would be typed.
    members : tuple of Member
        The policies that `zonesim run` sets side by side; none where the experiment is a sweep.
    sweep : mapping
        What `zonesim sweep` varies and how, as it would be typed; empty where it is no sweep.
    verb : str
        `run`, `sweep`, or the question that it is for.
    """

    name: str
    path: Path
    title: str
    settings: Mapping[str, str]
    members: tuple[Member, ...]
    sweep: Mapping[str, str]
    verb: str = "run"

    def check_verb(self, verb: str) -> None:
        """Refuse a question's experiment under another verb, and a question about another experiment."""
        if verb != self.verb and {verb, self.verb} & set(QUESTIONS):
            raise UserError(f"experiment={self.name} is for zonesim {self.verb}, not {verb}")

    @classmethod
    def load(cls, name: str, config_dirs: Sequence[Path] = ()) -> Self:
        """Read and check it; whether its settings exist is seen where all settings are read."""
        path = find("experiment", name, config_dirs)
        raw = read_yaml(path)
        for key in raw.keys() - set(ENTRIES):
            raise no_such(f"{path}: {key}", "entry", key, ENTRIES)
        settings, policies = raw.get("settings", {}), raw.get("policies")
        if not isinstance(settings, dict):
            raise UserError(f"{path}: settings must be names and values, got {shown(settings)}")
        if "experiment" in settings:
            raise UserError(f"{path}: settings name no experiment; this file is one")
        typed = {str(key): _as_typed(value) for key, value in settings.items()}
        title, sweep = str(raw.get("title", name)), raw.get("sweep", {})
        if not isinstance(sweep, dict) or ("sweep" in raw and not sweep):
            raise UserError(f"{path}: sweep must be settings and the values they take, got {shown(sweep)}")
        if "verb" in raw:
            if raw["verb"] not in QUESTIONS:
                raise no_such(f"{path}: verb: {raw['verb']}", "question", raw["verb"], QUESTIONS)
            if policies is not None or sweep:
                raise UserError(f"{path}: a question has settings only; leave out policies and sweep")
            return cls(path.stem, path, title, typed, (), {}, raw["verb"])
        if sweep:
            if policies is not None:
                raise UserError(f"{path}: an experiment lists policies, side by side, or states a sweep; not both")
            varied = {str(key): _several(each) for key, each in sweep.items()}
            return cls(path.stem, path, title, typed, (), varied, "sweep")
        if "policy" in settings:
            raise UserError(f"{path}: settings name no policy; list what is run in policies")
        if not isinstance(policies, list) or not policies:
            raise UserError(f"{path}: policies must be a list such as [{{policy: tekes_zones}}], got {shown(policies)}")
        members = tuple(_member(one, path) for one in policies)
        names = [member.policy for member in members]
        if twice := [name for name in names if names.count(name) > 1]:
            raise UserError(f"{path}: policies lists {twice[0]} twice; keep one")
        return cls(path.stem, path, title, typed, members, {})


def _member(raw: object, path: Path) -> Member:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("policy"), str):
        raise UserError(f"{path}: each of policies must be {{policy: NAME, targets: NAME}}, got {shown(raw)}")
    for key in raw.keys() - set(OF_POLICY):
        raise no_such(f"{path}: policies: {key}", "entry", key, OF_POLICY)
    return Member(raw["policy"], raw.get("targets"))


def _as_typed(value: Any) -> str:
    """A value of the file as it would be typed on the command line."""
    if isinstance(value, str):
        return value
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6).removesuffix("...\n").strip()


def _several(value: Any) -> str:
    """A value of a sweep as it would be typed; those of a list stand between commas."""
    return ",".join(_as_typed(one) for one in value) if isinstance(value, list) else _as_typed(value)

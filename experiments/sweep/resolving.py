"""From the settings of a cell to its scenario: what cells have in common is read once."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from experiments.sweep.axes import NAMES
from sim.config import EffectTable
from sim.district.reading import load_district
from sim.reform import Policy
from sim.reform.projects import MissingPlace
from sim.scenario import Scenario, fitting, load
from sim.userinput import find

Settings = Mapping[str, Any]
Overrides = Sequence[tuple[str, Any]]
T = TypeVar("T")
KEPT = 512
"""Places, effects and policies that are kept at hand, of each the last."""


@dataclass(frozen=True)
class Resolved:
    """A cell, ready to run.

    Attributes
    ----------
    scenario : Scenario
    world : str
        Hash of all that decides the outcome under no policy but the luck: district, effects, background, horizon.
    policy, counterfactual : str
        Hashes of these two.
    """

    scenario: Scenario
    world: str
    policy: str
    counterfactual: str


class Resolver:
    """Reads the cells of a sweep.

    Parameters
    ----------
    config_dirs : sequence of Path
        Folders of the user's own configurations.

    Attributes
    ----------
    notes : dict
        What the user should be told, each line once.
    """

    def __init__(self, config_dirs: Sequence[Path] = ()) -> None:
        self.notes: dict[str, None] = {}
        self._dirs = tuple(config_dirs)
        self._first: dict[str, Scenario] = {}
        self._tables: dict[str, EffectTable] = {}
        self._files: dict[str, Path] = {}
        self._places: dict[str, tuple[Scenario, str, str]] = {}
        self._effects: dict[str, tuple[EffectTable, str]] = {}
        self._policies: dict[str, tuple[Policy, str]] = {}

    def cell(self, settings: Settings) -> Resolved:
        """The cell with these settings, which are all that its world has.

        Raises
        ------
        UserError
            What is wrong with them.
        """
        names = {key: settings[key] for key in (*NAMES, "run.horizon")}
        of_district, of_policy, of_effects = (
            tuple((key, value) for key, value in settings.items() if key.startswith(group))
            for group in ("district.", "policy.", "effects.")
        )
        policy_name, effects_name = names.pop("policy"), names.pop("effects")
        place_key = repr((names, of_district))
        place, world, counterfactual = _kept(
            self._places, place_key, lambda: self._read_place(names, of_district)
        )
        effects, responds = _kept(
            self._effects, repr((effects_name, of_effects)), lambda: self._read_effects(effects_name, of_effects)
        )
        policy, reform = _kept(
            self._policies,
            repr((place_key, policy_name, of_policy)),
            lambda: self._read_policy(policy_name, of_policy, place),
        )
        scenario = replace(place, policy=policy, effects=effects)
        return Resolved(scenario, fingerprint([world, responds]), reform, counterfactual)

    def _read_place(self, names: Settings, overrides: Overrides) -> tuple[Scenario, str, str]:
        """The world under no policy and with effects of no moment, its hash without them, and its counterfactual's."""
        like = self._first.get(repr(names))
        if like is None:  # the first of its name is read whole
            scenario = self._first[repr(names)] = self._load(names, overrides)
        else:
            place = load_district(names["district"], _below("district.", overrides), self._dirs)
            if place.baseline_year == like.baseline_year:
                fitting(like.counterfactual, place)
                scenario = replace(like, district=place)
            else:
                scenario = self._load(names, overrides)
        resolved = scenario.resolved
        for other in ("policy", "counterfactual", "effects", "targets"):
            del resolved[other]
        return scenario, fingerprint(resolved), fingerprint(scenario.counterfactual.resolved)

    def _load(self, names: Settings, overrides: Overrides) -> Scenario:
        return load(
            names["district"],
            counterfactual=names["counterfactual"],
            effects="means",
            background=names["background"],
            horizon=names["run.horizon"],
            overrides=overrides,
            config_dirs=self._dirs,
        )

    def _read_effects(self, name: str, overrides: Overrides) -> tuple[EffectTable, str]:
        whole = _kept(self._tables, name, lambda: EffectTable.load(name, (), self._dirs))
        table = whole.fixing(overrides)
        return table, fingerprint(table.resolved)

    def _read_policy(self, name: str, overrides: Overrides, place: Scenario) -> tuple[Policy, str]:
        """The policy on that place, without projects at schools and zones that the place lacks."""
        left_out: list[str] = []
        file = _kept(self._files, name, lambda: find("policy", name, self._dirs))
        while True:
            try:
                more: list[tuple[str, Any]] = [(key, []) for key in left_out]
                policy = Policy.load(file, [*overrides, *more], place.baseline_year, self._dirs)
                fitting(policy, place.district)
                break
            except MissingPlace as missing:
                if missing.projects in dict(overrides):
                    raise
                left_out.append(missing.projects)
        if left_out:
            lacking = f"which name places that {place.district.name} lacks"
            self.notes[f"{name} runs without its {' and '.join(left_out)}, {lacking}"] = None
        self.notes |= dict.fromkeys(policy.notes)
        return policy, fingerprint(policy.resolved)


def fingerprint(content: object) -> str:
    """Twelve hex digits that change with any of the content, plain values."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _below(group: str, overrides: Overrides) -> list[tuple[str, Any]]:
    """Keys without the name of their group."""
    return [(key.removeprefix(group), value) for key, value in overrides]


def _kept(kept: dict[str, T], key: str, read: Callable[[], T]) -> T:
    """What was read under the key, now or before; the oldest is forgotten when there is much."""
    if key not in kept:
        if len(kept) >= KEPT:
            del kept[next(iter(kept))]
        kept[key] = read()
    return kept[key]

"""Margins as a district states them, or as they are typed in place of its own: checked, with their sources."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from sim.agents.school import LEVELS
from sim.config import BASELINE_YEAR
from sim.district.listed_places import PrivateSchool
from sim.district.spec import DistrictSpec
from sim.userinput import UserError, closest, number, shown

SHOWN = 3
"""Problems of one kind that a message lists."""


def read_margins(
    given: Mapping[str, Any], typed: Mapping[str, object], path: Path
) -> tuple[dict[str, float], dict[str, str]]:
    """Value and source of each margin; what is wrong in the file names it, what was typed does not."""
    declared = {f.name: f.metadata for f in fields(DistrictSpec) if f.metadata}
    in_file = [f"{key}: no such margin{closest(key, declared)}" for key in given if key not in declared]
    as_typed: list[str] = []
    missing: list[str] = []
    values: dict[str, float] = {}
    sources: dict[str, str] = {}
    for key, allowed in declared.items():
        value: object = typed.get(key, given.get(key))
        sources[key] = "command line" if key in typed else "not stated"
        if key not in typed and value is None and allowed["unstated"] is not None:
            values[key] = allowed["unstated"]
            continue
        if key not in typed and value is None:
            missing.append(f"{key} ({', '.join(filter(None, (allowed['meaning'], allowed['unit'])))})")
            continue
        if key not in typed and isinstance(value, Mapping):
            sources[key] = str(value.get("source", "not stated"))
            value = value.get("value")
        try:
            plain = number(value, f"district.{key}", allowed["low"], allowed["high"], whole=allowed["whole"])
            values[key] = float(plain)
        except UserError as problem:
            (as_typed if key in typed else in_file).append(str(problem))
    if as_typed:
        raise UserError(some(as_typed, "; "))
    if missing:
        in_file.append(
            f"{len(missing)} margin{'s are' if len(missing) > 1 else ' is'} missing: {some(missing, ', ')}; "
            "copy the margins of the shipped wuhan_edz.yaml"
        )
    if in_file:
        raise UserError(f"{path}: {some(in_file, '; ')}")
    return values, sources


def read_ranges(given: Mapping[str, Any], typed: Mapping[str, object], path: Path) -> dict[str, tuple[float, float]]:
    """Low and high of each margin that states them; what was typed stands for no masked number."""
    declared = {f.name: f.metadata for f in fields(DistrictSpec) if f.metadata}
    ranges = {}
    for key, margin in given.items():
        if key in typed or not isinstance(margin, Mapping) or not {"low", "high"} & margin.keys():
            continue
        where, allowed = f"{path}: {key}", declared[key]
        bounds = allowed["low"], allowed["high"]
        low, high = (number(margin.get(end), f"{where}: {end}", *bounds) for end in ("low", "high"))
        if not low <= margin["value"] <= high or low == high:
            raise UserError(f"{where}: value {shown(margin['value'])} must lie between low {low:g} and high {high:g}")
        ranges[key] = (low, high)
    return ranges


def some(problems: Sequence[str], between: str) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
    return between.join(problems[:SHOWN]) + more


def read_year(typed: Mapping[str, object], raw: Mapping[str, Any], path: Path) -> int:
    """The baseline year."""
    key = "baseline_year"
    where = f"district.{key}" if key in typed else f"{path}: {key}"
    return int(number(typed.get(key, raw.get(key, BASELINE_YEAR)), where, 1990, 2100, whole=True))


def check_private(private: Sequence[PrivateSchool], values: Mapping[str, float], path: Path) -> None:
    """Private schools and the shares that speak of them must go together."""
    for kind, level in enumerate(LEVELS):
        key, exist = f"private_share_{level}", any(school.level == kind for school in private)
        if exist and values[key] == 0:
            raise UserError(f"{path}: private_schools lists {level} schools: {key} must say for what share of entrants")
        if not exist and values[key] > 0:
            raise UserError(f"district.{key}={values[key]:g}: the district lists no private {level} school; use 0")
    if not private and values["migrant_public_share"] < 1:
        raise UserError(
            f"district.migrant_public_share={values['migrant_public_share']:g}: the district lists no private schools, "
            "and all its children go to public ones; use 1"
        )

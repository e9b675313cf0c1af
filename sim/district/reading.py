"""Reading a district's YAML: what is missing or wrong in it, and single margins typed in place of its own."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from sim.agents.school import LEVELS
from sim.config import BASELINE_YEAR
from sim.district.listed import PrivateSchool, ZoneSpec, check_names, read_outside, read_private_schools, read_zone
from sim.district.numbered import read_zone_numbers
from sim.district.spec import DistrictSpec
from sim.userinput import UserError, closest, find, number, read_yaml, shown

SHOWN = 3
"""Problems of one kind that a message lists."""


def load_district(
    name: str, overrides: Sequence[tuple[str, object]] = (), config_dirs: Sequence[Path] = ()
) -> DistrictSpec:
    """Read a district's YAML and replace single margins by `overrides` (key below ``district.``, value)."""
    typed = dict(overrides)
    for key in typed:
        _check_known(key)
    path = find("district", name, config_dirs)
    raw = read_yaml(path)
    own_name = path.absolute().parent.name if path.name == "district.yaml" else path.stem
    if str(raw.get("name", own_name)) != own_name:
        raise UserError(f"{path}: name is {shown(raw['name'])}, but this district is called {own_name}; leave name out")
    given, zones = raw.get("margins") or {}, raw.get("zones")
    if not isinstance(given, dict):
        raise UserError(f"{path}: margins must be names and values, got {shown(given)}")
    values, sources = _margins(given, typed, path)
    if isinstance(zones, Mapping):
        specs = _zones_of_numbers(zones, given, typed, values, sources, path)
    else:
        specs = _zones_listed(zones, path)
    check_names(specs, own_name, path)
    outside = read_outside(raw.get("outside") or [], specs, path)
    private = read_private_schools(raw.get("private_schools") or [], specs, outside, path)
    _check_private(private, values, path)
    levels = {zone.level for zone in specs} | {school.level for school in outside}
    if missing := [name for kind, name in enumerate(LEVELS) if kind not in levels]:
        raise UserError(f"{path}: zones: none is {missing[0]}; a district needs primary and junior schools")
    return DistrictSpec(
        name=own_name,
        title=str(raw.get("title", own_name)),
        baseline_year=_year(typed, raw, path),
        targets=raw.get("targets"),
        zones=specs,
        outside=outside,
        private_schools=private,
        sources=sources,
        ranges=_ranges(given, typed, path),
        given={},
        own_teachers=None,
        own_students=None,
        **values,
    )


def _zones_listed(raw: object, path: Path) -> tuple[ZoneSpec, ...]:
    """Zones as the file lists them."""
    if not isinstance(raw, list) or not all(isinstance(zone, dict) for zone in raw):
        raise UserError(
            f"{path}: zones must be a list of zones as in the shipped wuhan_edz.yaml, or numbers by level as in "
            f"synthetic_province.yaml, got {shown(raw)}"
        )
    return tuple(read_zone(zone, path) for zone in raw)


def _zones_of_numbers(
    raw: Mapping[str, Any],
    given: Mapping[str, Any],
    typed: Mapping[str, object],
    values: dict[str, float],
    sources: dict[str, str],
    path: Path,
) -> tuple[ZoneSpec, ...]:
    """Zones made from numbers for the district's students; their map is as dense whatever number of them is typed."""
    numbers = read_zone_numbers(raw, path)
    sources |= {f"zones.{LEVELS[one.level]}": one.source for one in numbers}
    if "students" in typed and "map_km" not in typed:
        as_stated, _ = _margins(given, {}, path)
        values["map_km"] *= math.sqrt(values["students"] / as_stated["students"])
        sources["map_km"] += "; of another number of students, with as many a km2"
    return tuple(zone for one in numbers for zone in one.zones(values["students"]))


def _check_known(key: str) -> None:
    """Refuse an override of what no district states."""
    known = (*DistrictSpec.margins(), "baseline_year")
    if key == "zones":
        raise UserError("district.zones comes in a later release; leave it out for the zones of the table")
    if key not in known:
        raise UserError(
            f"district.{key}: no such margin; known are the margins of configs/district/NAME.yaml, such as "
            f"{known[0]}, class_cap_primary{closest(key, known)}"
        )


def _margins(
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
        raise UserError(_some(as_typed, "; "))
    if missing:
        in_file.append(
            f"{len(missing)} margin{'s are' if len(missing) > 1 else ' is'} missing: {_some(missing, ', ')}; "
            "copy the margins of the shipped wuhan_edz.yaml"
        )
    if in_file:
        raise UserError(f"{path}: {_some(in_file, '; ')}")
    return values, sources


def _ranges(given: Mapping[str, Any], typed: Mapping[str, object], path: Path) -> dict[str, tuple[float, float]]:
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


def _some(problems: Sequence[str], between: str) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
    return between.join(problems[:SHOWN]) + more


def _year(typed: Mapping[str, object], raw: Mapping[str, Any], path: Path) -> int:
    """The baseline year."""
    key = "baseline_year"
    where = f"district.{key}" if key in typed else f"{path}: {key}"
    return int(number(typed.get(key, raw.get(key, BASELINE_YEAR)), where, 1990, 2100, whole=True))


def _check_private(private: Sequence[PrivateSchool], values: Mapping[str, float], path: Path) -> None:
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

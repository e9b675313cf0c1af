"""Reading a district's YAML: what is missing or wrong in it, and single margins typed in place of its own."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.agents.school import LEVELS
from sim.district.listed_places import (
    ZoneSpec,
    check_levels,
    check_names,
    read_outside,
    read_private_schools,
    read_zone,
)
from sim.district.numbered import read_zone_numbers
from sim.district.own import is_own_folder, read_own
from sim.district.spec import DistrictSpec
from sim.district.stated_margins import check_private, read_margins, read_ranges, read_year
from sim.district.tables.problems import FolderError, Problems
from sim.district.zoning import rezoned
from sim.userinput import UserError, closest, find, read_yaml, shown


def load_district(
    name: str, overrides: Sequence[tuple[str, object]] = (), config_dirs: Sequence[Path] = ()
) -> DistrictSpec:
    """Read a district's YAML and replace single margins by `overrides` (key below ``district.``, value).

    Raises
    ------
    UserError
        What is wrong; for a folder with tables a `FolderError`, which says all of it.
    """
    typed = dict(overrides)
    asked_zones = typed.pop("zones", None)
    for key in typed:
        _check_known(key)
    path = find("district", name, config_dirs)
    if is_own_folder(path):
        problems = Problems()
        place = read_own(path, typed, config_dirs, problems, zones=asked_zones)
        if place is None or problems.errors:
            raise FolderError(path.parent, problems)
        return place
    raw = read_yaml(path)
    own_name = path.absolute().parent.name if path.name == "district.yaml" else path.stem
    if str(raw.get("name", own_name)) != own_name:
        raise UserError(f"{path}: name is {shown(raw['name'])}, but this district is called {own_name}; leave name out")
    given, zones = raw.get("margins") or {}, raw.get("zones")
    if not isinstance(given, dict):
        raise UserError(f"{path}: margins must be names and values, got {shown(given)}")
    values, sources = read_margins(given, typed, path)
    if isinstance(zones, Mapping):
        specs = _zones_of_numbers(zones, given, typed, values, sources, path)
    else:
        specs = _zones_listed(zones, path)
    check_names(specs, own_name, path)
    outside = read_outside(raw.get("outside") or [], specs, path)
    private = read_private_schools(raw.get("private_schools") or [], specs, outside, path)
    check_private(private, values, path)
    check_levels(specs, outside, private, path)
    spec = DistrictSpec(
        name=own_name,
        title=str(raw.get("title", own_name)),
        baseline_year=read_year(typed, raw, path),
        targets=raw.get("targets"),
        zones=specs,
        outside=outside,
        private_schools=private,
        sources=sources,
        ranges=read_ranges(given, typed, path),
        given={},
        own_teachers=None,
        own_students=None,
        **values,
    )
    leads = {(zone.lead, zone.level) for zone in specs if zone.lead is not None}
    return spec if asked_zones is None else rezoned(spec, asked_zones, leads)


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
        as_stated, _ = read_margins(given, {}, path)
        values["map_km"] *= math.sqrt(values["students"] / as_stated["students"])
        sources["map_km"] += "; of another number of students, with as many a km2"
    return tuple(zone for one in numbers for zone in one.zones(values["students"]))


def _check_known(key: str) -> None:
    """Refuse an override of what no district states."""
    known = (*DistrictSpec.margins(), "baseline_year")
    if key not in known:
        raise UserError(
            f"district.{key}: no such margin; known are the margins of configs/district/NAME.yaml, such as "
            f"{known[0]}, class_cap_primary{closest(key, known)}"
        )

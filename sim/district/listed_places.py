"""The zones and schools that a district lists, and what zones state of themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sim.agents.school import JUNIOR, LEVELS, PRIMARY
from sim.agents.zone import FORMS
from sim.userinput import UserError, no_such, number, shown


def of_zone(unit: str, low: float, high: float, meaning: str) -> Any:
    """Declare one value that a zone may state of itself; None leaves what the district's margins give."""
    metadata = {"unit": unit, "low": low, "high": high, "meaning": meaning, "whole": False}
    return field(default=None, metadata=metadata)


@dataclass(frozen=True)
class ZoneSpec:
    """One zone or group as the district's table lists it, with what sets it apart from the district's margins."""

    name: str
    level: int
    form: int
    lead: str | None
    schools: tuple[str, ...]
    east: float | None = of_zone("km", 0, 300, "place of its centre on the map")
    north: float | None = of_zone("km", 0, 300, "place of its centre on the map")
    birth_trend: float | None = of_zone("share a year", -0.2, 0.2, "yearly change of children of entry age there")
    seat_slack: float | None = of_zone("share", 0, 2, "places in the entry grade beyond the baseline's entrants")
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)

    @staticmethod
    def own_values() -> tuple[str, ...]:
        """Names of the values that a zone may state."""
        return tuple(f.name for f in fields(ZoneSpec) if f.metadata)

    def own(self, name: str, otherwise: float) -> float:
        """What the zone states under this name, or else the other value."""
        stated: float | None = getattr(self, name)
        return otherwise if stated is None else stated


@dataclass(frozen=True)
class OutsideSchool:
    """A public school of one level that is in no zone: what zones do passes it by, not what the district does."""

    name: str
    level: int


@dataclass(frozen=True)
class PrivateSchool:
    """A private school (民办学校) of one level: it stands in no zone, and no lever acts on it."""

    name: str
    level: int


def read_zone(raw: Mapping[str, Any], path: Path) -> ZoneSpec:
    """One zone as listed in the district's YAML."""
    name, schools, lead = raw.get("name"), raw.get("schools"), raw.get("lead")
    where = f"{path}: zone {name}"
    if not isinstance(name, str) or not isinstance(schools, list) or not schools:
        raise UserError(f"{where}: a zone needs a name and a list of schools, got {shown(dict(raw))}")
    for key, allowed in (("level", LEVELS), ("form", FORMS)):
        if raw.get(key) not in allowed:
            raise UserError(f"{where}: {key} must be one of {', '.join(allowed)}")
    if lead is not None and lead not in schools:
        raise UserError(f"{where}: lead school {lead} is not among its schools")
    known = [f.name for f in fields(ZoneSpec)]
    for key in raw:
        if key not in known or key == "sources":
            raise no_such(f"{where}: {key}", "entry", key, known[:-1])
    if ("east" in raw) != ("north" in raw):
        raise UserError(f"{where}: a place on the map is east and north, got one of them")
    values, sources = _own_values(raw, where)
    return ZoneSpec(
        name, LEVELS.index(raw["level"]), FORMS.index(raw["form"]), lead, tuple(schools), **values, sources=sources
    )


def check_names(zones: Sequence[ZoneSpec], district: str, path: Path) -> None:
    """Refuse names by which results could not be told apart; a nine-year school stands in a zone of each level."""
    zone_of: dict[tuple[int, object], str] = {}
    for i, zone in enumerate(zones):
        where = f"{path}: zone {zone.name}"
        level = LEVELS[zone.level]
        if zone.name == district:
            raise UserError(f"{where} has the name of the district; give it a name of its own")
        if (zone.name, zone.level) in [(other.name, other.level) for other in zones[:i]]:
            raise UserError(f"{where}: there is a {level} zone of this name already; give each a name of its own")
        for school in zone.schools:
            if not isinstance(school, str):
                raise UserError(f'{where}: schools must be names, got {shown(school)}; write it in quotes: "{school}"')
            if (zone.level, school) in zone_of:
                other = zone_of[zone.level, school]
                said = "lists it twice" if other == zone.name else f"has it too, and a {level} school is in one zone"
                mend = "leave one out, or give it another name"
                raise UserError(f"{where}: school {school}: zone {other} {said}; {mend}")
            zone_of[zone.level, school] = zone.name


def check_levels(
    zones: Sequence[ZoneSpec], outside: Sequence[OutsideSchool], private: Sequence[PrivateSchool], path: Path
) -> None:
    """A district may do without junior schools, not without primary ones: children live in their catchments."""
    levels = {zone.level for zone in zones} | {school.level for school in outside}
    if PRIMARY not in levels:
        raise UserError(
            f"{path}: zones: none is primary; children live in the catchments of primary schools: list those that send "
            "their leavers here, with zone, level and students"
        )
    if JUNIOR not in levels and any(school.level == JUNIOR for school in private):
        raise UserError(f"{path}: private_schools: a private junior school needs a public one beside it; list it too")


def _own_values(raw: Mapping[str, Any], where: str) -> tuple[dict[str, float], dict[str, str]]:
    """Value and source of what a zone states of itself."""
    values: dict[str, float] = {}
    sources: dict[str, str] = {}
    for f in fields(ZoneSpec):
        if not f.metadata or f.name not in raw:
            continue
        stated: Any = raw[f.name]
        source = "not stated"
        if isinstance(stated, Mapping):
            stated, source = stated.get("value"), str(stated.get("source", source))
        values[f.name] = number(stated, f"{where}: {f.name}", f.metadata["low"], f.metadata["high"])
        sources[f.name] = source
    return values, sources


def read_outside(raw: object, zones: Sequence[ZoneSpec], path: Path) -> tuple[OutsideSchool, ...]:
    """The public schools in no zone, listed by level."""
    where = f"{path}: outside"
    example = "[{level: primary, schools: [...]}]"
    if not isinstance(raw, list) or not all(isinstance(group, Mapping) for group in raw):
        raise UserError(f"{where} must be a list such as {example}, got {shown(raw)}")
    known = {(school, zone.level) for zone in zones for school in zone.schools}
    found: list[OutsideSchool] = []
    for group in raw:
        level, schools = group.get("level"), group.get("schools")
        if level not in LEVELS or not isinstance(schools, list) or not all(isinstance(name, str) for name in schools):
            raise UserError(f"{where}: each needs a level ({', '.join(LEVELS)}) and a list of schools, as in {example}")
        for name in schools:
            if (name, LEVELS.index(level)) in known:
                raise UserError(f"{where}: {name}: there is a {level} school of this name already")
            known.add((name, LEVELS.index(level)))
            found.append(OutsideSchool(name, LEVELS.index(level)))
    return tuple(found)


def read_private_schools(
    raw: object, zones: Sequence[ZoneSpec], outside: Sequence[OutsideSchool], path: Path
) -> tuple[PrivateSchool, ...]:
    """The private schools as listed; a nine-year school stands once under each level."""
    where = f"{path}: private_schools"
    if not isinstance(raw, list) or not all(isinstance(school, Mapping) for school in raw):
        raise UserError(f"{where} must be a list of {{name, level}}, got {shown(raw)}")
    public = {school for zone in zones for school in zone.schools} | {school.name for school in outside}
    schools: list[PrivateSchool] = []
    for given in raw:
        name, level = given.get("name"), given.get("level")
        if not isinstance(name, str) or level not in LEVELS or len(given) > 2:
            raise UserError(f"{where}: each needs a name and a level ({', '.join(LEVELS)}), got {shown(dict(given))}")
        school = PrivateSchool(name, LEVELS.index(level))
        if name in public or school in schools:
            other = "a public school has this name too" if name in public else f"it is listed twice as {level}"
            raise UserError(f"{where}: {name}: {other}; give it a name of its own")
        schools.append(school)
    return tuple(schools)

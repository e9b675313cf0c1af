"""The zones of a district's tables: their members and lead schools, one zone of each level under a name."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sim.agents.school import LEVELS
from sim.agents.zone import FORMS
from sim.district.listed_places import ZoneSpec
from sim.district.tables.of_places import NINE_YEAR
from sim.district.tables.problems import Problems
from sim.district.tables.records import Records
from sim.district.tables.schools import Listed, Register
from sim.userinput import closest

Key = tuple[str, int]
"""A zone as the model knows it: name and level."""


def zones_of(zones: Records, register: Register, district: str, problems: Problems) -> tuple[ZoneSpec, ...]:
    """Zones in the order of their table; one with schools of both levels is taken as one of each level."""
    rows = _rows(zones, district, problems)
    members: dict[Key, list[Listed]] = defaultdict(list)
    schools = register.records
    for school in register.schools:
        zone = school.values.get("zone")
        if zone is None or school.private:
            _check_alone(school, schools, problems)
            continue
        stated = [level for level in (None, 0, 1) if (zone, level) in rows]
        if not stated:
            known = list(dict.fromkeys(name for name, _ in rows))
            mend = f"add it there, or correct the name{closest(zone, known)}; a school in no zone has an empty cell"
            said = f"{zones.file} has no such zone"
            problems.error(**schools.where(school.index, "zone"), value=zone, said=said, mend=mend)
            continue
        for level in school.levels:
            if None not in stated and level not in stated:
                said = f"{zones.file} has this as a {LEVELS[stated[0] or 0]} zone, and {school.name} is {_kind(school)}"
                mend = "correct the level of one of them, or leave that of the zone empty"
                problems.error(**schools.where(school.index, "zone"), value=zone, said=said, mend=mend)
            else:
                members[zone, level].append(school)
    found = []
    for (name, stated_level), index in rows.items():
        levels = [level for level in range(len(LEVELS)) if stated_level in (None, level) and members[name, level]]
        if not levels:
            mend = f"delete the row, or write it in the column {schools.header.get('zone', 'zone')} of {schools.file}"
            problems.error(**zones.where(index, "zone"), value=name, said="no school is in this zone", mend=mend)
        leads = _leads(zones, index, [members[name, level] for level in levels], schools, problems)
        for level, lead in zip(levels, leads, strict=True):
            found.append(_spec(zones, index, name, level, lead, members[name, level]))
            if lead is None:
                said = f"{_called(name, level, levels)} has no lead school; it runs without one"
                mend = f"write yes in the column lead of {schools.file} for one of its schools, if it has one"
                problems.warn(**zones.where(index), said=said, mend=mend)
    return tuple(found)


def _rows(zones: Records, district: str, problems: Problems) -> dict[tuple[str, int | None], int]:
    """Row of each zone, by name and the level that it states."""
    rows: dict[tuple[str, int | None], int] = {}
    for index, (name, word) in enumerate(zip(zones.get("zone"), zones.get("level"), strict=True)):
        if name is None:
            continue
        level = None if word is None else LEVELS.index(word)
        others = [row for (other, of), row in rows.items() if other == name and (of is None or level in (None, of))]
        where = zones.where(index, "zone")
        if others:
            said = f"row {zones.rows[others[0]]} has this zone too"
            problems.error(**where, value=name, said=said, mend="delete one, or give each a name of its own")
        elif name == district:
            said, mend = "which is the name of the district's folder", "give one of them another name"
            problems.error(**where, value=name, said=said, mend=mend)
        rows.setdefault((name, level), index)
    return rows


def _check_alone(school: Listed, schools: Records, problems: Problems) -> None:
    """A school in no zone leads none; a private one stands in none."""
    zone = school.values.get("zone")
    if zone is not None:
        said, mend = f"{school.name} is private, and private schools stand in no zone", "leave the cell empty"
        problems.error(**schools.where(school.index, "zone"), value=zone, said=said, mend=mend)
    if school.values.get("lead"):
        said, mend = f"{school.name} is in no zone that it could lead", "write no, or name its zone"
        problems.error(**schools.where(school.index, "lead"), said=said, mend=mend)


def _leads(
    zones: Records, index: int, members: Sequence[Sequence[Listed]], schools: Records, problems: Problems
) -> list[str | None]:
    """Name of the lead school among the members of each level."""
    named = zones.get("lead_school")[index]
    everyone = {school.index: school for of_level in members for school in of_level}.values()
    if named is not None and not any(named in _calls(school) for school in everyone):
        known = [school.name for school in everyone]
        mend = f"its schools are {', '.join(known[:8]) or 'none'}; name one of them, or put the school in this zone"
        where = zones.where(index, "lead_school")
        said = f"which is no school of {zones.get('zone')[index]}"
        problems.error(**where, value=named, said=said, mend=mend + closest(named, known))
        return [None] * len(members)
    leads: list[str | None] = []
    for of_level in members:
        chosen = [school for school in of_level if school.values.get("lead") or named in _calls(school)]
        for school in chosen[1:]:
            first = f"{chosen[0].name} leads {zones.get('zone')[index]} already"
            said = f"{first} ({schools.file}, row {schools.rows[chosen[0].index]})"
            mend = "a zone has one lead school of a level; write no for the others"
            problems.error(**schools.where(school.index, "lead"), value=school.name, said=said, mend=mend)
        leads.append(chosen[0].name if chosen else None)
    return leads


def _calls(school: Listed) -> set[Any]:
    """What a school may be called."""
    return {school.name, school.values["school"], school.values.get("id")} - {None}


def _spec(zones: Records, index: int, name: str, level: int, lead: str | None, members: Sequence[Listed]) -> ZoneSpec:
    own = {key: zones.get(key)[index] for key in ZoneSpec.own_values() if zones.get(key)[index] is not None}
    form = zones.get("form")[index] or FORMS[1]
    names = tuple(school.name for school in members)
    sources = dict.fromkeys(own, zones.file)
    return ZoneSpec(name, level, FORMS.index(form), lead, names, **own, sources=sources)


def _kind(school: Listed) -> str:
    return NINE_YEAR if len(school.levels) > 1 else LEVELS[school.levels[0]]


def _called(name: str, level: int, levels: Sequence[int]) -> str:
    """The zone as a message calls it."""
    return f"{name} ({LEVELS[level]} schools)" if len(levels) > 1 else name

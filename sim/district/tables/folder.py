"""All tables of a district's folder, read together and held against one another."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.agents.school import LEVELS
from sim.district.given_tables import GivenPeople, GivenSchool
from sim.district.listed_places import OutsideSchool, PrivateSchool, ZoneSpec
from sim.district.tables.counts import given_schools
from sim.district.tables.files import READERS
from sim.district.tables.of_people import STUDENTS, TEACHERS
from sim.district.tables.of_places import SCHOOLS, ZONES
from sim.district.tables.persons import Key, hashed_ids, students_of, teachers_of
from sim.district.tables.places import places_of
from sim.district.tables.problems import Problems
from sim.district.tables.records import Records, missing_table, read_table
from sim.district.tables.schools import Register, check_numbers
from sim.district.tables.unusual import warn_of_no_zone, warn_of_schools, warn_of_students
from sim.district.tables.zones import zones_of
from sim.noise import Floats


@dataclass(frozen=True, kw_only=True)
class OwnTables:
    """What the tables of a folder say.

    Attributes
    ----------
    margins : mapping of str to (value, source)
        Margins of the district that follow from them.
    leads : set of (name, level)
        Schools that are said to lead, whichever zone.
    filled : tuple of str
        What was split or left open, a line each.
    """

    zones: tuple[ZoneSpec, ...]
    outside: tuple[OutsideSchool, ...]
    private: tuple[PrivateSchool, ...]
    leads: frozenset[Key]
    given: Mapping[Key, GivenSchool]
    teachers: GivenPeople | None = None
    students: GivenPeople | None = None
    margins: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    filled: tuple[str, ...] = ()


TABLES = {table.name: table for table in (ZONES, SCHOOLS, TEACHERS, STUDENTS)}
DERIVED = ("students", "private_share_primary", "private_share_junior")
"""Margins that a folder with tables does not state: its schools do."""


def holds_tables(folder: Path) -> bool:
    """Whether a folder has any file that is called like a table."""
    names = [path.stem.lower() for path in folder.iterdir() if path.suffix.lower() in READERS]
    return any(difflib.get_close_matches(name, TABLES, n=1) for name in names)


def read_tables(
    folder: Path, district: str, norms: tuple[float, float], hash_ids: bool, zones_made: bool, problems: Problems
) -> OwnTables | None:
    """Read every table of a folder; None, and the problems noted, where the schools cannot be read.

    Parameters
    ----------
    norms : (float, float)
        Students a teacher, primary and junior.
    hash_ids : bool
        Persons' numbers are replaced by keyed hashes as soon as they are read.
    zones_made : bool
        Zones are made from the schools' places: neither a table nor a column of zones is read.
    """
    without = {"zone"} if zones_made else set()
    if any(path.stem.lower() == STUDENTS.name for path in folder.iterdir()):
        without.add("students")
    tables: dict[str, Records | None] = {}
    for table in TABLES.values():
        if zones_made and table is ZONES:
            continue
        before = len(problems.errors)
        records = read_table(folder, table, problems, without)
        if records is None and len(problems.errors) == before and not table.of_persons:
            missing_table(folder, table, problems)
        tables[table.name] = hashed_ids(records) if records and table.of_persons and hash_ids else records
    schools = tables[SCHOOLS.name]
    if schools is None:
        return None
    register = Register(schools, problems)
    zones = tables.get(ZONES.name)
    specs = zones_of(zones, register, district, problems) if zones else ()
    east, north = places_of(schools, problems)
    teachers, students = tables[TEACHERS.name], tables[STUDENTS.name]
    of_teachers = teachers_of(teachers, register, problems) if teachers else None
    of_students = students_of(students, register, problems) if students else None
    listed = {name for name, _ in of_students.of_school} if of_students else set()
    check_numbers(register, listed, problems)
    warn_of_schools(register.schools, schools, problems)
    if not zones_made:
        warn_of_no_zone(register.schools, schools, problems)
    if students:
        warn_of_students(students, problems)
    counts = [table for table in (of_teachers, of_students) if table]
    given, filled = given_schools(register, (east, north), counts, norms, problems)
    private = [school for school in register.schools if school.private]
    public = [school for school in register.schools if not school.private]
    alone = [school for school in public if zones_made or school.values.get("zone") is None]
    return OwnTables(
        zones=specs,
        outside=tuple(OutsideSchool(school.name, level) for school in alone for level in school.levels),
        private=tuple(PrivateSchool(school.name, level) for school in private for level in school.levels),
        leads=frozenset(
            (school.name, level) for school in public if school.values.get("lead") for level in school.levels
        ),
        given=given,
        teachers=of_teachers.people if of_teachers else None,
        students=of_students.people if of_students else None,
        margins=_margins(given, register, (east, north)),
        filled=tuple(filled),
    )


def _margins(
    given: Mapping[Key, GivenSchool], register: Register, places: tuple[Floats, Floats]
) -> dict[str, tuple[float, str]]:
    """Students of the district, the private schools' share of them, and the side of the map where places are known."""
    source = register.records.file
    private = {school.name for school in register.schools if school.private}
    total, apart = np.zeros(len(LEVELS)), np.zeros(len(LEVELS))
    for (name, level), school in given.items():
        total[level] += school.students or 0
        apart[level] += (school.students or 0) * (name in private)
    margins = {"students": (float(total.sum()), source)}
    for level, word in enumerate(LEVELS):
        share = float(apart[level] / total[level]) if total[level] else 0.0
        margins[f"private_share_{word}"] = (share, f"{source}: students of private schools")
    if not private:
        margins["migrant_public_share"] = (1.0, f"{source}: no private schools")
    if not np.isnan(places).all():
        margins["map_km"] = (max(1.0, float(np.nanmax(places))), f"{source}: how far apart its schools lie")
    return margins

"""One county of Taiwan's table of primary schools, as a district folder.

    python -m experiments.importers.taiwan TABLE.csv COUNTY DIR
    python -m experiments.importers.taiwan 113-107.csv 臺東縣 taitung && zonesim check taitung

The table is `docs/113-107.csv` of github.com/g0v/small_school_renaissance (MIT; open data of the ministry of education,
教育部): every primary school of the school year 113 (2024/25) with classes, boys and girls by grade, full-time
teachers, place and remoteness. Enrolment by grade, classes and teachers are taken as they are; what the table lacks
comes from the margins of `generic_county`. Zones are made by distance, since Taiwan has none.
"""

import csv
import math
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from experiments.cli import main
from experiments.failure import writing
from experiments.importers.folder import Table, check_free, write_folder
from sim.agents.school import LEVELS, PRIMARY, YEARS
from sim.agents.zone import FORMS
from sim.district.given_tables import GivenSchool
from sim.district.listed_places import ZoneSpec
from sim.district.reading import load_district
from sim.district.spec import DistrictSpec
from sim.district.zoning import AUTO, zones_by_distance
from sim.userinput import UserError, no_such, shown

USAGE = "python -m experiments.importers.taiwan TABLE.csv COUNTY DIR"
SOURCE = (
    "Primary schools of the school year, github.com/g0v/small_school_renaissance, docs/113-107.csv "
    "(MIT; open data of the ministry of education, 教育部)."
)
LIKE = "generic_county"
"""Whose margins fill what the table lacks."""
GRADES = range(1, YEARS[PRIMARY] + 1)
YEAR, COUNTY, CODE, NAME = "學年度", "縣市名稱", "學校代碼", "學校名稱"
REMOTE, LONGITUDE, LATITUDE = "地區屬性", "經度", "緯度"
CLASSES = [f"{grade}年級班級數" for grade in GRADES]
STUDENTS = [(f"{grade}年級男學生數", f"{grade}年級女學生數") for grade in GRADES]
TEACHERS = ("男專任教師", "女專任教師")
COLUMNS = (YEAR, COUNTY, CODE, NAME, REMOTE, LONGITUDE, LATITUDE, *CLASSES, *sum(STUDENTS, ()), *TEACHERS)
PRIVATE = "1"
"""Third digit of the code of a private school; all that are called 私立 or 財團法人 have it."""
FIRST_YEAR = 1911
"""Year before the first of Taiwan's calendar."""


@dataclass(frozen=True)
class School:
    """One row of the table. Counts are by grade, from the first to the sixth; degrees east and north."""

    year: int
    code: str
    name: str
    students: tuple[int, ...]
    classes: tuple[int, ...]
    teachers: int
    remote: bool
    longitude: float
    latitude: float

    @property
    def private(self) -> bool:
        return self.code[2:3] == PRIVATE


def read_county(table: Path, county: str) -> list[School]:
    """Schools of a county, as the table has them.

    Raises
    ------
    UserError
        A file that cannot be read or is another table, a cell that is no number, a county that is not in it.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
                raise UserError(f"{table}: columns are missing: {', '.join(missing[:3])}{more}; is it 113-107.csv?")
            rows = [(number, row) for number, row in enumerate(reader, start=2)]
    except OSError as problem:
        raise UserError(f"{table} cannot be read: {problem.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise UserError(f"{table} is not a CSV file in UTF-8") from None
    if county not in (counties := sorted({row[COUNTY] for _, row in rows})):
        raise no_such(f"{table}: {county}", "county", county, counties)
    return [_school(row, f"{table}, row {number}") for number, row in rows if row[COUNTY] == county]


def _school(row: dict[str, str], where: str) -> School:
    def whole(name: str) -> int:
        if not (row[name].isascii() and row[name].isdigit()):
            raise UserError(f"{where}: {name} must be a whole number, got {shown(row[name])}")
        return int(row[name])

    def degrees(name: str) -> float:
        try:
            value = float(row[name])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UserError(f"{where}: {name} must be in degrees, got {shown(row[name])}")
        return value

    return School(
        whole(YEAR),
        row[CODE],
        row[NAME],
        tuple(whole(boys) + whole(girls) for boys, girls in STUDENTS),
        tuple(map(whole, CLASSES)),
        sum(map(whole, TEACHERS)),
        bool(row[REMOTE]),
        degrees(LONGITUDE),
        degrees(LATITUDE),
    )


def as_the_model_can(schools: Sequence[School]) -> tuple[list[School], list[str]]:
    """The schools that have students, each grade with classes of its own, and what was changed for that, in words."""
    kept: list[School] = []
    notes: list[str] = []
    for school in schools:
        if sum(school.students) == 0:
            notes.append(f"{school.name}: left out, it has no students")
            continue
        by_grade = zip(school.students, school.classes, strict=True)
        classes = tuple(max(formed, 1) if students else 0 for students, formed in by_grade)
        if classes != school.classes:
            said = f"{school.name}: classes by grade {_listed(classes)} in place of {_listed(school.classes)}"
            notes.append(f"{said}: a grade with students has a class of its own, and one without has none")
        if school.teachers == 0:
            notes.append(f"{school.name}: teachers left open, the table has none for {sum(school.students)} students")
        kept.append(replace(school, classes=classes))
    return kept, notes


def zones_of(schools: Sequence[School]) -> tuple[ZoneSpec, ...]:
    """Zones of the public schools by distance, where a degree of longitude is shorter than one of latitude."""
    public = [school for school in schools if not school.private]
    narrower = math.cos(math.radians(sum(school.latitude for school in public) / len(public)))
    given = {
        (school.name, PRIMARY): GivenSchool(
            students_by_grade=school.students, east=school.longitude * narrower, north=school.latitude
        )
        for school in public
    }
    return zones_by_distance(list(given), given, (), AUTO, load_district(LIKE).schools_a_zone)


def district_of(county: str, schools: Sequence[School], source: str) -> dict[str, Any]:
    """What `district.yaml` says: what the table tells of the county as a whole."""
    public = [school for school in schools if not school.private]
    students, teachers = sum(sum(school.students) for school in public), sum(school.teachers for school in public)
    cap = class_cap([one.students[0] for one in public], sum(one.classes[0] for one in public))

    def stated(value: float, what: str) -> dict[str, Any]:
        return {"value": value, "source": f"{source}: {what}"}

    return {
        "title": f"{county}（{schools[0].year}學年度，國民小學）",
        "baseline_year": schools[0].year + FIRST_YEAR,
        "like": LIKE,
        "margins": {
            "norm_primary": stated(
                round(students / teachers, 4), f"{students:,} students and {teachers:,} teachers in public schools"
            ),
            "class_cap_primary": stated(cap, "the cap that gives as many first-grade classes as there are"),
        },
    }


def class_cap(entrants: Sequence[int], classes: int) -> int:
    """The cap under which schools with so many entrants come closest to so many classes; the largest of several."""
    allowed = next(one.metadata for one in fields(DistrictSpec) if one.name == "class_cap_primary")
    caps = range(int(allowed["high"]), int(allowed["low"]) - 1, -1)
    return min(caps, key=lambda cap: abs(sum(math.ceil(many / cap) for many in entrants) - classes))


def tables_of(schools: Sequence[School], zones: Sequence[ZoneSpec]) -> dict[str, Table]:
    """Rows of `zones.csv` and `schools.csv`."""
    zone_of = {name: zone.name for zone in zones for name in zone.schools}
    leads = {zone.lead for zone in zones}
    return {
        "zones": [{"zone": zone.name, "level": LEVELS[zone.level], "form": FORMS[zone.form]} for zone in zones],
        "schools": [
            {
                "school": school.name,
                "id": school.code,
                "zone": zone_of.get(school.name),
                "level": LEVELS[PRIMARY],
                "lead": school.name in leads,
                "private": school.private,
                "urban": not school.remote,
                "longitude": school.longitude,
                "latitude": school.latitude,
                "students": sum(school.students),
                "classes": sum(school.classes),
                "teachers": school.teachers or None,
                **{f"grade_{grade}": many for grade, many in zip(GRADES, school.students, strict=True)},
                **{f"classes_{grade}": many for grade, many in zip(GRADES, school.classes, strict=True)},
            }
            for school in schools
        ],
    }


def run(words: Sequence[str]) -> None:
    """Import what the words of the command line name."""
    names = [word for word in words if word != "--debug"]
    if set(names) & {"-h", "--help"}:
        print(__doc__)
        return
    if len(names) != 3:
        raise UserError(f"needs a table, a county and a new folder: {USAGE}")
    table, county, folder = Path(names[0]), names[1], Path(names[2])
    check_free(folder)
    schools, notes = as_the_model_can(read_county(table, county))
    if all(school.private for school in schools):
        raise UserError(f"{table}: {county} has no public school with students")
    zones = zones_of(schools)
    notes.append("zones: by distance, for Taiwan has none; the largest school of a zone leads it (assumed)")
    notes.append("urban: every school that the table does not call remote (assumed)")
    notes.append(f"all that the table does not say: from the margins of {LIKE} (assumed), a county of the mainland")
    head = f"Imported by experiments.importers.taiwan from {table.name}.\n{SOURCE}\n" + "\n".join(notes)
    write_folder(folder, head, district_of(county, schools, table.name), tables_of(schools, zones))
    with writing():
        print("\n".join(notes))
        print(f"{folder}: {len(schools)} schools in {len(zones)} zones; next: zonesim check {shlex.quote(str(folder))}")


def _listed(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))


if __name__ == "__main__":
    sys.exit(main(act=run))

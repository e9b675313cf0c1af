"""Zones made from numbers instead of a list: as many schools as the district's students fill, so many in each zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.agents.school import LAST_GRADE, LEVELS, YEARS
from sim.agents.zone import FORMS
from sim.district.listed_places import ZoneSpec
from sim.userinput import UserError, no_such, number, shown

EXAMPLE = "{primary: {students_a_school: 1500, schools_a_zone: 4, form: zone}, junior: {...}}"
WORDS = (("小学", "小学"), ("初中", "初级中学"))
"""How zones and schools of a level are called, between 第3 and 学区, and after 第12."""


@dataclass(frozen=True)
class ZoneNumbers:
    """How large the schools of a level are, how many share a zone, and the form of its zones."""

    level: int
    students_a_school: float
    schools_a_zone: int
    form: int
    source: str

    def zones(self, students: float) -> list[ZoneSpec]:
        """The zones of the level in a district of so many students in grades 1-9; the first school of each leads.

        Schools are numbered through, and zones differ by one school at most.
        """
        own_students = students * YEARS[self.level] / LAST_GRADE
        schools = max(1, round(own_students / self.students_a_school))
        zones = max(1, round(schools / self.schools_a_zone))
        of_zone, of_school = WORDS[self.level]
        listed = []
        for i in range(zones):
            numbers = range(1 + i * schools // zones, 1 + (i + 1) * schools // zones)
            names = tuple(f"第{n}{of_school}" for n in numbers)
            listed.append(ZoneSpec(f"第{i + 1}{of_zone}学区", self.level, self.form, names[0], names))
        return listed


def read_zone_numbers(raw: Mapping[str, Any], path: Path) -> tuple[ZoneNumbers, ...]:
    """`zones` as numbers by level, checked.

    Raises
    ------
    UserError
        A level that is missing or unknown, an entry that is, or a value that is not allowed.
    """
    for key in raw:
        if key not in LEVELS:
            raise no_such(f"{path}: zones: {key}", "level", key, LEVELS)
    if missing := [level for level in LEVELS if level not in raw]:
        raise UserError(f"{path}: zones: {missing[0]} is missing; numbers go by level, as in {EXAMPLE}")
    return tuple(_of_level(level, raw[level], f"{path}: zones: {level}") for level in LEVELS)


def _of_level(level: str, raw: object, where: str) -> ZoneNumbers:
    known = ("students_a_school", "schools_a_zone", "form", "source")
    if not isinstance(raw, Mapping):
        raise UserError(f"{where} must have {', '.join(known[:-1])}, as in {EXAMPLE}, got {shown(raw)}")
    for key in raw:
        if key not in known:
            raise no_such(f"{where}: {key}", "entry", key, known)
    if raw.get("form") not in FORMS:
        raise UserError(f"{where}: form must be one of {', '.join(FORMS)}")
    return ZoneNumbers(
        LEVELS.index(level),
        number(raw.get("students_a_school"), f"{where}: students_a_school", 20, 10_000),
        int(number(raw.get("schools_a_zone"), f"{where}: schools_a_zone", 1, 100, whole=True)),
        FORMS.index(raw["form"]),
        str(raw.get("source", "not stated")),
    )

"""What the tables say of each school of each level: its row, what its teachers and students add up to, its place."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from sim.agents.school import ENTRY_GRADE, LEVELS, YEARS
from sim.apportion import apportion
from sim.district.given_tables import GivenSchool
from sim.district.tables.persons import Counted, Key
from sim.district.tables.problems import Problems
from sim.district.tables.records import Records
from sim.district.tables.schools import STAFF, Listed, Register
from sim.noise import Floats

BY_STUDENTS = ("classes", "teaching_area", "sports_area", "equipment", "multimedia")
"""What a nine-year school has in all and its levels share by their students; teachers, by students over the norm."""
NAMES = {"multimedia": "multimedia_rooms"}
"""What `GivenSchool` calls differently."""


def given_schools(
    register: Register,
    places: tuple[Floats, Floats],
    counts: Sequence[Counted],
    norms: tuple[float, float],
    problems: Problems,
) -> tuple[dict[Key, GivenSchool], list[str]]:
    """What is given of each school and level, and a line for each school whose numbers were split over its levels.

    Parameters
    ----------
    counts : sequence of Counted
        What the tables of persons add up to.
    norms : (float, float)
        Students a teacher, primary and junior: by which the teachers of a nine-year school are split.
    """
    given: dict[Key, GivenSchool] = {}
    filled: list[str] = []
    for school in register.schools:
        of_persons = {
            level: {name: n for table in counts for name, n in table.of_school.get((school.name, level), {}).items()}
            for level in school.levels
        }
        _check_counts(school, of_persons, register.records, problems)
        parts = {level: _own_row(school, level) | of_persons[level] for level in school.levels}
        for level in school.levels:
            if "students_by_grade" in parts[level]:
                parts[level]["students"] = sum(parts[level]["students_by_grade"])
        if len(school.levels) > 1:
            split = _split(school, parts, norms)
            if split:
                filled.append(f"{school.name}: {', '.join(split)} of its two levels, from those of the whole school")
        place = [None if math.isnan(axis[school.index]) else float(axis[school.index]) for axis in places]
        common = {"east": place[0], "north": place[1], "urban": school.values.get("urban")}
        known = {one.name for one in fields(GivenSchool)}
        for level, values in parts.items():
            values = {NAMES.get(name, name): value for name, value in values.items() if value is not None}
            given[school.name, level] = GivenSchool(**{k: v for k, v in (values | common).items() if k in known})
    return given, filled


def _own_row(school: Listed, level: int) -> dict[str, Any]:
    """What the school's row says of a level: all of it where it has but one, what goes by grade where it has both."""
    row: dict[str, Any] = {}
    for name, what in (("students_by_grade", "grade"), ("classes_by_grade", "classes")):
        if (counts := school.by_grade(what, level)) is not None:
            row[name] = counts
    if len(school.levels) == 1:
        named = ("students", "classes", "teachers", *STAFF, *BY_STUDENTS)
        row |= {name: school.values[name] for name in named if school.values.get(name) is not None}
    if "classes_by_grade" in row:
        row["classes"] = sum(row["classes_by_grade"])
    return row


def _split(school: Listed, parts: Mapping[int, dict[str, Any]], norms: tuple[float, float]) -> list[str]:
    """Share what is stated of a whole nine-year school between its levels, in place; what was shared.

    Students go by the years of a level, six to three; classes, areas, equipment and rooms by students; teachers by
    students over the norm, and those of a sort by teachers. Whole numbers by largest remainders.
    """
    split: list[str] = []

    def share(name: str, weights: Sequence[float]) -> None:
        whole = school.values.get(name)
        if whole is None or all(name in part for part in parts.values()):
            return
        if isinstance(whole, int):
            shares: list[Any] = apportion(whole, weights).tolist()
        else:
            shares = [whole * weight / sum(weights) for weight in weights]
        for part, one in zip(parts.values(), shares, strict=True):
            part[name] = one
        split.append(name)

    share("students", YEARS)
    students = [part["students"] for part in parts.values() if "students" in part]
    if len(students) < len(parts):  # noted as a problem
        return split
    for name in BY_STUDENTS:
        share(name, students)
    share("teachers", np.divide(students, norms).tolist())
    teachers = [part.get("teachers", of / norm) for part, of, norm in zip(parts.values(), students, norms, strict=True)]
    for name in STAFF:
        share(name, teachers)
    return split


def _check_counts(
    school: Listed, of_persons: Mapping[int, Mapping[str, Any]], records: Records, problems: Problems
) -> None:
    """What a row states and what persons add up to must agree."""
    for table, name in (("students", "students"), ("teachers", "teachers")):
        lacking = [level for level, of_level in of_persons.items() if name not in of_level]
        if 0 < len(lacking) < len(of_persons):
            said = f"the table of {table} lists {school.name}, but none of its {LEVELS[lacking[0]]} {table}"
            mend = "add them, or correct the level of the school"
            problems.error(**records.where(school.index, "level"), said=said, mend=mend)
    for name in ("students", "classes", "teachers", *STAFF):
        stated = school.values.get(name)
        counts = [of_level[name] for of_level in of_persons.values() if name in of_level]
        if stated is None or len(counts) < len(of_persons):
            continue
        if (total := sum(counts)) != stated:
            table = "students" if name in ("students", "classes") else "teachers"
            said = f"the table of {table} lists {total:,} for {school.name}"
            mend = "correct one of them, or leave this cell empty"
            problems.error(**records.where(school.index, name), value=stated, said=said, mend=mend)
    for level, of_level in of_persons.items():
        for name, what in (("students_by_grade", "grade"), ("classes_by_grade", "classes")):
            row, listed = school.by_grade(what, level), of_level.get(name)
            if row is None or listed is None:
                continue
            for years, (one, other) in enumerate(zip(row, listed, strict=True)):
                if one != other:
                    grade = ENTRY_GRADE[level] + years
                    said = f"the table of students lists {other:,} for {school.name}, a {LEVELS[level]} school"
                    where = records.where(school.index, f"{what}_{grade}")
                    problems.error(**where, value=one, said=said, mend="correct one of them, or leave this cell empty")

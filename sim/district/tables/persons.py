"""Teachers and students as a district's tables list them: arrays for the model, without names or numbers of persons."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.agents.columns import Array, Columns
from sim.agents.school import LEVELS, PRIMARY, YEARS
from sim.agents.student import Students
from sim.agents.teacher import DISTRICT_BACKBONE, MASTERS, PE_ARTS, Teachers
from sim.district.given_tables import GivenPeople
from sim.district.tables.problems import Problems
from sim.district.tables.records import Records
from sim.district.tables.schools import Register

SCHOOLING = 15
"""Years of age before anybody teaches, at the least."""
SALT_BYTES = 16
DIGEST_BYTES = 6
ABOVE_REQUIRED = np.array([[0, 1, 1, MASTERS], [0, 0, 1, MASTERS]], dtype=np.int8)
"""The model's degree by level and highest degree: above what 教督〔2017〕6号 asks for, primary 专科+, junior 本科+."""

Key = tuple[str, int]
"""A school as the model knows it: name and level."""


@dataclass(frozen=True)
class Counted:
    """How many a table of persons lists at each school, by what `GivenSchool` calls it; only what is known of all."""

    people: GivenPeople
    of_school: Mapping[Key, Mapping[str, Any]]


def hashed_ids(records: Records) -> Records:
    """The table with keyed hashes in place of the persons' numbers; the key is thrown away."""
    salt = os.urandom(SALT_BYTES)

    def hashed(number: str) -> str:
        return hashlib.blake2b(number.encode(), digest_size=DIGEST_BYTES, key=salt).hexdigest()

    ids = [None if number is None else hashed(number) for number in records.get("id")]
    values = {**records.values, **({"id": ids} if "id" in records.values else {})}
    return Records(records.table, records.file, records.rows, values, records.header, records.checksum)


def teachers_of(records: Records, register: Register, problems: Problems) -> Counted:
    """The teachers, and how many of each sort a school has."""
    _check_ids(records, problems)
    levels = [None if word is None else LEVELS.index(word) for word in records.get("level")]
    keys = _keys(records, register, levels, problems)
    _check_years(records, problems)
    rows = [index for index, key in enumerate(keys) if key is not None]
    schools = [key for key in keys if key is not None]
    level = np.array([level for _, level in schools], dtype=np.int8)
    columns, known = _arrays(records, rows, Teachers)
    if "degree" in columns:
        columns["degree"] = ABOVE_REQUIRED[level, columns["degree"]]
    people = GivenPeople(
        school=tuple(name for name, _ in schools), level=level, columns=columns, known=known, checksum=records.checksum
    )
    sorts: dict[str, tuple[str, Callable[[Array], Array]]] = {
        "above_degree": ("degree", lambda values: values >= 1),
        "masters": ("degree", lambda values: values >= MASTERS),
        "backbone": ("backbone", lambda values: values >= DISTRICT_BACKBONE),
        "pe_arts": ("subject", lambda values: values == PE_ARTS),
    }
    counts: dict[Key, dict[str, Any]] = {}
    for key, here in _by_school(schools).items():
        counts[key] = {"teachers": len(here)}
        for sort, (column, is_one) in sorts.items():
            if column in columns and known[column][here].all():
                counts[key][sort] = int(is_one(columns[column][here]).sum())
    return Counted(people, counts)


def students_of(records: Records, register: Register, problems: Problems) -> Counted:
    """The students, and how many students and classes a school has in each grade."""
    _check_ids(records, problems)
    grades = records.get("grade")
    level_of = [None if grade is None else int(grade > YEARS[PRIMARY]) for grade in grades]
    keys = _keys(records, register, level_of, problems)
    rows = [index for index, key in enumerate(keys) if key is not None and grades[index] is not None]
    schools = [key for key in (keys[row] for row in rows) if key is not None]
    columns, known = _arrays(records, rows, Students)
    if "score" in columns:
        columns["score"], known["score"] = _standardised(records, columns, known["score"], problems)
    counts: dict[Key, dict[str, Any]] = {}
    named = records.get("class")
    classes = [named[row] for row in rows]
    number = np.zeros(len(rows), dtype=np.int32)
    in_class = np.array([name is not None for name in classes], dtype=np.bool_)
    for key, here in _by_school(schools).items():
        first = YEARS[PRIMARY] * key[1]
        own = range(first + 1, first + YEARS[key[1]] + 1)
        of_grade = [here[columns["grade"][here] == grade] for grade in own]
        counts[key] = {"students": len(here), "students_by_grade": tuple(map(len, of_grade))}
        if in_class[here].all():
            names = [sorted({classes[row] for row in rows_of}, key=_natural) for rows_of in of_grade]
            counts[key] |= {"classes": sum(map(len, names)), "classes_by_grade": tuple(map(len, names))}
            for of_one, rows_of in zip(names, of_grade, strict=True):
                number[rows_of] = [of_one.index(classes[row]) for row in rows_of]
        else:
            in_class[here] = False
    columns["classroom"], known["classroom"] = number, in_class
    people = GivenPeople(
        school=tuple(name for name, _ in schools),
        level=np.array([level for _, level in schools], dtype=np.int8),
        columns=columns,
        known=known,
        checksum=records.checksum,
    )
    return Counted(people, counts)


def _check_ids(records: Records, problems: Problems) -> None:
    first: dict[str, int] = {}
    for index, number in enumerate(records.get("id")):
        if number is None:
            continue
        before = first.setdefault(number, index)
        if before != index:
            said, mend = f"row {records.rows[before]} has it too", "delete one row, or correct the number"
            problems.error(**records.where(index, "id"), value=number, said=said, mend=mend)


def _keys(records: Records, register: Register, levels: list[int | None], problems: Problems) -> list[Key | None]:
    """School and level of each person; None, and a problem noted, where the tables of schools has no such."""
    found: dict[tuple[str, int | None], Key | None] = {}
    keys: list[Key | None] = []
    for index, (name, level) in enumerate(zip(records.get("school"), levels, strict=True)):
        if name is None:
            keys.append(None)
            continue
        school = register.find(name, level)
        if school is None:
            said, mend = register.unknown(name, level)
            problems.error(**records.where(index, "school"), value=name, said=said, mend=mend)
            keys.append(None)
        elif level is None and len(school.levels) > 1:
            said = f"must say where the teacher of {school.name}, a nine-year school, teaches"
            problems.error(**records.where(index, "level"), said=said, mend=f"write {' or '.join(LEVELS)}")
            keys.append(None)
        else:
            keys.append(found.setdefault((name, level), (school.name, school.levels[0] if level is None else level)))
    return keys


def _check_years(records: Records, problems: Problems) -> None:
    """Nobody has taught since childhood, or been at a school for longer than they have taught."""
    ages, taught, here = (records.get(name) for name in ("age", "experience", "years_here"))
    for index, (age, years, stayed) in enumerate(zip(ages, taught, here, strict=True)):
        if age is not None and years is not None and years > age - SCHOOLING:
            said, mend = f"too many years of teaching for the age of {age}", "correct one of the two"
            problems.error(**records.where(index, "experience"), value=years, said=said, mend=mend)
        if years is not None and stayed is not None and stayed > years:
            said, mend = f"longer than the {years} years of teaching", "correct one of the two"
            problems.error(**records.where(index, "years_here"), value=stayed, said=said, mend=mend)


def _arrays(records: Records, rows: list[int], kind: type[Columns]) -> tuple[dict[str, Array], dict[str, Array]]:
    """What the file says of columns that the model has: values, 0 where they are not known, and whether they are."""
    columns: dict[str, Array] = {}
    known: dict[str, Array] = {}
    for name, declared in kind.declared().items():
        if name in records.values and name not in ("id", "school"):
            cells = [records.values[name][row] for row in rows]
            known[name] = np.array([cell is not None for cell in cells], dtype=np.bool_)
            columns[name] = np.array([0 if cell is None else cell for cell in cells], dtype=declared.dtype)
    return columns, known


def _standardised(
    records: Records, columns: Mapping[str, Array], known: Array, problems: Problems
) -> tuple[Array, Array]:
    """Scores with mean 0 and SD 1 within each grade; not known where all of a grade are alike."""
    scores = columns["score"].astype(np.float64)
    known = known.copy()
    for grade in np.unique(columns["grade"]):
        here = known & (columns["grade"] == grade)
        spread = scores[here].std() if here.any() else 0.0
        if spread > 0:
            scores[here] = (scores[here] - scores[here].mean()) / spread
        elif here.any():
            column = records.header["score"]
            problems.warn(records.file, f"all scores of grade {grade} are the same: they are not used", column=column)
            known &= ~here
    return np.where(known, scores, 0.0), known


def _by_school(keys: list[Key]) -> dict[Key, Array]:
    """Rows of each school."""
    rows: dict[Key, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    return {key: np.array(of_key) for key, of_key in rows.items()}


def _natural(name: str) -> tuple[int, str]:
    """Class 10 comes after class 9."""
    digits = "".join(sign for sign in name if sign.isdecimal())
    return (int(digits) if digits else 0, name)

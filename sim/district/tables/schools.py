"""The schools of a district's table: their names and levels, and whether their numbers agree with one another."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sim.agents.school import ENTRY_GRADE, FINAL_GRADE, LEVELS
from sim.district.tables.of_places import GRADES, NINE_YEAR
from sim.district.tables.problems import Problems
from sim.district.tables.records import Records
from sim.userinput import closest

STAFF = ("above_degree", "masters", "backbone", "pe_arts")
"""Counts of teachers of a sort."""
TOTALS = {"合计", "总计", "小计", "total", "totals", "sum"}


@dataclass(frozen=True)
class Listed:
    """One row of the table.

    Attributes
    ----------
    index : int
        Place among the rows.
    name : str
        By which results know it.
    levels : tuple of int
        One level, or both.
    values : mapping
        What the row says, None where nothing.
    """

    index: int
    name: str
    levels: tuple[int, ...]
    values: Mapping[str, Any]

    @property
    def private(self) -> bool:
        return bool(self.values.get("private"))

    def by_grade(self, what: str, level: int) -> tuple[int, ...] | None:
        """`grade` (students) or `classes` from the entry grade of a level to its last; None if not stated."""
        grades = range(ENTRY_GRADE[level], FINAL_GRADE[level] + 1)
        counts = [self.values.get(f"{what}_{grade}") for grade in grades]
        return None if None in counts else tuple(int(count) for count in counts if count is not None)


class Register:
    """The schools of the table, to be looked up by name or code.

    Attributes
    ----------
    schools : list of Listed
        Those whose row can be used.
    """

    def __init__(self, records: Records, problems: Problems) -> None:
        self.records = records
        self.schools: list[Listed] = []
        names = _names(records, problems)
        for index, values in records.each():
            name, level = names[index], values["level"]
            if name is not None and name.replace(" ", "").lower() in TOTALS:
                where = records.where(index, "school")
                problems.error(**where, value=name, said="this is a total, not a school", mend="delete the row")
                continue
            if name is not None and level is not None:
                levels = (0, 1) if level == NINE_YEAR else (LEVELS.index(level),)
                self.schools.append(Listed(index, name, levels, values))
        self._known: dict[str, list[Listed]] = defaultdict(list)
        for school in self.schools:
            for key in {school.name, school.values["school"], school.values.get("id") or school.name}:
                self._known[key].append(school)

    def find(self, key: str, level: int | None) -> Listed | None:
        """The one school of a name or code that has the level, if that is given; None if there is none, or are more."""
        found = [school for school in self._known.get(key, ()) if level is None or level in school.levels]
        return found[0] if len(found) == 1 else None

    def unknown(self, key: str, level: int | None) -> tuple[str, str]:
        """What to say, and how to mend it, where `find` has nothing."""
        others = self._known.get(key, [])
        file = self.records.file
        if not others:
            return f"{file} has no such school", f"add it there, or correct the name{closest(key, self._known)}"
        if len(others) > 1 and level is None:
            return "which is a school of several rows", f"say in a column level which, {' or '.join(LEVELS)}"
        if len(others) > 1:
            return "several schools have this name", "write the code from the column id of schools instead"
        return f"which is no {LEVELS[level or 0]} school in {file}", "correct the school, or the level or grade"


def _names(records: Records, problems: Problems) -> list[str | None]:
    """The name of each row by which results know it: that of the school, with its code where several share it."""
    schools, ids, levels = (records.get(column) for column in ("school", "id", "level"))
    names: list[str | None] = list(schools)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(names):
        if name is not None:
            rows_of[name].append(index)
    for name, rows in rows_of.items():
        codes = {ids[row] for row in rows}
        if len(rows) == len(LEVELS) and {levels[row] for row in rows} == set(LEVELS) and len(codes) == 1:
            continue  # one school of both levels
        if len(rows) > 1 and len(codes) == len(rows) and None not in codes:
            for row in rows:
                names[row] = f"{name} ({ids[row]})"
            continue
        for row in rows[1:]:
            first = records.rows[rows[0]]
            mend = "delete one, or tell them apart by codes in the column id; a school of both levels is nine_year"
            problems.error(**records.where(row, "school"), value=name, said=f"row {first} has this name too", mend=mend)
    first_of: dict[str, int] = {}
    for index, code in enumerate(ids):
        first = first_of.setdefault(code, index) if code else index
        if schools[first] != schools[index]:
            said = f"row {records.rows[first]} has this code too"
            problems.error(**records.where(index, "id"), value=code, said=said, mend="give each school its own code")
    return names


def check_numbers(register: Register, counted: Collection[str], problems: Problems) -> None:
    """Note numbers of a school that cannot hold together, and students that nobody states.

    Parameters
    ----------
    counted : collection of str
        Names of the schools whose students are listed one by one.
    """
    records = register.records
    for school in register.schools:
        values = school.values
        for what, total in (("grade", "students"), ("classes", "classes")):
            _check_grades(school, what, total, records, problems)
        _check_classes(school, records, problems)
        if values.get("students") is None and school.name not in counted and not _complete(school, "grade"):
            said = f"nothing says how many students {school.name} has"
            mend = "write its students, or those of each grade"
            problems.error(**records.where(school.index, "students"), said=said, mend=mend)
        for part, whole in (*((part, "teachers") for part in STAFF), ("masters", "above_degree")):
            some, all_of_them = values.get(part), values.get(whole)
            if some is not None and all_of_them is not None and some > all_of_them:
                said = f"{school.name} has {all_of_them} under {records.header[whole]}, of whom these are a part"
                mend = "correct one of the two"
                problems.error(**records.where(school.index, part), value=some, said=said, mend=mend)


def _complete(school: Listed, what: str) -> bool:
    return all(school.by_grade(what, level) is not None for level in school.levels)


def _check_grades(school: Listed, what: str, total: str, records: Records, problems: Problems) -> None:
    """Grades of the school's own levels: all of them or none, and as many as the total says."""
    values = school.values
    own = [grade for level in school.levels for grade in range(ENTRY_GRADE[level], FINAL_GRADE[level] + 1)]
    given = {grade: values.get(f"{what}_{grade}") for grade in GRADES}
    for grade in GRADES:
        if given[grade] and grade not in own:
            said = f"{school.name} is a {LEVELS[school.levels[0]]} school, with grades {own[0]} ... {own[-1]}"
            mend = f"leave the cell empty, or correct the level: {LEVELS[0]}, {LEVELS[1]} or {NINE_YEAR}"
            where = records.where(school.index, f"{what}_{grade}")
            problems.error(**where, value=given[grade], said=said, mend=mend)
    stated = [count for grade in own if (count := given[grade]) is not None]
    if stated and len(stated) < len(own):
        empty = next(grade for grade in own if given[grade] is None)
        said, mend = "must not be empty beside the other grades", "write 0 for a grade without any"
        problems.error(**records.where(school.index, f"{what}_{empty}"), said=said, mend=mend)
    elif stated and values.get(total) is not None and sum(stated) != values[total]:
        said = f"the grades of {school.name} add up to {sum(stated):,}"
        problems.error(**records.where(school.index, total), value=values[total], said=said, mend="correct one of them")


def _check_classes(school: Listed, records: Records, problems: Problems) -> None:
    """Where there are students there is a class, and a class has students."""
    pairs = [(f"grade_{grade}", f"classes_{grade}") for grade in GRADES]
    for of_students, of_classes in (*pairs, ("students", "classes")):
        students, classes = school.values.get(of_students), school.values.get(of_classes)
        if students is not None and classes is not None and not min(students, 1) <= classes <= students:
            said = f"{school.name} has {students:,} under {records.header[of_students]}"
            where = records.where(school.index, of_classes)
            problems.error(**where, value=classes, said=said, mend="correct the classes or the students")

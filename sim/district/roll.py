"""The roll of the baseline year, students and classes by school and grade, and the years that lead up to it.

Where a district's tables give the students of schools, every cohort of the spin-up is let in with the numbers that its
grade has in the baseline year: the roll then comes out to the child, whatever families want on the way.
"""

from dataclasses import dataclass

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE, FINAL_GRADE, LAST_GRADE, LEVELS, PRIMARY, YEARS, Schools
from sim.apportion import apportion
from sim.district.given_tables import GivenSchool
from sim.district.spec import DistrictSpec
from sim.noise import Floats, Ints
from sim.userinput import UserError

UNSTATED = -1
"""Classes that nobody has stated: as many as the cap asks for."""


@dataclass(frozen=True)
class Roll:
    """Students and classes of the baseline year.

    Attributes
    ----------
    year : int
        The baseline year.
    level, private : (S,) arrays
        Of the schools.
    students, classes : (S, LAST_GRADE + 1) arrays
        By school and grade; classes may be `UNSTATED`.
    """

    year: int
    level: Array
    private: Array
    students: Ints
    classes: Ints

    @classmethod
    def of(cls, spec: DistrictSpec, schools: Schools) -> "Roll | None":
        """What the district's tables say, and for the other schools the same number in every grade; None without any.

        Raises
        ------
        UserError
            Where classes cannot be dealt to the grades.
        """
        given = given_of(spec, schools)
        by_grade = students_by_grade(given, schools.level)
        for row, school in enumerate(given):
            if row not in by_grade and (school.classes, school.classes_by_grade) != (None, None):
                raise UserError(f"{spec.name}: {schools.name[row]} states its classes; it must state its students too")
        if not by_grade:
            return None
        students = np.zeros((len(schools), LAST_GRADE + 1), np.int64)
        classes = np.full(students.shape, UNSTATED)
        for row, (school, level) in enumerate(zip(given, schools.level.tolist(), strict=True)):
            grades = slice(ENTRY_GRADE[level], FINAL_GRADE[level] + 1)
            students[row, grades] = by_grade.get(row, np.full(YEARS[level], schools.intake[row]))
            formed = classes_by_grade(school, students[row, grades], f"{spec.name}: {schools.name[row]}")
            if formed is not None:
                classes[row, grades] = formed
        return cls(spec.baseline_year, schools.level, schools.private, students, classes)

    def entrants(self, level: int, year: int) -> Ints:
        """Places in the entry grade of each school of a level, (S,), in a year up to the baseline; 0 at the others.

        A cohort that is at junior school in the baseline year, or has left the district, went to the primary schools
        as those in their last grade did (assumed); it was as large as it is in the junior schools, where there are any.
        """
        grade = self._grade(level, year)
        if grade <= FINAL_GRADE[level]:
            return np.where(self.level == level, self.students[:, grade], 0)
        if level != PRIMARY:
            return np.zeros(len(self.students), np.int64)
        like = np.where(self.level == PRIMARY, self.students[:, FINAL_GRADE[PRIMARY]], 0)
        if not like.any():
            like = np.where(self.level == PRIMARY, self.students.sum(axis=1), 0)
        if grade > LAST_GRADE or (self.level == PRIMARY).all():
            return like
        places = np.zeros(len(like), np.int64)
        rows = np.flatnonzero(self.level == PRIMARY)
        places[rows] = apportion(int(self.students[:, grade].sum()), like[rows])
        return places

    def classes_formed(self, level: int, year: int) -> Ints:
        """Classes that each school forms in the entry grade, (S,); `UNSTATED` where the cap decides."""
        grade = self._grade(level, year)
        if grade > FINAL_GRADE[level]:
            return np.full(len(self.classes), UNSTATED)
        return self.classes[:, grade]

    def births(self, year: int, schools: Schools) -> Ints:
        """Children of entry age by catchment, (S,): as many as the primary schools have places.

        They live where those places are, but for what families' wishes have moved in the last year (`residents` over
        `intake`).
        """
        places = self.entrants(PRIMARY, year)
        moved = schools.residents / np.maximum(schools.intake, 1)
        homes = np.flatnonzero((self.level == PRIMARY) & ~self.private)
        weight = np.where(schools.intake > 0, moved, 1.0) * places
        born = np.zeros(len(places), np.int64)
        born[homes] = apportion(int(places.sum()), weight[homes])
        return born

    def _grade(self, level: int, year: int) -> int:
        """Grade in the baseline year of those who enter a level in this one."""
        return ENTRY_GRADE[level] + self.year - year


def given_of(spec: DistrictSpec, schools: Schools) -> list[GivenSchool]:
    """What the tables say of each school, row by row; where they do not name it, nothing."""
    keys, nothing = zip(schools.name.tolist(), schools.level.tolist(), strict=True), GivenSchool()
    return [spec.given.get(key, nothing) for key in keys]


def stated_of(given: list[GivenSchool], name: str, rows: Array) -> Floats:
    """What these schools state under a name, (n,); nan where they do not."""
    return np.array([np.nan if (stated := getattr(given[row], name)) is None else stated for row in rows], np.float64)


def students_by_grade(given: list[GivenSchool], level: Array) -> dict[int, Ints]:
    """Students by grade of the schools, by row, that state them, or state how many they are in all.

    The latter are spread evenly over the grades, the odd ones school by school from the grade at which the school
    before stopped: a controlled rounding (Cox 1987), schools are exact and grades of all those schools differ by one
    at most.
    """
    found: dict[int, Ints] = {}
    next_grade = [0] * len(LEVELS)
    for row, (school, kind) in enumerate(zip(given, level.tolist(), strict=True)):
        grades = YEARS[kind]
        if school.students_by_grade is not None:
            found[row] = np.array(school.students_by_grade, np.int64)
        elif school.students is not None:
            each, odd = divmod(school.students, grades)
            found[row] = np.full(grades, each, np.int64)
            found[row][(next_grade[kind] + np.arange(odd)) % grades] += 1
            next_grade[kind] = (next_grade[kind] + odd) % grades
    return found


def classes_by_grade(school: GivenSchool, students: Ints, name: str) -> Ints | None:
    """Classes of each grade, as stated or from how many they are in all; None where the school states neither.

    One by one they go to the grade whose classes would else be the largest (Adams' method), each grade with students
    having one at least.
    """
    if school.classes_by_grade is not None:
        stated = np.array(school.classes_by_grade, np.int64)
        _check_classes(stated, students, name)
        return stated
    if school.classes is None:
        return None
    filled = students > 0
    if not filled.sum() <= school.classes <= students.sum():
        raise UserError(
            f"{name}: classes must be {filled.sum()}, one a grade with students, ... {students.sum()}, "
            f"its students, got {school.classes}"
        )
    dealt = filled.astype(np.int64)
    for _ in range(school.classes - int(dealt.sum())):
        dealt[np.argmax(np.where(filled, students / np.maximum(dealt, 1), 0.0))] += 1
    return dealt


def number_of_classes(school: GivenSchool, students: Ints, cap: float, name: str) -> int:
    """Classes of all grades: as stated, or as many as the cap asks for."""
    stated = classes_by_grade(school, students, name)
    return int((np.ceil(students / cap) if stated is None else stated).sum())


def _check_classes(classes: Ints, students: Ints, name: str) -> None:
    """Every class has a student, and every student a class."""
    wrong = (classes > students) | ((classes == 0) & (students > 0)) | (classes < 0)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise UserError(
            f"{name}: {classes[place]} classes for the {students[place]} students of its grade {place + 1} (counted "
            "from its first); a grade with students has 1 class or more, and a class 1 student or more"
        )

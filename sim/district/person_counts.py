"""What a district's lists of teachers and students add up to, school by school."""

from dataclasses import replace
from typing import Any

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE, FINAL_GRADE
from sim.agents.teacher import DISTRICT_BACKBONE, MASTERS, PE_ARTS, SUBJECTS
from sim.district.given_tables import GivenPeople, GivenSchool
from sim.district.spec import DistrictSpec
from sim.noise import Ints

Key = tuple[str, int]
"""Name and level of a school."""


def counted(spec: DistrictSpec) -> DistrictSpec:
    """The district with what its lists of teachers and students add up to among what its schools state."""
    stated = dict(spec.given)
    if spec.own_teachers is not None:
        for key, rows in by_school(spec.own_teachers).items():
            school = stated.get(key, GivenSchool())
            stated[key] = replace(school, teachers=len(rows), **_count_teachers(spec.own_teachers, rows, school))
    if spec.own_students is not None:
        for key, rows in by_school(spec.own_students).items():
            roll = _count_students(spec.own_students, rows, key[1])
            stated[key] = replace(stated.get(key, GivenSchool()), students=len(rows), **roll)
    return replace(spec, given=stated)


def by_school(people: GivenPeople) -> dict[Key, Ints]:
    """Places in the list of each school's people, in order."""
    found: dict[Key, list[int]] = {}
    for place, key in enumerate(zip(people.school, people.level.tolist(), strict=True)):
        found.setdefault(key, []).append(place)
    return {key: np.array(places) for key, places in found.items()}


def subjects_listed(spec: DistrictSpec) -> dict[Key, Ints]:
    """Teachers of each subject, (subjects,), that the list of a school knows of."""
    people = spec.own_teachers
    if people is None or "subject" not in people.columns:
        return {}
    known, subject = known_of(people, "subject"), people.columns["subject"]
    return {
        key: np.bincount(subject[rows[known[rows]]], minlength=len(SUBJECTS))
        for key, rows in by_school(people).items()
    }


def known_of(people: GivenPeople, name: str) -> Array:
    """Of whom the list knows this; of all where it does not say."""
    return np.asarray(people.known.get(name, np.ones(len(people.school), dtype=bool)))


def _count_teachers(people: GivenPeople, rows: Ints, school: GivenSchool) -> dict[str, Any]:
    """Teachers of each sort among those of a school: as listed, where that is known of all of them.

    Where it is known of some, what the school states, as far as the list allows it: persons go before counts.
    """
    counts: dict[str, Any] = {}
    for name, sorts in (
        ("subject", {"pe_arts": PE_ARTS}),
        ("degree", {"masters": MASTERS, "above_degree": 1}),
        ("backbone", {"backbone": DISTRICT_BACKBONE}),
    ):
        known = known_of(people, name)[rows] if name in people.columns else np.zeros(len(rows), dtype=bool)
        values = people.columns[name][rows[known]] if name in people.columns else np.zeros(0)
        for sort, least in sorts.items():
            have = int(np.count_nonzero(values == least if name == "subject" else values >= least))
            lack, stated = len(values) - have, getattr(school, sort)
            if known.all():
                counts[sort] = have
            elif stated is not None:
                counts[sort] = max(have, min(stated, len(rows) - lack) if lack else stated)
            if sort == "above_degree" and {"masters", sort} <= counts.keys():
                counts[sort] = max(counts[sort], counts["masters"] + int(np.count_nonzero(values == 1)))
    return counts


def _count_students(people: GivenPeople, rows: Ints, level: int) -> dict[str, Any]:
    """Students by grade of a school, and classes where all of them are known."""
    grades = range(ENTRY_GRADE[level], FINAL_GRADE[level] + 1)
    grade = people.columns["grade"][rows]
    roll: dict[str, Any] = {"students_by_grade": tuple(int(np.count_nonzero(grade == one)) for one in grades)}
    if "classroom" in people.columns and known_of(people, "classroom")[rows].all():
        room = people.columns["classroom"][rows]
        roll["classes_by_grade"] = tuple(len(np.unique(room[grade == one])) for one in grades)
        roll["classes"] = sum(roll["classes_by_grade"])
    return roll

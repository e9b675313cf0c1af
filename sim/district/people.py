"""Teachers and students as a district's tables list them, in the place of those whom the spin-up brought there.

What a table does not know of a person stays what it is of the one whose place he or she takes. Ids are the model's own.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.assessment import noise_sd
from sim.agents.columns import Array
from sim.agents.staffing import may_rotate
from sim.agents.teacher import DISTRICT_BACKBONE, MASTERS, SUBJECTS
from sim.district.given_tables import GivenPeople
from sim.district.person_counts import by_school, known_of
from sim.district.roll import given_of
from sim.noise import Ints

if TYPE_CHECKING:
    from sim.model import ZoneReform

KEPT = ("subject", "female", "age", "experience", "years_here", "degree", "title", "backbone")
"""What a table may know of a teacher."""


def seat_people(model: "ZoneReform") -> None:
    """Put the people of the tables in their places, and bring their schools to what they state."""
    spec = model.district
    sure = {name: np.zeros(len(model.teachers), dtype=bool) for name in ("degree", "backbone")}
    if spec.own_teachers is not None:
        seat_teachers(model, spec.own_teachers, sure)
    mend_staff(model, sure)
    if spec.own_students is not None:
        seat_students(model, spec.own_students)


def seat_teachers(model: "ZoneReform", people: GivenPeople, sure: Mapping[str, Array]) -> None:
    """Each teacher of the list takes the place of one of the school and subject who has taught about as long.

    So skill stays drawn, and goes with experience as everywhere. Age and experience go together by `entry_age` where
    only one is known. Whose degree or title is known is marked in `sure`.
    """
    teachers, schools = model.teachers, model.schools
    places = by_school(people)
    columns = {name: people.columns[name] for name in KEPT if name in people.columns}
    for row, key in enumerate(zip(schools.name.tolist(), schools.level.tolist(), strict=True)):
        if key not in places:
            continue
        here = np.flatnonzero(teachers.school == row)
        at, who = _pair(model, here, people, places[key])
        for name, values in columns.items():
            known = known_of(people, name)[who]
            teachers.arrays[name][at[known]] = values[who[known]]
            if name in sure:
                sure[name][at[known]] = True
        _fit_ages(model, at, who, people)
    teachers.moved &= teachers.years_here == 0
    teachers.eligible = may_rotate(teachers, model.terms.rotation_years)


def _pair(model: "ZoneReform", here: Array, people: GivenPeople, listed: Ints) -> tuple[Array, Array]:
    """Rows of a school's teachers, and beside each the place in the list of who takes it."""
    teachers = model.teachers
    entry = int(model.district.entry_age)
    years = np.zeros(len(listed), np.int64)
    for name, offset in (("years_here", 0), ("age", entry), ("experience", 0)):  # the last that is known tells
        if name in people.columns:
            years = np.where(known_of(people, name)[listed], people.columns[name][listed] - offset, years)
    subject = np.full(len(listed), len(SUBJECTS))
    if "subject" in people.columns:
        subject = np.where(known_of(people, "subject")[listed], people.columns["subject"][listed], subject)
    # Who is listed without a subject takes what is left.
    free = here[np.lexsort((teachers.id[here], teachers.experience[here], teachers.subject[here]))]
    at = np.empty(len(listed), np.int64)
    turn = np.lexsort((years, subject))
    for kind in range(len(SUBJECTS) + 1):
        those = turn[subject[turn] == kind]
        fits = free if kind == len(SUBJECTS) else free[teachers.subject[free] == kind]
        at[those] = fits[: len(those)]
        free = free[~np.isin(free, at[those])]
    return at, listed


def _fit_ages(model: "ZoneReform", at: Array, who: Array, people: GivenPeople) -> None:
    """Age, experience and years at the school of the listed do not contradict each other."""
    teachers, entry = model.teachers, int(model.district.entry_age)
    age, experience = (
        known_of(people, name)[who] if name in people.columns else np.zeros(len(who), dtype=bool)
        for name in ("age", "experience")
    )
    by_age, by_experience = at[age & ~experience], at[experience & ~age]
    teachers.experience[by_age] = np.maximum(0, teachers.age[by_age] - entry)
    teachers.age[by_experience] = teachers.experience[by_experience] + entry
    teachers.years_here[at] = np.minimum(teachers.years_here[at], teachers.experience[at])


def mend_staff(model: "ZoneReform", sure: Mapping[str, Array]) -> None:
    """Bring degrees and backbone titles of schools that state them to what they state.

    Teachers who exchange schools take their degree along, and a title may find nobody to go to. Who has a degree or
    title, or the most experience, is the first to have it; lots decide between equals. Titles that wait are gone.

    Parameters
    ----------
    sure : mapping of str to (T,) bool array
        Teachers whose degree or backbone title a list knows: theirs are the last to change.
    """
    teachers, schools = model.teachers, model.schools
    for row, school in enumerate(given_of(model.district, schools)):
        if (school.above_degree, school.masters, school.backbone) == (None, None, None):
            continue
        here = np.flatnonzero(teachers.school == row)
        if school.above_degree is not None or school.masters is not None:
            degree, told = teachers.degree[here], sure["degree"][here]
            masters = int(np.count_nonzero(degree >= MASTERS)) if school.masters is None else school.masters
            if school.above_degree is not None:
                masters = min(masters, school.above_degree)
            top = _first(model, here, degree >= MASTERS, told, masters)
            has = top | (degree > 0)
            above = int(np.count_nonzero(has)) if school.above_degree is None else school.above_degree
            teachers.degree[here] = np.where(top, MASTERS, _first(model, here, has, told | top, above))
        if school.backbone is not None:
            rung = teachers.backbone[here]
            first = _first(model, here, rung >= DISTRICT_BACKBONE, sure["backbone"][here], school.backbone)
            teachers.backbone[here] = np.where(
                first, np.maximum(rung, DISTRICT_BACKBONE), np.minimum(rung, DISTRICT_BACKBONE - 1)
            )
            schools.vacant_titles[row, DISTRICT_BACKBONE - 1 :] = 0


def _first(model: "ZoneReform", rows: Array, has: Array, told: Array, count: int) -> Array:
    """Mask of so many of these teachers: those who have it, then the most experienced, then by lot.

    Of whom it is told whether they have it come before all others, or after them.
    """
    teachers = model.teachers
    lots = model.noise.lots("standing of a table", 0, teachers.id[rows])
    surely = np.where(told, np.where(has, 0, 2), 1)
    order = np.lexsort((lots, -teachers.experience[rows].astype(np.int64), ~has, surely))
    mask = np.zeros(len(rows), dtype=bool)
    mask[order[:count]] = True
    return mask


def seat_students(model: "ZoneReform", people: GivenPeople) -> None:
    """Each student of the list takes the place of one of the school and grade, class by class as listed.

    A known status moves the trait as far as it goes with it (`ses_trait`). A known score becomes the measured one, and
    the trait moves by the test's reliability times how far it is from the one that the simulated child had: what is
    left between score and achievement is the luck of the day that the child had there (assumed).
    """
    students, classes, schools = model.students, model.classes, model.schools
    places = by_school(people)
    known = {name: known_of(people, name) for name in people.columns}
    grade = people.columns["grade"]
    effects = model.effects
    by_status = effects.trait_sd * min(1.0, effects.ses_trait)
    reliability = 1.0 - noise_sd(model) ** 2
    for row, key in enumerate(zip(schools.name.tolist(), schools.level.tolist(), strict=True)):
        if key not in places:
            continue
        classed = "classroom" in known and known["classroom"][places[key]].all()
        for one in np.unique(grade[places[key]]).tolist():
            at = np.flatnonzero((students.school == row) & (students.grade == one))
            who = places[key][grade[places[key]] == one]
            rooms = np.flatnonzero((classes.school == row) & (classes.grade == one))
            if classed:
                labels, room = np.unique(people.columns["classroom"][who], return_inverse=True)
                turn = np.argsort(room, kind="stable")
                who = who[turn]
                students.classroom[at] = rooms[room[turn]]
            for name in ("migrant", "left_behind"):
                if name in known:
                    told = known[name][who]
                    students.arrays[name][at[told]] = people.columns[name][who[told]]
            if "ses" in known:
                told = known["ses"][who]
                change = people.columns["ses"][who[told]] - students.ses[at[told]]
                students.ses[at[told]] = people.columns["ses"][who[told]]
                students.trait[at[told]] += by_status * change
                students.score[at[told]] += by_status * change
            if "score" in known:
                told = known["score"][who]
                score = people.columns["score"][who[told]]
                students.trait[at[told]] += reliability[one] * (score - students.score[at[told]])
                students.score[at[told]] = score
    classes.size = np.bincount(students.classroom, minlength=len(classes))
    if "score" in known and known["score"].any():
        _know_schools_by_scores(model)


def _know_schools_by_scores(model: "ZoneReform") -> None:
    """Schools are measured and known by the scores that their students now have."""
    students, schools = model.students, model.schools
    size = np.bincount(students.school, minlength=len(schools))
    mean = np.bincount(students.school, weights=students.score, minlength=len(schools)) / np.maximum(size, 1)
    schools.reputation = np.where(size > 0, schools.reputation + mean - schools.score, schools.reputation)
    schools.score = mean

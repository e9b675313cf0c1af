"""Part of step 3, staffing: who takes a post, in which subject, and what it costs beyond a usual hire."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.activities import public_teachers
from sim.agents.columns import Array
from sim.agents.curriculum import wanted_mix
from sim.agents.school import LEVELS, Schools
from sim.agents.teacher import GENERATIONS, MASTERS, POSTS, SUBJECTS, Teachers, drawn_skill
from sim.noise import Floats
from sim.turns import rank_within
from sim.userinput import UserError

if TYPE_CHECKING:
    from sim.model import ZoneReform


def owners(teachers: Teachers) -> Array:
    """School that each post belongs to, filled or empty."""
    return np.where(teachers.employed, teachers.school, teachers.home_school).astype(np.int64)


def posts_to_fill(model: "ZoneReform", missing: Array) -> Array:
    """Rows of the empty posts that are filled again, as many as each school is missing, (S,), if it has them.

    The subjects with the largest share of empty posts come first, but for those that have priority; then lots decide.
    """
    teachers = model.teachers
    empty = np.flatnonzero(~teachers.employed)
    owner = teachers.home_school[empty]
    surplus = np.bincount(owner, minlength=len(missing)) > missing
    filled = ~surplus[owner]
    contested = np.flatnonzero((surplus & (missing > 0))[owner])
    if len(contested):
        rows, at = empty[contested], owner[contested]
        later = ~has_priority(model)[at, teachers.subject[rows]]
        vacant = vacancy(teachers, len(missing))[at, teachers.subject[rows]]
        lots = model.noise.lots("which post", model.year, teachers.id[rows])
        filled[contested] = rank_within(at, later, -vacant, lots) < missing[at]
    return empty[filled]


def vacancy(teachers: Teachers, schools: int) -> Array:
    """Share of empty posts, to 1e-9, among those of each school and subject, (S, subjects); 0 where there are none."""
    cell = owners(teachers) * len(SUBJECTS) + teachers.subject
    posts = np.bincount(cell, minlength=schools * len(SUBJECTS))
    empty = np.bincount(cell[~teachers.employed], minlength=schools * len(SUBJECTS))
    return np.round(empty / np.maximum(posts, 1), 9).reshape(schools, len(SUBJECTS))


def has_priority(model: "ZoneReform") -> Array:
    """Subjects that come first and are short at each public school, (S, subjects)."""
    teachers, schools = model.teachers, model.schools
    first = np.zeros((len(schools), len(SUBJECTS)), dtype=bool)
    if not model.terms.priority_posts:
        return first
    students = model.classes.students_by_school(len(schools))
    for subject, least in model.terms.priority_posts.items():
        taught = teachers.school[teachers.employed & (teachers.subject == subject)]
        held = np.bincount(taught, minlength=len(schools))
        first[:, subject] = ~schools.private & (np.round(held - least[schools.level] * students, 9) < 0)
    return first


def middle_standing(schools: Schools, missing: Array) -> Floats:
    """Mean standing of the schools of each level, by the teachers they hire this year, at each school."""
    total = np.bincount(schools.level, missing * schools.standing, len(LEVELS))
    return np.asarray((total / np.maximum(np.bincount(schools.level, missing, len(LEVELS)), 1))[schools.level])


def hire(model: "ZoneReform", rows: Array, school: Array, subject: Array, middle: Floats) -> None:
    """A novice takes each post; the degree asked for is that of the predecessor, titles are not inherited.

    Schools of high standing get the better ones. A share `weak_school_priority` is placed the other way round, as
    far below the mean of this year's hires as else above it, so that the district's skill stays what it is. Private
    schools hire as they always did.
    """
    teachers, noise, district, terms = model.teachers, model.noise, model.district, model.terms
    ids = teachers.id[rows] + 1
    standing, public = model.schools.standing[school], ~model.schools.private[school]
    tilted = public & noise.chance("weak school first", 0, ids, terms.weak_school_priority)
    standing = np.where(tilted, 2.0 * middle[school] - standing, standing)
    agency = public & noise.chance("agency", 0, ids, terms.agency_share)
    skill = drawn_skill(standing, ids, model.effects, noise)
    fresh = {
        "id": ids,
        "school": school,
        "home_school": school,
        "subject": subject,
        "female": noise.chance("female", 0, ids, district.female_share),
        "age": int(district.entry_age),
        "base_skill": np.where(agency, skill + model.effects.b_contract_cn, skill),
        "agency": agency,
        "bought": True,  # until there turns out to be a place for them in the establishment
        "ict_trained": False,
        "research": False,
    }
    for name, value in fresh.items():
        teachers.arrays[name][rows] = value
    if terms.masters_share is not None:
        masters = noise.chance("degree", 0, ids[public], terms.masters_share)
        below = np.minimum(teachers.degree[rows[public]], MASTERS - 1)
        teachers.degree[rows[public]] = np.where(masters, MASTERS, below)
    for column in (teachers.experience, teachers.years_here, teachers.title, teachers.backbone):
        column[rows] = 0
    for column in (teachers.practised, teachers.learned, teachers.posting_end):
        column[rows] = 0
    for column in (teachers.seeks_school, teachers.contest, teachers.award):
        column[rows] = 0


def pay_for_hires(model: "ZoneReform") -> None:
    """Book what this year's hires with a master's degree cost, and what agency teachers save in pay.

    The saving ends with the setting, as does the cost of posts above the status quo: teachers stay, uncounted.
    """
    teachers, prices = model.teachers, model.prices
    if model.terms.masters_share is not None:
        graduates = public_teachers(model) & (teachers.experience == 0) & (teachers.degree >= MASTERS)
        model.spend("recruitment", model.schools.count_by_level(teachers.school[graduates]) * prices["graduate_hire"])
    if model.terms.agency_share > 0:
        agency = teachers.school[teachers.employed & teachers.agency]
        saved = prices["new_teacher_pay"] - prices["agency_pay"]
        model.spend("recruitment", -saved * model.schools.count_by_level(agency))


def open_posts(model: "ZoneReform", school: Array, middle: Floats) -> None:
    """New posts at these schools (one a row), in the subjects of which the school is shortest."""
    teachers, schools = model.teachers, model.schools
    founded = np.bincount(teachers.id // (GENERATIONS * POSTS), minlength=int(schools.id.max()) + 1)
    place = founded[schools.id[school]] + rank_within(school)
    if place.max() >= POSTS:
        name = schools.name[school[np.argmax(place)]]
        raise UserError(
            f"{name} would found {place.max() + 1:,} posts in {model.year}, and a school may have {POSTS:,} at most; "
            "lower the zone fund (policy.funding) or the students (district.students)"
        )
    subjects = short_subjects(model, school)
    post = schools.id[school] * POSTS + place
    rows = len(teachers) + np.arange(len(school))
    new = Teachers(len(school), id=post * GENERATIONS - 1, school=np.full(len(school), -1))
    new.second_school[:] = -1
    new.degree[:] = 1
    model.teachers = teachers.followed_by(new)
    hire(model, rows, school, subjects, middle)


def short_subjects(model: "ZoneReform", school: Array) -> Array:
    """For each new post, one after the other, the subject furthest below the school's own mix of posts.

    The mix is that of its posts, or what its lessons ask for where a curriculum has changed them.
    A subject that has priority comes before, the shorter of two first, until a public school has what is asked for.
    """
    teachers, schools = model.teachers, model.schools
    students = model.classes.students_by_school(len(schools))
    cell = owners(teachers) * len(SUBJECTS) + teachers.subject
    have = np.bincount(cell, minlength=len(schools) * len(SUBJECTS)).reshape(-1, len(SUBJECTS))
    asked = wanted_mix(model)
    mix = have / np.maximum(1, have.sum(axis=1, keepdims=True)) if asked is None else asked
    subjects, turn = np.empty(len(school), dtype=np.int64), rank_within(school)
    for number in range(turn.max(initial=-1) + 1):
        posts = np.flatnonzero(turn == number)
        at = school[posts]
        short = np.round(mix[at] * (have[at].sum(axis=1, keepdims=True) + 1) - have[at], 9)
        first = np.zeros(short.shape)
        for subject, least in model.terms.priority_posts.items():
            first[:, subject] = np.round(least[schools.level[at]] * students[at] - have[at, subject], 9)
        has_first = (first > 0).any(axis=1) & ~schools.private[at]
        subjects[posts] = np.where(has_first, first.argmax(axis=1), short.argmax(axis=1))
        have[at, subjects[posts]] += 1
    return subjects

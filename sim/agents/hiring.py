"""Part of step 3, staffing: who takes a post, in which subject, and what it costs beyond a usual hire."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.curriculum import wanted_mix
from sim.agents.school import LEVELS, Schools
from sim.agents.teacher import GENERATIONS, MASTERS, POSTS, SUBJECTS, drawn_skill
from sim.apportion import ALIKE
from sim.compiled import compiled
from sim.filing import counted, first_few
from sim.noise import Floats, Ints
from sim.turns import rank_within
from sim.userinput import UserError

if TYPE_CHECKING:
    from sim.model import ZoneReform

_SUBJECTS = len(SUBJECTS)


@compiled()
def posts_by_subject(school: Ints, home: Ints, subject: Ints, schools: int) -> tuple[Ints, Ints]:
    """Posts of each school and subject that are filled, and those that are empty, both (S, subjects)."""
    filled, empty = np.zeros((schools, _SUBJECTS), np.int64), np.zeros((schools, _SUBJECTS), np.int64)
    for t in range(len(school)):
        if school[t] >= 0:
            filled[school[t], subject[t]] += 1
        else:
            empty[home[t], subject[t]] += 1
    return filled, empty


def posts_to_fill(model: "ZoneReform", missing: Array) -> Array:
    """Rows of the empty posts that are filled again, as many as each school is missing, (S,), if it has them.

    The subjects with the largest share of empty posts come first, but for those that have priority; then lots decide.
    """
    teachers = model.teachers
    rows, filled, contested = _empty_posts(teachers.school, teachers.home_school, missing)
    if len(contested):
        at, subject = teachers.home_school[rows[contested]], teachers.subject[rows[contested]]
        held, empty = posts_by_subject(teachers.school, teachers.home_school, teachers.subject, len(missing))
        vacant = np.round(empty / np.maximum(held + empty, 1), 9)  # the share of posts
        later = ~has_priority(model, held)
        lots = model.noise.lots("which post", model.year, teachers.id[rows[contested]])
        filled[contested[first_few(at, missing, (2.0 * later - vacant)[at, subject], lots)]] = True
    return np.asarray(rows[filled])


@compiled()
def _empty_posts(school: Ints, home: Ints, missing: Ints) -> tuple[Ints, Array, Ints]:
    """Rows of the empty posts; which are all filled again, and which places of them are at schools that fill some."""
    rows, found, empty = np.empty(len(school), np.int64), 0, np.zeros(len(missing), np.int64)
    for t in range(len(school)):
        if school[t] < 0:
            rows[found] = t
            found += 1
            empty[home[t]] += 1
    filled, contested, places = np.empty(found, np.bool_), np.empty(found, np.int64), 0
    for i in range(found):
        owner = home[rows[i]]
        filled[i] = empty[owner] <= missing[owner]
        if not filled[i] and missing[owner] > 0:
            contested[places] = i
            places += 1
    return rows[:found], filled, contested[:places]


def has_priority(model: "ZoneReform", held: Array) -> Array:
    """Subjects that come first and are short at each public school, (S, subjects), given the teachers of each."""
    schools = model.schools
    first = np.zeros(held.shape, dtype=bool)
    if not model.terms.priority_posts:
        return first
    students = model.classes.students_by_school(len(schools))
    for subject, least in model.terms.priority_posts.items():
        short = np.round(held[:, subject] - least[schools.level] * students, 9) < 0
        first[:, subject] = ~schools.private & short
    return first


def hire(model: "ZoneReform", rows: Array) -> None:
    """A novice takes each of these empty posts; the degree asked for is the predecessor's, titles are not inherited.

    Schools of high standing get the better ones. A share `weak_school_priority` is placed the other way round, as
    far below the mean of this year's hires as else above it, so that the district's skill stays what it is. Private
    schools hire as they always did.
    """
    teachers, noise, district, terms = model.teachers, model.noise, model.district, model.terms
    ids, school = teachers.id[rows] + 1, teachers.home_school[rows]
    standing, public = model.schools.standing[school], ~model.schools.private[school]
    if terms.weak_school_priority > 0:
        tilted = public & noise.chance("weak school first", 0, ids, terms.weak_school_priority)
        middle = middle_standing(model.schools, school[public])
        standing = np.where(tilted, 2.0 * middle[school] - standing, standing)
    agency = np.zeros(len(rows), dtype=bool)
    skill = drawn_skill(standing, ids, model.effects, noise)
    if terms.agency_share > 0:
        agency = public & noise.chance("agency", 0, ids, terms.agency_share)
        skill[agency] += model.effects.b_contract_cn
    fresh = {
        "id": ids,
        "school": school,
        "female": noise.chance("female", 0, ids, district.female_share),
        "age": int(district.entry_age),
        "base_skill": skill,
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


def middle_standing(schools: Schools, hiring: Array) -> Floats:
    """Mean standing of the public schools of each level, by the teachers they hire this year, at each school."""
    hires = np.bincount(hiring, minlength=len(schools))
    total = np.bincount(schools.level, hires * schools.standing, len(LEVELS))
    return np.asarray((total / np.maximum(np.bincount(schools.level, hires, len(LEVELS)), 1))[schools.level])


def pay_for_hires(model: "ZoneReform", hired: Array) -> None:
    """Book what this year's hires with a master's degree cost, and what agency teachers save in pay.

    The saving ends with the setting, as does the cost of posts above the status quo: teachers stay, uncounted.
    """
    teachers, schools, prices = model.teachers, model.schools, model.prices
    if model.terms.masters_share is not None:
        school = teachers.school[hired[teachers.degree[hired] >= MASTERS]]
        graduates = schools.count_by_level(school[~schools.private[school]])
        model.spend("recruitment", graduates * prices["graduate_hire"])
    if model.terms.agency_share > 0:
        agency = schools.sum_by_level(counted(teachers.school, teachers.agency, len(schools)))
        saved = prices["new_teacher_pay"] - prices["agency_pay"]
        model.spend("recruitment", -saved * agency)


def open_posts(model: "ZoneReform", school: Array) -> Array:
    """Rows of new, empty posts at these schools (one a row), in the subjects of which the school is shortest."""
    teachers, schools = model.teachers, model.schools
    founded = _founded(teachers.id, int(schools.id.max()) + 1)
    place = founded[schools.id[school]] + rank_within(school)
    if place.max() >= POSTS:
        name = schools.name[school[np.argmax(place)]]
        raise UserError(
            f"{name} would found {place.max() + 1:,} posts in {model.year}, and a school may have {POSTS:,} at most; "
            "lower the zone fund (policy.funding) or the students (district.students)"
        )
    post, rows = schools.id[school] * POSTS + place, len(teachers) + np.arange(len(school))
    subject = short_subjects(model, school)
    teachers.grow(
        len(school),
        id=post * GENERATIONS - 1,
        school=-1,
        home_school=school,
        second_school=-1,
        subject=subject,
        degree=1,
    )
    return rows


@compiled()
def _founded(ids: Ints, schools: int) -> Ints:
    """Posts that each school has founded, by its id."""
    posts = np.zeros(schools, np.int64)
    for one in ids:
        posts[one // (GENERATIONS * POSTS)] += 1
    return posts


def short_subjects(model: "ZoneReform", school: Array) -> Array:
    """For each new post, one after the other, the subject furthest below the school's own mix of posts.

    The mix is that of its posts, or what its lessons ask for where a curriculum has changed them.
    A subject that has priority comes before, the shorter of two first, until a public school has what is asked for.
    """
    teachers, schools = model.teachers, model.schools
    have = np.add(*posts_by_subject(teachers.school, teachers.home_school, teachers.subject, len(schools)))
    asked = wanted_mix(model)
    mix = have / np.maximum(1, have.sum(axis=1, keepdims=True)) if asked is None else asked
    students, least = model.classes.students_by_school(len(schools)), np.zeros(have.shape)
    for subject, a_student in model.terms.priority_posts.items():
        least[:, subject] = np.where(schools.private, 0.0, a_student[schools.level] * students)
    return _short_subjects(school, have, mix, least)


@compiled()
def _short_subjects(school: Ints, have: Ints, mix: Floats, least: Floats) -> Ints:
    """Subject of each new post, given what its school has and is to have at least, and its mix, all (S, subjects)."""
    subjects = np.empty(len(school), np.int64)
    for post in range(len(school)):
        s, priority = school[post], 0.0
        shortest, shortage, posts = -1, 0.0, have[s].sum() + 1
        for k in range(_SUBJECTS):
            missing = np.rint((least[s, k] - have[s, k]) * ALIKE)
            if missing > priority:
                shortest, priority = k, missing
        for k in range(_SUBJECTS):
            missing = np.rint((mix[s, k] * posts - have[s, k]) * ALIKE)
            if priority == 0.0 and (shortest < 0 or missing > shortage):
                shortest, shortage = k, missing
        subjects[post] = shortest
        have[s, shortest] += 1
    return subjects

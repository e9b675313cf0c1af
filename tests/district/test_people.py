"""Teachers and students whom a table lists are in the district as listed; what it does not know is filled in."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.agents.assessment import noise_sd
from sim.agents.school import ENTRY_GRADE, JUNIOR, PRIMARY, YEARS
from sim.district.given_tables import GivenPeople, GivenSchool
from sim.district.listed_places import ZoneSpec

SCHOOLS = (("甲", PRIMARY), ("乙", PRIMARY), ("丙", PRIMARY), ("丁", JUNIOR))
RANGES = {
    **{"subject": (0, 5), "female": (0, 2), "degree": (0, 3), "title": (0, 4), "backbone": (0, 4)},
    **{"age": (22, 59), "experience": (0, 35), "years_here": (0, 10)},
}


@cache
def shipped():
    return sim.load("wuhan_edz", horizon=2022)


def place(**given):
    zones = (ZoneSpec("一", PRIMARY, 0, "甲", ("甲", "乙", "丙")), ZoneSpec("二", JUNIOR, 0, None, ("丁",)))
    return replace(shipped().district, zones=zones, students=450.0, **given)


def at_rest(district, seed=0):
    return replace(shipped(), district=district).at_rest(seed)


def listed_teachers(draw, all_known=False):
    """Teachers of some of the schools, a few to two dozen, of whom not all is known."""
    schools = [SCHOOLS[k] for k in np.flatnonzero(draw.random(4) < 0.7)]
    at = [school for school in schools for _ in range(int(draw.integers(1, 25)))]
    at = [at[k] for k in draw.permutation(len(at))]
    columns = {name: draw.integers(low, high, len(at)) for name, (low, high) in RANGES.items()}
    columns["female"] = columns["female"].astype(bool)
    columns["years_here"] = np.minimum(columns["years_here"], columns["experience"])
    columns["age"] = np.maximum(columns["age"], columns["experience"] + 22)
    share = 1.0 if all_known else draw.choice([0.3, 0.8, 1.0])
    known = {name: draw.random(len(at)) < share for name in columns}
    known["experience"] |= known["years_here"]  # else they could not have been there so long
    names, levels = tuple(name for name, _ in at), np.array([level for _, level in at], dtype=int)
    return GivenPeople(school=names, level=levels, columns=columns, known=known, checksum="abc")


def listed_students(draw):
    """Students of some of the schools, in classes of any size; status, scores and backgrounds of some are known."""
    rows = []
    for name, level in SCHOOLS:
        if draw.random() < 0.7:
            for grade in range(ENTRY_GRADE[level], ENTRY_GRADE[level] + YEARS[level]):
                for room in range(int(draw.integers(0, 4))):
                    rows += [(name, level, grade, 10 * room + 3)] * int(draw.integers(1, 9))
    rows = [rows[k] for k in draw.permutation(len(rows))]
    count = len(rows)
    columns = {
        "grade": np.array([row[2] for row in rows], dtype=int),
        "classroom": np.array([row[3] for row in rows], dtype=int),
        "migrant": draw.random(count) < 0.3,
        "left_behind": draw.random(count) < 0.1,
        "ses": draw.normal(size=count).astype(np.float32),
        "score": draw.normal(size=count),
    }
    known = {name: draw.random(count) < draw.choice([0.0, 0.5, 1.0]) for name in columns if name != "grade"}
    known["classroom"] = np.full(count, draw.random() < 0.7)
    level = np.array([row[1] for row in rows], dtype=int)
    return GivenPeople(school=tuple(row[0] for row in rows), level=level, columns=columns, known=known, checksum="def")


def rows_at(table, model, name, level):
    row = next(k for k, s in enumerate(model.schools) if (s.name, s.level) == (name, level))
    return table.select(table.school == row)


def fits(people, rows, table, names):
    """Of each value that is known there are as many people who have it; more only where it is not known of all."""
    for name in names:
        known = people.known.get(name, np.ones(len(people.school), bool))[rows]
        have = Counter(table.arrays[name].tolist())
        wanted = Counter(people.columns[name][rows][known].tolist())
        assert not wanted - have, (name, wanted - have)
        if known.all():
            assert have == wanted, name


@given(st.integers(0, 2**32))
@settings(derandomize=True, deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
def test_teachers_are_there_as_listed(seed):
    people = listed_teachers(np.random.default_rng(seed))
    model = at_rest(place(own_teachers=people))
    for key in set(zip(people.school, people.level.tolist(), strict=True)):
        rows = np.flatnonzero([k == key for k in zip(people.school, people.level.tolist(), strict=True)])
        here = rows_at(model.teachers, model, *key)
        assert len(here) == len(rows)
        fits(people, rows, here, RANGES)
        assert (here.years_here <= here.experience).all() and (here.age > here.experience).all()
    assert (model.teachers.id == at_rest(place(own_teachers=people)).teachers.id).all()
    again = replace(shipped(), district=place(own_teachers=people)).start(model, "policy")
    again.step()


def test_all_that_is_known_of_one_teacher_goes_together_and_titles_are_kept():
    people = listed_teachers(np.random.default_rng(5), all_known=True)
    model = at_rest(place(own_teachers=people))
    for key in set(zip(people.school, people.level.tolist(), strict=True)):
        rows = np.flatnonzero([k == key for k in zip(people.school, people.level.tolist(), strict=True)])
        here = rows_at(model.teachers, model, *key)
        theirs = zip(*(people.columns[name][rows].tolist() for name in RANGES), strict=True)
        assert sorted(theirs) == sorted(zip(*(here.arrays[name].tolist() for name in RANGES), strict=True))
    before = dict(zip(model.teachers.id.tolist(), model.teachers.title.tolist(), strict=True))
    model.step()
    stay = model.teachers.select(model.teachers.employed)
    after = dict(zip(stay.id.tolist(), stay.title.tolist(), strict=True))
    assert all(after[one] >= before[one] for one in after.keys() & before.keys())


def test_a_list_of_teachers_goes_before_the_school_s_number_of_them():
    people = GivenPeople(school=("甲",) * 3, level=np.zeros(3, int), columns={}, known={}, checksum="x")
    model = at_rest(place(own_teachers=people, given={("甲", PRIMARY): GivenSchool(teachers=9, backbone=2)}))
    here = rows_at(model.teachers, model, "甲", PRIMARY)
    assert len(here) == 3 and (here.backbone >= 2).sum() == 2


def test_who_is_known_to_have_no_title_has_none_though_the_school_states_titles():
    columns = {"backbone": np.array([0, 0, 0, 0, 2, 0]), "experience": np.array([30, 30, 30, 1, 1, 1])}
    known = {"backbone": np.array([True, True, True, False, True, False]), "experience": np.ones(6, bool)}
    people = GivenPeople(school=("甲",) * 6, level=np.zeros(6, int), columns=columns, known=known)
    model = at_rest(place(own_teachers=people, given={("甲", PRIMARY): GivenSchool(backbone=2)}))
    here = rows_at(model.teachers, model, "甲", PRIMARY)
    assert sorted(here.experience[here.backbone >= 2].tolist()) == [1, 1]
    assert (here.backbone[here.experience == 30] == 0).all()


@given(st.integers(0, 2**32))
@settings(derandomize=True, deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
def test_students_are_there_as_listed(seed):
    people = listed_students(np.random.default_rng(seed))
    model = at_rest(place(own_students=people))
    students, classes = model.students, model.classes
    assert np.array_equal(np.bincount(students.classroom, minlength=len(classes)), classes.size)
    assert np.array_equal(classes.school[students.classroom], students.school)
    assert np.array_equal(classes.grade[students.classroom], students.grade)
    assert (np.diff(students.classroom) >= 0).all()
    for key in set(zip(people.school, people.level.tolist(), strict=True)):
        rows = np.flatnonzero([k == key for k in zip(people.school, people.level.tolist(), strict=True)])
        here = rows_at(students, model, *key)
        assert len(here) == len(rows)
        fits(people, rows, here, ("grade", "migrant", "left_behind", "ses", "score"))
        if people.known["classroom"].all():
            sizes = Counter(zip(*(people.columns[name][rows].tolist() for name in ("grade", "classroom")), strict=True))
            seated = Counter(zip(here.grade.tolist(), here.classroom.tolist(), strict=True))
            assert sorted((g, n) for (g, _), n in sizes.items()) == sorted((g, n) for (g, _), n in seated.items())
    replace(shipped(), district=place(own_students=people)).start(model, "policy").step()


def test_a_known_score_is_the_measured_one_and_achievement_follows_as_far_as_tests_are_reliable():
    people = listed_students(np.random.default_rng(3))
    unknown = {name: np.zeros(len(people.school), bool) for name in ("ses", "score", "migrant", "left_behind")}
    people = replace(people, known={"classroom": np.ones(len(people.school), bool), **unknown})
    plain = at_rest(place(own_students=people))
    scored = at_rest(place(own_students=replace(people, known=people.known | {"score": ~unknown["score"]})))
    assert plain.students.id.tolist() == scored.students.id.tolist()
    listed = [(k, n) in set(zip(people.school, people.level.tolist(), strict=True)) for k, n in SCHOOLS]
    changed = np.array(listed)[scored.students.school]
    reliability = 1.0 - noise_sd(plain)[plain.students.grade] ** 2
    surprise = scored.students.score - plain.students.score
    moved = scored.students.achievement - plain.students.achievement
    assert moved == pytest.approx(np.where(changed, reliability * surprise, 0.0), abs=1e-9)
    assert np.sort(scored.students.score[changed]) == pytest.approx(np.sort(people.columns["score"]))
    sizes = np.bincount(scored.students.school)
    means = np.bincount(scored.students.school, weights=scored.students.score) / sizes
    assert scored.schools.score == pytest.approx(means)
    change = scored.schools.reputation - plain.schools.reputation
    assert change == pytest.approx(scored.schools.score - plain.schools.score, abs=1e-9)


def test_where_a_list_and_the_numbers_of_its_school_disagree_the_persons_stay():
    columns = {"subject": np.array([3, 3, 0, 1]), "degree": np.array([2, 1, 0, 0])}
    known = {"subject": np.array([True, True, True, False]), "degree": np.array([True, True, True, False])}
    people = GivenPeople(school=("甲",) * 4, level=np.zeros(4, int), columns=columns, known=known)
    for stated, there in (((0, 0, 0), (2, 1, 2)), ((4, 4, 4), (3, 2, 3)), ((2, 2, 3), (2, 2, 3))):
        school = GivenSchool(**dict(zip(("pe_arts", "masters", "above_degree"), stated, strict=True)))
        model = at_rest(place(own_teachers=people, given={("甲", PRIMARY): school}))
        here = rows_at(model.teachers, model, "甲", PRIMARY)
        assert ((here.subject == 3).sum(), (here.degree >= 2).sum(), (here.degree >= 1).sum()) == there, stated
        fits(people, np.arange(4), here, columns)

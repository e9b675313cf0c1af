"""What a district's tables say is so in its baseline year, child by child; the rest follows the margins."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from reference.roll import PlainRoll
from reference.tiny_district import (
    random_given,
    random_margins,
    random_outside_schools,
    random_private_schools,
    random_tables,
    random_zones,
)
from sim.agents.school import ENTRY_GRADE, FINAL_GRADE, JUNIOR, PRIMARY, YEARS
from sim.agents.teacher import DISTRICT_BACKBONE, MASTERS, PE_ARTS
from sim.compiled import plainly
from sim.district.given_tables import GivenSchool
from sim.district.listed_places import ZoneSpec
from sim.district.margins import amounts
from sim.district.roll import Roll, classes_by_grade, students_by_grade
from sim.indicators.standards import weighted_cv
from sim.userinput import UserError

YEARS_AFTER = 2
TABLES = ("schools", "teachers", "students", "classes")


@cache
def shipped():
    return sim.load("wuhan_edz", horizon=2022)


def scenario(place):
    return replace(shipped(), district=place)


def random_place(seed):
    """A district with tables, with or without private and junior schools; larger than the reference's."""
    draw = np.random.default_rng(seed)
    place = replace(shipped().district, zones=random_zones(draw), **random_margins(draw))
    place = replace(place, **random_private_schools(draw), outside=random_outside_schools(draw))
    place = replace(place, **random_tables(place, draw), students=500.0)
    return replace(place, given=random_given(place, draw))


def by_grade(table, schools):
    count = np.zeros((schools, 10), dtype=int)
    np.add.at(count, (table.school, table.grade), 1)
    return count


def differences(model, given):
    """What the baseline has otherwise than the tables, a line each."""
    students, classes = (by_grade(table, len(model.schools)) for table in (model.students, model.classes))
    found = []
    for row, key in enumerate(zip(model.schools.name.tolist(), model.schools.level.tolist(), strict=True)):
        stated, teachers = given.get(key, GivenSchool()), model.teachers.select(model.teachers.school == row)
        grades = slice(ENTRY_GRADE[key[1]], FINAL_GRADE[key[1]] + 1)
        there = {
            "students": int(students[row].sum()),
            "students_by_grade": tuple(students[row, grades].tolist()),
            "classes": int(classes[row].sum()),
            "classes_by_grade": tuple(classes[row, grades].tolist()),
            "teachers": len(teachers),
            "above_degree": int((teachers.degree > 0).sum()),
            "masters": int((teachers.degree >= MASTERS).sum()),
            "backbone": int((teachers.backbone >= DISTRICT_BACKBONE).sum()),
            "pe_arts": int((teachers.subject == PE_ARTS).sum()),
            "east": model.schools.x[row],
            "north": model.schools.y[row],
            **{
                name: model.schools.arrays[name][row]
                for name in ("teaching_area", "sports_area", "equipment", "multimedia_rooms", "urban")
            },
        }
        assert there.keys() == vars(stated).keys()
        said = {name: value for name, value in vars(stated).items() if value is not None}
        found += [f"{key}: {name} {there[name]}, not {value}" for name, value in said.items() if there[name] != value]
    return found


def conserved(model):
    """Everybody is in one class of their school and grade, and classes are as large as they say."""
    students, classes = model.students, model.classes
    assert len(set(students.id.tolist())) == len(students)
    assert np.array_equal(classes.school[students.classroom], students.school)
    assert np.array_equal(classes.grade[students.classroom], students.grade)
    assert np.array_equal(np.bincount(students.classroom, minlength=len(classes)), classes.size)
    assert (classes.size > 0).all()
    assert np.array_equal(model.schools.level[students.school] == JUNIOR, students.grade >= ENTRY_GRADE[JUNIOR])


@given(st.integers(0, 2**32))
@settings(derandomize=True, deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
def test_the_baseline_has_what_the_tables_say_and_nobody_is_lost_afterwards(seed):
    place = random_place(seed)
    try:
        rest = scenario(place).at_rest(seed)
    except UserError as refused:
        assert "too few are left" in str(refused)
        return
    assert differences(rest, place.given) == []
    conserved(rest)
    with plainly():
        slow = scenario(place).at_rest(seed)
    for name in TABLES:
        for column, values in getattr(rest, name).arrays.items():
            again = getattr(slow, name).arrays[column]
            assert np.array_equal(values, again, equal_nan=values.dtype.kind == "f"), column
    model = scenario(place).start(rest, "policy")
    for _ in range(YEARS_AFTER):
        before, teachers = len(model.students), int(model.teachers.employed.sum())
        model.step()
        flows = model.flows
        assert len(model.students) == before + flows["entered"] - flows["left"]
        after = teachers - flows["retired"] - flows["contracts_ended"] + flows["hired"]
        assert int(model.teachers.employed.sum()) == after
        conserved(model)


@given(st.integers(0, 2**32))
@settings(derandomize=True, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
def test_the_roll_of_each_year_equals_that_told_school_by_school(seed):
    draw = np.random.default_rng(seed)
    schools = 1 + int(draw.integers(8))
    level = draw.integers(0, 2, schools)
    level[0] = PRIMARY
    level *= draw.random() < 0.7
    students, private = np.zeros((schools, 10), np.int64), draw.random(schools) < 0.2
    private[0] = False
    for kind in (PRIMARY, JUNIOR):
        grades = np.arange(ENTRY_GRADE[kind], FINAL_GRADE[kind] + 1)
        here = np.flatnonzero(level == kind)
        students[here[:, None], grades] = draw.integers(0, 30, (len(here), len(grades))) * draw.integers(0, 2)
    classes = draw.integers(-1, 4, students.shape)
    roll = Roll(2020, level, private, students, classes)
    twin = PlainRoll(roll)
    homes = SimpleNamespace(residents=draw.integers(0, 9, schools), intake=draw.integers(0, 9, schools))
    plain_homes = [SimpleNamespace(residents=r, intake=i) for r, i in zip(*vars(homes).values(), strict=True)]
    for year in range(2010, 2021):
        for kind in (PRIMARY, JUNIOR):
            places = twin.places(kind, year)
            assert roll.entrants(kind, year).tolist() == [places.get(row, 0) for row in range(schools)]
            formed = [twin.formed(row, kind, year) for row in range(schools)]
            assert roll.classes_formed(kind, year).tolist() == [-1 if n is None else n for n in formed]
        born = twin.births(year, plain_homes)
        assert roll.births(year, homes).tolist() == [born.get(row, 0) for row in range(schools)]


@given(st.lists(st.integers(0, 200), max_size=12), st.sampled_from([PRIMARY, JUNIOR]))
def test_students_of_whole_schools_are_spread_over_the_grades_so_that_both_sums_are_as_even_as_can_be(totals, level):
    spread = students_by_grade([GivenSchool(students=n) for n in totals], np.full(len(totals), level))
    table = np.array([spread[row] for row in range(len(totals))]).reshape(-1, YEARS[level])
    assert table.sum(axis=1).tolist() == totals
    grades = table.sum(axis=0)
    assert np.ptp(grades) <= 1 and all(np.ptp(row) <= 1 for row in table)


@given(st.lists(st.integers(0, 60), min_size=6, max_size=6), st.integers(0, 60))
def test_classes_go_where_they_would_be_largest(students, classes):
    numbers = np.array(students)
    filled = numbers > 0
    if not filled.sum() <= classes <= numbers.sum():
        with pytest.raises(UserError, match="classes must be"):
            classes_by_grade(GivenSchool(classes=classes), numbers, "甲小学")
        return
    dealt = classes_by_grade(GivenSchool(classes=classes), numbers, "甲小学")
    assert dealt.sum() == classes and np.array_equal(dealt > 0, filled)
    # No class could be spared for the largest: each grade would have one as large with a class fewer.
    for grade in np.flatnonzero(dealt > 1):
        assert numbers[grade] / (dealt[grade] - 1) >= (numbers[filled] / dealt[filled]).max() - 1e-12


@pytest.mark.parametrize(
    "classes", [(1, 1, 1, 1, 1, 0), (1, 1, 1, 1, 1, 5), (1, 1, 1, 1, 1, -1)], ids=["none", "too many", "negative"]
)
def test_a_class_without_students_and_students_without_a_class_are_refused(classes):
    place = one_zone({("甲", PRIMARY): GivenSchool(students_by_grade=(4,) * 6, classes_by_grade=classes)})
    with pytest.raises(UserError, match=r"甲.*classes for the 4 students of its grade 6"):
        scenario(place).at_rest(0)


def one_zone(tables, **margins):
    """A district of one zone of primary schools 甲, 乙, 丙."""
    zone = ZoneSpec("一", PRIMARY, 0, "甲", ("甲", "乙", "丙"))
    return replace(shipped().district, zones=(zone,), students=600.0, given=tables, **margins)


def test_more_of_a_sort_than_teachers_and_more_students_than_the_district_are_refused():
    with pytest.raises(UserError, match=r"乙: backbone is 9, more than teachers, which is 5"):
        scenario(one_zone({("乙", PRIMARY): GivenSchool(students=60, teachers=5, backbone=9)})).at_rest(0)
    with pytest.raises(UserError, match=r"have 600 of them, so that too few are left for the 2"):
        scenario(one_zone({("乙", PRIMARY): GivenSchool(students=600)})).at_rest(0)
    with pytest.raises(UserError, match=r"乙 states its classes; it must state its students too"):
        scenario(one_zone({("乙", PRIMARY): GivenSchool(classes=6)})).at_rest(0)


def test_posts_that_are_not_stated_go_by_classes_where_students_are():
    tables = {
        ("甲", PRIMARY): GivenSchool(students_by_grade=(20,) * 6, classes_by_grade=(1,) * 6),
        ("乙", PRIMARY): GivenSchool(students_by_grade=(80,) * 6, classes_by_grade=(2,) * 6),
        ("丙", PRIMARY): GivenSchool(students=540, teachers=33),  # two classes a grade under the cap of 45
    }
    place = one_zone(tables, norm_primary=20.0)
    assert scenario(place).at_rest(0).schools.posts.tolist() == [10, 20, 33]
    place = replace(place, given=tables | {("丙", PRIMARY): GivenSchool(students=540)})
    assert scenario(place).at_rest(0).schools.posts.tolist() == [11, 23, 23]  # of 1,140 students


def test_a_new_school_and_one_that_closes_keep_to_their_grades_and_go_on():
    tables = {
        ("甲", PRIMARY): GivenSchool(students_by_grade=(30, 30, 0, 0, 0, 0)),
        ("乙", PRIMARY): GivenSchool(students_by_grade=(0, 0, 0, 20, 20, 20)),
        ("丙", PRIMARY): GivenSchool(students_by_grade=(60,) * 6, classes_by_grade=(2,) * 6),
    }
    place = one_zone(tables, seat_slack=0.0, birth_trend=0.0)
    model = scenario(place).start(scenario(place).at_rest(1), "counterfactual")
    assert differences(model, tables) == []
    model.step()
    count = by_grade(model.students, 3)
    assert count[0, 1:7].tolist() == [30, 30, 30, 0, 0, 0] and count[1, 1:7].tolist() == [0, 0, 0, 0, 20, 20]
    assert count[2].sum() == 360


def test_a_district_without_junior_schools_loses_its_sixth_grade_and_has_no_junior_rows():
    place = one_zone({})
    model = scenario(place).start(scenario(place).at_rest(1), "policy")
    assert set(model.students.grade.tolist()) == set(range(1, 7))
    sixth = int((model.students.grade == 6).sum())
    model.step()
    assert model.flows["left"] == sixth and model.students.grade.max() == 6
    found = sim.run(scenario(place), replicates=2, seed=1)
    assert set(found.indicators["level"]) == {"primary"}


@given(st.integers(0, 2**32), st.floats(0.05, 0.8))
@settings(deadline=None, derandomize=True)
def test_schools_that_state_nothing_bring_mean_and_spread_to_the_margins_where_they_can(seed, cv):
    draw = np.random.default_rng(seed)
    count = 12
    students = draw.integers(100, 900, count)
    stated = np.where(np.arange(count) < 4, 5.0 * students * draw.uniform(0.8, 1.2, count), np.nan)
    found = amounts(students, 5.0, cv, draw.normal(size=count), stated)
    assert np.array_equal(found[:4], stated[:4]) and (found > 0).all()
    assert found.sum() == pytest.approx(5.0 * students.sum())
    least = weighted_cv(amounts(students, 5.0, 0.0, draw.normal(size=count), stated), students)
    assert weighted_cv(found, students) == pytest.approx(max(cv, least), abs=1e-9)

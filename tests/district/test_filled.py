"""What was filled in, and what was given, is said of each district."""

from dataclasses import replace

import numpy as np

import sim
from sim.agents.school import JUNIOR, PRIMARY
from sim.district.filled import as_given, filled, given_in_words
from sim.district.given_tables import GivenPeople, GivenSchool
from sim.district.listed_places import ZoneSpec


def place(**given):
    zones = (ZoneSpec("一", PRIMARY, 0, "甲", ("甲", "乙", "丙")),)
    return replace(sim.load("wuhan_edz").district, zones=zones, students=450.0, **given)


def teachers(checksum="abc"):
    columns = {"age": np.array([30, 40]), "subject": np.array([0, 1])}
    known = {"age": np.array([True, False])}
    return GivenPeople(school=("甲", "甲"), level=np.zeros(2, int), columns=columns, known=known, checksum=checksum)


def test_a_district_without_tables_says_what_it_always_did():
    assert len(filled(place())) == 5 and "school_size_log_sd" in filled(place())[0]
    assert as_given(place()) == {} and "given" not in sim.load("wuhan_edz").resolved["district"]


def test_what_is_silent_is_said_with_the_margin_that_fills_it():
    lines = filled(place(given={("甲", PRIMARY): GivenSchool(students=60, backbone=2, teachers=4)}))
    assert "numbers of students of 2 of 3 schools, from school_size_log_sd, floor and ceiling" in lines
    assert "district backbone teachers of 2 of 3 schools, from backbone_* and backbone_cv_*" in lines
    assert "equipment of all 3 schools, from equipment_* and equipment_cv_*" in lines
    everything = {
        ("甲", PRIMARY): GivenSchool(students_by_grade=(9,) * 6, teachers=4),
        ("乙", PRIMARY): GivenSchool(students_by_grade=(9,) * 6, teachers=4),
        ("丙", PRIMARY): GivenSchool(students_by_grade=(9,) * 6, teachers=4),
    }
    silent = [line.split(" of ")[0] for line in filled(place(given=everything))]
    assert "numbers of teachers" not in silent and "numbers of students" not in silent and "masters" not in silent


def test_what_the_tables_give_is_said_by_how_many_schools():
    assert given_in_words(place()) == []
    given = {("甲", PRIMARY): GivenSchool(students_by_grade=(10,) * 6), ("丙", PRIMARY): GivenSchool(students=9)}
    assert given_in_words(place(given=given, own_teachers=teachers())) == [
        "of 2 of 3 schools: numbers of students",
        "of 1 of 3 schools: students by grade, numbers of teachers, PE and arts teachers",
        "one by one: 2 teachers of 1 of 3 schools",
    ]


def test_of_persons_it_is_said_what_is_not_known_of_how_many():
    lines = filled(place(own_teachers=teachers()))
    assert "teachers of 2 of 3 schools, one by one, from the staffing margins and a spin-up" in lines
    assert "age of 1 of 2 listed teachers, from the staffing margins and a spin-up" in lines
    assert not any(line.startswith("subject of") for line in lines)
    assert "degree of all 2 listed teachers, from the staffing margins and a spin-up" in lines


def test_tables_by_which_all_junior_schools_would_fill_or_empty_are_told_of():
    def notes(seventh):
        given = {("甲", PRIMARY): GivenSchool(students_by_grade=(100,) * 6)}
        given |= {("丁", JUNIOR): GivenSchool(students_by_grade=(seventh,) * 3)} if seventh else {}
        return replace(sim.load("wuhan_edz"), district=place(given=given)).notes

    told = "the tables have 100 students in grade 6 and 50 in grade 7: from 2021 on all who finish primary school"
    assert any(note.startswith(told) for note in notes(50))
    assert not any("grade 7" in note for n in (None, 90, 120) for note in notes(n))


def test_a_run_s_record_holds_schools_in_full_and_of_persons_only_how_many_and_the_checksum():
    scenario = sim.load("wuhan_edz")
    given = {("甲", PRIMARY): GivenSchool(students_by_grade=(9,) * 6, teachers=4)}
    found = replace(scenario, district=place(given=given, own_teachers=teachers())).resolved["district"]["given"]
    assert found["schools"] == [{"school": "甲", "level": "primary", "students_by_grade": [9] * 6, "teachers": 4}]
    assert found["teachers"] == {"count": 2, "checksum": "abc"}
    other = replace(scenario, district=place(given=given, own_teachers=teachers("xyz"))).resolved["district"]["given"]
    assert other != found

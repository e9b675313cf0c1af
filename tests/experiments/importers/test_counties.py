"""Counties of Taiwan, imported and run: the baseline is the table's, and after two years all still goes together."""

import re
from math import sqrt

import numpy as np
import pytest

import sim
from experiments.cli import main
from sim.indicators.catalogue import INDICATORS
from sim.indicators.record import rows
from taiwan_counties import MIXED, SAMPLE, UNSTAFFED, WHOLE, by_hand, counties, imported, needs_whole, rows_of


def at_baseline(folder):
    """The model in its baseline year, and the row of each school by its code."""
    model = sim.load(str(folder), policy="none").model(seed=1)
    code = {row["school"]: row["id"] for row in rows_of(folder, "schools")}
    return model, {code[name]: row for row, name in enumerate(model.schools.name)}


def of_model(model, row_of):
    """Students by grade, classes by grade and teachers of each school, by code, counted in the model."""
    students, classes, teachers = model.students, model.classes, model.teachers
    return {
        code: (
            np.bincount(students.grade[students.school == row], minlength=7)[1:].tolist(),
            np.bincount(classes.grade[classes.school == row], minlength=7)[1:].tolist(),
            np.count_nonzero(teachers.school == row),
        )
        for code, row in row_of.items()
    }


def cv_by_hand(schools):
    """Student-weighted coefficient of variation of teachers per student of [(students, teachers)]."""
    students, teachers = (sum(column) for column in zip(*schools, strict=True))
    mean = teachers / students
    return sqrt(sum(p / students * (t / p - mean) ** 2 for p, t in schools)) / mean


def check(county, folder, table):
    model, row_of = at_baseline(imported(county, folder, table))
    truth = by_hand(table, county)
    expected = {code: (students, MIXED.get(code, classes), posts) for code, (students, classes, posts) in truth.items()}
    found = of_model(model, row_of)
    if UNSTAFFED in found:
        assert found[UNSTAFFED][2] > 0
        expected[UNSTAFFED] = (*expected[UNSTAFFED][:2], found[UNSTAFFED][2])
    assert found == expected
    public = [(sum(truth[code][0]), truth[code][2]) for code, row in row_of.items() if not model.schools.private[row]]
    keys, values = rows(model)
    assert keys[0][:2] == ("primary", "district") and {key[0] for key in keys} == {"primary"}
    district = dict(zip(INDICATORS, values[0], strict=True))
    assert [district["students"], district["teachers"]] == [sum(column) for column in zip(*public, strict=True)]
    assert district["cv_teachers"] == pytest.approx(cv_by_hand(public), rel=1e-12)
    for _ in range(2):
        model.step()
    assert np.isin(model.students.school, list(row_of.values())).all()
    later = of_model(model, row_of)
    assert all(
        (np.array(students) > 0).tolist() == (np.array(classes) > 0).tolist() for students, classes, _ in later.values()
    )
    assert sum(sum(students) for students, _, _ in later.values()) == len(model.students)


@pytest.mark.parametrize("county", ["金門縣", "嘉義市", "澎湖縣", "基隆市"])
def test_a_county_starts_as_its_table_says_and_runs_two_years(county, tmp_path):
    check(county, tmp_path / "place", SAMPLE)


@pytest.mark.slow
@needs_whole
def test_so_does_every_county_of_ten_schools_or_more(tmp_path):
    large = [county for county in counties(WHOLE) if len(by_hand(WHOLE, county)) >= 10]
    assert len(large) == 21
    for county in large:
        check(county, tmp_path / county, WHOLE)


def test_check_finds_nothing_wrong_and_the_same_figures(tmp_path, capsys):
    folder = imported("金門縣", tmp_path / "place")
    capsys.readouterr()
    assert main(["check", str(folder)]) == 0
    said = capsys.readouterr().out
    public = [(sum(students), teachers) for students, _, teachers in by_hand(SAMPLE, "金門縣").values()]
    assert re.search(rf"^CV teachers +{cv_by_hand(public):.3f} ", said, re.MULTILINE)
    assert re.search(rf"^teachers +{sum(teachers for _, teachers in public)} ", said, re.MULTILINE)


def test_other_zones_are_made_of_the_same_schools(tmp_path):
    folder = imported("基隆市", tmp_path / "place")
    few = sim.load(str(folder), overrides=["district.zones=5"]).district
    auto = sim.load(str(folder), overrides=["district.zones=auto"]).district
    written = sim.load(str(folder)).district
    assert sorted(len(zone.schools) for zone in few.zones) == [7, 8, 8, 8, 8]
    assert {frozenset(zone.schools) for zone in auto.zones} == {frozenset(zone.schools) for zone in written.zones}

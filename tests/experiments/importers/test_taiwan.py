"""Counties of Taiwan as district folders: what the table says arrives unchanged, and what is changed is told."""

from dataclasses import replace

import pytest
import yaml

from experiments.cli import main
from experiments.importers import taiwan
from experiments.importers.taiwan import School, as_the_model_can, class_cap, read_county, tables_of, zones_of
from sim.userinput import UserError
from taiwan_counties import MIXED, SAMPLE, WHOLE, by_hand, counties, imported, needs_whole, rows_of


def written(folder):
    """The same from the folder."""
    return {
        row["id"]: (
            [int(row[f"grade_{g}"]) for g in range(1, 7)],
            [int(row[f"classes_{g}"]) for g in range(1, 7)],
            int(row["teachers"] or 0),
        )
        for row in rows_of(folder, "schools")
    }


@pytest.mark.parametrize("county", ["金門縣", "嘉義市", "澎湖縣", "基隆市", "連江縣"])
def test_enrolment_classes_and_teachers_arrive_unchanged(county, tmp_path):
    assert written(imported(county, tmp_path / "place")) == by_hand(SAMPLE, county)


@needs_whole
def test_so_they_do_for_every_county_but_where_a_class_has_two_grades_or_none(tmp_path):
    changed = {}
    for county in counties(WHOLE):
        folder, table = written(imported(county, tmp_path / county, WHOLE)), by_hand(WHOLE, county)
        assert folder.keys() == table.keys()
        assert all(folder[code][::2] == table[code][::2] for code in folder)
        changed |= {code: folder[code][1] for code in folder if folder[code][1] != table[code][1]}
    assert changed == MIXED


def test_totals_are_those_of_the_grades(tmp_path):
    for row in rows_of(imported("澎湖縣", tmp_path / "place"), "schools"):
        assert int(row["students"]) == sum(int(row[f"grade_{g}"]) for g in range(1, 7))
        assert int(row["classes"]) == sum(int(row[f"classes_{g}"]) for g in range(1, 7))


def test_public_schools_are_in_zones_of_about_three_and_private_ones_in_none(tmp_path):
    folder = imported("基隆市", tmp_path / "place")
    zone_of = {row["school"]: row["zone"] for row in rows_of(folder, "schools")}
    private = {row["school"] for row in rows_of(folder, "schools") if row["private"] == "yes"}
    assert private == {"私立二信高中附設國小", "輔大聖心高中附設國小"}
    assert {school for school, zone in zone_of.items() if not zone} == private
    zones = {row["zone"] for row in rows_of(folder, "zones")}
    sizes = [list(zone_of.values()).count(zone) for zone in zones]
    assert set(sizes) <= {3, 4} and zones == set(zone_of.values()) - {""}
    leads = [row["zone"] for row in rows_of(folder, "schools") if row["lead"] == "yes"]
    assert sorted(leads) == sorted(zones)


def test_the_district_file_says_where_its_numbers_are_from_and_what_was_assumed(tmp_path):
    text = (imported("澎湖縣", tmp_path / "place") / "district.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    assert said["baseline_year"] == 2024 and said["like"] == "generic_county"
    assert all("taiwan_sample.csv: " in margin["source"] for margin in said["margins"].values())
    assert "縣立虎井國小: left out, it has no students" in text
    assert "github.com/g0v/small_school_renaissance" in text and "urban: every school that" in text


def school(name="甲", students=(5,) * 6, classes=(1,) * 6, code="014601", at=(121.0, 25.0)):
    return School(113, code, name, students, classes, 9, False, *at)


def test_what_the_model_cannot_take_is_changed_and_told():
    odd = school(students=(2, 2, 0, 5, 5, 2), classes=(1, 0, 1, 1, 1, 0))
    unstaffed = replace(school("丁"), teachers=0)
    kept, notes = as_the_model_can([odd, school("乙"), school("丙", (0,) * 6), unstaffed])
    assert [one.classes for one in kept] == [(1, 1, 0, 1, 1, 1), (1,) * 6, (1,) * 6]
    assert notes[1:] == [
        "丙: left out, it has no students",
        "丁: teachers left open, the table has none for 30 students",
    ]
    assert [row["teachers"] for row in tables_of(kept, zones_of(kept))["schools"]] == [9, 9, None]
    assert notes[0].startswith("甲: classes by grade 1 1 0 1 1 1 in place of 1 0 1 1 1 0: ")


def test_a_degree_of_longitude_is_shorter_than_one_of_latitude():
    """At 60 degrees north half as long: six schools lie across 1.5 degrees, and rows 1 degree apart are further."""
    at = [(10.0 + east, north) for north in (60.5, 59.5) for east in (0, 0.7, 1.5)]
    zones = zones_of([school(f"校{i}", at=place) for i, place in enumerate(at)])
    assert [zone.schools for zone in zones] == [("校0", "校1", "校2"), ("校3", "校4", "校5")]


def test_the_class_cap_is_the_one_that_gives_as_many_classes_as_there_are(tmp_path):
    assert class_cap([30, 31, 60, 9], 5) == 59  # 60 must be two classes, 31 one or 60 three
    assert class_cap([30, 31, 60, 9], 6) == 30
    folder = imported("基隆市", tmp_path / "place")
    cap = yaml.safe_load((folder / "district.yaml").read_text("utf-8"))["margins"]["class_cap_primary"]["value"]
    public = [row for row in rows_of(folder, "schools") if row["private"] == "no"]
    classes = sum(int(row["classes_1"]) for row in public)
    assert abs(sum(-(-int(row["grade_1"]) // cap) for row in public) - classes) <= 2


def test_zone_and_lead_of_a_school_are_those_of_the_zones():
    schools = [school(f"校{i}", (10 * i + 10,) * 6, at=(120 + i / 10, 24.0)) for i in range(6)]
    zones = zones_of(schools)
    rows = tables_of(schools, zones)["schools"]
    assert [row["zone"] for row in rows] == ["第1小学学区"] * 3 + ["第2小学学区"] * 3
    assert [row["school"] for row in rows if row["lead"]] == ["校2", "校5"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace("男專任教師", "老師"), "columns are missing: 男專任教師; is it 113-107.csv"),
        (lambda text: text.replace(",118.", ",東118."), r", row \d+: 經度 must be in degrees, got '東118"),
        (lambda text: text.replace("113,金門縣", ",金門縣"), r", row \d+: 學年度 must be a whole number, got ''"),
    ],
)
def test_a_table_that_is_not_the_one_is_refused_with_what_is_wrong(spoil, message, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(spoil(SAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read_county(table, "金門縣")


def test_mistakes_end_with_one_line_and_status_2_and_leave_nothing(tmp_path, capsys):
    there = tmp_path / "there"
    there.mkdir()
    (there / "kept").touch()
    big5 = tmp_path / "big5.csv"
    big5.write_bytes(SAMPLE.read_text(encoding="utf-8").encode("big5", "replace"))
    for words, message in (
        ([], "needs a table, a county and a new folder: python -m experiments.importers.taiwan"),
        ([tmp_path / "no.csv", "金門縣", "x"], "no.csv cannot be read: No such file or directory"),
        ([SAMPLE, "金门县", tmp_path / "x"], "金门县: no such county; known: 嘉義市, 基隆市, 澎湖縣, 連江縣, 金門縣"),
        ([SAMPLE, "金門縣", there], "is there already; name a new folder, or delete it first"),
        ([SAMPLE, "金門縣", tmp_path / "no" / "x"], "there is no folder"),
        ([big5, "金門縣", tmp_path / "x"], "is not a CSV file in UTF-8"),
    ):
        assert main([str(word) for word in words], act=taiwan.run) == 2
        told = capsys.readouterr()
        assert message in told.err and told.err.count("\n") == 1 and not told.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["big5.csv", "there"]


def test_help_is_given_without_a_table(capsys):
    assert main(["--help"], act=taiwan.run) == 0
    assert "TABLE.csv COUNTY DIR" in capsys.readouterr().out

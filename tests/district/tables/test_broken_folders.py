"""Every way in which a folder may be broken is answered with what, where, what is allowed and how to mend it.

`broken_folders.txt` holds the answer to each case; this file, run with `python`, writes it anew,
to be read before it is kept.
"""

import csv
import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from own_folder import SCHOOLS, YAML, ZONES, column, swap, write
from sim.district.reading import load_district
from sim.district.tables.problems import FolderError
from sim.userinput import UserError

TEACHERS = "school,subject,age,experience\n甲小学,语文,40,15\n"
STUDENTS = "school,grade,class\n甲小学,1,1班\n"


def workbook(rows, title="Sheet1", more=(), merged=None):
    """An .xlsx file with these rows."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    if merged:
        book.active.merge_cells(merged)
    for name in more:
        book.create_sheet(name)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def of_schools(text=SCHOOLS):
    """The table of schools as rows of cells."""

    return [
        [int(c) if c.isdigit() else c for c in row] for row in csv.reader(text.replace('"1,200"', "1200").splitlines())
    ]


def edited(change):
    rows = of_schools()
    change(rows)
    return workbook(rows)


def parquet(**columns):
    content = BytesIO()
    pd.DataFrame(columns).to_parquet(content)
    return content.getvalue()


CASES = {
    "no yaml": {"district.yaml": None},
    "no schools": {"schools": None},
    "no zones": {"zones": None},
    "school.csv": {"schools": None, "school": SCHOOLS},
    "学校.csv": {"schools": None, "学校": SCHOOLS},
    "schools.xls": {"schools": None, "schools.xls": b"x"},
    "two formats": {"schools.xlsx": workbook(of_schools())},
    "empty file": {"schools": ""},
    "only a header": {"schools": SCHOOLS.splitlines()[0]},
    "utf-16": {"schools": SCHOOLS.encode("utf-16")},
    "no text": {"schools": b"\xff\x00\xfe\x81"},
    "binary text": {"schools": b"school,zone\x00level"},
    "open quote": {"schools": swap("乙小学,东区", '"乙小学,东区')},
    "wrong header": {"schools": swap("students", "studnets")},
    "other header": {"schools": swap("students", "人口")},
    "optional header misspelt": {"schools": column("teachrs", 70)},
    "title above header": {"schools": f"样区学校一览表,,,,\n{SCHOOLS}"},
    "column twice": {"schools": column("学生数", 5)},
    "column without a name": {"schools": column("", 5)},
    "unit not known": {"schools": column("教学仪器设备值（美元）", 5)},
    "thousands without quotes": {"schools": swap('"1,200"', "1,200")},
    "duplicate school": {"schools": swap("乙小学", "甲小学")},
    "duplicate code": {"schools": column("id", "011", "012", "011", "014", "015")},
    "unknown zone": {"schools": swap("丙小学,西区", "丙小学,西去")},
    "zone without schools": {"zones": ZONES + "南区\n"},
    "zone twice": {"zones": ZONES + "东区\n"},
    "zone named as the district": {"zones": swap("东区", "place", ZONES), "schools": swap("东区", "place")},
    "level not known": {"schools": swap("丁中学,东区,junior", "丁中学,东区,高中")},
    "level empty": {"schools": swap("丁中学,东区,junior", "丁中学,东区,")},
    "mixed levels": {"zones": "zone,level\n东区,primary\n西区,\n"},
    "nine years in a zone of one level": {
        "zones": "zone,level\n东区,primary\n西区,\n",
        "schools": SCHOOLS.replace("丁中学,东区,junior,700,yes", "丁学校,东区,nine_year,700,no"),
    },
    "negative": {"schools": swap("600", "-600")},
    "text": {"schools": swap("600", "六百")},
    "about": {"schools": swap("600", "约600")},
    "NaN": {"schools": swap("600", "NaN")},
    "half a student": {"schools": swap("600", "600.5")},
    "1e9 students": {"schools": swap("600", "1e9")},
    "none": {"schools": swap("600", "0")},
    "unknown students": {"schools": swap("600", "")},
    "date": {"schools": swap("600", "2020/6/1")},
    "month": {"schools": swap("600", "6月1日")},
    "percent of a count": {"schools": column("above_degree", "85%")},
    "error of the spreadsheet": {"schools": swap("600", "#REF!")},
    "yes or no": {"schools": swap("600,no", "600,maybe")},
    "two leads": {"schools": swap("600,no", "600,yes")},
    "a lead that is not a member": {"zones": "zone,lead_school\n东区,丙小学\n西区,\n"},
    "a lead in no zone": {"schools": swap("丙小学,西区", "丙小学,")},
    "a private school in a zone": {"schools": column("private", "是")},
    "grades that do not add up": {
        "schools": column(",".join(f"grade_{g}" for g in range(1, 7)), "200,200,200,200,200,100")
    },
    "grade of another level": {"schools": column("grade_7", 100)},
    "grade left out": {"schools": column("grade_1,grade_2", "600,600")},
    "more masters than teachers": {"schools": column("teachers,masters", "60,80")},
    "more classes than students": {"schools": column("classes", "", 700)},
    "half a place": {"schools": column("longitude,latitude", "114.2,")},
    "places exchanged": {"schools": column("longitude,latitude", "30.5,114.2")},
    "far away": {"schools": column("longitude,latitude", *["114.2,30.5"] * 4, "11.42,30.5")},
    "too few students": {"schools": swap('"1,200"', "12").replace("600", "6").replace("700", "7").replace("300", "3")},
    "no primary school": {"schools": SCHOOLS.replace("primary", "junior").replace("yes", "no")},
    "teacher of an unknown school": {"teachers": swap("甲小学", "甲小", TEACHERS)},
    "fewer teachers listed": {"schools": column("teachers", 48), "teachers": TEACHERS},
    "teacher listed twice": {"teachers": "school,id\n甲小学,007\n甲小学,007\n"},
    "experience beyond age": {"teachers": swap("40,15", "30,35", TEACHERS)},
    "subject not known": {"teachers": swap("语文", "围棋", TEACHERS)},
    "teacher of a nine-year school": {
        "schools": swap("乙小学,东区,primary", "乙学校,东区,nine_year"),
        "teachers": swap("甲小学", "乙学校", TEACHERS),
    },
    "fewer students listed": {"students": STUDENTS},
    "student in a grade of another level": {"students": swap("甲小学,1", "甲小学,8", STUDENTS)},
    "grade not known": {"students": swap("甲小学,1", "甲小学,高一", STUDENTS)},
    "formula": {"schools": None, "schools.xlsx": edited(lambda rows: rows[2].__setitem__(3, "=B2*2"))},
    "date in a workbook": {
        "schools": None,
        "schools.xlsx": edited(lambda rows: rows[2].__setitem__(3, pd.Timestamp("2020-06-01").to_pydatetime())),
    },
    "sheet not found": {"schools": None, "schools.xlsx": workbook(of_schools(), "一", ["二"])},
    "cells merged over rows": {"schools": None, "schools.xlsx": workbook(of_schools(), merged="B2:B3")},
    "names in two rows": {
        "schools": None,
        "schools.xlsx": workbook(
            [row + cells for row, cells in zip(of_schools(), [[], [1], [], [], [], []], strict=True)]
        ),
    },
    "total below the schools": {"schools": SCHOOLS + "合 计,,primary,3200,\n"},
    "no workbook": {"schools": None, "schools.xlsx": b"PK\x03\x04 nothing"},
    "no Parquet": {"schools": None, "schools.parquet": b"PAR1 nothing"},
    "missing in Parquet": {
        "schools": None,
        "schools.parquet": parquet(school=["甲", "乙"], zone=["东区", "西区"], level=["primary", "primary"]),
    },
    "yaml that is none": {"district.yaml": "title: [样区"},
    "yaml with a code tag": {"district.yaml": "title: !!python/object/apply:os.system ['true']\n"},
    "yaml with _target_": {"district.yaml": "margins:\n  _target_: os.system\n"},
    "yaml with references": {"district.yaml": "title: &a 样区\nname: *a\n"},
    "yaml without end": {"district.yaml": "title: " + "[" * 30 + "]" * 30},
    "unknown entry": {"district.yaml": YAML + "baselin_year: 2020\n"},
    "margin in the wrong place": {"district.yaml": YAML + "migrant_share: 0.1\n"},
    "margin misspelt": {"district.yaml": YAML + "margins: {migrant_shar: 0.1}\n"},
    "margin out of bounds": {"district.yaml": YAML + "margins: {migrant_share: 11}\n"},
    "margin that the schools give": {"district.yaml": YAML + "margins: {students: 3000}\n"},
    "like nobody": {"district.yaml": YAML + "like: wuhan\n"},
    "like itself": {"district.yaml": YAML + "like: place\n"},
    "like a path outside": {"district.yaml": YAML + "like: ../../etc\n"},
    "targets of nobody": {"district.yaml": YAML + "targets: ../secret\n"},
    "zones of a word": {"district.yaml": YAML + "zones: many\n"},
    "title that is no text for a terminal": {"district.yaml": 'title: "\\e[2J样区"\n'},
    "name that is no text for a terminal": {"schools": swap("乙小学", "乙\x1b[2J小学")},
    "header that is no text for a terminal": {"schools": column("学\x1b生数", 5)},
    "year of a word": {"district.yaml": YAML + "baseline_year: last\n"},
    "hash_ids of a word": {"district.yaml": YAML + "hash_ids: perhaps\n"},
}

ANSWERS = Path(__file__).parent / "broken_folders.txt"


def answer(folder, files):
    """What reading the folder `place` says."""
    write(folder / "place", **files)
    before = os.getcwd()
    os.chdir(folder)
    try:
        load_district("place")
    except FolderError as error:
        return [str(problem) for problem in error.problems]
    except UserError as error:
        return [str(error)]
    finally:
        os.chdir(before)
    return ["nothing"]


def expected():
    parts = ANSWERS.read_text(encoding="utf-8").split("## ")[1:]
    return {part.split("\n")[0]: part.strip().split("\n")[1:] for part in parts}


def test_every_answer_is_to_a_case():
    assert list(expected()) == list(CASES) and len(CASES) > 80


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_told_with_its_place_and_how_to_mend_it(tmp_path, case):
    assert answer(tmp_path, CASES[case]) == expected()[case]


def test_all_that_is_wrong_is_told_at_once_and_of_many_alike_the_first_three(tmp_path):
    many = "".join(f"庚{i}小学,北区,primary,abc,\n" for i in range(50))
    folder = write(
        tmp_path / "place", schools=SCHOOLS + many, zones=ZONES + "东区\n", **{"district.yaml": "baseline_year: 1\n"}
    )
    with pytest.raises(FolderError) as refused:
        load_district(str(folder))
    lines = str(refused.value).split("\n  ")
    assert lines[0] == f"{folder}: 102 problems in the district's files"
    assert [line.split(",")[0].split(":")[0] for line in lines[1:]] == [
        "district.yaml",
        *["schools.csv"] * 4,
        "zones.csv",
        *["schools.csv"] * 4,
    ]
    assert lines[5] == "schools.csv, column students: 47 more rows with this problem"


@pytest.mark.parametrize(("file", "content"), [("schools.csv", SCHOOLS), ("district.yaml", YAML)])
def test_a_link_out_of_the_folder_is_not_followed(tmp_path, file, content):
    (tmp_path / "secret").write_text(content, encoding="utf-8")
    folder = write(tmp_path / "place")
    (folder / file).unlink()
    (folder / file).symlink_to(tmp_path / "secret")
    with pytest.raises(FolderError, match=rf"{file}: the file is a link to a place outside the folder; copy the file"):
        load_district(str(folder))


def test_a_yaml_that_is_no_few_lines_is_not_parsed(tmp_path):
    folder = write(tmp_path / "place", **{"district.yaml": "#" * 1_000_001})
    with pytest.raises(FolderError, match=r"district.yaml: .*is larger than 1,000,000 bytes; it is for a few lines"):
        load_district(str(folder))


def test_a_folder_in_place_of_a_file_is_told(tmp_path):
    folder = write(tmp_path / "place", schools=None)
    (folder / "schools.csv").mkdir()
    with pytest.raises(
        FolderError, match=r"schools.csv: this is not a file; put the table there, or remove schools.csv"
    ):
        load_district(str(folder))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    folder = write(tmp_path / "place")
    (folder / "schools.csv").chmod(0)
    with pytest.raises(
        FolderError, match=r"schools.csv: the file cannot be read: Permission denied; see to its permiss"
    ):
        load_district(str(folder))


def test_nothing_of_a_person_but_the_value_that_is_wrong_is_told(tmp_path):
    students = "school,id,grade,class,ses\n甲小学,420106201301011234,1,1班,不好\n"
    with pytest.raises(FolderError) as refused:
        load_district(str(write(tmp_path / "place", students=students)))
    assert "students.csv, row 2, column ses: got '不好'" in str(refused.value)
    assert "4201062013" not in str(refused.value) and "1班" not in str(refused.value)


def test_hashed_numbers_are_not_told_either(tmp_path):
    teachers = "school,id\n甲小学,420106198001011234\n甲小学,420106198001011234\n"
    folder = write(tmp_path / "place", teachers=teachers, **{"district.yaml": "hash_ids: true\n"})
    with pytest.raises(FolderError, match=r"teachers.csv, row 3, column id: got '[0-9a-f]{12}', row 2 has it too"):
        load_district(str(folder))


if __name__ == "__main__":
    told = [(case, answer(Path(tempfile.mkdtemp()), files)) for case, files in CASES.items()]
    ANSWERS.write_text("".join(f"## {case}\n{chr(10).join(lines)}\n\n" for case, lines in told), encoding="utf-8")
    sys.exit(0)

"""What people write in cells is read as they mean it."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.district.tables.cells import CellError, value_of
from sim.district.tables.of_people import STUDENTS, TEACHERS
from sim.district.tables.of_places import SCHOOLS, ZONES

COLUMNS = {**SCHOOLS.columns, **{name: TEACHERS.columns[name] for name in ("subject", "female", "degree", "title")}}


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("students", "1,234", 1234),
        ("students", "1，234", 1234),
        ("students", "１２３４", 1234),
        ("students", " 1234 ", 1234),
        ("students", "1 234", 1234),
        ("students", "1234.0", 1234),
        ("students", "1234人", 1234),
        ("students", "0.12万", 1200),
        ("students", 1234.0, 1234),
        ("students", "", None),
        ("students", "-", None),
        ("students", "—", None),
        ("students", "不详", None),
        ("students", None, None),
        ("equipment", "268.5万元", 2_685_000),
        ("equipment", "2,685,000元", 2_685_000),
        ("sports_area", "15亩", 10_000),
        ("sports_area", "9,150㎡", 9150),
        ("sports_area", "9150 m²", 9150),
        ("sports_area", "9150平方米", 9150),
        ("x_km", "800 m", 0.8),
        ("x_km", "-1.5", -1.5),
        ("school", 3.0, "3"),
        ("school", "  城东 小学 ", "城东 小学"),
        ("id", "011301", "011301"),
        ("zone", "-", None),
        ("level", "小学", "primary"),
        ("level", "Junior High", "junior"),
        ("level", "九年一贯制", "nine_year"),
        ("lead", "是", True),
        ("lead", "√", True),
        ("lead", "No", False),
        ("lead", 1, True),
        ("lead", 0.0, False),
        ("lead", True, True),
        ("private", "公办", False),
        ("urban", "镇区", True),
        ("urban", "乡村", False),
        ("female", "女", True),
        ("subject", "音乐", 3),
        ("degree", "大学本科", 2),
        ("title", "none", 0),
        ("title", "正高级", 3),
    ],
)
def test_what_a_cell_means(column, cell, value):
    found = value_of(cell, COLUMNS[column])
    assert type(found) is (float if isinstance(value, int) and COLUMNS[column].kind == "amount" else type(value))
    assert found == pytest.approx(value) if isinstance(value, float) else found == value


@pytest.mark.parametrize(("cell", "value"), [("5%", 0.05), ("0.05", 0.05), ("５％", 0.05), (0.05, 0.05)])
def test_a_share_may_be_in_per_cent(cell, value):
    assert value_of(cell, ZONES.columns["seat_slack"]) == pytest.approx(value)


def test_a_share_that_looks_like_per_cent_is_refused_with_the_way_to_write_it():
    with pytest.raises(CellError) as refused:
        value_of("5", ZONES.columns["seat_slack"])
    assert refused.value.mend == "write 5% for 5 per cent"


@pytest.mark.parametrize("cell", ["七年级", "7年级", "初一", "Grade 7", 7, "7"])
def test_a_grade_has_many_names(cell):
    assert value_of(cell, STUDENTS.columns["grade"]) == 7


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("12,34", "must be"),
        ("1.234,5", "must be"),
        ("1,5", "must be"),
        ("120元", "must be"),
        ("inf", "must be"),
        (float("nan"), "must be"),
        (10**400, "must be"),
        (True, "must be"),
        ("2020年9月", "which is a date"),
        ("2-Jan", "which is a date"),
        (datetime.date(2020, 9, 1), "which is a date"),
        ("#DIV/0!", "which is an error of the spreadsheet"),
        ("9" * 200, "which is longer than 80 characters"),
        ("1" + " " * 70 + "1", "must be"),
    ],
)
def test_what_is_no_number_of_students(cell, said):
    with pytest.raises(CellError) as refused:
        value_of(cell, COLUMNS["students"])
    assert refused.value.said.startswith(said)


@given(
    st.integers(1, 30_000), st.sampled_from([str, "{:,}".format, "{:.1f}".format, "{}人".format, "{:e}".format, float])
)
def test_a_count_is_read_whichever_way_it_is_written(count, write):
    written = write(count)
    rounded = count if not isinstance(written, str) or "e" not in written else round(float(written))
    assert value_of(written, COLUMNS["students"]) == rounded


@pytest.mark.parametrize("table", [ZONES, SCHOOLS, TEACHERS, STUDENTS], ids=lambda table: table.name)
def test_no_name_means_two_columns_and_no_word_two_values(table):
    from sim.district.tables.cells import plain

    names = [plain(name) for one, column in table.columns.items() for name in {plain(x) for x in (one, *column.also)}]
    assert len(names) == len(set(names))
    for column in table.columns.values():
        ways = [way for said in column.words.values() for way in {plain(x) for x in said}]
        assert len(ways) == len(set(ways))

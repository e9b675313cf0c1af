"""Whatever stands in a folder, reading it gives a district or the one declared error, and comes to an end."""

import shutil
import tempfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from own_folder import SCHOOLS, YAML, ZONES, write
from sim.district.reading import load_district
from sim.district.spec import DistrictSpec
from sim.district.tables.folder import TABLES
from sim.userinput import UserError

NAMES = [name for table in TABLES.values() for name in table.names]
VALUES = [
    *(
        "甲小学",
        "乙小学",
        "丁中学",
        "东区",
        "西区",
        "primary",
        "九年一贯制",
        "junior",
        "是",
        "no",
        "1",
        "7年级",
        "初一",
    ),
    *(
        "1,234",
        "１２３４",
        "85%",
        "-3",
        "1e9",
        "1e400",
        "NaN",
        "inf",
        "2020-01-01",
        "1月2日",
        "120万元",
        "3亩",
        "#REF!",
    ),
    *(
        "=1+1",
        "''",
        '"',
        "，",
        "\t",
        "语文",
        "本科",
        "高级",
        "区级",
        "\ufeff",
        "٣",
        "½",
        "²",
        "９" * 90,
        "x" * 300,
        "0",
    ),
]
CELLS = st.one_of(
    st.sampled_from(VALUES),
    st.text(max_size=8),
    st.integers(-10, 2000).map(str),
    st.floats().map(repr),
)
FILES = [f"{table}{ending}" for table in TABLES for ending in (".csv", ".xlsx", ".parquet")]


def tried(**files):
    """Read a folder with these files, and the rest of a good one."""
    place = Path(tempfile.mkdtemp())
    try:
        folder = write(place / "place", **files)
        try:
            assert isinstance(load_district(str(folder)), DistrictSpec)
        except UserError as error:
            assert str(error).strip()
    finally:
        shutil.rmtree(place)


def tables(names):
    """Text of a table: some of the columns, and rows that may be too short or too long."""
    header = st.lists(st.one_of(st.sampled_from(names), CELLS), min_size=1, max_size=8)
    rows = st.lists(st.lists(CELLS, max_size=9), max_size=6)
    return st.tuples(header, rows).map(lambda both: [both[0], *both[1]])


def as_csv(rows):
    return "\n".join(",".join(row) for row in rows).encode("utf-8", "replace")


def as_parquet(rows):
    frame = pd.DataFrame([row + [None] * 9 for row in rows[1:]])
    frame = frame.reindex(columns=range(len(rows[0])))
    frame.columns = [f"{name}{'' if rows[0].index(name) == i else i}" for i, name in enumerate(rows[0])]
    content = BytesIO()
    frame.to_parquet(content)
    return content.getvalue()


@settings(max_examples=150, deadline=5000)
@given(st.sampled_from([*FILES, "district.yaml"]), st.binary(max_size=400))
def test_any_bytes(file, content):
    tried(**{file.partition(".")[0]: None, file: content})


@settings(max_examples=100, deadline=5000)
@given(st.text(max_size=200))
def test_any_yaml(text):
    tried(**{"district.yaml": text.encode("utf-8", "replace")})


@settings(max_examples=150, deadline=5000)
@given(st.sampled_from(sorted(TABLES)), st.data())
def test_any_table(name, data):
    rows = data.draw(tables(list(TABLES[name].names)))
    tried(**{name: as_csv(rows)})


@settings(max_examples=150, deadline=5000)
@given(st.sampled_from(sorted(TABLES)), st.data())
def test_any_cells_below_the_right_names(name, data):
    columns = data.draw(st.lists(st.sampled_from(list(TABLES[name].columns)), unique=True, max_size=12))
    needed = [column for column, one in TABLES[name].columns.items() if one.needed]
    header = list(dict.fromkeys([*needed, *columns]))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=5))
    tried(**{name: as_csv([header, *rows])})


@settings(max_examples=40, deadline=5000)
@given(st.sampled_from(sorted(TABLES)), st.data())
def test_any_parquet_table(name, data):
    rows = data.draw(tables(list(TABLES[name].names)))
    tried(**{name: None, f"{name}.parquet": as_parquet(rows)})


@settings(max_examples=60, deadline=5000)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=4))
def test_a_workbook_with_some_bytes_changed(place, change):
    book = openpyxl.Workbook()
    for line in ("school,zone,level,students", "甲小学,东区,primary,900", "丁中学,西区,junior,500"):
        book.active.append(line.split(","))
    content = BytesIO()
    book.save(content)
    whole = content.getvalue()
    place %= len(whole)
    tried(schools=None, **{"schools.xlsx": whole[:place] + change + whole[place + len(change) :]})


@settings(max_examples=60, deadline=5000)
@given(st.integers(0, 600), st.text(max_size=3))
def test_a_good_folder_with_some_signs_changed(place, change):
    whole = SCHOOLS[: place % len(SCHOOLS)] + change + SCHOOLS[place % len(SCHOOLS) + len(change) :]
    tried(schools=whole.encode("utf-8", "replace"), zones=ZONES, **{"district.yaml": YAML})

"""Counties of Taiwan for tests: counted by hand from the table of primary schools, and imported.

`taiwan_sample.csv` holds five counties of the table that `experiments/importers/taiwan.py` names; its licence stands
beside it. Tests of every county look for the whole table where ZONESIM_TAIWAN_TABLE says, or in `../shared/data`, and
are skipped where it is not.
"""

import csv
import os
from pathlib import Path

import pytest

from experiments.cli import main
from experiments.importers import taiwan

SAMPLE = Path(__file__).parent / "experiments" / "importers" / "taiwan_sample.csv"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "taiwan_primary_2024.csv"
WHOLE = Path(os.environ.get("ZONESIM_TAIWAN_TABLE", SHARED))
needs_whole = pytest.mark.skipif(not WHOLE.is_file(), reason=f"the whole table is not at {WHOLE}")
MIXED = {
    "154656": [1, 1, 0, 1, 1, 1],  # three classes for the five grades that have students
    "044646": [1, 0, 1, 1, 1, 1],  # a class in the second grade, and nobody in it
}
"""Classes by grade of the two schools of the whole table whose classes are not of one grade each."""
UNSTAFFED = "191315"
"""The private school of the whole table that has 140 students and no full-time teacher."""


def by_hand(table, county):
    """Students by grade, classes by grade and teachers of the schools of a county that have students, by code."""
    schools = {}
    for row in _rows(table):
        students = [int(row[f"{g}年級男學生數"]) + int(row[f"{g}年級女學生數"]) for g in range(1, 7)]
        if row["縣市名稱"] == county and sum(students):
            classes = [int(row[f"{g}年級班級數"]) for g in range(1, 7)]
            schools[row["學校代碼"]] = students, classes, int(row["男專任教師"]) + int(row["女專任教師"])
    return schools


def counties(table):
    """Its counties."""
    return sorted({row["縣市名稱"] for row in _rows(table)})


def imported(county, folder, table=SAMPLE):
    """The folder, with the county in it."""
    assert main([str(table), county, str(folder)], act=taiwan.run) == 0
    return folder


def rows_of(folder, name):
    """Rows of one of its tables."""
    return _rows(folder / f"{name}.csv")


def _rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))

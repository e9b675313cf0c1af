"""The results of a sweep as they lie on disk, for whoever reads them: parts, each a file of every table.

`indicators/`, `costs/` and `runs/` of a sweep's folder hold a file of the same name for each part; the file in `runs/`
comes last, so that a part is there as a whole or not at all. Small parts are merged into larger ones, which
say what they stand for: until the small ones are deleted they do not count.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from sim.indicators.catalogue import INDICATORS

T = TypeVar("T")

SCHEMAS: dict[str, pa.Schema] = {
    "indicators": pa.schema(
        [
            ("run", pa.string()),
            ("year", pa.int64()),
            ("level", pa.string()),
            ("scope", pa.string()),
            ("unit", pa.string()),
            *((name, pa.float64()) for name in INDICATORS),
        ]
    ),
    "costs": pa.schema(
        [("run", pa.string()), ("year", pa.int64()), ("lever", pa.string()), ("yuan", pa.int64())]
    ),
    "runs": pa.schema(
        [
            ("run", pa.string()),
            ("status", pa.string()),  # ok or failed
            ("reason", pa.string()),  # of a failure, one line; null otherwise
            ("traceback", pa.string()),  # of a failure that has one
            ("seconds", pa.float64()),  # of computing it, with its share of the district at rest
            ("started", pa.timestamp("ms", tz="UTC")),
            ("worker", pa.string()),  # machine:process
            ("task", pa.int64()),  # place in the order of the plan
        ]
    ),
}
"""Tables of a part and their columns; the last is written last."""

OK, FAILED = "ok", "failed"
TRIES = 20
"""How often a table is opened anew while its parts are merged."""
REPLACES = b"replaces"
"""In the metadata of a merged part's file in `runs/`: names of the parts that it stands for."""


def part_file(folder: Path, table: str, part: str) -> Path:
    """Where a part has its rows of a table."""
    return folder / table / f"{part}.parquet"


def parts(folder: Path) -> list[str]:
    """Names of the parts that count, in the order of the plan."""
    return _while_it_grows(lambda: _parts(folder))


def read_runs(folder: Path) -> pd.DataFrame:
    """One row for each run that has been tried, in the order of the plan; of several trials the one that counts."""
    rows = counting(dataset(folder, "runs").to_table().to_pandas())
    return rows.sort_values(["task", "run"], ignore_index=True)


def counting(trials: pd.DataFrame) -> pd.DataFrame:
    """The rows of `run, status, started` and more that count: of a run's, one that is ok, else the latest."""
    order = trials.assign(failed=trials["status"] == FAILED)
    order = order.sort_values(["failed", "started"], ascending=[True, False], kind="stable")
    return order.drop_duplicates("run").drop(columns="failed")


def dataset(folder: Path, table: str) -> ds.Dataset:
    """A table of a sweep, opened and not yet read; rows in no certain order between runs."""

    def opened() -> ds.Dataset:
        files = [str(part_file(folder, table, part)) for part in _parts(folder)]
        if not files:
            return ds.dataset(SCHEMAS[table].empty_table())
        return ds.dataset(files, schema=pq.read_schema(files[0]).remove_metadata())

    return _while_it_grows(opened)


def read_table(folder: Path, table: str) -> pd.DataFrame:
    """A whole table, in the order of the plan, whatever the parts."""
    order = pa.array(read_runs(folder)["run"], pa.string())
    rows = dataset(folder, table).to_table()
    place = pc.index_in(rows["run"], value_set=order).to_numpy()
    frame: pd.DataFrame = rows.take(np.argsort(place, kind="stable")).to_pandas()
    return frame


def _parts(folder: Path) -> list[str]:
    files = sorted((folder / "runs").glob("[!.]*.parquet"))
    replaced: set[str] = set()
    for file in files:
        metadata = pq.read_metadata(file).metadata or {}
        replaced.update(json.loads(metadata.get(REPLACES, b"[]")))
    return [file.stem for file in files if file.stem not in replaced]


def _while_it_grows(read: Callable[[], T]) -> T:
    """What is read, once more if small parts were merged and deleted meanwhile."""
    for _ in range(TRIES):
        try:
            return read()
        except FileNotFoundError:
            continue
    return read()

"""The folder of a sweep, as the one command that writes to it sees it.

Workers write the files of a part under temporary names. The command that holds the folder renames them, the
file in `runs/` last: a worker that outlives its command can leave nothing that counts, and a part counts as a whole or
not at all. How parts are read stands in `sim.sweep_parts`.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from secrets import token_hex

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from experiments.store import TEMPORARY, locked, open_lock, told_disk
from sim import sweep_parts
from sim.sweep_parts import REPLACES, SCHEMAS, part_file
from sim.userinput import UserError

TABLES = tuple(SCHEMAS)
LARGE = 64 << 20
"""Bytes of a part that is not merged any further."""
SMALL, FACTOR = 64 << 10, 16
"""Parts up to SMALL bytes are alike in size, then those up to FACTOR times that, and so on; FACTOR alike are merged."""
GROUP_ROWS = 1 << 15
"""Rows that a merged file keeps together, at least."""


class SweepFolder:
    """One folder, for the parts of one sweep."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sizes: dict[str, int] = {}  # bytes of each part that counts, while the folder is claimed

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep other commands out of the folder, and clear away what a killed one left unfinished.

        Raises
        ------
        UserError
            Another command works in the folder, or it cannot be one.
        """
        lock = open_lock(self.path, "sweep")
        try:
            if not locked(lock):
                raise UserError(
                    f"another command works in {self.path}; wait for its end, or choose another folder with out=DIR"
                )
            with told_disk(self.path, kept=True):
                for table in TABLES:
                    (self.path / table).mkdir(exist_ok=True)
                self._clear()
            try:
                yield
            finally:
                for stale in self.path.glob(f"{TEMPORARY}*"):
                    with suppress(OSError):
                        stale.unlink()
        finally:
            os.close(lock)

    def runs(self) -> pd.DataFrame:
        """One row for each run that has been tried; see `SCHEMAS`."""
        return sweep_parts.read_runs(self.path)

    def dataset(self, table: str) -> ds.Dataset:
        """One of the tables, not yet read."""
        return sweep_parts.dataset(self.path, table)

    def unfinished(self, suffix: str) -> Path:
        """A temporary name of one's own."""
        return self.path / f"{TEMPORARY}{token_hex(8)}.{suffix}"

    def commit(self, first: int, last: int, written: Mapping[str, Path]) -> None:
        """Let a part count, of tasks `first` to `last`; its files are written, one for each table.

        Raises
        ------
        StoreError
            The disk is full or fails.
        """
        with told_disk(self.path, kept=True):
            self._rename(part_name(first, last), written)
            self._merge_alike()

    def compact(self) -> None:
        """Merge parts until they are few, no two neighbours small together; each run then has one row in `runs/`."""
        with told_disk(self.path, kept=True):
            stale = self._stale()
            together: list[str] = []
            for part in [*sorted(self._sizes), ""]:
                if together and (not part or self._bytes([*together, part]) > LARGE):
                    self._merge(together, stale)
                    together = []
                if part:
                    together.append(part)

    def _bytes(self, parts: Iterable[str]) -> int:
        return sum(self._sizes[part] for part in parts)

    def _merge_alike(self) -> None:
        alike: dict[int, list[str]] = {}
        for part, size in sorted(self._sizes.items()):
            if size < LARGE:
                alike.setdefault(_size_class(size), []).append(part)
        for together in alike.values():
            if len(together) >= FACTOR:
                self._merge(together, {})

    def _stale(self) -> dict[str, list[int]]:
        """By part, the rows of its file in `runs/` that do not count, for their run was tried again."""
        columns = ["run", "status", "started"]
        trials = [
            pq.read_table(part_file(self.path, TABLES[-1], part), columns=columns).to_pandas().assign(part=part)
            for part in self._sizes
        ]
        if not trials:
            return {}
        rows = pd.concat(trials).rename_axis("row").reset_index()
        stale = rows.drop(index=sweep_parts.counting(rows).index)
        return {str(part): own["row"].tolist() for part, own in stale.groupby("part")}

    def _merge(self, together: list[str], stale: Mapping[str, list[int]]) -> None:
        """One part in the place of several, in their order. Killed at any point, the folder reads the same.

        Parameters
        ----------
        stale : mapping
            By part, rows of its file in `runs/` that are left out.
        """
        if len(together) < 2 and not stale.keys() & together:
            return
        written = {table: self.unfinished(table) for table in TABLES}
        try:
            for table, target in written.items():
                note = {REPLACES: json.dumps(together).encode()} if table == TABLES[-1] else None
                files = {part_file(self.path, table, part): stale.get(part, []) if note else [] for part in together}
                _write_merged(files, SCHEMAS[table].with_metadata(note), target)
            ends = [part.split("-") for part in together]
            name = part_name(min(int(end[0]) for end in ends), max(int(end[1]) for end in ends))
            self._rename(name, written)
        finally:
            for file in written.values():
                file.unlink(missing_ok=True)
        for part in together:
            self._delete(part)
            del self._sizes[part]

    def _rename(self, part: str, written: Mapping[str, Path]) -> None:
        self._sizes[part] = sum(written[table].stat().st_size for table in TABLES)
        for table in TABLES:
            os.replace(written[table], part_file(self.path, table, part))

    def _delete(self, part: str) -> None:
        for table in reversed(TABLES):
            part_file(self.path, table, part).unlink(missing_ok=True)

    def _clear(self) -> None:
        """Delete what does not count: temporaries, parts that were merged, and those that lack a file."""
        for stale in self.path.glob(f"{TEMPORARY}*"):
            stale.unlink(missing_ok=True)
        there = {table: {file.stem for file in (self.path / table).glob("*.parquet")} for table in TABLES}
        whole = set.intersection(*there.values()) & set(sweep_parts.parts(self.path))
        for part in set.union(*there.values()) - whole:
            self._delete(part)
        files = {part: [part_file(self.path, table, part) for table in TABLES] for part in whole}
        self._sizes = {part: sum(file.stat().st_size for file in of_part) for part, of_part in files.items()}


def part_name(first: int, last: int) -> str:
    """A name of its own for a part; names sort as the plan does."""
    return f"{first:09d}-{last:09d}-{token_hex(4)}"


def write(table: pa.Table, file: Path) -> None:
    """Write a table under a temporary name, in one go, and see it on the disk."""
    content = BytesIO()
    pq.write_table(table, content, compression="zstd")
    with open(file, "xb") as stream:
        stream.write(content.getbuffer())
        stream.flush()
        os.fsync(stream.fileno())


def _size_class(size: int) -> int:
    kind = 0
    while size > SMALL * FACTOR**kind:
        kind += 1
    return kind


def _write_merged(files: Mapping[Path, list[int]], schema: pa.Schema, target: Path) -> None:
    """The rows of several files but some of each, one file after another, a few at a time."""
    with open(target, "xb") as stream:
        with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
            waiting: list[pa.Table] = []
            for file, left_out in files.items():
                rows = pq.read_table(file).replace_schema_metadata(schema.metadata)
                waiting.append(rows.take(np.delete(np.arange(len(rows)), left_out)) if left_out else rows)
                if sum(map(len, waiting)) >= GROUP_ROWS:
                    writer.write_table(pa.concat_tables(waiting))
                    waiting = []
            if waiting:
                writer.write_table(pa.concat_tables(waiting))
        stream.flush()
        os.fsync(stream.fileno())

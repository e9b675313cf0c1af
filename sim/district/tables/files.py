"""The cells of a table's file: CSV (UTF-8 or GB18030), Parquet or .xlsx. Nothing in a file is evaluated."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sim.district.tables.cells import Cell, Unworked, plain, printable
from sim.district.tables.problems import Problems
from sim.district.tables.schema import Table

MOST_BYTES = 500_000_000
"""Of a file, unpacked."""
MOST_ROWS = 25_000_000
MOST_COLUMNS = 500
SEPARATORS = (",", "\t", ";", "，")
OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff")
HASH_BYTES = 16
OUTSIDE = "the file is a link to a place outside the folder"
UNREADABLE = "save the table again from a spreadsheet program, as .xlsx or as CSV UTF-8"


@dataclass(frozen=True)
class Sheet:
    """Cells as they stand in a file.

    Attributes
    ----------
    header : list of str
    rows : list of (number, list of cells)
        Numbered as a spreadsheet numbers them, from 2; empty rows are left out.
    checksum : str
        Of the file.
    """

    file: str
    header: list[str]
    rows: list[tuple[int, list[Cell]]]
    checksum: str


class FileError(Exception):
    """The file is no table: what is wrong, and how to mend it."""

    def __init__(self, said: str, mend: str = UNREADABLE) -> None:
        super().__init__(said, mend)
        self.said = said
        self.mend = mend


def find_table(folder: Path, table: Table, problems: Problems) -> Path | None:
    """The one file of a table; None where there is none, or none that can be read, which is then noted."""
    there = sorted(path for path in folder.iterdir() if path.stem.lower() == table.name and path.suffix)
    tables = [path for path in there if path.suffix.lower() in READERS]
    if len(tables) > 1:
        names = " and ".join(path.name for path in tables)
        problems.error(tables[0].name, f"there are {names} for one table", mend="leave one in the folder")
        return None
    if not tables:
        for path in there:
            said = f"{path.suffix} files are not read; allowed: {', '.join(READERS)}"
            problems.error(path.name, said, mend="open it in a spreadsheet program and save it as .xlsx")
        return None
    (path,) = tables
    if not path.resolve().is_relative_to(folder.resolve()):
        problems.error(path.name, OUTSIDE, mend="copy the file itself into the folder")
    elif not path.is_file():
        problems.error(path.name, "this is not a file", mend=f"put the table there, or remove {path.name}")
    else:
        return path
    return None


def read_sheet(path: Path, table: Table, problems: Problems) -> Sheet | None:
    """The cells of a file; None, and a problem noted, where it is no table."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileError(f"is larger than {MOST_BYTES:,} bytes", "leave out the columns that are not read")
        content = path.read_bytes()
        lines = READERS[path.suffix.lower()](content, table)
        rows = [(number, cells) for number, cells in lines if any(cell not in (None, "") for cell in cells)]
    except OSError as problem:
        problems.error(
            path.name, f"the file cannot be read: {problem.strerror or problem}", mend="see to its permissions"
        )
    except FileError as problem:
        problems.error(path.name, f"the file {problem.said}", mend=problem.mend)
    else:
        if rows and rows[0][0] == 1:
            header = ["" if cell is None else printable(str(cell).strip()) for cell in rows[0][1]]
            while header and not header[-1]:
                header.pop()
            return Sheet(path.name, header, rows[1:], hashlib.blake2b(content, digest_size=HASH_BYTES).hexdigest())
        said = "the first row must hold the names of the columns" if rows else "the file is empty"
        names = ", ".join(list(table.columns)[:3])
        problems.error(path.name, said, mend=f"begin it with a row of names such as {names}")
    return None


def _of_csv(content: bytes, table: Table) -> Iterator[tuple[int, list[Cell]]]:
    if content.startswith(OTHER_BOMS):
        raise FileError("is UTF-16 text", "save it as CSV UTF-8")
    text = ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise FileError("is neither UTF-8 nor GB18030 text", "save it as CSV UTF-8")
    if "\0" in text:
        raise FileError("is no text")
    first = text.split("\n", 1)[0]
    known = {plain(name) for name in table.names}
    separator = max(SEPARATORS, key=lambda sign: sum(plain(name).strip('"') in known for name in first.split(sign)))
    try:
        number = 0
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, cells in enumerate(lines, start=1):
            yield number, list(cells)
    except csv.Error as problem:
        raise FileError(
            f"cannot be read from row {number + 1} on: {problem}",
            'a text that holds " must stand in quotes, with "" for each of them',
        ) from None


def _of_parquet(content: bytes, table: Table) -> Iterator[tuple[int, list[Cell]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = {plain(name) for name in table.names}

    def cells() -> tuple[list[str], list[list[Any]]]:
        file = pq.ParquetFile(pa.BufferReader(content))
        names = list(file.schema_arrow.names)
        _check_size(file.metadata.num_rows, len(names))
        size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
        if size > MOST_BYTES:
            raise FileError(f"holds more than {MOST_BYTES:,} bytes", "leave out the columns that are not read")
        wanted = [name for name in names if _stem(name) in known]
        columns = file.read(columns=wanted)
        held = [columns.column(name).to_pylist() for name in wanted]
        others: list[list[Any]] = [[None] * file.metadata.num_rows for name in names if name not in wanted]
        return wanted + [name for name in names if name not in wanted], held + others

    names, columns = _guarded(cells, "Parquet")
    yield 1, list(names)
    for number, row in enumerate(zip(*columns, strict=True), start=2):
        yield number, [_plain_cell(cell) for cell in row]


def _of_xlsx(content: bytes, table: Table) -> Iterator[tuple[int, list[Cell]]]:
    import openpyxl

    def cells() -> list[list[Cell]]:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise FileError(f"holds more than {MOST_BYTES:,} bytes", "leave out the columns that are not read")
            parts = [part for part in packed.namelist() if "/worksheets/" in part]
            formulas, merged = (any(sign in packed.read(part) for part in parts) for sign in (b"<f", b"<mergeCell "))
        stored = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        if formulas:
            written = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        wanted = [name for name in stored.sheetnames if plain(name) in (table.name, table.chinese)]
        if not wanted and len(stored.sheetnames) > 1:
            said = f"has {len(stored.sheetnames)} sheets, and none is called {table.name} or {table.chinese}"
            raise FileError(said, f"call the sheet of this table {table.name}")
        name = (wanted or stored.sheetnames)[0]
        if merged:
            _refuse_merged_rows(openpyxl.load_workbook(io.BytesIO(content), keep_links=False)[name].merged_cells.ranges)
        rows: list[list[Cell]] = []
        as_written = written[name].iter_rows() if formulas else None
        for values in stored[name].iter_rows():
            _check_size(len(rows), len(values))
            others = values if as_written is None else next(as_written)
            rows.append([_of_cell(*pair) for pair in zip(values, others, strict=True)])
        return rows

    yield from enumerate(_guarded(cells, ".xlsx"), start=1)


def _refuse_merged_rows(ranges: Iterable[Any]) -> None:
    """Cells merged over rows hold a value in the first of them alone: the others would be read as empty."""
    over_rows = sorted(one.coord for one in ranges if one.max_row > one.min_row)
    if over_rows:
        said = f"has cells merged over several rows ({', '.join(over_rows[:5])}{' ...' if over_rows[5:] else ''})"
        raise FileError(
            said, "unmerge them (取消合并单元格) and write the value into each row; the names stand in row 1 alone"
        )


def _of_cell(stored: Any, written: Any) -> Cell:
    """What a cell of a workbook shows; a number in a format of zeros keeps those in front."""
    value: Any = stored.value
    if value is None and written.value is not None:
        return Unworked()
    if isinstance(value, int | float) and not isinstance(value, bool) and re.fullmatch("0{2,}", stored.number_format):
        return str(int(value)).zfill(len(stored.number_format))
    return _plain_cell(value)


def _plain_cell(value: Any) -> Cell:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes | list | dict):
        raise FileError("holds cells that are neither texts nor numbers", "leave those columns out")
    cell: Cell = value
    return cell


def _check_size(rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        said = f"has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns"
        raise FileError(said, "delete the empty rows and columns that the file keeps, and those that are not read")


def _guarded(read: Callable[[], Any], kind: str) -> Any:
    """What a library reads; whatever it raises on a file that is none of its kind is one problem."""
    try:
        return read()
    except (FileError, MemoryError, KeyboardInterrupt):
        raise
    except Exception:  # they raise of all sorts: KeyError, struct.error, zlib.error, errors of XML
        raise FileError(f"is no {kind} file that can be read") from None


def _stem(name: str) -> str:
    """A header without the unit in brackets."""
    return re.sub(r"[(\[][^()\[\]]*[)\]]$", "", plain(name))


Reader = Callable[[bytes, Table], Iterator[tuple[int, Sequence[Cell]]]]
READERS: dict[str, Any] = {".csv": _of_csv, ".xlsx": _of_xlsx, ".parquet": _of_parquet}

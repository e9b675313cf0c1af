"""Writing a district folder: whole or not at all, and never over another."""

import csv
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sim.userinput import UserError

Table = Sequence[Mapping[str, Any]]
"""Rows, each with a value for every column; None and nan are empty cells, true and false are yes and no."""


def check_free(folder: Path) -> None:
    """Refuse a folder that is there and not empty, before the work is done."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UserError(f"{folder} is there already; name a new folder, or delete it first")
    if not folder.absolute().parent.is_dir():
        raise UserError(f"{folder}: there is no folder {folder.absolute().parent}; make it first")


def write_folder(folder: Path, head: str, district: Mapping[str, Any], tables: Mapping[str, Table]) -> None:
    """Write `district.yaml`, with `head` as a comment above it, and NAME.csv of each table."""
    check_free(folder)
    staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
    try:
        comment = "".join(f"# {line}\n" for line in head.splitlines())
        text = yaml.safe_dump(dict(district), allow_unicode=True, sort_keys=False, width=120)
        (staged / "district.yaml").write_text(f"{comment}\n{text}", encoding="utf-8")
        for name, rows in tables.items():
            _write_csv(staged / f"{name}.csv", rows)
        staged.chmod(0o755)
        os.replace(staged, folder)  # onto an empty folder, or none
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _write_csv(path: Path, rows: Table) -> None:
    """One table; with a BOM, by which spreadsheets know Chinese from gibberish."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return "" if value is None or value != value else value

"""`zonesim report DIR`: writes the report of a finished run anew."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.store import RECORD, REPORT, RunFolder
from experiments.words import split
from sim.report.words import LANGUAGES, check_language
from sim.result import Result
from sim.userinput import UserError, no_such

PLACES = "places.csv"
"""Schools, their zones and where they stand."""

USAGE = """\
zonesim report DIR [language=zh]: writes report.html of a finished run anew, from the tables in its folder.

  DIR            the folder of a run, as `zonesim run` says at its end
  language=NAME  in which the page opens, en or zh; it holds both            en

Examples
  zonesim report outputs/wuhan_edz/wuhan_edz_2021_2023/24b23361f374
  zonesim report 'my results' language=zh
"""


def usage() -> str:
    """The text of `zonesim report --help`."""
    return USAGE.rstrip()


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Write it and say where it is; the other arguments are for verbs that compute."""
    place, language = _asked(words)
    if not (place / RECORD).is_file():
        raise UserError(f"{place} is not the folder of a finished run: it has no {RECORD}")
    folder = RunFolder(place, _id(place))
    with folder.claimed() as record:
        assert record is not None  # there is one, and it is of this run
        if PLACES not in record["files"]:
            raise UserError(f"{place} holds no single run with a {PLACES}, of which a report could be made")
        write(folder, record, language)
    print(place / REPORT)


def write(folder: RunFolder, record: Mapping[str, Any], language: str) -> None:
    """Make the report of the finished run in a folder that is claimed, from its tables, and save it there."""
    names = dict.fromkeys(("level", "unit", "zone"), str)
    places = pd.read_csv(folder.path / PLACES, dtype=names, keep_default_na=False)
    folder.save_report(page(Result.read(folder.path), record, places, language), record)


def page(result: Result, record: Mapping[str, Any], places: pd.DataFrame, language: str) -> str:
    """The report of a run (`sim.report.page`), which takes a second to import."""
    from sim.report import page as report

    return report.write(result, record, places, language)


def _asked(words: Sequence[str]) -> tuple[Path, str]:
    """The folder and the language."""
    folders = [word for word in words if "=" not in word or Path(word).is_dir()]
    settings = split([word for word in words if word not in folders])
    for key in settings:
        if key != "language":
            raise no_such(key, "setting of report", key, ["language"])
    if len(folders) != 1:
        raise UserError(f"report takes one folder: zonesim report DIR [language=zh], got {len(folders)}")
    return Path(folders[0]), check_language(settings.get("language", LANGUAGES[0]))


def _id(place: Path) -> str:
    """Of the run that the folder holds; whether the record is one is checked where the folder is claimed."""
    try:
        return str(json.loads((place / RECORD).read_bytes())["run"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""

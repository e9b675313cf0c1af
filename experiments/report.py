"""`zonesim report DIR`: writes the report of a finished run, or of a sweep, anew."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

import pandas as pd

from experiments.failure import writing
from experiments.halves import in_halves
from experiments.store import DOCUMENT, RECORD, REPORT, TEMPORARY, RunFolder, told_disk
from experiments.words import read_value, split
from sim.indicators.catalogue import INDICATORS
from sim.report.words import LANGUAGES, check_language
from sim.result import Result
from sim.sweep import MANIFEST
from sim.userinput import UserError, no_such, shown

PLACES = "places.csv"
"""Schools, their zones and where they stand."""

USAGE = """\
zonesim report DIR [key=value ...]: writes report.html of a finished run, or of a sweep as far as it is, anew.

  DIR                     the folder of a run or a sweep, as `zonesim run` and `zonesim sweep` say at their end
  language=NAME           in which the page opens, en or zh; it holds both          en
  docx=true               of a run: report.docx beside the page, in that language  false
                          (needs pip install 'zonesim[docx]')
  indicators=[NAME,...]   of a sweep: whose change by the policy is shown           {indicators}

Examples
  zonesim report outputs/wuhan_edz/wuhan_edz_2021_2023/24b23361f374
  zonesim report 'my results' language=zh
  zonesim report outputs/sweep/5c6a7f indicators=[score_gap,cv_composite]
"""
OF_SWEEPS = "indicators"
OF_RUNS = "docx"
SETTINGS = ("language", OF_RUNS, OF_SWEEPS)
HEADLINES = ("score_gap", "cv_backbone", "teacher_skill_gap", "score_mean")
"""Indicators of a sweep that are shown where none are asked for."""


def usage() -> str:
    """The text of `zonesim report --help`."""
    return USAGE.format(indicators=", ".join(HEADLINES)).rstrip()


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Write it and say where it is; the other arguments are for verbs that compute."""
    place, asked = _asked(words)
    document = read_value(OF_RUNS, asked.get(OF_RUNS, "false"))
    if not isinstance(document, bool):
        raise UserError(f"{OF_RUNS} must be true or false, got {shown(document)}")
    language = check_language(asked.get("language", LANGUAGES[0]))
    if (place / MANIFEST).is_file():
        if document:
            raise UserError(f"{OF_RUNS} is for the report of a run; {place} is a sweep")
        _save(place / REPORT, _of_sweep(place, _indicators(asked), language).encode())
    elif OF_SWEEPS in asked:
        raise UserError(f"{OF_SWEEPS} is for the report of a sweep; {place} is none")
    elif (place / RECORD).is_file():
        _of_run(place, language, document)
    else:
        raise UserError(f"{place} is not the folder of a finished run or a sweep: it has no {RECORD} and no {MANIFEST}")
    with writing():
        print(place / REPORT)
        if document:
            print(place / DOCUMENT)


def _of_run(place: Path, language: str, document: bool) -> None:
    folder = RunFolder(place, _id(place))
    with folder.claimed() as record:
        assert record is not None  # there is one, and it is of this run
        if PLACES not in record["files"]:
            raise UserError(f"{place} holds no single run with a {PLACES}, of which a report could be made")
        write(folder, record, language, document)


def _of_sweep(place: Path, indicators: Sequence[str], language: str) -> str:
    from sim.report import sweep_page
    from sim.sweep import open_sweep

    return sweep_page.write(open_sweep(place), indicators, language)


def write(
    folder: RunFolder,
    record: Mapping[str, Any],
    language: str,
    document: bool = False,
    result: Result | None = None,
) -> None:
    """Make the reports of the finished run in a folder that is claimed, and save them there.

    Parameters
    ----------
    result : Result, optional
        What the tables in the folder hold, where it was just computed; else they are read.
    """
    names = dict.fromkeys(("level", "unit", "zone"), str)
    places = pd.read_csv(folder.path / PLACES, dtype=names, keep_default_na=False)
    result = result or Result.read(folder.path)
    reports = {REPORT: page(result, record, places, language).encode()}
    if document:
        from sim.report import document as report

        reports[DOCUMENT] = report.write(result, record, places, language)
    folder.save_reports(reports, record)


def page(result: Result, record: Mapping[str, Any], places: pd.DataFrame, language: str) -> str:
    """The report of a run (`sim.report.page`), which takes a second to import."""
    from sim.report import page as report

    return report.write(result, record, places, language, map=in_halves)


def _asked(words: Sequence[str]) -> tuple[Path, dict[str, str]]:
    """The folder and the settings."""
    folders = [word for word in words if "=" not in word or Path(word).is_dir()]
    settings = split([word for word in words if word not in folders])
    for key in settings:
        if key not in SETTINGS:
            raise no_such(key, "setting of report", key, SETTINGS)
    if len(folders) != 1:
        raise UserError(f"report takes one folder: zonesim report DIR [language=zh], got {len(folders)}")
    return Path(folders[0]), settings


def _indicators(asked: Mapping[str, str]) -> Sequence[str]:
    """Those whose changes are shown."""
    value = read_value(OF_SWEEPS, asked[OF_SWEEPS]) if OF_SWEEPS in asked else list(HEADLINES)
    if not isinstance(value, list) or not value:
        raise UserError(f"{OF_SWEEPS} must be a list such as [score_gap], got {shown(value)}")
    for name in value:
        if name not in INDICATORS:
            raise no_such(f"{OF_SWEEPS}={name}", "indicator", name, INDICATORS)
    return value


def _id(place: Path) -> str:
    """Of the run that the folder holds; whether the record is one is checked where the folder is claimed."""
    try:
        return str(json.loads((place / RECORD).read_bytes())["run"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _save(file: Path, content: bytes) -> None:
    """Write a whole file, or leave what was there."""
    temporary = file.with_name(f"{TEMPORARY}{token_hex(8)}-{file.name}")
    try:
        with told_disk(file.parent, kept=True):
            with open(temporary, "xb") as unfinished:
                unfinished.write(content)
                unfinished.flush()
                os.fsync(unfinished.fileno())
            os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)

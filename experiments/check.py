"""`zonesim check`: a district's own folder, all that is wrong or odd in it, what it says, and today's assessment."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.failure import writing
from experiments.own_district import assessed, figures, filled_in
from experiments.terminal import LEVELS, PLAIN, print_fitting, terminal
from experiments.words import check_switches, put, split
from sim.district.filled import given_in_words
from sim.district.own import read_own
from sim.district.spec import DistrictSpec
from sim.district.tables.problems import Problem, Problems, counted, quoted
from sim.inspection import OfficialStandard
from sim.report.figures import figure
from sim.userinput import UserError

STANDARD = "youzhi_junheng"
USAGE = """\
zonesim check DIR [key=value ...]: a district's own folder: what is wrong in its tables, where, and how to mend it; what
stands in them, and what would be filled in; what a national assessment would find today.

Settings
  standard=NAME         the assessment: youzhi_junheng (2017), jiben_junheng (2012)      youzhi_junheng
  hash_ids=true         persons' numbers become keyed hashes as soon as they are read   as in district.yaml

It changes nothing and ends with status 0, or 2 if something must be mended. What may stand in the tables is on the page
docs/own_data.md; an example to begin with is written by zonesim template DIR.

Examples
  zonesim template my
  zonesim check my
  zonesim check my standard=jiben_junheng"""


def usage() -> str:
    """What `zonesim check --help` prints."""
    return USAGE


def run(words: Sequence[str], config_dirs: Sequence[Path], command: str) -> None:
    """Read the folder and tell what was found.

    Raises
    ------
    UserError
        Something in it must be mended.
    """
    folder, standard, hash_ids = _settings(words, config_dirs)
    problems = Problems()
    place = read_own(folder / "district.yaml", {}, config_dirs, problems, hash_ids=hash_ids)
    with writing():
        console = terminal()
        _list(console, "To be mended", problems.errors, "red")
        _list(console, "Unusual, or not read", problems.warnings, "yellow")
        if place is not None:
            _show(place, standard, console)
    if place is None:
        raise UserError(f"{folder}: {counted(len(problems.errors), 'problem')}; mend the files and check again")
    print(f"\n{folder} can be run: zonesim {runs(folder)}")


def runs(folder: Path) -> str:
    """What is typed to run the district in a folder."""
    return f"district={shlex.quote(str(folder) if folder.is_absolute() else f'./{folder}')}"


def _settings(words: Sequence[str], config_dirs: Sequence[Path]) -> tuple[Path, OfficialStandard, bool]:
    """The folder and what else was typed."""
    config: dict[str, object] = {"standard": STANDARD, "hash_ids": False}
    settings = [word for word in words if word.partition("=")[0] in config]
    folders = [word for word in words if word not in settings]
    for key, value in split(settings).items():
        put(config, key, value, ("standard",))
    check_switches(config, ("hash_ids",))
    for word in folders:
        if "=" in word and not Path(word).exists():
            key, _, value = word.partition("=")
            put(config, key, value, ("standard",))  # says that there is no such setting
    if len(folders) != 1:
        raise UserError(f"check needs one folder: zonesim check DIR; got {' '.join(folders) or 'none'}")
    folder = Path(folders[0])
    if not folder.is_dir():
        said = "is a file, not a folder" if folder.exists() else "no such folder"
        raise UserError(f"check {folder}: {said}; zonesim template {folder} writes an example")
    return folder, OfficialStandard.load(str(config["standard"]), config_dirs), bool(config["hash_ids"])


def _list(console: Console, title: str, problems: list[Problem], style: str) -> None:
    """Problems in the order of their files and rows, each with what stands there and how to mend it."""
    if not problems:
        return
    console.print(f"\n{counted(len(problems), 'thing')}: {title.lower()}", style=f"bold {style}")
    for problem in Problems.told(sorted(problems, key=lambda one: (one.file, one.row or 0))):
        found = "" if problem.value is None else f"got {quoted(problem.value)}, "
        text = Text(f"  {problem.where}: ", style="bold")
        text.append(f"{found}{problem.said}", style="not bold")
        if problem.mend:
            text.append(f"; {problem.mend}", style="not bold")
        _wrapped(console, text, 4)


def _show(place: DistrictSpec, standard: OfficialStandard, console: Console) -> None:
    console.print(f"\n{place.name}: {place.title}, {place.baseline_year}", style="bold")
    table = _grid("", "primary", "junior")
    for name, values in figures(place).items():
        table.add_row(
            name, *(figure(value) if value is not None and value < 1000 else _whole(value) for value in values)
        )
    print_fitting(console, [table])
    console.print("CV: between public schools, weighted by students, as inspected (差异系数); -: not given for all")
    console.print("\nWhat the tables give", style="bold")
    _say(console, given_in_words(place))
    console.print("\nWhat would be filled in", style="bold")
    _say(console, filled_in(place))
    console.print(f"\nToday: {standard.title} ({standard.name})", style="bold")
    found = assessed(place, standard)
    table = _grid("part", "indicator", "for", "limit", "today", "")
    for row in found.known:
        limit = "" if row["comparator"] is None or row["met"] is None else f"{row['comparator']}{figure(row['limit'])}"
        verdict = "" if row["met"] is None else Text(*(("met", "green") if row["met"] else ("not met", "red")))
        table.add_row(row["part"], row["title"], LEVELS[row["level"]], limit, figure(row["value"]), verdict)
    if found.known:
        print_fitting(console, [table])
    if found.failing:
        _say(console, [f"Schools that fall short of what each must have: {', '.join(found.failing)}"])
    console.print("\nNot answered by the tables", style="bold")
    _say(console, (f"{row['title']} ({LEVELS[row['level']]}): {how}" for row, how in found.addable))
    _say(console, [f"{counted(found.others, 'other question')}: for inspectors, or for a run with the same standard"])


def _grid(first: str, *others: str) -> Table:
    table = Table(**PLAIN)
    for name in (first, *others):
        table.add_column(
            name, justify="right" if name in ("primary", "junior", "limit", "today") else "left", no_wrap=True
        )
    return table


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _say(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        _wrapped(console, Text(line), 2)


def _wrapped(console: Console, text: Text, indent: int) -> None:
    """A paragraph whose further lines are indented."""
    lines = text.wrap(console, console.width - indent)
    for line in lines:
        line.rstrip()
    console.print(Text("\n" + " " * indent).join(lines))

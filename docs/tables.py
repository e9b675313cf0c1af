"""Writes the tables of the documents here from what the code, the configurations and full.csv say, so that they agree.

    python docs/tables.py            rewrite every table between its markers
    python docs/tables.py --check    say which are stale, and change nothing

A table stands between `<!-- table: NAME -->` and `<!-- end -->`; the prose around it is written by hand.
"""

import inspect
import re
import sys
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.evidence import board
from sim.agents.classroom import Classes
from sim.agents.columns import Columns
from sim.agents.school import Schools
from sim.agents.student import Students
from sim.agents.teacher import Teachers
from sim.agents.zone import Zones
from sim.config import EffectTable
from sim.district.reading import load_district
from sim.district.spec import DistrictSpec
from sim.district.tables.folder import TABLES as OWN_TABLES
from sim.district.tables.schema import Column as OwnColumn
from sim.district.tables.schema import Table as OwnTable
from sim.indicators.catalogue import INDICATORS
from sim.model import CALENDAR
from sim.reform import known_levers
from sim.reform.lever import Setting, Settings
from sim.report.figures import figure
from sim.userinput import config_root, read_yaml

ROOT = Path(__file__).parents[1]
DOCUMENTS = tuple(ROOT / "docs" / name for name in ("ODD.md", "evidence.md", "own_data.md"))
EVIDENCE = ROOT / "experiments" / "evidence" / "full.csv"
"""What `zonesim evidence size=full` gave, kept with the code."""
TESTS = {
    "governance": ("tests/reform/test_levers.py", "tests/reform/test_funding.py"),
    "rotation": ("tests/reform/test_rotation.py", "tests/agents/test_itinerant.py"),
    "joint_teaching": ("tests/reform/test_levers.py", "tests/agents/test_joint_learning.py"),
    "research": ("tests/reform/test_levers.py", "tests/agents/test_activities.py"),
    "training": ("tests/reform/test_levers.py", "tests/agents/test_joint_learning.py"),
    "digital": ("tests/reform/test_levers.py", "tests/agents/test_learning.py"),
    "funding": ("tests/reform/test_funding.py", "tests/test_conservation.py"),
    "enrolment": ("tests/reform/test_enrolment.py", "tests/agents/test_enrolment.py"),
    "recruitment": ("tests/reform/test_levers.py", "tests/agents/test_recruiting.py"),
    "showcase": ("tests/reform/test_projects.py",),
    "building": ("tests/reform/test_projects.py",),
    "trusteeship": ("tests/reform/test_projects.py",),
}
"""Where each lever is tested by itself."""
ALL = ("tests/reform/test_limits.py", "tests/test_reference_model.py")
"""Where every lever is driven to its limits, and compared with the model told agent by agent."""
COLUMNS: dict[str, type[Columns]] = {
    "zones": Zones,
    "schools": Schools,
    "classes": Classes,
    "teachers": Teachers,
    "students": Students,
}
MARKED = re.compile(r"(<!-- table: (?P<name>[^>]+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewritten(text: str) -> str:
    """The document with every table as it is declared now."""
    return MARKED.sub(lambda found: f"{found[1]}{table(found['name'])}\n{found[3]}", text)


def stale(text: str) -> list[str]:
    """Names of the tables that are not as declared."""
    return [found["name"] for found in MARKED.finditer(text) if rewritten(found[0]) != found[0]]


def table(name: str) -> str:
    """One table, in Markdown, by the name in its marker."""
    kind, _, of = name.partition(" ")
    makers = {
        "calendar": calendar,
        "effects": effects,
        "prices": lambda: stated("prices", "default"),
        "background": background,
        "indicators": indicators,
        "evidence": evidence,
    }
    if kind in makers and not of:
        return makers[kind]()
    if kind == "lever":
        return lever(of)
    if kind == "district":
        return district(of)
    if kind == "columns":
        return columns(COLUMNS[of])
    if kind == "own":
        return own_table(OWN_TABLES[of])
    raise KeyError(f"there is a marker for the table {name}, which nothing makes")


def calendar() -> str:
    """The steps of a year: what each does by itself, where it stands, and the levers that act in it."""
    rows = []
    for number, (step, rule) in enumerate(CALENDAR, start=1):
        levers = ", ".join(f"`{group}`" for group, kind in known_levers().items() if kind.step == step)
        rows.append((f"{number} {step}", summary(rule), f"`{path_of(rule)}`", levers))
    return grid(("step", "its own rule", "file", "levers that act as it begins"), rows)


def lever(group: str) -> str:
    """A lever's settings, its file and its tests."""
    kind = known_levers()[group]
    tested = ", ".join(f"`{file}`" for file in (*TESTS[group], *ALL))
    rows = list(settings(kind))
    head = ("setting", "unit", "off", "allowed", "meaning", "source")
    reaches = f"Channels (7.11) by which it acts: {', '.join(kind.channels) or 'none'}."
    return f"{grid(head, rows)}\n\nIn `{path_of(kind)}`, step {kind.step}. {reaches} Tested by {tested}."


def settings(kind: type[Settings], prefix: str = "") -> Iterable[tuple[str, ...]]:
    """A row for each setting; those of the projects of a lever after it."""
    for name, declared in kind.settings().items():
        yield (
            f"`{prefix}{name}`",
            declared.unit,
            off(declared),
            allowed(declared),
            declared.meaning,
            declared.source,
        )
        for part in typing.get_args(declared.kind):
            if isinstance(part, type) and issubclass(part, Settings):
                yield from settings(part, f"{name}[].")


def off(declared: Setting) -> str:
    """The value at which a setting changes nothing."""
    if declared.off is MISSING:
        return "must be given"
    if declared.off is None:
        return "null"
    return plain(declared.off) if declared.off not in ((), {}) else "empty"


def allowed(declared: Setting) -> str:
    """The values that a setting takes."""
    if declared.choices:
        return ", ".join(f"`{word}`" for word in declared.choices)
    if declared.kind is bool:
        return "true, false"
    return bounds(declared.low, declared.high)


def effects() -> str:
    """Every coefficient, with its range, status and source."""
    head = ("key", "value", "range", "drawn", "unit", "status", "source")
    rows = [
        (
            f"`{key}`",
            plain(row.value),
            bounds(row.low, row.high) if row.low != row.high else "",
            row.distribution,
            row.unit,
            row.status,
            f"{row.source}; {row.note}" if row.note else row.source,
        )
        for key, row in EffectTable.load("evidence").coefficients.items()
    ]
    return grid(head, rows)


def district(name: str) -> str:
    """The margins of a district."""
    place = load_district(name)
    about = {field.name: field.metadata for field in fields(DistrictSpec) if field.metadata}
    rows = [
        (f"`{margin}`", plain(getattr(place, margin)), own["unit"], own["meaning"], place.sources.get(margin, ""))
        for margin, own in about.items()
    ]
    return grid(("margin", "value", "unit", "meaning", "source"), rows)


def stated(group: str, name: str) -> str:
    """Values with unit and source, as a configuration states them."""
    rows = read_yaml(config_root() / group / f"{name}.yaml").items()
    return grid(
        ("name", "value", "unit", "source"),
        [(f"`{key}`", plain(own["value"]), own["unit"], own["source"]) for key, own in rows],
    )


def background() -> str:
    """What each background states by year; the law's come first."""
    files = sorted((config_root() / "background").glob("*.yaml"), key=lambda file: (file.stem != "law", file.stem))
    rows = [
        (
            f"`{file.stem}`",
            f"`{series}`",
            ", ".join(f"{year}: {plain(value)}" for year, value in own["values"].items()),
            own["source"],
        )
        for file in files
        for series, own in read_yaml(file).items()
        if isinstance(own, Mapping)
    ]
    return grid(("background", "series", "value from each year", "source"), rows)


def indicators() -> str:
    """What is measured."""
    better = {1: "more", -1: "less", 0: ""}
    rows = [
        (f"`{name}`", one.unit, one.meaning, better[one.better], ", ".join(one.scopes))
        for name, one in INDICATORS.items()
    ]
    return grid(("indicator", "unit", "meaning", "better", "of each"), rows)


def evidence() -> str:
    """Published figures and what the model gives, as the last full size left them."""
    found = pd.read_csv(EVIDENCE, keep_default_na=False, na_values=[""])
    first = found.iloc[0]
    head = ("id", "kind", "figure", "published", "simulated", "data", "result", "null", "source", "note")
    rows = [
        (
            row["id"],
            row["kind"],
            row["figure"],
            board.published(row),
            board.simulated(row),
            figure(row["data"]),
            board.result_of(row).plain,
            board.null(row),
            row["source"],
            "; ".join(text for text in (row["note"], row["failed"]) if not pd.isna(text)),
        )
        for row in found.to_dict("records")
    ]
    of = "version {version}, {date}, seed {seed}, size {size}, model {code}".format(**first)
    repeats = "-".join(str(number) for number in sorted({found["repeats"].min(), found["repeats"].max()}))
    return f"{grid(head, rows)}\n\n{len(rows)} figures of {found['id'].nunique()} studies, {repeats} repeats: {of}."


def columns(kind: type[Columns]) -> str:
    """What each agent of a kind carries."""
    rows = [
        (
            f"`{name}`",
            one.dtype.name if one.width == 1 else f"{one.dtype.name} x {one.width}",
            one.unit,
            one.meaning,
        )
        for name, one in kind.declared().items()
    ]
    return grid(("column", "type", "unit", "meaning"), rows)


def own_table(declared: OwnTable) -> str:
    """The columns of a table of a district's own folder, under all their names."""
    rows = []
    grades = {name for name in declared.columns if name.rpartition("_")[2].isdigit()}
    for name, one in declared.columns.items():
        if name in grades and not name.endswith("_1"):
            continue  # told by the first grade
        shown = f"`{name}`" if name not in grades else f"`{name}` ... `{name[:-1]}9`"
        needed = "**needed**. " if one.needed else ""
        meaning = one.meaning if name not in grades else one.meaning.replace("grade 1", "each grade of the school")
        also = ", ".join(one.also)
        rows.append((f"{shown} ({also})" if also else shown, one.unit, words_of(one), f"{needed}{meaning}"))
    return f"{sentence(declared.meaning)}.\n\n{grid(('column', 'unit', 'allowed', 'meaning'), rows)}"


def words_of(declared: OwnColumn) -> str:
    """The values that a column takes, under all their names."""
    if declared.kind == "word":
        return "; ".join(" = ".join(ways) for ways in declared.words.values())
    return declared.allowed


def sentence(text: str) -> str:
    """With a capital letter."""
    return text[:1].upper() + text[1:]


def grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def plain(value: object) -> str:
    """A value as a configuration would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, int | float) else str(value)


def bounds(low: float | None, high: float | None) -> str:
    """A range; nothing where there is none."""
    if low is None and high is None:
        return ""
    if high is None:
        return f"at least {plain(low)}"
    return f"{plain(low)} ... {plain(high)}"


def summary(thing: object) -> str:
    """First sentence of what the code says of it."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def path_of(thing: Any) -> str:
    """File in which a class or function stands."""
    return str(Path(inspect.getfile(thing)).relative_to(ROOT))


def main(words: list[str]) -> int:
    """Rewrite or check; gives the exit status."""
    old = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        old += [f"{document.name}: {name}" for name in stale(text)]
        if "--check" not in words:
            document.write_text(rewritten(text), encoding="utf-8")
    if "--check" in words:
        print("\n".join(f"stale: {name}" for name in old) or "every table is as declared")
        return int(bool(old))
    print(f"{len(old)} tables rewritten")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

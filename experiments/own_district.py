"""What a district's own tables say and what they leave open, before anything is simulated."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.agents.school import LEVELS
from sim.district.filled import filled
from sim.district.given_tables import GivenSchool
from sim.district.spec import DistrictSpec
from sim.district.tables.of_places import SCHOOLS
from sim.indicators.standards import weighted_cv
from sim.inspection import OfficialStandard, inspect_schools

FEW = 10
"""A group of fewer students is not shown."""
RESOURCES = {
    "teachers": "teachers",
    "degree": "above_degree",
    "backbone": "backbone",
    "pe_arts": "pe_arts",
    "teaching_area": "teaching_area",
    "sports_area": "sports_area",
    "equipment": "equipment",
    "multimedia": "multimedia_rooms",
}
"""What standards call differently from `GivenSchool`."""
MARGINS = {
    "teachers": "norm_{level}",
    "above_degree": "above_degree_{level}",
    "masters": "masters_{level}",
    "backbone": "backbone_{level}",
    "pe_arts": "pe_arts_{level}",
    "teaching_area": "teaching_area_{level}",
    "sports_area": "sports_area_{level}",
    "equipment": "equipment_{level}",
    "multimedia_rooms": "multimedia_{level}",
    "classes": "class_cap_{level}",
}
"""The mean that fills what schools do not give."""
COLUMNS = {"multimedia_rooms": "multimedia"}
"""What the table calls differently from `GivenSchool`."""


def figures(place: DistrictSpec) -> dict[str, tuple[float | None, float | None]]:
    """Numbers, ratios and coefficients of variation of primary and of junior schools; None where not known."""
    table = public_schools(place)
    found: dict[str, list[float | None]] = {}
    for level in LEVELS:
        of = table[table["level"] == level]
        private = sum(LEVELS[school.level] == level for school in place.private_schools)
        students = float(of["students"].sum())
        totals = {name: _total(of, name) for name in ("classes", "teachers")}
        found.setdefault("public schools", []).append(len(of))
        found.setdefault("zones", []).append(sum(LEVELS[zone.level] == level for zone in place.zones))
        if place.private_schools:
            found.setdefault("private schools", []).append(private)
        found.setdefault("students (public)", []).append(students if students >= FEW else None)
        for name, total in totals.items():
            found.setdefault(name, []).append(total)
        for name, total in totals.items():
            ratio = students / total if total else None
            found.setdefault(f"students a {'class' if name == 'classes' else 'teacher'}", []).append(ratio)
        for key, name in RESOURCES.items():
            whole = _total(of, name)
            cv = weighted_cv(of[name].to_numpy(float), of["students"].to_numpy()) if whole and len(of) > 1 else None
            found.setdefault(f"CV {key}", []).append(cv)
    return {name: (values[0], values[1]) for name, values in found.items()}


def public_schools(place: DistrictSpec) -> pd.DataFrame:
    """A row a public school and level with what is given of it, nan where nothing."""
    names = [name for name in GivenSchool.__dataclass_fields__ if not name.endswith("_by_grade")]
    private = {school.name for school in place.private_schools}
    rows = [
        {"school": name, "level": LEVELS[level], "class_size_max": _largest_class(school)}
        | {key: getattr(school, key) for key in names}
        for (name, level), school in place.given.items()
        if name not in private
    ]
    return pd.DataFrame(rows).astype(dict.fromkeys((*names, "class_size_max"), float))


def filled_in(place: DistrictSpec) -> Iterator[str]:
    """What the tables do not give, as a run records it, and the margins that fill it, with value and source."""
    yield from filled(place)
    if "levels of nine-year schools" in place.sources:
        yield place.sources["levels of nine-year schools"]
    for name, margin in MARGINS.items():
        for level in sorted({level for (_, level), school in place.given.items() if getattr(school, name) is None}):
            key = margin.format(level=LEVELS[level])
            yield f"{key} = {getattr(place, key):g} ({place.sources[key]})"
    margins = DistrictSpec.margins()
    own = [key for key in margins if not _is_filled(place, key)]
    yield (
        f"{len(margins) - len(own)} of {len(margins)} margins are those of {place.sources['like']}; "
        f"this district gives {', '.join(own)}"
    )


@dataclass(frozen=True)
class Assessment:
    """What the tables answer to a standard.

    Attributes
    ----------
    known : list of rows
        Questions with their answers, as `sim.inspection.ROWS`.
    addable : list of (row, what to add)
        Questions that further columns or margins would answer.
    others : int
        Questions that no table of this form answers.
    failing : list of str
        Schools that do not meet what each school must.
    """

    known: list[dict[str, Any]]
    addable: list[tuple[dict[str, Any], str]]
    others: int
    failing: list[str]


def assessed(place: DistrictSpec, standard: OfficialStandard) -> Assessment:
    """Ask a standard of what the tables give."""
    table = public_schools(place)
    for key, name in RESOURCES.items():
        table[key] = table[name]
    asked = {rule["setting"] for _, _, rule in standard.rules if "setting" in rule}
    stated = {setting: setting.partition(".")[2] for setting in asked}
    found = inspect_schools(
        standard,
        table.drop(columns=[name for name in table if table[name].isna().all() and name not in ("school", "level")]),
        stated={
            setting: float(getattr(place, key))
            for setting, key in stated.items()
            if key in DistrictSpec.margins() and not _is_filled(place, key)
        },
    )
    levels = {"both", *table["level"]}
    rows: list[dict[str, Any]] = [
        {str(key): None if _is_missing(value) else value for key, value in row.items()}
        for row in found.rows.to_dict("records")
        if row["level"] in levels
    ]
    open_rows = [row for row in rows if row["value"] is None]
    addable = [(row, how) for row in open_rows if (how := _how_to_answer(row, table))]
    of_level = [inspect_schools(standard, table[table["level"] == level]).schools for level in LEVELS]
    failing = [of[~of["passed"].astype(bool)] for of in of_level if "passed" in of]
    return Assessment(
        known=[row for row in rows if row["value"] is not None],
        addable=addable,
        others=len(open_rows) - len(addable),
        failing=[f"{row['school']} ({row['level']})" for of in failing for row in of.to_dict("records")],
    )


def _how_to_answer(row: Mapping[str, Any], table: pd.DataFrame) -> str:
    """What to add to the tables for a question to have an answer; nothing where no table has it."""
    reason = str(row["reason"]).removeprefix("not simulated: ")
    _, lacks, listed = reason.partition("no figure of ")
    if "is not stated" in reason:
        return f"state {reason.split()[0].partition('.')[2]} under margins in district.yaml"
    ways = [_how_to_know(name, table) for name in listed.split(", ")] if lacks else [""]
    return "; ".join(ways) if all(ways) else ""


def _how_to_know(key: str, table: pd.DataFrame) -> str:
    """What to add for a figure to be known; nothing where no column is for it."""
    if key == "class_size_max":
        return "add grade_1 ... and classes_1 ... to schools"
    name = RESOURCES.get(key, key)
    column = COLUMNS.get(name, name)
    if column not in SCHOOLS.columns:
        return ""
    lacking = table["school"][table[name].isna()].unique()
    called = f"column {column} ({SCHOOLS.columns[column].also[0]})"
    if len(lacking) == table["school"].nunique():
        return f"add the {called} to schools"
    return f"{called} of schools is empty for {', '.join(lacking[:3])}{' ...' if len(lacking) > 3 else ''}"


def _total(schools: pd.DataFrame, name: str) -> float | None:
    """Sum over schools, None unless all have it."""
    return None if schools[name].isna().any() or schools.empty else float(schools[name].sum())


def _largest_class(school: GivenSchool) -> float | None:
    """Students of the largest class, if those of a grade are dealt evenly to its classes."""
    students, classes = school.students_by_grade, school.classes_by_grade
    if students is None or classes is None:
        return None
    return max((math.ceil(one / other) for one, other in zip(students, classes, strict=True) if other), default=None)


def _is_filled(place: DistrictSpec, margin: str) -> bool:
    """Whether a margin is that of the district which this one is like."""
    return place.sources[margin].startswith(f"{place.sources['like']}: ")


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))

"""What the national inspectors (督导评估) would find: an official standard, asked of a table of schools.

A standard stands in `configs/standard/NAME.yaml`. What it asks for falls into four parts: `resources` (each school has
enough), `evenness` (schools of a level are alike), `government` and `quality` (the other indicators). What nobody can
say, because the model or the table does not know it, is `not simulated` and counts neither way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.agents.school import LEVELS
from sim.indicators.standards import passes, weighted_cv
from sim.noise import Floats
from sim.userinput import UserError, find, no_such, read_yaml

ROWS = ("part", "id", "title", "level", "comparator", "limit", "value", "met", "reason", "source")
PARTS = ("government", "quality")
COMPARATORS = {"at_least": ">=", "at_most": "<=", "below": "<"}
ROUNDING = 1e-9


@dataclass(frozen=True)
class OfficialStandard:
    """A national assessment.

    Attributes
    ----------
    resources : mapping
        Each resource by its key: `unit`, `per` students, `source`, and the least amounts where a school is judged.
    school : mapping or None
        How many a school must meet and how far the others may fall; None where schools are not judged.
    evenness : mapping
        Largest coefficient of variation by level; `judged` says whether of `each` resource or their mean (`composite`).
    smallest : int
        Students below which a teaching point is left out.
    rules : tuple of (part, id, mapping)
        The other indicators.
    """

    name: str
    title: str
    resources: Mapping[str, Mapping[str, Any]]
    school: Mapping[str, Any] | None
    evenness: Mapping[str, Any]
    smallest: int
    rules: tuple[tuple[str, str, Mapping[str, Any]], ...]

    @classmethod
    def load(cls, name: str, config_dirs: Sequence[Path] = ()) -> "OfficialStandard":
        """Read `configs/standard/NAME.yaml`."""
        table = read_yaml(find("standard", name, config_dirs))
        rules = [(part, str(id), rule) for part in PARTS for id, rule in table.get(part, {}).items()]
        return cls(
            name=name,
            title=str(table["title"]),
            resources=table["resources"],
            school=table.get("school"),
            evenness=table["evenness"],
            smallest=int(table["smallest"]["students"]),
            rules=tuple(rules),
        )

    def judge_evenness(self, cvs: Mapping[str, float], level: str) -> list[dict[str, Any]]:
        """Rows on the coefficients of variation of a level, by resource; one that is nan or not there is not known.

        Their plain mean, the composite (综合差异系数), is known when all of them are.
        """
        limit, source = float(self.evenness[level]), self.evenness["source"]
        known = {key: float(cvs.get(key, np.nan)) for key in self.resources}
        composite = float(np.mean(list(known.values())))
        judged = self.evenness["judged"]
        rows = []
        for key, cv in {**known, "composite": composite}.items():
            row = {"part": "evenness", "id": key, "title": f"差异系数 {key}", "level": level, "source": source}
            missing = [name for name, value in known.items() if np.isnan(value)] if key == "composite" else [key]
            if np.isnan(cv) or judged == ("composite" if key == "composite" else "each"):
                rows.append(row | _verdict(cv, "<=", limit, f"no figure of {', '.join(missing)}"))
            else:
                rows.append(row | {"value": cv, "reason": f"not judged: the standard is for {judged}"})
        return rows


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Attributes
    ----------
    schools : DataFrame
        A row a school and level: students, each resource for `per` students, and, where schools are judged, how many of
        the standards are `met`, the `lowest` share of one that is reached, and whether the school `passed`.
    rows : DataFrame
        `ROWS`, one a question and level. `met` is empty where nothing is asked or nothing is known.
    """

    schools: pd.DataFrame
    rows: pd.DataFrame

    @property
    def passed(self) -> bool:
        """Whether all that is known and asked for is met."""
        asked = self.rows["met"].dropna()
        return bool(len(asked)) and bool(asked.all())


def inspect_schools(
    standard: OfficialStandard,
    schools: pd.DataFrame,
    district: Mapping[str, Mapping[str, float]] | None = None,
    stated: Mapping[str, float] | None = None,
) -> Inspection:
    """Ask a standard of a table of schools.

    Parameters
    ----------
    schools : DataFrame
        A row a school and level (a nine-year school has two, under one name): `school`, `level` (primary, junior),
        `students`, and what it has of each resource in all (teachers, m2, yuan, rooms), by the standard's keys; as many
        of the keys as are known. Columns such as `class_size_max` answer more.
    district : mapping, optional
        Figures of the whole district by level and indicator.
    stated : mapping, optional
        What is decreed, by setting (`enrolment.high_school_quota`).
    """
    table = _checked(standard, schools)
    table = table[table["students"] >= standard.smallest].reset_index(drop=True)
    rows: list[dict[str, Any]] = []
    for level in LEVELS:
        of = table[table["level"] == level]
        if len(of):
            if standard.school is not None:
                rows.append(_judge_schools(standard, of, level))
            rows += standard.judge_evenness({key: _cv(of, key) for key in standard.resources}, level)
    for part, id, rule in standard.rules:
        head = {"part": part, "id": id, "title": rule["title"], "source": rule.get("source", "")}
        rows += [head | row for row in _judge_rule(rule, table, district or {}, stated or {})]
    found = pd.DataFrame(rows, columns=list(ROWS)).astype({"limit": float, "value": float, "met": "boolean"})
    return Inspection(_by_school(standard, table), found)


def _checked(standard: OfficialStandard, schools: pd.DataFrame) -> pd.DataFrame:
    """The table with numbers where numbers belong."""
    for column in ("school", "level", "students"):
        if column not in schools:
            raise UserError(f"the table of schools needs a column {column}; it has {', '.join(map(str, schools))}")
    if unknown := sorted(set(schools["level"]) - set(LEVELS)):
        raise no_such(f"the table of schools: level {unknown[0]}", "level", str(unknown[0]), LEVELS)
    table = schools.copy()
    for column in ("students", *(key for key in standard.resources if key in table)):
        numbers = pd.to_numeric(table[column], errors="coerce").astype(float)
        wrong = (numbers < 0) | (numbers.isna() & (table[column].notna() | (column == "students")))
        if wrong.any():
            name, value = table["school"][wrong].iloc[0], table[column][wrong].iloc[0]
            raise UserError(f"the table of schools: {column} of {name} must be a number of 0 or more, got {value!r}")
        table[column] = numbers
    return table


def _cv(schools: pd.DataFrame, key: str) -> float:
    """Coefficient of variation of a resource, nan where a school has no figure of it."""
    if key not in schools or schools[key].isna().any():
        return float("nan")
    return weighted_cv(schools[key].to_numpy(), schools["students"].to_numpy())


def _judge_schools(standard: OfficialStandard, schools: pd.DataFrame, level: str) -> dict[str, Any]:
    assert standard.school is not None
    missing = [key for key in standard.resources if key not in schools or schools[key].isna().any()]
    least_met, floor = standard.school["least_met"], standard.school["floor"]
    share = np.nan if missing else float(passes(_reached(standard, schools), least_met, floor).mean())
    title = f"每所学校至少{least_met}项达标，余项不低于{floor:.0%}"
    head = {"part": "resources", "id": "schools", "title": title, "level": level, "source": standard.school["source"]}
    return head | _verdict(share, ">=", 1.0, f"no figure of {', '.join(missing)}")


def _reached(standard: OfficialStandard, schools: pd.DataFrame) -> Floats:
    """Share of each standard that each school reaches, (S, k), rounded so that one at the floor is not below it."""
    resources = standard.resources.items()
    held = np.stack([schools[key] * of["per"] / schools["students"] for key, of in resources], axis=1)
    least = np.array([[of[level] for _, of in resources] for level in schools["level"]], np.float64)
    return np.round(held / least, 9)


def _judge_rule(
    rule: Mapping[str, Any],
    schools: pd.DataFrame,
    district: Mapping[str, Mapping[str, float]],
    stated: Mapping[str, float],
) -> Iterator[dict[str, Any]]:
    """Rows of one of the other indicators, one a level that it names."""
    asked = next((name for name in COMPARATORS if name in rule), None)
    if asked is None:
        yield {"level": "both", "reason": f"not simulated: {rule['reason']}"}
        return
    sign, limits = COMPARATORS[asked], rule[asked]
    for level in (level for level in LEVELS if level in limits):
        if "schools" in rule:
            share, missing = _share_within(rule["schools"], sign, limits, schools, level), rule["schools"]
            words = {"reason": f"share of schools with {missing} {sign} {limits[level]:g}"}
            yield {"level": level, **words, **_verdict(share, ">=", 1.0, f"no figure of {missing}")}
        elif "district" in rule:
            value = district.get(level, {}).get(rule["district"], np.nan)
            yield {"level": level} | _verdict(value, sign, limits[level], f"no figure of {rule['district']}")
        else:
            value = stated.get(rule["setting"], np.nan)
            words = {"reason": f"as stated: {rule['setting']}"}
            yield {"level": level, **words, **_verdict(value, sign, limits[level], f"{rule['setting']} is not stated")}


def _share_within(measure: str, sign: str, limits: Mapping[str, float], schools: pd.DataFrame, level: str) -> float:
    """Share of a level's schools that keep a limit; a nine-year school may have its own, for both levels together."""
    if measure not in schools or schools[measure].isna().any():
        return float("nan")
    values, limit = schools[measure].astype(float), pd.Series(float(limits[level]), schools.index)
    if "nine_year" in limits:
        nine_year = schools.groupby("school")["level"].transform("nunique") == len(LEVELS)
        values = values.where(~nine_year, schools.groupby("school")[measure].transform("sum"))
        limit = limit.where(~nine_year, float(limits["nine_year"]))
    of_level = schools["level"] == level
    kept = [_holds(value, sign, most) for value, most in zip(values[of_level], limit[of_level], strict=True)]
    return float(np.mean(kept)) if kept else float("nan")


def _verdict(value: float, sign: str, limit: float, missing: str) -> dict[str, Any]:
    row: dict[str, Any] = {"comparator": sign, "limit": limit, "value": value}
    if np.isnan(value):
        return row | {"reason": f"not simulated: {missing}"}
    return row | {"met": _holds(value, sign, limit)}


def _holds(value: float, sign: str, limit: float) -> bool:
    if sign == ">=":
        return value >= limit - ROUNDING
    return value <= limit + ROUNDING if sign == "<=" else value < limit - ROUNDING


def _by_school(standard: OfficialStandard, table: pd.DataFrame) -> pd.DataFrame:
    schools = table[["level", "school", "students"]].copy()
    known = [key for key in standard.resources if key in table]
    for key in known:
        schools[key] = table[key] * standard.resources[key]["per"] / table["students"]
    complete = len(known) == len(standard.resources) and not table[known].isna().any(axis=None)
    if standard.school is not None and complete and len(table):
        reached = _reached(standard, table)
        schools["met"] = (reached >= 1.0).sum(axis=1)
        schools["lowest"] = reached.min(axis=1)
        schools["passed"] = passes(reached, standard.school["least_met"], standard.school["floor"])
    return schools

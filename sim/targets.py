"""What was promised: the rows of a plan, checked.

The promises of a district stand in `configs/targets/NAME.yaml`; its header explains the columns. Those with
a measure in the model are scored (`sim.scoring`); the others say why they are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.agents.school import LEVELS
from sim.indicators.catalogue import INDICATORS, SCHOOL
from sim.indicators.scores import PERCENT
from sim.noise import Floats
from sim.reform import known_levers
from sim.userinput import UserError, find, no_such, number, read_yaml, shown

COMPARATORS = (">=", "<=", "<", "=")
AT_MOST = ("<=", "<")
STEPS = ("target", "change", "growth", "since_baseline")
"""A number to be reached; a change against the year before; the same in percent of the year before; a change against
the baseline year."""
STATUSES = ("not simulated", "not a target")
OTHER = "other"
"""Level of a promise about what is not compulsory education, such as kindergartens; no measure has it."""
ROUNDING = 1e-9
"""In the target's unit: 0.52 - 0.50 is 2 points."""
DISTRICT_TABLE = "district.zones"
"""The table of zones and schools, which the model takes as it is."""


@dataclass(frozen=True)
class Unscored:
    """A row that the model does not score."""

    id: str
    level: str
    status: str
    reason: str
    source: str


@dataclass(frozen=True)
class Target:
    """A row that the model scores.

    Attributes
    ----------
    indicator : str
        Column of the indicators.
    level : str
        `primary`, `junior` or `both`.
    step : str
        One of `STEPS`.
    goal : float or str
        What is promised, in `unit`; or the name of a district value, in the indicator's unit.
    unit : str
        `%` and `pp` are 100 times an indicator that is a share.
    years : tuple of int
        Years in which it is judged.
    each : bool
        Whether every school has to meet it, of both levels where the level is `both`.
    per_school : bool
        Whether the measure is the mean of the schools, though the district's figure is their sum or the highest: the
        mean version of a goal for each.
    weight : str
        Indicator that shares of both levels are pooled by; empty for counts, which add up.
    set_by : str
        What states the measure itself, so that reaching the goal is no achievement: one of `decreeing()`, or
        `DISTRICT_TABLE`; empty where the model finds the measure.
    """

    id: str
    indicator: str
    level: str
    comparator: str
    step: str
    goal: float | str
    unit: str
    years: tuple[int, ...]
    each: bool
    weight: str
    set_by: str
    note: str
    source: str
    per_school: bool = False

    @property
    def factor(self) -> float:
        """The target's unit, in the indicator's."""
        return PERCENT if self.unit in ("%", "pp") and INDICATORS[self.indicator].unit == "share" else 1.0

    def resolve(self, parameters: Mapping[str, Any]) -> float:
        """What is promised, in `unit`; a district value is looked up in the run's settings."""
        if not isinstance(self.goal, str):
            return self.goal
        value: Any = parameters
        for key in self.goal.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return self.factor * number(value, f"targets: {self.id}: {self.goal}")

    def met(self, values: Floats, goal: float) -> NDArray[np.bool_]:
        """Whether values meet the goal, both in `unit`; `=` on a share that should be complete is `>=`."""
        at_least, at_most = values >= goal - ROUNDING, values <= goal + ROUNDING
        if self.comparator == ">=" or (self.comparator == "=" and self.unit == "%" and goal == PERCENT):
            return at_least
        if self.comparator == "<":
            below: NDArray[np.bool_] = values < goal - ROUNDING
            return below
        return at_most if self.comparator == "<=" else at_least & at_most

    @property
    def mean_version(self) -> "Target":
        """The same for the mean of a goal that each school has to meet."""
        measure = INDICATORS[self.indicator]
        return replace(self, each=False, per_school=measure.adds_up or measure.highest)


@dataclass(frozen=True)
class Targets:
    """The promises of one plan, in the order of its table."""

    rows: tuple[Target | Unscored, ...]

    @classmethod
    def load(cls, name: str, config_dirs: Sequence[Path] = ()) -> Self:
        """Read `configs/targets/NAME.yaml`."""
        path = find("targets", name, config_dirs)
        return cls.parse(read_yaml(path), str(path))

    @classmethod
    def parse(cls, plain: Mapping[str, Any], where: str = "targets") -> Self:
        """The rows of a plan as its YAML (or a run's record of it) holds them.

        Raises
        ------
        UserError
            For the first row that is wrong.
        """
        for key in plain.keys() - {"document", "targets"}:
            raise no_such(where, "entry", key, ("document", "targets"))
        table = plain.get("targets", {})
        if not isinstance(table, Mapping):
            raise UserError(f"{where}: targets must hold one block a row, got {shown(table)}")
        document = str(plain.get("document", ""))
        return cls(tuple(_row(id, row, document, f"{where}: {id}") for id, row in table.items()))


@cache
def decreeing() -> tuple[str, ...]:
    """Settings of a policy that may state a measure: a number in place of the status quo."""
    return tuple(
        f"policy.{group}.{name}"
        for group, lever in known_levers().items()
        for name, declared in lever.settings().items()
        if declared.off is None and declared.kind is float
    )


_WORDS = ("title", "section", "quote", "level")
_NOT_SCORED = (*_WORDS, "status", "reason", "reason_zh", "carried_by")
_SCORED = (*_WORDS, "measure", "each", "weight", "comparator", *STEPS, "unit", "years", "set_by", "note")


def _row(id: str, row: object, document: str, where: str) -> Target | Unscored:
    """One checked row of the YAML."""
    if not isinstance(row, Mapping):
        raise UserError(f"{where} must hold names and values, got {shown(row)}")
    known = _NOT_SCORED if "status" in row else _SCORED
    for key in row:
        if key not in known:
            raise no_such(where, "entry", key, known)
    source = f"{document}, {_text(row, 'section', where)}: {_text(row, 'quote', where)}"
    level = _one_of(row, "level", (*LEVELS, "both", *([OTHER] if "status" in row else [])), where)
    if "status" in row:
        reason, carriers = _text(row, "reason", where), row.get("carried_by", [])
        if not isinstance(carriers, list):
            raise UserError(f"{where}.carried_by must be a list of settings, got {shown(carriers)}")
        carried = f"; carried by {', '.join(map(str, carriers))}" if carriers else ""
        return Unscored(id, level, _one_of(row, "status", STATUSES, where), reason + carried, source)
    return _target(id, row, level, source, where)


def _target(id: str, row: Mapping[str, Any], level: str, source: str, where: str) -> Target:
    indicator = _one_of(row, "measure", tuple(INDICATORS), where)
    steps = [step for step in STEPS if step in row]
    if len(steps) != 1:
        raise UserError(f"{where} must have one of {', '.join(STEPS)}, got {', '.join(steps) or 'none'}")
    goal = row[steps[0]]
    years, each, weight = row.get("years"), row.get("each", False), row.get("weight", "")
    if not isinstance(years, list) or not years:
        raise UserError(f"{where}.years must be a list of years, got {shown(years)}")
    if not isinstance(each, bool):
        raise UserError(f"{where}.each must be true or false, got {shown(each)}")
    if weight and weight not in INDICATORS:
        raise no_such(f"{where}.weight", "indicator", weight, INDICATORS)
    if "set_by" in row and row["set_by"] not in (*decreeing(), DISTRICT_TABLE):
        raise no_such(f"{where}.set_by", "setting", row["set_by"], (*decreeing(), DISTRICT_TABLE))
    comparator = _one_of(row, "comparator", COMPARATORS, where)
    if each and (comparator == "=" or SCHOOL not in INDICATORS[indicator].scopes):
        raise UserError(f"{where}.each needs >=, <= or <, and an indicator that schools have")
    if level == "both" and not weight and INDICATORS[indicator].unit == "share":
        raise UserError(f"{where}.weight must name an indicator: shares of two levels do not add up")
    return Target(
        id=id,
        indicator=indicator,
        level=level,
        comparator=comparator,
        step=steps[0],
        goal=goal if isinstance(goal, str) else number(goal, f"{where}.{steps[0]}"),
        unit=_text(row, "unit", where),
        years=tuple(int(number(year, f"{where}.years", 1990, 2100, whole=True)) for year in years),
        each=each,
        weight=weight,
        set_by=row.get("set_by", ""),
        note=str(row.get("note", "")),
        source=source,
    )


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    text = row.get(key)
    if not isinstance(text, str) or not text:
        raise UserError(f"{where}.{key} must be a text, got {shown(text)}")
    return text


def _one_of(row: Mapping[str, Any], key: str, known: Sequence[str], where: str) -> str:
    name = row.get(key)
    if name not in known:
        raise no_such(f"{where}.{key}", key, name, known)
    return str(name)

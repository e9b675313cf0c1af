"""What the page shows of an answer: figures for one indicator, level and year, by district, school and target."""

import math
from dataclasses import dataclass, replace

import numpy as np

from experiments.explore.session import ARMS, Pairs, Place
from sim.agents.school import LEVELS, YEARS
from sim.analysis.paired import Spread, spread
from sim.indicators.catalogue import DISTRICT, INDICATORS, SCHOOL, ZONE
from sim.indicators.scores import PERCENT
from sim.noise import Floats
from sim.report.places import FEWEST
from sim.scenario import Arm
from sim.scoring import score
from sim.tables import indicator_table
from sim.targets import Target, Targets

STUDENTS = "students"


@dataclass(frozen=True)
class Choice:
    """What is looked at.

    Attributes
    ----------
    level : str
        `primary` or `junior`.
    change : bool
        On the map the change since the baseline rather than the value.
    """

    indicator: str
    level: str
    year: int
    change: bool = False

    @property
    def factor(self) -> float:
        """Shown figures, in the indicator's unit: shares are shown in percent."""
        return PERCENT if INDICATORS[self.indicator].unit == "share" else 1.0

    @property
    def unit(self) -> str:
        """Of shown figures."""
        return "%" if self.factor == PERCENT else INDICATORS[self.indicator].unit


@dataclass(frozen=True)
class Curve:
    """One policy's indicator of the district by year: mean over replicates and the ends of the band."""

    mean: list[float]
    p05: list[float]
    p95: list[float]


@dataclass(frozen=True)
class Goal:
    """A target in one of the years in which it is judged; `at` in shown figures, nan where it is no level."""

    id: str
    year: int
    comparator: str
    target: float
    unit: str
    at: float
    each: bool
    both: bool
    mean: float
    chance: float
    chance_other: float
    status: str
    stated: bool


@dataclass(frozen=True)
class Shown:
    """A school and what is shown of it: by policy, the year's figure and that of the baseline; nan where none is."""

    place: Place
    students: float
    value: dict[Arm, float]
    baseline: dict[Arm, float]

    def figure(self, arm: Arm, change: bool) -> float:
        """What the map shows."""
        return self.value[arm] - self.baseline[arm] if change else self.value[arm]


@dataclass(frozen=True)
class View:
    """All that is shown of one choice.

    Attributes
    ----------
    difference : float
        A less B in the chosen year, mean over replicates of the paired difference; nan where there is none.
    error : float
        Its standard error; nan of a single replicate.
    scope : str
        What the map's figures are of: each school, its zone, or nothing smaller than the district.
    span : (float, float)
        Least and largest figure of the map over both policies and all years.
    """

    choice: Choice
    replicates: int
    years: list[int]
    curves: dict[Arm, Curve]
    difference: float
    error: float
    goals: list[Goal]
    scope: str
    schools: list[Shown]
    span: tuple[float, float]


def view(pairs: Pairs, places: tuple[Place, ...], choice: Choice) -> View:
    """Sum up what is known by now."""
    years, measure = list(pairs.years), INDICATORS[choice.indicator]
    values = {arm: choice.factor * pairs.values(arm, choice.indicator) for arm in ARMS}
    district = next((i for i, key in enumerate(pairs.keys) if key[:2] == (choice.level, DISTRICT)), None)
    nothing = np.full((len(pairs.done), len(years)), np.nan)
    lines = {arm: nothing if district is None else values[arm][:, :, district] for arm in ARMS}
    paired = spread(lines[ARMS[0]] - lines[ARMS[1]])
    at = years.index(choice.year)
    scope = next((scope for scope in (SCHOOL, ZONE, DISTRICT) if scope in measure.scopes), DISTRICT)
    schools = _schools(pairs, places, values, choice, at, scope)
    return View(
        choice=choice,
        replicates=len(pairs.done),
        years=years,
        curves={arm: _curve(spread(lines[arm])) for arm in ARMS},
        difference=float(paired.mean[at]),
        error=float(paired.sd[at]) / math.sqrt(paired.replicates[at]) if paired.replicates[at] else math.nan,
        goals=_goals(pairs, choice),
        scope=scope,
        schools=schools.of_year,
        span=schools.span,
    )


def _curve(over: Spread) -> Curve:
    return Curve(over.mean.tolist(), over.p05.tolist(), over.p95.tolist())


@dataclass(frozen=True)
class _Schools:
    of_year: list[Shown]
    span: tuple[float, float]


def _schools(
    pairs: Pairs, places: tuple[Place, ...], values: dict[Arm, Floats], choice: Choice, at: int, scope: str
) -> _Schools:
    """Means over replicates of the schools of a level, each with its own figure or that of its zone."""
    rows = {key: i for i, key in enumerate(pairs.keys)}
    here = [place for place in places if place.level == choice.level]
    own = [rows[place.level, SCHOOL, place.name] for place in here]
    units = [rows.get((place.level, scope, place.zone if scope == ZONE else place.name), -1) for place in here]
    headcount = pairs.values(ARMS[0], STUDENTS)[:, :, own]
    means = {}
    for arm in ARMS:
        known = np.concatenate((values[arm], np.full((*values[arm].shape[:2], 1), np.nan)), axis=2)
        means[arm] = np.asarray(spread(known[:, :, units]).mean)
        if scope == SCHOOL and INDICATORS[choice.indicator].unit != "students":
            few = headcount.min(axis=0) < FEWEST * _grades(choice)
            means[arm] = np.where(few, np.nan, means[arm])
    students = headcount.mean(axis=0)[at]
    shown = [
        Shown(
            place,
            float(students[i]),
            {arm: float(means[arm][at, i]) for arm in ARMS},
            {arm: float(means[arm][0, i]) for arm in ARMS},
        )
        for i, place in enumerate(here)
    ]
    every = np.stack([means[arm] - (means[arm][0] if choice.change else 0.0) for arm in ARMS])
    every = every[np.isfinite(every)]
    return _Schools(shown, (float(every.min()), float(every.max())) if every.size else (math.nan, math.nan))


def _grades(choice: Choice) -> int:
    """Grades whose students share a school's figure out among them: rates are of the last one alone."""
    return YEARS[LEVELS.index(choice.level)] if choice.indicator.endswith("_rate") else 1


def _goals(pairs: Pairs, choice: Choice) -> list[Goal]:
    """How far the indicator's targets are in the years in which they are judged, as a run's `targets.csv` says it."""
    targets = {
        row.id: row
        for row in Targets.parse(pairs.a.targets).rows
        if isinstance(row, Target) and row.indicator == choice.indicator and row.level in (choice.level, "both")
    }
    if not targets:
        return []
    resolved = replace(pairs.a, counterfactual=pairs.b.policy).resolved
    table = score(Targets(tuple(targets.values())), indicator_table(pairs.a, pairs.done), resolved)
    goals = []
    for row in table[table["due"]].to_dict("records"):
        target = targets[row["id"].partition("/")[0]]
        level = target.step == "target"
        goals.append(
            Goal(
                id=row["id"],
                year=int(row["year"]),
                comparator=row["comparator"],
                target=float(row["target"]),
                unit=target.unit,
                at=choice.factor * float(row["target"]) / target.factor if level else math.nan,
                each=target.each and not row["id"].endswith("/mean"),
                both=target.level == "both",
                mean=float(row["mean"]),
                chance=float(row["probability"]),
                chance_other=float(row["probability_counterfactual"]),
                status=str(row["status"]),
                stated=str(row["reason"]).startswith(("decreed: ", "given: ")),
            )
        )
    return goals

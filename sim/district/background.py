"""Background: what law, births and society are in each year, whatever the district does. The same in both arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.agents.teacher import SUBJECTS
from sim.userinput import UserError, find, no_such, number, read_yaml, shown

LESSONS = tuple(f"lessons_{subject}" for subject in SUBJECTS)
BOUNDS: Mapping[str, tuple[float, float]] = {
    "quota_primary": (0, 100_000),  # yuan a student
    "quota_junior": (0, 100_000),
    "smallest_funded": (0, 10_000),  # students
    "retirement_men": (480, 900),  # months of age
    "retirement_women": (480, 900),
    "entrants": (0.01, 100_000),  # children of entry age, an index or a count
    "tutoring": (0.01, 100),  # private tutoring, an index
    "after_school_hours": (0, 40),  # hours of after-school service a week
    **dict.fromkeys(LESSONS, (0.1, 100)),  # % of lessons
}
"""What a background may state by year, with the values allowed. The last lines count against the baseline year."""
COLUMNS = ("values", "source")
NEEDED = ("quota_primary", "quota_junior", "smallest_funded", "retirement_men", "retirement_women")
"""What it must state, itself or by what it is `like`."""


@dataclass(frozen=True)
class Law:
    """What one year asks of the district."""

    quota: tuple[float, float]
    """Public-use funds, yuan a student, primary and junior."""
    smallest_funded: int
    """Students for whom schools with fewer get public-use funds."""
    retirement_months: tuple[int, int]
    """Retirement age in months, men and women."""
    entrants: float
    """Children of entry age over those of the baseline year, beside the district's own trend."""
    tutoring: float
    """Private tutoring over that of the baseline year."""
    after_school_hours: float
    """Hours of after-school service a week above the baseline year's."""
    lesson_weight: tuple[float, ...]
    """Lessons of each subject over those of the baseline year."""


@dataclass(frozen=True)
class Background:
    """Values by year; `frozen` holds those of the baseline year, and births with them."""

    name: str
    frozen: bool
    baseline_year: int
    values: Mapping[str, Mapping[int, float]]

    def at(self, year: int) -> Law:
        year = self.baseline_year if self.frozen else year
        if year not in self._laws:
            self._laws[year] = self._law(year)
        return self._laws[year]

    @cached_property
    def _laws(self) -> dict[int, Law]:
        return {}

    def _law(self, year: int) -> Law:
        def held(key: str) -> float:
            return _held(self.values[key], year)

        def against_baseline(key: str) -> float:
            return held(key) / _held(self.values[key], self.baseline_year) if key in self.values else 1.0

        hours = self.values.get("after_school_hours", {year: 0.0})
        return Law(
            quota=(held("quota_primary"), held("quota_junior")),
            smallest_funded=int(held("smallest_funded")),
            retirement_months=(int(held("retirement_men")), int(held("retirement_women"))),
            entrants=against_baseline("entrants"),
            tutoring=against_baseline("tutoring"),
            after_school_hours=_held(hours, year) - _held(hours, self.baseline_year),
            lesson_weight=tuple(against_baseline(key) for key in LESSONS),
        )


def load_background(name: str, baseline_year: int, config_dirs: Sequence[Path] = ()) -> Background:
    """Read `configs/background/NAME.yaml` and what it is `like`: one name, or several, of which the later prevail.

    Raises
    ------
    UserError
        An entry that is not known, a value that is not allowed, one that is needed and missing.
    """
    values, frozen = _read(name, config_dirs, ())
    if missing := [key for key in NEEDED if key not in values]:
        path = find("background", name, config_dirs)
        raise UserError(f"{path} lacks {', '.join(missing)}; state them, or write `like: law`")
    return Background(name, frozen, baseline_year, values)


def _read(name: str, config_dirs: Sequence[Path], above: tuple[str, ...]) -> tuple[dict[str, dict[int, float]], bool]:
    """Values by key and year, and whether the background is frozen."""
    if name in above:
        raise UserError(f"background={above[0]}: {' is like '.join((*above, name))}; end the circle")
    path = find("background", name, config_dirs)
    raw = read_yaml(path)
    like = raw.get("like", [])
    models = [like] if isinstance(like, str) else like
    if not isinstance(models, list) or not all(isinstance(model, str) for model in models):
        raise UserError(f"{path}: like must be the name of a background or a list of names, got {shown(like)}")
    frozen = raw.get("frozen", False)
    if not isinstance(frozen, bool):
        raise UserError(f"{path}: frozen must be true or false, got {shown(frozen)}")
    values: dict[str, dict[int, float]] = {}
    for model in models:
        others, held = _read(model, config_dirs, (*above, name))
        values |= others
        frozen |= held
    for key, stated in raw.items():
        if key not in ("like", "frozen"):
            values[key] = _by_year(key, stated, path)
    return values, frozen


def _by_year(key: str, stated: object, path: Path) -> dict[int, float]:
    """The checked values of one entry."""
    if key not in BOUNDS:
        raise no_such(f"{path}: {key}", "entry", key, ("like", "frozen", *BOUNDS))
    if isinstance(stated, Mapping) and (others := [name for name in stated if name not in COLUMNS]):
        raise no_such(f"{path}: {key}", "column", others[0], COLUMNS)
    line: Any = stated.get("values") if isinstance(stated, Mapping) else None
    if not isinstance(line, Mapping) or not line:
        raise UserError(f"{path}: {key} must have values by year, such as {{values: {{2021: 1}}}}, got {shown(stated)}")
    for year, value in line.items():
        number(year, f"{path}: {key}: a year", 1900, 2200, whole=True)
        number(value, f"{path}: {key} ({year})", *BOUNDS[key])
    return dict(line)


def _held(by_year: Mapping[int, float], year: int) -> float:
    """The value of the latest listed year that is not after `year`, the first one before that."""
    past = [listed for listed in by_year if listed <= year]
    return by_year[max(past) if past else min(by_year)]

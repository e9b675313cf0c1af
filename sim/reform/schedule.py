"""A lever with its values by year."""

import dataclasses
import typing
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sim.reform.lever import CALENDAR_YEAR, Lever, Setting, Settings, calendar_year
from sim.userinput import UserError, shown


@dataclass(frozen=True)
class Schedule:
    """One lever of a policy with its values by year.

    Attributes
    ----------
    group : str
        Its name under `policy.`.
    raw : dict
        The settings as given, a value or values by year; years of the simulation.
    versions : tuple of (int, Lever)
        The lever from each year at which a value changes, the first from year 0.
    """

    group: str
    raw: Mapping[str, Any]
    versions: tuple[tuple[int, Lever], ...]

    @classmethod
    def read(cls, group: str, kind: type[Lever], raw: Mapping[str, Any], moved_by: int = 0) -> Self:
        """Check the settings of a lever in every year, and move the years they name."""
        where = f"policy.{group}"
        lines = {
            name: timeline(value, kind.declared(name, where), f"{where}.{name}", moved_by)
            for name, value in raw.items()
        }
        versions = []
        for year in sorted({0}.union(*lines.values())):
            begun = {name: [since for since in line if since <= year] for name, line in lines.items()}
            values = {name: lines[name][max(years)] for name, years in begun.items() if years}
            versions.append((year, kind.read(values, where)))
        plain = {name: line[0] if 0 in line else line for name, line in lines.items()}
        return cls(group, plain, tuple(versions))

    @property
    def last_change(self) -> int:
        """Year of the last value by year; 0 without one."""
        return self.versions[-1][0]

    @property
    def lines(self) -> dict[str, dict[int, Any]]:
        """The settings with values by year, each with its value by the year it holds from."""
        by_year = {name: value for name, value in self.raw.items() if isinstance(value, dict)}
        return {name: line for name, line in by_year.items() if any(isinstance(year, int) for year in line)}

    @property
    def kind(self) -> type[Lever]:
        """The lever's class."""
        return type(self.versions[0][1])

    def at(self, year: int) -> Lever | None:
        """The lever as it is in `year`; None where all its settings are off."""
        place = bisect_right(self.versions, year, key=lambda version: version[0]) - 1
        lever = self.versions[max(place, 0)][1]
        return None if lever.is_off else lever


def timeline(value: object, declared: Setting, where: str, moved_by: int) -> dict[int, Any]:
    """Value by the year it holds from, the years moved: year 0 alone for a value that always holds."""
    numeric = declared.kind in (float, int)
    if not numeric and isinstance(value, dict) and any(isinstance(key, int) for key in value):
        raise UserError(f"{where} takes one value for all years; values by year are for numbers, got {shown(value)}")
    if not numeric or not isinstance(value, dict):
        declared.accept(value, where)
        return {0: _moved(value, declared, moved_by)}
    if not value:
        raise UserError(f"{where} must be a value or values by year such as {{2021: ...}}, got {{}}")
    line = {}
    for year in value:
        calendar_year(year, f"{where}: a year")
        declared.accept(value[year], f"{where} ({year})")
        line[year + moved_by] = _moved(value[year], declared, moved_by)
    return dict(sorted(line.items()))


def _moved(value: Any, declared: Setting, moved_by: int) -> Any:
    """The value with the calendar years in it moved."""
    if value is None:
        return None
    if typing.get_origin(declared.kind) is tuple:
        item = dataclasses.replace(declared, kind=typing.get_args(declared.kind)[0])
        return [_moved(part, item, moved_by) for part in value]
    if _is_settings(declared.kind):
        parts = declared.kind.settings()
        return {name: _moved(part, parts[name], moved_by) for name, part in value.items()}
    return value + moved_by if declared.unit == CALENDAR_YEAR else value


def _is_settings(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Settings)

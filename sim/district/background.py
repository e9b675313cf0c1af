"""Background: what law and quotas are in each year, whatever the district does. The same in both arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.userinput import UserError, find, read_yaml

LATER = ("double_reduction", "falling_births", "curriculum_2022")


@dataclass(frozen=True)
class Law:
    """Law of one year."""

    quota: tuple[float, float]
    """Public-use funds, yuan a student, primary and junior."""
    smallest_funded: int
    """Students for whom schools with fewer get public-use funds."""
    retirement_months: tuple[int, int]
    """Retirement age in months, men and women."""


@dataclass(frozen=True)
class Background:
    """Law by year; `frozen` holds that of the baseline year, and births with it."""

    name: str
    frozen: bool
    frozen_at: int
    values: Mapping[str, Mapping[int, float]]

    def at(self, year: int) -> Law:
        year = self.frozen_at if self.frozen else year
        held = {name: _held(by_year, year) for name, by_year in self.values.items()}
        return Law(
            quota=(held["quota_primary"], held["quota_junior"]),
            smallest_funded=int(held["smallest_funded"]),
            retirement_months=(int(held["retirement_men"]), int(held["retirement_women"])),
        )


def load_background(name: str, baseline_year: int, config_dirs: Sequence[Path] = ()) -> Background:
    """Read `configs/background/NAME.yaml`."""
    if name in LATER:
        raise UserError(f"background={name} comes in a later release; use law or frozen")
    raw: dict[str, Any] = read_yaml(find("background", name, config_dirs))
    law = read_yaml(find("background", raw["like"], config_dirs)) if "like" in raw else raw
    values = {key: stated["values"] for key, stated in law.items() if isinstance(stated, Mapping)}
    return Background(name, bool(raw.get("frozen", False)), baseline_year, values)


def _held(by_year: Mapping[int, float], year: int) -> float:
    """The value of the latest listed year that is not after `year`, the first one before that."""
    past = [listed for listed in by_year if listed <= year]
    return by_year[max(past) if past else min(by_year)]

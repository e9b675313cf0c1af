"""The place a study was done in: schools as many and as large as its sample, all else as in a generic county."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import sim
from sim.agents.school import LEVELS
from sim.agents.zone import FORMS
from sim.district.listed_places import ZoneSpec
from sim.reform import Lever, Policy
from sim.reform.schedule import Schedule
from sim.scenario import Scenario


def zones_of(level: str, schools: int, each: int = 1, form: str = "zone") -> tuple[ZoneSpec, ...]:
    """As many schools of a level, `each` to a zone, of which the first leads."""
    names = [f"{level} {number}" for number in range(schools)]
    return tuple(
        ZoneSpec(
            name=f"{level} zone {first // each}",
            level=LEVELS.index(level),
            form=FORMS.index(form),
            lead=names[first],
            schools=tuple(names[first : first + each]),
        )
        for first in range(0, schools, each)
    )


def scenario(
    zones: Sequence[ZoneSpec],
    *,
    margins: Mapping[str, float],
    effects: Mapping[str, float],
    levers: Mapping[str, Lever] | None = None,
    years: int = 1,
) -> Scenario:
    """A study's district, its effects frozen at their means, under the levers that the study tried out.

    Parameters
    ----------
    margins : mapping
        Margins of the district that differ from those of `configs/district/generic_county.yaml`.
    effects : mapping
        Effects that differ from their means.
    levers : mapping
        By group; none of them in the other arm.
    years : int
        Simulated after the baseline.
    """
    county = _county(tuple(effects.items()))
    numbers: dict[str, Any] = dict(margins)
    return replace(
        county,
        district=replace(county.district, zones=tuple(zones), targets=None, **numbers),
        policy=_policy(county.status_quo, levers or {}),
        targets={},
        horizon=county.baseline_year + years,
    )


@cache
def _county(effects: tuple[tuple[str, float], ...]) -> Scenario:
    """A generic county with these effects; read once, since a replay is repeated hundreds of times."""
    fixed = [(f"effects.{key}", value) for key, value in effects]
    return sim.load("generic_county", effects="means", overrides=fixed)


def _policy(nothing: Policy, levers: Mapping[str, Lever]) -> Policy:
    """The policy of these levers, from the year after the baseline on."""
    schedules = tuple(Schedule(group, asdict(lever), ((0, lever),)) for group, lever in levers.items())
    return replace(nothing, name="study", title="as the study tried it", levers=schedules)

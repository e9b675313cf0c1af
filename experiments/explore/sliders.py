"""The sliders: which settings of the policy have one, from where to where, and where they stand at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.district.spec import DistrictSpec
from sim.reform import Policy, known_levers
from sim.reform.lever import Setting
from sim.scenario import Scenario
from sim.userinput import UserError, no_such, shown

STEPS = 100
"""Places that a slider can stop at."""


@dataclass(frozen=True)
class Slider:
    """A slider for one setting of a lever.

    Attributes
    ----------
    key : str
        `rotation.rate`.
    low, high, step : float
        In `unit`.
    typed : dict
        Value under the policy as it was typed, by the year it holds from; empty where the district's status quo holds.
    start : float
        Where it stands until it is moved.
    """

    key: str
    unit: str
    meaning: str
    low: float
    high: float
    step: float
    typed: Mapping[int, float]
    start: float

    @property
    def by_year(self) -> bool:
        """Whether the policy changes the value from year to year, which a slider that is moved does not."""
        return len(self.typed) > 1


def sliders_of(scenario: Scenario, keys: Sequence[str], tops: Mapping[str, float]) -> list[Slider]:
    """A slider for each of the settings.

    Parameters
    ----------
    scenario : Scenario
        With the policy as it was typed.
    keys : sequence of str
        Settings of levers, `rotation.rate`.
    tops : mapping
        Ends of sliders that are nearer than what the lever allows.

    Raises
    ------
    UserError
        For what is no setting, or none that is a number.
    """
    return [_slider(scenario, key, tops) for key in keys]


def _slider(scenario: Scenario, key: str, tops: Mapping[str, float]) -> Slider:
    declared = _declared(key)
    low = 0.0 if declared.low is None else declared.low
    high = tops.get(key, declared.high)
    if high is None or high <= low:
        raise UserError(f"explore.tops: {key} needs an end above {low:g}, such as explore.tops={{{key}: {low + 1:g}}}")
    if declared.high is not None and high > declared.high:
        raise UserError(f"explore.tops: {key} must be at most {declared.high:g}, got {shown(high)}")
    typed = _by_year(scenario, key, declared)
    own = _of_district(scenario.district, key.partition(".")[2])
    start = list(typed.values())[-1] if typed else low if own is None else own
    whole = declared.kind is int
    return Slider(
        key=key,
        unit=declared.unit,
        meaning=declared.meaning,
        low=low,
        high=max(high, start),
        step=1.0 if whole else (high - low) / STEPS,
        typed=typed,
        start=start,
    )


def _declared(key: str) -> Setting:
    where = f"explore.sliders: {key}"
    levers = known_levers()
    group, _, name = key.partition(".")
    if group not in levers:
        raise no_such(where, "lever", group, levers)
    if name not in levers[group].settings():
        raise no_such(where, f"setting of {group}", name, levers[group].settings())
    declared = levers[group].settings()[name]
    if declared.kind not in (float, int):
        raise UserError(f"{where} is no number; type it, as policy.{key}=VALUE")
    return declared


def _by_year(scenario: Scenario, key: str, declared: Setting) -> dict[int, float]:
    """The setting's value from each year in which it changes; none where it is the district's own throughout."""
    values: dict[int, float] = {}
    for year in range(scenario.baseline_year + 1, scenario.horizon + 1):
        value = _stated(scenario.policy, key, year, declared)
        if value is not None and (not values or list(values.values())[-1] != value):
            values[year] = float(value)
    return values


def _stated(policy: Policy, key: str, year: int, declared: Setting) -> float | None:
    group, _, name = key.partition(".")
    lever = policy.lever(group, year)
    value: float | None = declared.off if lever is None else getattr(lever, name)
    return value


def _of_district(district: DistrictSpec, name: str) -> float | None:
    """What the district states by the same name, if it is a single number."""
    value = getattr(district, name, None)
    return float(value) if isinstance(value, int | float) else None

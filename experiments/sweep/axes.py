"""Axes of a sweep: the settings that are given several values, in the words of Hydra's grammar."""

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, RangeSweep

from experiments.words import NULLS, grammar, plain, put, read_value
from sim.district.spec import DistrictSpec
from sim.reform import known_levers
from sim.userinput import UserError, shown

NAMES = ("district", "policy", "counterfactual", "effects", "background")
"""Settings of the world that are names, taken as they are typed between commas."""

OF_THE_WORLD = (*NAMES, "run.seed", "run.horizon")
"""Settings of the world; those below `district.`, `policy.` and `effects.` are, too."""


MOST_VALUES = 1_000_000


def of_the_world(key: str) -> bool:
    """Whether a setting may differ between the cells of a sweep."""
    return key in OF_THE_WORLD or key.startswith(("district.", "policy.", "effects."))


@dataclass(frozen=True)
class Axis:
    """One setting that a sweep varies.

    Attributes
    ----------
    key : str
        Such as `policy.rotation.rate`.
    values : tuple
        Those it takes; empty where it takes all numbers between two.
    low, high : float
        These two.
    whole : bool
        It takes whole numbers only, both ends with them.
    """

    key: str
    values: tuple[Any, ...] = ()
    low: float = math.nan
    high: float = math.nan
    whole: bool = False

    @property
    def continuous(self) -> bool:
        return not self.values

    @property
    def described(self) -> dict[str, Any]:
        """For the record."""
        return {"key": self.key} | ({"values": self.values} if self.values else {"low": self.low, "high": self.high})

    def at(self, share: float) -> Any:
        """The value at a share (0 ... 1) of its way."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.whole:
            return int(min(self.low + math.floor(share * (self.high - self.low + 1)), self.high))
        return self.low + share * (self.high - self.low)


def read_world(given: Mapping[str, str], config: dict[str, Any]) -> tuple[list[Axis], dict[str, Any]]:
    """The axes among the settings of the world, and the single values of those below `district.` and so on.

    Names, the seed and the horizon with one value are set in the composed config.
    """
    axes: list[Axis] = []
    below: dict[str, Any] = {}
    for key, typed in given.items():
        if not of_the_world(key):
            continue
        axis = read_axis(key, typed)
        if axis is not None:
            axes.append(axis)
        elif key in NAMES:
            config[key] = read_one(key, typed)
        elif key in OF_THE_WORLD:
            put(config, key, typed, ())
        else:
            below[key] = read_one(key, typed)
    return axes, below


def read_axis(key: str, typed: str) -> Axis | None:
    """The axis of a setting of the world; None where one value is typed.

    Raises
    ------
    UserError
        What the grammar cannot read, an axis without values, a value twice.
    """
    if key in NAMES:
        values: list[Any] = read_names(key, typed)
        if len(values) == 1:
            return None
    else:
        override = grammar(key, typed)
        if not override.is_sweep_override():
            return None
        sweep = override.value()
        if isinstance(sweep, IntervalSweep):
            return _interval(key, typed, sweep)
        if isinstance(sweep, RangeSweep):
            values = _steps(key, typed, sweep)
        elif isinstance(sweep, ChoiceSweep):
            values = [plain(value) for value in sweep.list]
        else:
            raise UserError(f"{key}={typed}: this is no list of values; type a,b,c or range(0,0.5,0.1)")
    if not values:
        raise UserError(f"{key}={typed} has no value; range(0,0.5,0.1) begins at 0 and leaves 0.5 out")
    for place, value in enumerate(values):
        if any(value == other and type(value) is type(other) for other in values[:place]):
            raise UserError(f"{key}={typed}: {shown(value)} is listed twice; keep one")
    return Axis(key, tuple(values))


def read_names(key: str, typed: str) -> list[str]:
    """Names between commas, each as it is typed; one with a comma stands in quotes."""
    if typed in NULLS:
        raise UserError(f"{key} must be a name, got {typed}; leave it out for its default")
    if key == "district" and Path(typed).is_dir():
        return [typed]
    if chosen := re.fullmatch(r"choice\((.*)\)", typed):
        typed = chosen[1]
    quote = "'" if "'" in typed else '"'
    names = [name.strip() for name in next(csv.reader([typed], quotechar=quote, skipinitialspace=True))]
    if "" in names:
        raise UserError(f"{key}={typed}: there is no name beside a comma; type names such as {key}=a,b")
    return names


def read_one(key: str, typed: str) -> Any:
    """The single value of a setting of the world."""
    if key not in NAMES:
        return read_value(key, typed)
    names = read_names(key, typed)
    if len(names) > 1:
        raise UserError(f"{key}={typed}: one name is wanted here; a name with a comma stands in quotes")
    return names[0]


def stated_axes(ranges: Mapping[str, Mapping[str, Any]], wanted: object) -> list[Axis]:
    """Axes of the ranges that a policy and a district state for numbers their documents mask or leave open.

    Parameters
    ----------
    ranges : mapping
        `sim.scenario.Scenario.ranges`.
    wanted : bool or list of str
        `design.ranges`: all of them, or these settings.
    """
    if wanted is False:
        return []
    if wanted is not True and not (isinstance(wanted, list) and wanted):
        raise UserError(f"design.ranges must be true, false or a list of settings, got {shown(wanted)}")
    if not ranges:
        raise UserError("design.ranges: neither the district nor the policy states a range; leave it out")
    keys = list(ranges) if wanted is True else [str(key) for key in wanted]
    for key in keys:
        if key not in ranges:
            raise UserError(f"design.ranges: no range is stated for {key}; known: {', '.join(ranges)}")
    return [
        Axis(key, tuple(ranges[key]["among"]))
        if "among" in ranges[key]
        else Axis(key, low=ranges[key]["low"], high=ranges[key]["high"], whole=_counts(key))
        for key in keys
    ]


def _steps(key: str, typed: str, sweep: RangeSweep) -> list[int | float]:
    """The numbers of a range, counted in decimals: its end is left out, whatever floats make of the steps."""
    if sweep.start is None or sweep.stop is None or not sweep.step:
        raise UserError(f"{key}={typed}: a range is range(FIRST,END,STEP), such as range(0,0.5,0.1)")
    start, stop, step = (Decimal(str(number)) for number in (sweep.start, sweep.stop, sweep.step))
    count = max(0, math.ceil((stop - start) / step))
    if count > MOST_VALUES:
        raise UserError(f"{key}={typed} has {count:,} values; {MOST_VALUES:,} are the most")
    whole = all(isinstance(number, int) for number in (sweep.start, sweep.stop, sweep.step))
    return [int(start + i * step) if whole else float(start + i * step) for i in range(count)]


def _interval(key: str, typed: str, sweep: IntervalSweep) -> Axis:
    low, high = sweep.start, sweep.end
    if low is None or high is None or not low < high:
        raise UserError(f"{key}={typed}: an interval goes from a number to a larger one, such as interval(0,0.3)")
    return Axis(key, low=low, high=high, whole=_counts(key) or (isinstance(low, int) and isinstance(high, int)))


def _counts(key: str) -> bool:
    """Whether a setting takes whole numbers only, as it declares itself."""
    group, _, name = key.partition(".")
    if group == "policy":
        lever, _, setting = name.partition(".")
        declared = known_levers()[lever].settings() if lever in known_levers() else {}
        return setting in declared and declared[setting].kind is int
    if group == "district":
        return any(margin.name == name and margin.metadata.get("whole", False) for margin in fields(DistrictSpec))
    return group == "run"

"""Ranges of the values that stand in a policy for numbers its text masks or leaves open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.reform.lever import Setting
from sim.reform.schedule import Schedule
from sim.userinput import UserError, no_such, number, shown


@dataclass(frozen=True)
class Range:
    """Where the value of one setting may lie, the one that is set among them.

    Attributes
    ----------
    setting : str
        Such as `rotation.rate`.
    low, high : float or None
        Bounds of a number, in the setting's unit.
    among : tuple of str
        The words it may be, of a setting that is no number.
    why : str
        The masked words of the text, or what else makes it open.
    """

    setting: str
    why: str
    low: float | None = None
    high: float | None = None
    among: tuple[str, ...] = ()

    @property
    def plain(self) -> dict[str, Any]:
        """As the policy's file has it."""
        bounds = {"among": list(self.among)} if self.among else {"low": self.low, "high": self.high}
        return {**bounds, "why": self.why}

    def holds(self, value: object) -> bool:
        """Whether a value lies in it."""
        if self.low is None or self.high is None:
            return value in self.among
        return isinstance(value, int | float) and self.low <= value <= self.high


def read_ranges(raw: object, levers: Sequence[Schedule]) -> tuple[Range, ...]:
    """The checked `ranges` of a policy.

    Raises
    ------
    UserError
        A range of a setting that the policy does not set, of another form, or without the value that is set.
    """
    if not isinstance(raw, Mapping):
        raise UserError(f"policy.ranges must be settings and their ranges in {{ }}, got {shown(raw)}")
    kinds = {lever.group: lever.kind for lever in levers}
    values = {f"{lever.group}.{name}": value for lever in levers for name, value in lever.raw.items()}
    found = []
    for setting, block in raw.items():
        where = f"policy.ranges.{setting}"
        if setting not in values:
            raise no_such(where, "setting of this policy", setting, values)
        group, name = setting.split(".")
        one = _range(setting, block, kinds[group].declared(name, f"policy.{group}"), where)
        value = values[setting]
        for each in value.values() if isinstance(value, dict) else [value]:
            if not one.holds(each):
                raise UserError(f"{where}: {setting} is {shown(each)}, which is not in the range; widen it")
        found.append(one)
    return tuple(found)


def _range(setting: str, block: object, declared: Setting, where: str) -> Range:
    """One range whose ends, or words, the setting itself would allow."""
    numeric = declared.kind in (float, int)
    keys = ("low", "high", "why") if numeric else ("among", "why")
    if not isinstance(block, Mapping) or set(block) != set(keys):
        raise UserError(f"{where} must have {', '.join(keys)}, got {shown(block)}")
    why = block["why"]
    if not isinstance(why, str) or not why.strip():
        raise UserError(f"{where}.why must be a text, got {shown(why)}")
    if numeric:
        low, high = (number(block[end], f"{where}.{end}", declared.low, declared.high) for end in ("low", "high"))
        if low >= high:
            raise UserError(f"{where}: low must be below high, got {shown(block['low'])} and {shown(block['high'])}")
        return Range(setting, why, low, high)
    words = block["among"]
    if not isinstance(words, list) or len(words) < 2:
        raise UserError(f"{where}.among must be a list of two words or more, got {shown(words)}")
    return Range(setting, why, among=tuple(declared.accept(word, f"{where}.among") for word in words))

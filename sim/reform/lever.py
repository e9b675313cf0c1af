"""What every lever has in common: declared settings that check themselves, and `apply`."""

import dataclasses
import inspect
import traceback
import types
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from functools import cache
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from sim.agents.channels import CHANNELS
from sim.userinput import UserError, closest, no_such, number, shown

if TYPE_CHECKING:
    from sim.district.spec import DistrictSpec
    from sim.model import ZoneReform

CALENDAR_YEAR = "calendar year"
"""Unit of settings that name a year; they move with a policy that is moved."""
EARLIEST_YEAR = 1900


def calendar_year(value: object, where: str, earliest: int = EARLIEST_YEAR) -> int:
    """The value as a year; one before `earliest` or after 2200 is a slip of the pen."""
    return int(number(value, where, earliest, 2200, whole=True))


@dataclass(frozen=True)
class Setting:
    """What is declared about one setting.

    Attributes
    ----------
    off : object
        Value at which it changes nothing: 0, False or empty where it adds something, None (the district's
        status quo) where it states a level. Without one, the setting must be given.
    unit, meaning : str
    source : str
        Document, national rule or evidence the setting stands for, `assumed`, or `definition` where it only names.
    low, high : float or None
        Bounds of the number, or of each number of a mapping.
    choices : tuple of str
        Allowed words, or keys of a mapping; empty if any.
    kind : type
        The field's annotation, without `| None`.
    """

    off: Any
    unit: str
    meaning: str
    source: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    kind: Any = None

    def __post_init__(self) -> None:
        for name in ("meaning", "source"):
            if not getattr(self, name).strip():
                raise TypeError(f"a setting needs its {name}, got an empty text")

    def accept(self, value: object, where: str) -> Any:
        """The value as the lever keeps it (numbers as floats, lists as tuples), or a UserError."""
        return self._accept(value, self.kind, where)

    def _accept(self, value: object, kind: Any, where: str) -> Any:
        if value is None and self.off is None:
            return None
        if kind in (float, int):
            return number(value, where, self.low, self.high, whole=kind is int)
        if kind is bool:
            if isinstance(value, bool):
                return value
            raise UserError(f"{where} must be true or false, got {shown(value)}")
        if kind is str:
            return self._word(value, where)
        if isinstance(kind, type) and issubclass(kind, Settings):
            return value if isinstance(value, kind) else kind.read(value, where)
        parts = typing.get_args(kind)
        if typing.get_origin(kind) is tuple:
            if not isinstance(value, list | tuple):
                raise UserError(f"{where} must be a list in [ ], got {shown(value)}")
            return tuple(self._accept(item, parts[0], f"{where}[{i}]") for i, item in enumerate(value))
        if typing.get_origin(kind) is dict:
            if not isinstance(value, Mapping):
                raise UserError(f"{where} must be names and numbers in {{ }}, got {shown(value)}")
            return {
                self._word(key, where): self._accept(item, parts[1], f"{where}.{key}")
                for key, item in value.items()
            }
        raise TypeError(f"{where} is declared as {kind}, which no setting can be")

    def _word(self, value: object, where: str) -> str:
        if isinstance(value, str) and (not self.choices or value in self.choices):
            return value
        allowed = f"one of {', '.join(self.choices)}" if self.choices else "a word"
        raise UserError(f"{where} must be {allowed}, got {shown(value)}{closest(value, self.choices)}")


def setting(
    off: Any = MISSING,
    *,
    unit: str,
    meaning: str,
    source: str,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a field of a lever; see `Setting`. The field's annotation says what kind of value it takes."""
    metadata = {"setting": Setting(off, unit, meaning, source, low, high, choices)}
    if isinstance(off, dict):
        return dataclasses.field(default_factory=off.copy, metadata=metadata)
    return dataclasses.field(default=off, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """A group of declared settings, checked whenever one is made: a lever, or one project of a lever.

    Fields are float, int, bool, str, tuple[X, ...], dict[str, float] or another `Settings`; a field that may
    be None states a level.
    """

    def __post_init__(self) -> None:
        for name, declared in self.settings().items():
            value = declared.accept(getattr(self, name), f"{self.where()}.{name}")
            object.__setattr__(self, name, value)

    @classmethod
    def where(cls) -> str:
        """Name of the group in messages."""
        return cls.__name__.lower()

    @classmethod
    def settings(cls) -> dict[str, Setting]:
        """What is declared, by name."""
        return dict(_declared_by(cls))  # type: ignore[arg-type]  # mypy takes hashes of instances for those of a class

    @classmethod
    def declared(cls, name: str, where: str) -> Setting:
        """The setting of that name; a UserError with the known ones if there is none."""
        known = cls.settings()
        if name not in known:
            raise no_such(f"{where}.{name}", "setting", name, known)
        return known[name]

    @classmethod
    def read(cls, raw: object, where: str) -> Self:
        """Make one from plain values, as a YAML file gives them."""
        if not isinstance(raw, Mapping):
            raise UserError(f"{where} must be settings in {{ }}, got {shown(raw)}")
        values = {
            name: cls.declared(name, where).accept(value, f"{where}.{name}") for name, value in raw.items()
        }
        for name, declared in cls.settings().items():
            if declared.off is MISSING and name not in values:
                raise UserError(f"{where} needs {name}: {declared.meaning}")
        return cls(**values)


@dataclass(frozen=True)
class Lever(Settings, ABC):
    """One instrument of a reform: its settings, and what they do to the model.

    A lever is a frozen dataclass whose fields are made with `setting`. At its off values it changes nothing,
    bit for bit. Relations between settings are checked in a `__post_init__` that calls this one first.

    Attributes
    ----------
    step : str
        Step of the calendar it acts in.
    group : str
        Its name under `policy.`; a lever of one's own takes the name its policy file gives it.
    channels : tuple of str
        Those of `CHANNELS` that it may change where families do not choose and no live classes were given before it;
        all of them unless it says otherwise.
    """

    step: ClassVar[str]
    group: ClassVar[str] = ""
    channels: ClassVar[tuple[str, ...]] = CHANNELS

    def check(self, district: "DistrictSpec") -> None:
        """Refuse what does not fit the district, such as a school it does not have; most levers fit any."""

    def unfinished(self, last_year: int) -> list[str]:
        """What the user should be told is left undone where the policy ends with `last_year`; most levers: nothing."""
        return []

    def announce(self, model: "ZoneReform", year: int) -> None:
        """Say at the start of the year what all will go by; most levers have nothing to say."""

    @abstractmethod
    def apply(self, model: "ZoneReform", year: int) -> None:
        """Act on the model in its step of the calendar."""

    @classmethod
    def where(cls) -> str:
        """`policy.rotation`."""
        return f"policy.{cls.group or cls.__name__.lower()}"

    @property
    def is_off(self) -> bool:
        """Whether every setting is at its off value."""
        return all(getattr(self, name) == declared.off for name, declared in self.settings().items())


def act(part: Callable[["ZoneReform", int], None], model: "ZoneReform", year: int) -> None:
    """Let a lever `announce` or `apply`; a mistake in a lever of the user's own is told as theirs to mend."""
    try:
        part(model, year)
    except (UserError, OSError, MemoryError):
        raise
    except Exception as problem:
        lever = type(cast(MethodType, part).__self__)
        own = inspect.getfile(lever)
        lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == own]
        if lever.__module__.startswith("sim.") or not lines:
            raise
        raise UserError(
            f"the lever {lever.__name__} stopped in {year} in {part.__name__}, line {lines[-1]} of {own}: "
            f"{type(problem).__name__}: {problem}; mend it there"
        ) from problem


@cache
def _declared_by(group: type[Settings]) -> dict[str, Setting]:
    """Settings of a class with the kinds of their annotations; levers are asked for them in every step."""
    kinds = typing.get_type_hints(group)
    declared = {}
    for field in dataclasses.fields(group):
        if "setting" not in field.metadata:
            raise TypeError(f"{group.__name__}.{field.name} must be declared with setting(...)")
        kind = kinds[field.name]
        if typing.get_origin(kind) in (types.UnionType, typing.Union):  # a level or None
            kind = next(part for part in typing.get_args(kind) if part is not types.NoneType)
        declared[field.name] = dataclasses.replace(field.metadata["setting"], kind=kind)
    return declared

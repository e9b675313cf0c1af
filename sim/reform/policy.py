"""A policy: a bundle of levers with their values by year."""

import dataclasses
import hashlib
import importlib
import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from sim.agents.channels import CHANNELS
from sim.config import BASELINE_YEAR
from sim.reform.lever import Lever, Setting, calendar_year
from sim.reform.policy_values import HEADER, complete, flag, no_such_lever, overridden, texts
from sim.reform.ranges import Range, read_ranges
from sim.reform.schedule import Schedule, timeline
from sim.userinput import UserError, find, no_such, read_yaml, shown

BUDGET = Setting(
    *(None, "yuan a year", "most that all levers together may cost; null: no limit", "assumed"),
    low=0,
    high=1e18,
    kind=float,
)


@dataclass(frozen=True)
class Policy:
    """The levers of a reform and when they act.

    Attributes
    ----------
    first_year, last_year : int, int or None
        After the last year the levers stay as they are, unless the policy `ends`.
    levers : tuple of Schedule
        In the order of the known levers, a user's own after them.
    source : dict
        The document the policy stands for.
    sources : dict
        For each setting (`rotation.rate`) the sentence it stands for, or `assumed`.
    moved_by : int
        Years by which the policy was moved, so that it begins the year after the baseline.
    budgets : dict
        Yuan that its levers may cost in a year, by the year it holds from (0: always); empty where none is stated.
    spending_never_falls : bool
        The public budget per student is held at last year's where law would lower it (生均支出只增不减).
    ranges : tuple of Range
        Where the values may lie that stand for numbers which the document masks or leaves open.
    """

    name: str
    title: str
    first_year: int
    last_year: int | None
    ends: bool
    levers: tuple[Schedule, ...]
    source: Mapping[str, Any]
    sources: Mapping[str, str]
    moved_by: int
    budgets: Mapping[int, float | None]
    spending_never_falls: bool
    ranges: tuple[Range, ...]
    _in_force: dict[int, list[Lever]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(
        cls,
        name: str | Path,
        overrides: Iterable[tuple[str, object]] = (),
        baseline_year: int = BASELINE_YEAR,
        extra_dirs: Sequence[Path] = (),
        known: Mapping[str, type[Lever]] | None = None,
        key: str = "policy",
    ) -> "Policy":
        """Read `configs/policy/NAME.yaml`, or the file at a Path, and set what the overrides say.

        Parameters
        ----------
        overrides : iterable of (key, value)
            `("policy.rotation.rate", 0.15)`; a mapping replaces what was there. Years are the policy's own,
            before it is moved. Keys that do not begin with `policy.` are left alone.
        known : mapping of group to class, optional
            The levers there are; by default those of `sim.reform`.
        key : str
            The setting that names the policy, `counterfactual` or this one.
        """
        if known is None:
            from sim.reform import known_levers  # sim.reform imports this module

            known = known_levers()
        path = name if isinstance(name, Path) else _file(name, extra_dirs, key)
        raw = read_yaml(path)
        plan = _as_filed(path, raw, baseline_year, known)
        changed = overridden(raw, overrides, known)
        return plan if changed == raw else cls.read(changed, path.stem, baseline_year, known, plan, raw)

    @classmethod
    def read(
        cls,
        raw: Mapping[str, Any],
        stem: str,
        baseline_year: int,
        known: Mapping[str, type[Lever]],
        like: "Policy | None" = None,
        like_raw: Mapping[str, Any] = MappingProxyType({}),
    ) -> Self:
        """The policy of plain values; levers that are as in another policy are those of that one."""
        first_year = calendar_year(raw.get("first_year", baseline_year + 1), "policy.first_year")
        moved_by = baseline_year + 1 - first_year
        last_year = raw.get("last_year")
        if last_year is not None:
            last_year = calendar_year(last_year, "policy.last_year", first_year) + moved_by
        ends = flag(raw, "ends")
        if ends and last_year is None:
            raise UserError("policy.ends is true, but policy.last_year does not say when")
        own = [group for group in raw if group not in known and group not in HEADER]
        ready: dict[str, Schedule] = {}
        if like is not None and like.moved_by == moved_by:
            ready = {one.group: one for one in like.levers if repr(raw.get(one.group)) == repr(like_raw[one.group])}
        levers = tuple(
            ready[group] if group in ready else _schedule(group, raw[group], known, moved_by)
            for group in (*known, *own)
            if group in raw
        )
        for schedule in levers:
            _check_begun(schedule, last_year, moved_by)
        return cls(
            name=str(raw.get("name", stem)),
            title=str(raw.get("title", "")),
            first_year=first_year + moved_by,
            last_year=last_year,
            ends=ends,
            levers=levers,
            source=texts(raw, "source"),
            sources=texts(raw, "sources"),
            moved_by=moved_by,
            budgets=timeline(raw["budget"], BUDGET, "policy.budget", moved_by) if "budget" in raw else {},
            spending_never_falls=flag(raw, "spending_never_falls"),
            ranges=read_ranges(raw.get("ranges", {}), levers),
        )

    def acting(self, step: str, year: int) -> list[Lever]:
        """The levers that act in a step of the calendar of `year`."""
        return [lever for lever in self.in_force(year) if lever.step == step]

    def in_force(self, year: int) -> list[Lever]:
        """The levers that are not off in `year`."""
        if year not in self._in_force:  # asked in every step of a year
            levers = (self.lever(schedule.group, year) for schedule in self.levers)
            self._in_force[year] = [lever for lever in levers if lever is not None]
        return list(self._in_force[year])

    def lever(self, group: str, year: int) -> Lever | None:
        """The lever of that name as it is in `year`; None where it is absent or off."""
        if year < self.first_year:
            return None
        if self.last_year is not None and year > self.last_year:
            if self.ends:
                return None
            year = self.last_year
        return next((schedule.at(year) for schedule in self.levers if schedule.group == group), None)

    def budget(self, year: int) -> float | None:
        """Yuan that its levers may cost in `year`; None where it does not say."""
        year = min(year, self.last_year or year)
        begun = [since for since in self.budgets if since <= year]
        return self.budgets[max(begun)] if begun else None

    def holds_spending(self, year: int) -> bool:
        """Whether public spending per student may not fall in `year`."""
        over = self.ends and self.last_year is not None and year > self.last_year
        return self.spending_never_falls and year >= self.first_year and not over

    def years_running(self, year: int) -> int:
        """Years since the first, that year being 1; 0 before it."""
        return max(0, year - self.first_year + 1)

    @property
    def notes(self) -> list[str]:
        """What the user should be told, a line each."""
        notes = []
        if self.moved_by:
            notes.append(
                f"policy {self.name} was moved by {self.moved_by:+d} years to begin in {self.first_year}, "
                f"the year after the baseline"
            )
        for schedule in self.levers:
            if self.last_year is not None and schedule.last_change > self.last_year:
                notes.append(
                    f"policy.{schedule.group} has values for {schedule.last_change}, after the policy's last "
                    f"year {self.last_year}: they are not used"
                )
            if self.ends and self.last_year is not None and (lever := schedule.at(self.last_year)) is not None:
                notes += lever.unfinished(self.last_year)
            for name, line in schedule.lines.items():
                notes += _early(f"policy.{schedule.group}.{name}", line, self.first_year)
        return notes

    @property
    def resolved(self) -> dict[str, Any]:
        """The policy as it runs, in plain values; of levers of one's own also what their file holds."""
        header = {name: getattr(self, name) for name in ("name", "first_year", "last_year", "ends")}
        if self.budgets:
            header["budget"] = self.budgets.get(0, dict(self.budgets))
        if self.spending_never_falls:
            header["spending_never_falls"] = True
        levers = {schedule.group: dict(schedule.raw) for schedule in self.levers}
        own = {
            schedule.group: hashlib.sha256(Path(inspect.getfile(schedule.kind)).read_bytes()).hexdigest()
            for schedule in self.levers
            if "_target_" in schedule.raw
        }
        return {**header, **levers, **({"code": own} if own else {})}


_FILED: dict[tuple[Path, int], tuple[object, Policy]] = {}
"""By file and baseline year: what the file held, and the policy that made; a sweep reads one file many times."""


def _as_filed(
    path: Path, raw: Mapping[str, Any], baseline_year: int, known: Mapping[str, type[Lever]]
) -> Policy:
    """The policy of a file by itself, so that what is wrong in it names it, and what is wrong later is the user's."""
    content, plan = _FILED.get((path, baseline_year), (None, None))
    if plan is None or content != (raw, known):
        try:
            complete(raw)
            plan = Policy.read(raw, path.stem, baseline_year, known)
        except UserError as problem:
            raise UserError(f"{path}: {problem}") from None
        _FILED[path, baseline_year] = (raw, known), plan
    return plan


def _file(name: str, extra_dirs: Sequence[Path], key: str) -> Path:
    if name is None:
        raise UserError(f"{key} must be a name, got null; {key}=none is the one that changes nothing")
    return find("policy", name, extra_dirs, key)


def _check_begun(schedule: Schedule, last_year: int | None, moved_by: int) -> None:
    """Refuse values by year of which none would act; years as the user gave them."""
    for name, line in schedule.lines.items():
        if last_year is not None and min(line) > last_year:
            raise UserError(
                f"policy.{schedule.group}.{name}: values by year begin in {min(line) - moved_by}, after the "
                f"policy's last year {last_year - moved_by}, so none would act; use earlier years or raise "
                "policy.last_year"
            )


def _early(where: str, line: Mapping[int, Any], first_year: int) -> list[str]:
    """A note on values for years before the policy begins: the last of them acts from its first year."""
    early = [year for year in line if year < first_year]
    if not early:
        return []
    if first_year in line:
        return [f"{where} has a value for {max(early)}, before the policy's first year {first_year}: it is not used"]
    return [f"{where} has a value for {max(early)}, before the policy's first year: it acts from {first_year}"]


def _schedule(group: str, block: object, known: Mapping[str, type[Lever]], moved_by: int) -> Schedule:
    where = f"policy.{group}"
    if not isinstance(block, dict):
        raise UserError(f"{where} must be settings in {{ }}, got {shown(block)}")
    if "_target_" in block:
        kind = _own_lever(block["_target_"], f"{where}._target_")
        settings = {name: value for name, value in block.items() if name != "_target_"}
        schedule = Schedule.read(group, kind, settings, moved_by)
        return dataclasses.replace(schedule, raw={"_target_": block["_target_"], **schedule.raw})
    if group not in known:
        raise no_such_lever(group, known)
    return Schedule.read(group, known[group], block, moved_by)


def _own_lever(target: object, where: str) -> type[Lever]:
    """The user's own lever class that a policy file names as `package.module.Class`."""
    module, _, name = str(target).rpartition(".")
    if not isinstance(target, str) or not module:
        raise UserError(f"{where} must be package.module.Class, got {shown(target)}")
    try:
        kind = getattr(importlib.import_module(module), name)
    except Exception as problem:  # whatever the user's module raises, it is theirs to mend
        raise UserError(f"{where}: cannot import {target}: {problem}") from problem
    if not (isinstance(kind, type) and issubclass(kind, Lever)):
        raise UserError(f"{where} must name a subclass of sim.reform.Lever, and {target} is none")
    if "__dataclass_params__" not in vars(kind):
        raise UserError(f"{where}: {target} must be decorated with @dataclass(frozen=True)")
    if inspect.isabstract(kind) or not hasattr(kind, "step"):
        raise UserError(f"{where}: {target} needs a step of the calendar and a method apply(model, year)")
    for channel in kind.channels:
        if channel not in CHANNELS:
            raise no_such(f"{where}: channels of {target}", "channel", channel, CHANNELS)
    return kind

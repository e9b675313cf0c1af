"""A scenario: a district under a policy; and its replicates, with the counterfactual beside them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.agents.channels import CHANNELS, Frozen, Received
from sim.analysis.channels import GAP, split
from sim.config import HORIZON, REPLICATES, Effects, EffectTable, RunSettings
from sim.district.background import Background, load_background
from sim.district.reading import load_district
from sim.district.spec import DistrictSpec
from sim.district.spin_up import district_at_rest
from sim.indicators.catalogue import DISTRICT, INDICATORS
from sim.indicators.units import Units
from sim.model import CALENDAR, ZoneReform
from sim.noise import Floats, Noise, replicate_seed
from sim.reform import Policy
from sim.result import COST_KEYS, Result
from sim.targets import Targets
from sim.userinput import UserError, closest, find, no_such, number, parse_override, read_yaml, shown

Arm = Literal["policy", "counterfactual"]
Override = str | tuple[str, object]
Engine = Callable[[Callable[[int], "Replicate"], Iterable[int]], Iterator["Replicate"]]
"""Anything like the built-in `map`: results in order, computed anywhere."""

STEPS = tuple(name for name, _ in CALENDAR)
GAP_COLUMN = list(INDICATORS).index(GAP)

FILLED = (
    "students and entrants of each school, from school_size_log_sd, floor and ceiling",
    "places on the map and junior catchments of the primary schools, from map_km and zone_km",
    "teachers of each school, their subjects, degrees, titles, ages and skill, from the staffing margins and a spin-up",
    "areas, equipment and multimedia rooms of each school, from means and coefficients of variation",
    "students' traits and knowledge, from configs/effects and a spin-up of nine cohorts",
)


@dataclass(frozen=True)
class Scenario:
    """A district, a policy against a counterfactual, and how the world responds."""

    district: DistrictSpec
    policy: Policy
    counterfactual: Policy
    status_quo: Policy
    effects: EffectTable
    background: Background
    prices: dict[str, float]
    targets: dict[str, Any]
    horizon: int

    @property
    def baseline_year(self) -> int:
        return self.district.baseline_year

    @property
    def resolved(self) -> dict[str, Any]:
        """Everything that decides the outcome but the seed, in plain values."""
        margins = {name: getattr(self.district, name) for name in DistrictSpec.margins()}
        return {
            "district": {
                "name": self.district.name,
                "baseline_year": self.baseline_year,
                "zones": [asdict(zone) | {"schools": list(zone.schools)} for zone in self.district.zones],
                "outside": [asdict(school) for school in self.district.outside],
                "private_schools": [asdict(school) for school in self.district.private_schools],
                **margins,
                "sources": dict(self.district.sources),
            },
            "policy": self.policy.resolved,
            "counterfactual": self.counterfactual.resolved,
            "effects": self.effects.resolved,
            "background": {"name": self.background.name, "values": dict(self.background.values)},
            "prices": self.prices,
            "targets": self.targets,
            "horizon": self.horizon,
        }

    @property
    def notes(self) -> list[str]:
        """What the user should be told, a line each."""
        open_values = len(self.ranges)
        stand_in = (
            f"{open_values} values stand for numbers that the documents mask or leave open: `ranges` of run.json says "
            "where they may lie; a run takes one value of each, and sweeps over them come in a later release"
        )
        return self.policy.notes + self.counterfactual.notes + ([stand_in] if open_values else [])

    @property
    def ranges(self) -> dict[str, dict[str, Any]]:
        """Where the values may lie that stand for masked or missing numbers, by setting."""
        of_district = {
            f"district.{name}": {"low": low, "high": high, "why": self.district.sources[name]}
            for name, (low, high) in self.district.ranges.items()
        }
        return {**of_district, **{f"policy.{one.setting}": one.plain for one in self.policy.ranges}}

    @property
    def filled(self) -> list[str]:
        """What the district does not state, and what it was filled from."""
        return list(FILLED)

    @property
    def channels(self) -> tuple[str, ...]:
        """Those by which a lever may act that is in force in either arm in some year."""
        years = range(self.baseline_year + 1, self.horizon + 1)
        arms = (self.policy, self.counterfactual)
        touched = {name for arm in arms for year in years for lever in arm.in_force(year) for name in lever.channels}
        return tuple(channel for channel in CHANNELS if channel in touched)

    def effects_of(self, seed: int) -> Effects:
        """Effects of the replicate with this seed, the same in both arms."""
        return self.effects.draw(Noise(seed))

    def model(self, seed: int = 0, arm: Arm = "policy") -> ZoneReform:
        """Replicate 0 of a seed, standing at the end of the baseline year."""
        return self.start(self.at_rest(seed), arm)

    def at_rest(self, seed: int) -> ZoneReform:
        """The district before any reform."""
        noise = Noise(seed)
        return district_at_rest(
            self.district, self.effects_of(seed), self.background, self.prices, noise, self.status_quo
        )

    def start(self, rest: ZoneReform, arm: Arm) -> ZoneReform:
        """A copy of the district at rest under the policy of an arm."""
        return rest.under(self.policy if arm == "policy" else self.counterfactual)


def load(
    district: str = "wuhan_edz",
    policy: str = "none",
    *,
    counterfactual: str = "none",
    effects: str = "evidence",
    background: str = "law",
    horizon: int = HORIZON,
    overrides: Sequence[Override] = (),
    config_dirs: Sequence[Path] = (),
) -> Scenario:
    """Read a district, a policy and what goes with them.

    Parameters
    ----------
    district, policy, counterfactual, effects, background : str
        Names of configurations; a district may be a folder.
    horizon : int
        Last simulated year.
    overrides : sequence
        Single settings, ``"policy.rotation.rate=0.15"`` (key=YAML) or pairs of key and value.
    config_dirs : sequence of Path
        Folders of one's own configurations.

    Raises
    ------
    UserError
        What is wrong, where, and what is allowed.
    """
    pairs = _pairs(overrides)
    groups = ("district", "policy", "effects")
    for key, _ in pairs:
        group, dot, _ = key.partition(".")
        if group not in groups or not dot:
            known = "overrides begin with district., policy. or effects."
            raise UserError(f"{key}: no such setting; {known}{closest(group, groups)}")
    of_district = [(key.removeprefix("district."), value) for key, value in pairs if key.startswith("district.")]
    place = load_district(district, of_district, config_dirs)
    year = place.baseline_year
    RunSettings(horizon=horizon)
    number(horizon, f"run.horizon, after the baseline year {year},", year + 1, 2100)
    reform = Policy.load(policy, pairs, year, config_dirs)
    instead = Policy.load(counterfactual, (), year, config_dirs, key="counterfactual")
    for schedule in (*reform.levers, *instead.levers):
        if schedule.kind.step not in STEPS:
            raise no_such(f"policy.{schedule.group}: step", "step of the calendar", schedule.kind.step, STEPS)
        for _, lever in schedule.versions:
            lever.check(place)
    return Scenario(
        district=place,
        policy=reform,
        counterfactual=instead,
        status_quo=Policy.load("none", (), year),
        effects=EffectTable.load(effects, pairs, config_dirs),
        background=load_background(background, year, config_dirs),
        prices=load_prices("default", config_dirs),
        targets=load_targets(place.targets, config_dirs),
        horizon=horizon,
    )


def _pairs(overrides: Sequence[Override]) -> list[tuple[str, object]]:
    """Key and value of each override, no key twice."""
    example = '["policy.rotation.rate=0.15"]'
    if isinstance(overrides, str):
        raise UserError(f"overrides must be a list, such as {example}, got {shown(overrides)}")
    given: dict[str, object] = {}
    for one in overrides:
        match one:
            case str():
                key, value = parse_override(one)
            case (str(key), value):
                pass
            case _:
                raise UserError(f"overrides are texts, such as {example}, or pairs of key and value, got {shown(one)}")
        if key in given:
            raise UserError(f"{key} is given twice, as {shown(given[key])} and as {shown(value)}; keep one")
        given[key] = value
    return list(given.items())


def load_prices(name: str, config_dirs: Sequence[Path] = ()) -> dict[str, float]:
    """Yuan by price key, from `configs/prices/`."""
    return {key: float(stated["value"]) for key, stated in read_yaml(find("prices", name, config_dirs)).items()}


def load_targets(name: str | None, config_dirs: Sequence[Path] = ()) -> dict[str, Any]:
    """Rows of the plan that a district names, checked; none where it names none."""
    if name is None:
        return {}
    plain = read_yaml(find("targets", name, config_dirs))
    Targets.parse(plain, f"targets/{name}")
    return plain


@dataclass(frozen=True)
class Replicate:
    """What one replicate leaves: figures by arm (years, rows, indicators), and costs by arm, year and lever.

    With channels, also the score gap by channel, (years, rows), of the policy's world in which that one is frozen.
    """

    number: int
    keys: tuple[tuple[str, str, str], ...]
    figures: dict[Arm, Floats]
    costs: dict[Arm, dict[int, dict[str, int]]]
    gaps: dict[str, Floats]


def run_replicate(
    scenario: Scenario, seed: int, arms: tuple[Arm, ...], number: int, channels: tuple[str, ...] = ()
) -> Replicate:
    """Simulate replicate `number` of a seed in each arm, from one district at rest.

    Then the policy's world once more for each of the channels, frozen at what the counterfactual gave.
    """
    return replicate_from(scenario.at_rest(replicate_seed(seed, number)), scenario, arms, number, channels)


def replicate_from(
    rest: ZoneReform, scenario: Scenario, arms: tuple[Arm, ...], number: int, channels: tuple[str, ...] = ()
) -> Replicate:
    """The replicate of which this is the district at rest."""
    received = Received()
    figures: dict[Arm, Floats] = {}
    costs: dict[Arm, dict[int, dict[str, int]]] = {}
    for arm in arms:
        model = scenario.start(rest, arm)
        while model.year < scenario.horizon:
            model.step()
            if channels and arm == "counterfactual":
                received.note(model)
        figures[arm] = _figures(model)
        costs[arm] = {
            year: {lever: sum(by_level) for lever, by_level in by_lever.items()}
            for year, by_lever in model.costs.items()
            if year > scenario.baseline_year
        }
    gaps: dict[str, Floats] = {}
    for channel in channels:
        model = scenario.start(rest, "policy")
        model.frozen = Frozen(channel, received)
        while model.year < scenario.horizon:
            model.step()
        gaps[channel] = _figures(model)[:, :, GAP_COLUMN]
    keys = tuple(Units.of(rest.schools, rest.zones, scenario.district.name).keys)
    return Replicate(number, keys, figures, costs, gaps)


def _figures(model: ZoneReform) -> Floats:
    """All that was recorded, (years, rows, indicators)."""
    return np.stack([model.records[year] for year in sorted(model.records)])


def run(
    scenario: Scenario,
    replicates: int = REPLICATES,
    seed: int = 1,
    *,
    counterfactual: bool = True,
    channels: bool = False,
    map: Engine = map,
    first_replicate: int = 0,
) -> Result:
    """Run a scenario and its counterfactual.

    Parameters
    ----------
    replicates : int
        How many, each with the seed key(seed, number): effects, district and luck are drawn anew for each, the
        same in both arms.
    channels : bool
        Also split the change of the score gap by channel (`Result.channels`), which runs every replicate once more
        for each of `scenario.channels`.
    map : callable
        Like the built-in one; an engine that computes elsewhere.
    first_replicate : int
        Number of the first, to add replicates to a finished run.
    """
    if not isinstance(scenario, Scenario):
        raise UserError(f"sim.run takes what sim.load gives, got {shown(scenario)}")
    RunSettings(replicates=replicates, seed=seed)
    if channels and not counterfactual:
        raise UserError("channels are parts of the change against the counterfactual; run with one")
    arms: tuple[Arm, ...] = ("policy", "counterfactual") if counterfactual else ("policy",)
    numbers = range(first_replicate, first_replicate + replicates)
    reruns = scenario.channels if channels else ()
    done = list(map(partial(run_replicate, scenario, seed, arms, channels=reruns), numbers))
    parts = part_table(scenario, done) if channels else None
    return Result(indicator_table(scenario, done), cost_table(done), scenario, parts)


def indicator_table(scenario: Scenario, done: Sequence[Replicate]) -> pd.DataFrame:
    """One row per scenario, replicate, year, level, scope and unit."""
    years = range(scenario.baseline_year, scenario.horizon + 1)
    keys = done[0].keys
    arms = list(done[0].figures)
    index = pd.MultiIndex.from_product([arms, [one.number for one in done], years, range(len(keys))])
    level, scope, unit = (np.array(part, dtype=object)[index.codes[3]] for part in zip(*keys, strict=True))
    values = np.concatenate([one.figures[arm].reshape(-1, len(INDICATORS)) for arm in arms for one in done])
    head = pd.DataFrame(
        {
            "scenario": index.get_level_values(0).to_numpy(dtype=object),
            "replicate": index.get_level_values(1).to_numpy(),
            "year": index.get_level_values(2).to_numpy(),
            "level": level,
            "scope": scope,
            "unit": unit,
        }
    )
    return pd.concat([head, pd.DataFrame(values, columns=list(INDICATORS))], axis=1)


def cost_table(done: Sequence[Replicate]) -> pd.DataFrame:
    """Yuan by scenario, year and lever, mean over replicates."""
    total: dict[tuple[str, int, str], int] = {}
    for one in done:
        for arm, by_year in one.costs.items():
            for year, by_lever in by_year.items():
                for lever, yuan in by_lever.items():
                    key = (arm, year, lever)
                    total[key] = total.get(key, 0) + yuan
    rows = [(*key, yuan / len(done)) for key, yuan in sorted(total.items())]
    return pd.DataFrame(rows, columns=[*COST_KEYS, "yuan"])


def part_table(scenario: Scenario, done: Sequence[Replicate]) -> pd.DataFrame:
    """The change of the district's score gap and its parts by channel, one row per replicate, year and level."""
    years = np.arange(scenario.baseline_year, scenario.horizon + 1)
    tables = []
    for one in done:
        gaps = {arm: figures[:, :, GAP_COLUMN] for arm, figures in one.figures.items()}
        parts = split(gaps["policy"], gaps["counterfactual"], one.gaps)
        for row, (level, scope, _) in enumerate(one.keys):
            if scope == DISTRICT:
                by_year = {name: values[:, row] for name, values in parts.items()}
                tables.append(pd.DataFrame({"replicate": one.number, "year": years, "level": level} | by_year))
    return pd.concat(tables, ignore_index=True)

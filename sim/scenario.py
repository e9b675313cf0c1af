"""A scenario: a district under a policy, and a counterfactual, read from a few words.

Reading imports neither mesa nor pandas, so that a mistake is answered at once.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.agents.channels import CHANNELS
from sim.agents.school import LEVELS, NO_ZONE
from sim.compiled import plainly
from sim.config import HORIZON, Effects, EffectTable, RunSettings
from sim.district.background import Background, load_background
from sim.district.filled import as_given, filled, given_in_words, jump_to_junior
from sim.district.reading import load_district
from sim.district.spec import DistrictSpec
from sim.noise import Noise
from sim.reform import Lever, Policy, known_levers
from sim.targets import Targets
from sim.userinput import UserError, closest, find, no_such, number, parse_override, read_yaml, shown

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import ZoneReform

Arm = Literal["policy", "counterfactual"]
Override = str | tuple[str, object]


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
                **({"given": given} if (given := as_given(self.district)) else {}),
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
            "where they may lie; a run takes one value of each, and zonesim sweep design=lhs design.ranges=true "
            f"district={self.district.name} policy={self.policy.name} varies them"
        )
        jump = jump_to_junior(self.district)
        own = [note for note in (stand_in if open_values else None, jump) if note]
        return self.policy.notes + self.counterfactual.notes + own

    @property
    def ranges(self) -> dict[str, dict[str, Any]]:
        """Where the values may lie that stand for masked or missing numbers, by setting."""
        of_district = {
            f"district.{name}": {"low": low, "high": high, "why": self.district.sources[name]}
            for name, (low, high) in self.district.ranges.items()
        }
        return {**of_district, **{f"policy.{one.setting}": one.plain for one in self.policy.ranges}}

    @property
    def given(self) -> list[str]:
        """What the district's own tables give, in words; nothing where it has none."""
        return given_in_words(self.district)

    @property
    def filled(self) -> list[str]:
        """What the district does not state, and what it was filled from."""
        return filled(self.district)

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

    def model(self, seed: int = 0, arm: Arm = "policy") -> "ZoneReform":
        """Replicate 0 of a seed, standing at the end of the baseline year."""
        return self.start(self.at_rest(seed), arm, copied=False)

    def at_rest(self, seed: int) -> "ZoneReform":
        """The district before any reform."""
        from sim.district.spin_up import district_at_rest

        noise = Noise(seed)
        return district_at_rest(
            self.district, self.effects_of(seed), self.background, self.prices, noise, self.status_quo
        )

    def places(self, seed: int) -> "pd.DataFrame":
        """Schools of replicate 0: `level`, name (`unit`), `zone`, whether it is its `lead`, and where it stands, km."""
        import pandas as pd

        from sim.district.synthesis import zones_and_schools

        with plainly():  # for so few, loading the loops would take longer
            zones, schools = zones_and_schools(self.district, Noise(seed))
        names = ["" if row == NO_ZONE else zones.name[row] for row in schools.zone]
        columns = {"unit": schools.name, "zone": names, "lead": schools.lead, "east": schools.x, "north": schools.y}
        return pd.DataFrame({"level": [LEVELS[level] for level in schools.level]} | columns)

    def start(self, rest: "ZoneReform", arm: Arm, *, copied: bool = True) -> "ZoneReform":
        """A copy of the district at rest under the policy of an arm; or that itself, if nobody needs it at rest."""
        return rest.under(self.policy if arm == "policy" else self.counterfactual, copied=copied)


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
    check_horizon(horizon, year)
    return Scenario(
        district=place,
        policy=fitting(Policy.load(policy, pairs, year, config_dirs), place),
        counterfactual=fitting(Policy.load(counterfactual, (), year, config_dirs, key="counterfactual"), place),
        status_quo=Policy.load("none", (), year),
        effects=EffectTable.load(effects, pairs, config_dirs),
        background=load_background(background, year, config_dirs),
        prices=load_prices("default", config_dirs),
        targets=load_targets(place.targets, config_dirs),
        horizon=horizon,
    )


def check_horizon(horizon: int, baseline_year: int) -> None:
    """Refuse a last year that is none, or that comes before the first."""
    RunSettings(horizon=horizon)
    number(horizon, f"run.horizon, after the baseline year {baseline_year},", baseline_year + 1, 2100)


def fitting(policy: Policy, place: DistrictSpec) -> Policy:
    """The policy; a UserError where one of its levers does not fit the district or the calendar."""
    for schedule in policy.levers:
        _check_step(schedule.group, schedule.kind)
        for _, lever in schedule.versions:
            lever.check(place)
    return policy


def _check_step(group: str, kind: type[Lever]) -> None:
    """Refuse a lever of the user's own that acts in no step of the calendar."""
    if kind in known_levers().values():
        return
    from sim.model import CALENDAR

    steps = [name for name, _ in CALENDAR]
    if kind.step not in steps:
        raise no_such(f"policy.{group}: step", "step of the calendar", kind.step, steps)


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

"""One replicate of a scenario: the figures of both worlds, from one district at rest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.channels import Frozen, Received
from sim.indicators.catalogue import GAP, INDICATORS
from sim.indicators.units import Units
from sim.noise import Floats, replicate_seed
from sim.scenario import Arm, Scenario

if TYPE_CHECKING:
    from sim.model import ZoneReform

GAP_COLUMN = list(INDICATORS).index(GAP)


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
    rest = scenario.at_rest(replicate_seed(seed, number))
    replicate = replicate_from(rest, scenario, arms, number, channels, keep=bool(channels))
    let_go(rest)
    return replicate


def replicate_from(
    rest: "ZoneReform",
    scenario: Scenario,
    arms: tuple[Arm, ...],
    number: int,
    channels: tuple[str, ...] = (),
    *,
    keep: bool = True,
) -> Replicate:
    """The replicate of which this is the district at rest, from which the last arm goes on unless it is to be kept."""
    keys, received = tuple(Units.of(rest.schools, rest.zones, scenario.district.name).keys), Received()
    figures: dict[Arm, Floats] = {}
    costs: dict[Arm, dict[int, dict[str, int]]] = {}
    for arm in arms:
        model = scenario.start(rest, arm, copied=keep or arm != arms[-1])
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
        let_go(model)
    gaps: dict[str, Floats] = {}
    for channel in channels:
        model = scenario.start(rest, "policy")
        model.frozen = Frozen(channel, received)
        while model.year < scenario.horizon:
            model.step()
        gaps[channel] = _figures(model)[:, :, GAP_COLUMN]
        let_go(model)
    return Replicate(number, keys, figures, costs, gaps)


def _figures(model: "ZoneReform") -> Floats:
    """All that was recorded, (years, rows, indicators)."""
    return np.stack([model.records[year] for year in sorted(model.records)])


def let_go(model: "ZoneReform") -> None:
    """Free what a finished world holds: mesa's models refer to themselves, so that it would wait for the collector."""
    model.__dict__.clear()

"""Zones and education groups (学区, 教育集团): schools of one level that work together."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array, Column, Columns
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import ZoneReform

FORMS = ("group", "zone", "alliance")


class Zones(Columns):
    """State of the zones; `sim.agents.places.Zone` is the agent that looks at one row."""

    id = Column(np.int64, "", "permanent number")
    name = Column(object, "", "name")
    level = Column(np.int8, "", "0 primary, 1 junior")
    form = Column(np.int8, "", "0 group (紧密型), 1 zone (学区), 2 alliance (松散型)")
    lead = Column(np.int32, "", "row of the lead school, -1 without one")
    members = Column(np.int32, "schools", "member schools")
    fidelity = Column(np.float64, "", "share of what is decreed that is done, 0 ... 1")
    award = Column(np.float64, "", "weight in next year's performance money, earned this year")
    account = Column(np.int64, "yuan", "kept by the zone and not yet spent")
    performance = Column(np.float64, "SD of achievement", "measured performance, by the metric in force")


def of_zone(values: Array, zone: Array, nowhere: float) -> Array:
    """Value of the zone of each school, given the zones' rows, (Z,) and (S,) -> (S,); `nowhere` for NO_ZONE."""
    return np.append(values, nowhere)[zone]  # NO_ZONE is -1, the place of what is appended


def fidelity(model: "ZoneReform") -> Floats:
    """Share of what is decreed that each zone does: a ceiling by form, reached with the years of the policy.

    ceiling (less for many members) * (1 - exp(-years / tau)); 0 without a running policy. With teaching under one
    management (`unified_teaching`) every zone has the ceiling of a close group, and all members are reached.
    """
    zones, effects = model.zones, model.effects
    ceiling = np.array([effects.ceiling_group, effects.ceiling_zone, effects.ceiling_alliance])[zones.form]
    ceiling = np.maximum(0.0, ceiling - effects.ceiling_loss * np.maximum(0, zones.members - effects.ceiling_members))
    if model.terms.unified_teaching:
        ceiling = np.full(len(zones), effects.ceiling_group)
    years = model.policy.years_running(model.year) if model.policy.in_force(model.year) else 0
    tau = effects.tau if model.terms.fidelity_years is None else model.terms.fidelity_years
    return np.asarray(ceiling * (1.0 - np.exp(-years / tau)))

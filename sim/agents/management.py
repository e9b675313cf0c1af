"""Part of step 3, staffing: who leads a school, its principal (校长) and deputies (副校长), and what that adds."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import Schools
from sim.agents.teacher import GENERATIONS
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import ZoneReform

MANAGERS = {"head": ("principals", "principal leaves"), "deputy": ("deputies", "deputy leaves")}
"""Column of each who leads: the column that counts the appointed, and the stream in which they leave. A school's
deputies are taken as one."""


def change_managers(model: "ZoneReform") -> None:
    """Some principals and deputies go; the successor brings a management effect of his own."""
    schools, noise = model.schools, model.noise
    for role, (appointed, leaving) in MANAGERS.items():
        change = noise.chance(leaving, model.year, schools.id, model.effects.principal_turnover)
        schools.arrays[appointed][change] += 1
        schools.arrays[role][change] = latest(schools, role)[change]
        schools.arrays[f"{role}_years"] += 1
        schools.arrays[f"{role}_years"][change] = 0
    schools.principal = management(model, schools)


def latest(schools: Schools, role: str) -> Array:
    """The person whom each school appointed last, by school and number."""
    return np.asarray(schools.id * GENERATIONS + schools.arrays[MANAGERS[role][0]])


def management(model: "ZoneReform", schools: Schools) -> Floats:
    """What each school's management adds, SD `principal_sd` whatever the deputies' weight; it goes with the persons."""
    noise, weight = model.noise, model.effects.deputy_weight
    own = (1.0 - weight) * noise.normal("principal", 0, schools.head)
    theirs = weight * noise.normal("deputy", 0, schools.deputy)
    return np.asarray(model.effects.principal_sd * ((own + theirs) / np.hypot(1.0 - weight, weight)))

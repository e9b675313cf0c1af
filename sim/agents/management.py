"""Part of step 3, staffing: who leads a school, its principal (校长) and deputies (副校长), and what that adds."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import Schools
from sim.agents.teacher import GENERATIONS
from sim.compiled import compiled
from sim.noise import Floats, Ints

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
        columns = (schools.arrays[name] for name in (appointed, role, f"{role}_years"))
        _succeed(change, schools.id, *columns)
    schools.principal = management(model, schools)


@compiled()
def _succeed(change: Array, ids: Ints, appointed: Ints, person: Ints, years: Ints) -> None:
    """Where there is a change, the next in number begins, in place; the others have been there a year more."""
    for s in range(len(change)):
        years[s] += 1
        if change[s]:
            appointed[s] += 1
            person[s], years[s] = ids[s] * GENERATIONS + appointed[s], 0


def latest(schools: Schools, role: str) -> Array:
    """The person whom each school appointed last, by school and number."""
    return np.asarray(schools.id * GENERATIONS + schools.arrays[MANAGERS[role][0]])


def management(model: "ZoneReform", schools: Schools) -> Floats:
    """What each school's management adds, SD `principal_sd` whatever the deputies' weight; it goes with the persons."""
    noise, weight = model.noise, model.effects.deputy_weight
    own = (1.0 - weight) * noise.normal("principal", 0, schools.head)
    theirs = weight * noise.normal("deputy", 0, schools.deputy)
    return np.asarray(model.effects.principal_sd * ((own + theirs) / np.hypot(1.0 - weight, weight)))

"""Part of step 3, staffing: surplus teachers of one school fill the vacancies of another (区管校聘, 统筹)."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, Schools
from sim.agents.teacher import SUBJECTS, Teachers
from sim.turns import by_lot

if TYPE_CHECKING:
    from sim.model import ZoneReform

POOLS = ("zone", "district")
"""Within what surplus teachers are moved, the nearer one first; a district's levels are apart."""


def even_out(model: "ZoneReform", establishment: Array) -> None:
    """Move surplus teachers within the pools that the terms name; each move costs the price `move`."""
    for pool in POOLS:
        lever = model.terms.surplus_pools.get(pool)
        if lever is not None:
            moved = move_surplus(model, establishment, pool_of_school(model.schools, pool))
            model.spend(lever, moved * model.prices["move"])


def pool_of_school(schools: Schools, pool: str) -> Array:
    """Number of the pool of each school; -1 for private ones and for schools outside zones."""
    number = schools.zone if pool == "zone" else schools.level
    return np.where(schools.private, -1, number.astype(np.int64))


def move_surplus(model: "ZoneReform", establishment: Array, pool: Array) -> Array:
    """Fill vacancies one by one, and say how many, primary and junior.

    The school furthest below its establishment, as a share of it, comes first. Who goes there is drawn by lot
    among all whom their schools have above theirs, those first whose subject is that of an empty post there;
    nobody on a posting or a fixed term. With the teacher of such a subject the empty post changes schools the other
    way, so that each school keeps its posts by subject.
    """
    teachers, schools = model.teachers, model.schools
    filled = teachers.count_by_school(len(schools))
    spare, wanted = filled - establishment, establishment - filled
    rows = np.flatnonzero(teachers.employed & (teachers.posting_end == 0) & ~teachers.bought)
    rows = rows[(spare[teachers.school[rows]] > 0) & (pool[teachers.school[rows]] >= 0)]
    ids = teachers.id[rows]
    rows = rows[by_lot(pool[teachers.school[rows]], model.noise.lots("surplus", model.year, ids), ids)]
    number_of = pool[teachers.school[rows]]
    moved = np.zeros(len(LEVELS), np.int64)
    for number in np.unique(number_of):
        inside, turn = pool == number, rows[number_of == number]
        while True:
            turn = turn[spare[teachers.school[turn]] > 0]
            short = np.where(inside & (wanted > 0), np.round(wanted / np.maximum(establishment, 1), 9), 0.0)
            if len(turn) == 0 or not short.any():
                break
            there = int(np.argmax(short))
            one = _first_who_fits(teachers, turn, there)
            here = int(teachers.school[one])
            _move(teachers, one, there)
            turn = turn[turn != one]
            spare[here] -= 1
            wanted[there] -= 1
            moved[schools.level[there]] += 1
    return moved


def _first_who_fits(teachers: Teachers, turn: Array, school: int) -> int:
    """The first in turn whose subject has an empty post at the school; without any, the first."""
    empty = ~teachers.employed & (teachers.home_school == school)
    wanted = np.bincount(teachers.subject[empty], minlength=len(SUBJECTS)) > 0
    return int(turn[np.argmax(wanted[teachers.subject[turn]])])


def _move(teachers: Teachers, one: int, school: int) -> None:
    """A teacher goes for good; an empty post of the subject goes the other way."""
    empty = np.flatnonzero(
        ~teachers.employed & (teachers.home_school == school) & (teachers.subject == teachers.subject[one])
    )
    if len(empty):
        given = empty[np.argmin(teachers.id[empty])]
        teachers.home_school[given] = teachers.school[one]
    teachers.school[one] = teachers.home_school[one] = school
    teachers.years_here[one] = 0
    teachers.moved[one] = True

"""Part of step 3, staffing: surplus teachers of one school fill the vacancies of another (区管校聘, 统筹)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, Schools
from sim.agents.teacher import SUBJECTS, Teachers
from sim.turns import by_lot, rank_within, runs

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
    vacancies = in_order_of_need(establishment - filled, establishment, pool)
    spares = (filled > establishment) & np.isin(pool, pool[vacancies])
    rows = np.flatnonzero(teachers.employed & (teachers.posting_end == 0) & ~teachers.bought)
    rows = rows[spares[teachers.school[rows]]]
    ids = teachers.id[rows]
    rows = rows[by_lot(pool[teachers.school[rows]], model.noise.lots("surplus", model.year, ids), ids)]
    turns = dict(runs(pool[teachers.school[rows]]))
    empty = np.flatnonzero(~teachers.employed)
    empty = empty[np.lexsort((teachers.id[empty], teachers.home_school[empty]))]
    empty_at = dict(runs(teachers.home_school[empty]))
    spare, moved = (filled - establishment).tolist(), np.zeros(len(LEVELS), np.int64)
    for number, here in runs(pool[vacancies]):
        if number not in turns:
            continue
        turn = Turn(teachers, rows[turns[number]], spare)
        for there in vacancies[here].tolist():
            posts = empty[empty_at.get(there, slice(0))]
            subjects = teachers.subject[posts[teachers.home_school[posts] == there]].tolist()
            one = turn.first_of(set(subjects))
            one = turn.first_of(range(len(SUBJECTS))) if one is None else one
            if one is None:
                break
            spare[teachers.school[one]] -= 1
            same = posts[(teachers.home_school[posts] == there) & (teachers.subject[posts] == teachers.subject[one])]
            teachers.home_school[same[:1]] = teachers.school[one]
            teachers.school[one] = teachers.home_school[one] = there
            teachers.years_here[one] = 0
            teachers.moved[one] = True
            moved[schools.level[there]] += 1
    return moved


def in_order_of_need(missing: Array, establishment: Array, pool: Array) -> Array:
    """School of each vacancy, by pool: first that which then is furthest below its establishment, as a share of it."""
    short = np.flatnonzero((missing > 0) & (pool >= 0))
    school = np.repeat(short, missing[short])
    left = missing[school] - rank_within(school)
    below = np.round(left / np.maximum(establishment[school], 1), 9)
    return np.asarray(school[np.lexsort((school, -below, pool[school]))])


class Turn:
    """Teachers of a pool in turn, whose schools have some to spare.

    Parameters
    ----------
    rows : (n,) array
        Rows of the teachers, in turn.
    spare : list of int
        Teachers above the establishment of each school now.
    """

    def __init__(self, teachers: Teachers, rows: Array, spare: list[int]) -> None:
        self._rows, self._school, self._spare = rows, teachers.school[rows].tolist(), spare
        subject = teachers.subject[rows]
        self._waiting = [np.flatnonzero(subject == each)[::-1].tolist() for each in range(len(SUBJECTS))]

    def first_of(self, subjects: Iterable[int]) -> int | None:
        """Row of the first in turn of these subjects, who leaves the turn."""
        queues = [self._waiting[subject] for subject in subjects]
        for queue in queues:
            while queue and self._spare[self._school[queue[-1]]] <= 0:
                queue.pop()
        queues = [queue for queue in queues if queue]
        return int(self._rows[min(queues, key=lambda queue: queue[-1]).pop()]) if queues else None

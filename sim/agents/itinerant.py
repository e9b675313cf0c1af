"""Part of step 4, rotation: itinerant teachers (走教) teach half the week at a second school of their pool."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.teacher import SUBJECTS
from sim.compiled import compiled
from sim.filing import filed, first_by_lot
from sim.noise import Ints
from sim.turns import by_lot

if TYPE_CHECKING:
    from sim.model import ZoneReform

_SUBJECTS = len(SUBJECTS)


def teach_at_two_schools(model: "ZoneReform") -> None:
    """Send teachers for half the week from schools with more of their subject than they need to the shortest one.

    Of what a pool has of a subject a school needs as much as it has of the pool's classes. Who goes is drawn once
    and for all, so that it is mostly the same teachers each year: of those whom a school could spare by half, each
    with the chance `itinerant_share`, nobody on a posting. They go one by one to the school that is shortest then,
    as long as half a post brings it nearer to its need. They stay on the books of their own school; each costs the
    price `itinerant`.
    """
    teachers, schools, noise, pool = model.teachers, model.schools, model.noise, model.terms.itinerant_pool
    if pool is None:
        return
    lack, half = lacking(pool, model.classes.school, teachers.school, teachers.subject)
    spare = np.maximum(-lack, 0) // np.maximum(half, 1)[:, None]
    rows, post = _to_spare(spare, teachers.school, teachers.subject, teachers.posting_end)
    ids = teachers.id[rows]
    lots = noise.lots("itinerant", 0, ids)
    goes = np.flatnonzero(first_by_lot(post, np.ones(len(post), np.bool_), spare.ravel(), lots, ids))
    goes = goes[noise.chance("itinerant goes", 0, ids[goes], model.terms.itinerant_share)]
    circle = pool[teachers.school[rows[goes]]] * len(SUBJECTS) + teachers.subject[rows[goes]]
    turn = rows[goes[by_lot(circle, lots[goes], ids[goes])]]
    members, first = filed(pool, int(pool.max(initial=-1)) + 1)
    _send(turn, members, first, pool, lack, half, teachers.school, teachers.subject, teachers.second_school)
    went = schools.count_by_level(teachers.school[turn[teachers.second_school[turn] >= 0]])
    model.spend("rotation", went * model.prices["itinerant"])


@compiled()
def lacking(pool: Ints, class_school: Ints, school: Ints, subject: Ints) -> tuple[Ints, Ints]:
    """What each school lacks of each subject, (S, subjects), and what half a post is in the same unit, (S,).

    Counted in half posts over the pool's classes, which makes needs whole numbers; 0 outside pools.

    Parameters
    ----------
    pool : (S,) array
    class_school : (C,) array
    school, subject : (T,) arrays
        Of each teacher.
    """
    held, classes = np.zeros((len(pool), _SUBJECTS), np.int64), np.zeros(len(pool), np.int64)
    for s in class_school:
        classes[s] += 1
    for t in range(len(school)):
        if school[t] >= 0:
            held[school[t], subject[t]] += 1
    of_pool, classes_of_pool = np.zeros((len(pool), _SUBJECTS), np.int64), np.zeros(len(pool), np.int64)
    for s in range(len(pool)):
        if pool[s] >= 0:
            of_pool[pool[s]] += held[s]
            classes_of_pool[pool[s]] += classes[s]
    lack, half = np.zeros((len(pool), _SUBJECTS), np.int64), np.zeros(len(pool), np.int64)
    for s in range(len(pool)):
        if pool[s] >= 0:
            half[s] = classes_of_pool[pool[s]]
            lack[s] = 2 * (of_pool[pool[s]] * classes[s] - held[s] * half[s])
    return lack, half


@compiled()
def _to_spare(spare: Ints, school: Ints, subject: Ints, posting_end: Ints) -> tuple[Ints, Ints]:
    """Rows of those at schools with some of their subject to spare who are on no posting; and school and subject."""
    rows, post, found = np.empty(len(school), np.int64), np.empty(len(school), np.int64), 0
    for t in range(len(school)):
        rows[found], post[found] = t, school[t] * _SUBJECTS + subject[t]  # who is none is overwritten by the next
        found += (school[t] >= 0) & (posting_end[t] == 0) & (spare[school[t], subject[t]] > 0)
    return rows[:found], post[:found]


@compiled()
def _send(
    turn: Ints,
    members: Ints,
    first: Ints,
    pool: Ints,
    lack: Ints,
    half: Ints,
    school: Ints,
    subject: Ints,
    second_school: Ints,
) -> None:
    """Set the second school of those who go, in their turn.

    Parameters
    ----------
    turn : (n,) array
        Rows of those who go.
    members, first : array
        Rows of the schools of each pool.
    lack, half : array
        What each school lacks of each subject, and half a post; those sent are taken off.
    """
    for one in turn:
        p, k = pool[school[one]], subject[one]
        there = members[first[p]]
        for s in members[first[p] : first[p + 1]]:
            if lack[s, k] > lack[there, k]:
                there = s
        if 2 * lack[there, k] >= half[there]:
            second_school[one] = there
            lack[there, k] -= half[there]

"""Part of step 4, rotation: itinerant teachers (走教) teach half the week at a second school of their pool."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.teacher import SUBJECTS
from sim.noise import rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform


def teach_at_two_schools(model: "ZoneReform") -> None:
    """Send teachers for half the week from schools with more of their subject than they need to the shortest one.

    Of what a pool has of a subject a school needs as much as it has of the pool's classes. Who goes is drawn once
    and for all, so that it is mostly the same teachers each year: of those whom a school could spare by half, each
    with the chance `itinerant_share`, nobody on a posting. They go one by one to the school that is shortest then,
    as long as half a post brings it nearer to its need. They stay on the books of their own school; each costs the
    price `itinerant`.
    """
    teachers, terms = model.teachers, model.terms
    if terms.itinerant_pool is None:
        return
    pool = terms.itinerant_pool
    classes = np.bincount(model.classes.school, minlength=len(model.schools))
    rows = np.flatnonzero(teachers.employed & (teachers.posting_end == 0))
    rows = rows[np.argsort(model.noise.rank("itinerant", 0, teachers.id[rows]))]
    goes = model.noise.chance("itinerant goes", 0, teachers.id[rows], terms.itinerant_share)
    for number in np.unique(pool[pool >= 0]):
        members = np.flatnonzero(pool == number)
        for subject in range(len(SUBJECTS)):
            here = (teachers.subject == subject) & teachers.employed
            held = np.bincount(teachers.school[here], minlength=len(pool))[members]
            of_subject = teachers.subject[rows] == subject
            send(model, rows[of_subject], goes[of_subject], members, held, classes[members])
    went = model.schools.count_by_level(teachers.school[teachers.second_school >= 0])
    model.spend("rotation", went * model.prices["itinerant"])


def send(model: "ZoneReform", turn: Array, goes: Array, members: Array, held: Array, classes: Array) -> None:
    """Set the second school of those of one subject who go, in their turn.

    Parameters
    ----------
    turn, goes : (n,) array
        Rows of the subject's teachers in their order, and who would go.
    members, held, classes : (m,) array
        Rows of the pool's schools, the subject's teachers and the classes of each.
    """
    second, school = model.teachers.second_school, model.teachers.school
    half = int(classes.sum())  # half a post; counted so, needs are whole numbers
    if half == 0:
        return
    lack = 2 * (held.sum() * classes - held * half)
    spare = np.zeros(len(model.schools), dtype=np.int64)
    spare[members] = np.maximum(-lack, 0) // half
    spared = rank_within(school[turn], np.arange(len(turn))) < spare[school[turn]]
    for row in turn[spared & goes]:
        there = int(np.argmax(lack))
        if 2 * lack[there] < half:
            break
        second[row] = members[there]
        lack[there] -= half

"""Part of step 2, enrolment: classes form in grades 1 and 7, and students stand in the order of their classes."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.classroom import Classes, class_ids, stand_by_class
from sim.agents.columns import Array
from sim.agents.learning import GRADE_DIGITS
from sim.agents.school import ENTRY_GRADE, JUNIOR, PRIMARY
from sim.agents.student import Students
from sim.compiled import compiled, loops
from sim.noise import Bits, Ints
from sim.turns import by_lot, in_order, ranks

if TYPE_CHECKING:
    from sim.model import ZoneReform


def put_in_order(model: "ZoneReform") -> None:
    """See to it that the students stand in the order of their classes, those without one last, and are counted.

    They stand so since the classes were formed, an arrival in the place of the child who left; if somebody has mixed
    them up they go by id.
    """
    students, classes = model.students, model.classes
    if stand_by_class(students.classroom, classes.size):
        return
    room = np.where(students.classroom < 0, len(classes), students.classroom)
    if (room[1:] < room[:-1]).any():
        students.reorder(in_order(room, students.id))
    classes.size = np.bincount(room, minlength=len(classes))[: len(classes)]


def old_and_dissolved(classes: Classes) -> tuple[slice, slice]:
    """Classes above the entry grade of junior school, which come first, and those that end with primary school."""
    older = int(np.count_nonzero(classes.grade > ENTRY_GRADE[JUNIOR]))
    return slice(older), slice(older, older + int(np.count_nonzero(classes.grade == ENTRY_GRADE[JUNIOR])))


def form_classes(model: "ZoneReform", entrants: Students, level: int) -> Classes:
    """Deal each school's entrants into as many classes as the cap asks for, and let them stand by class, then by id.

    The order is drawn by id and cut into equal runs, so that one child more moves few others. Gives the new classes,
    which go by zone, school and number.
    """
    schools = model.schools
    stated = np.zeros(len(schools), np.int64) if model.roll is None else model.roll.classes_formed(level, model.year)
    filing, cap = np.lexsort((schools.id, schools.zone)), float(model.terms.class_cap[level])
    count, classes, first, where, number = _rooms(entrants.school, filing, cap, stated)
    lots, fast = model.noise.lots("class", model.year, entrants.id), loops()
    deal = _deal if fast is None else fast.deal
    order, size = deal(entrants.school, lots, entrants.id, count, classes, first)
    entrants.reorder(order)
    return Classes(
        len(where),
        id=class_ids(model.year, schools.id[where], number),
        school=where,
        grade=np.full(len(where), ENTRY_GRADE[level]),
        size=size,
        team=np.full(Classes.team.shape(len(where)), -1),
    )


@compiled()
def _rooms(school: Array, filing: Ints, cap: float, stated: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Entrants of each school, its classes, and how many of other schools come before; each class's school and number.

    Parameters
    ----------
    filing : (S,) array
        Schools in the order of their classes.
    stated : (S,) array
        Classes that a school forms whatever the cap, if it has the children; 0 for as many as it asks for.
    """
    count, here, so_far = np.zeros(len(filing), np.int64), 0, 0
    for s in school:  # most stand school by school
        if s != here:
            count[here] += so_far
            here, so_far = s, 0
        so_far += 1
    count[here] += so_far
    classes, first, total = np.empty(len(filing), np.int64), np.empty(len(filing), np.int64), 0
    for s in filing:
        classes[s] = min(stated[s], count[s]) if stated[s] > 0 else np.ceil(count[s] / cap)
        first[s] = total
        total += classes[s]
    where, number = np.empty(total, np.int64), np.empty(total, np.int64)
    for s in filing:
        for k in range(classes[s]):
            where[first[s] + k], number[first[s] + k] = s, k
    return count, classes, first, where, number


def _deal(school: Array, lots: Bits, ids: Ints, count: Ints, classes: Ints, first: Ints) -> tuple[Array, Ints]:
    """Rows by class, then id, and the size of each class, where of so many a school forms so many from `first` on."""
    rank = ranks(school, by_lot(school, lots, ids))
    room = first[school] + rank * classes[school] // count[school]
    return np.lexsort((ids, room)).astype(np.int32), np.bincount(room, minlength=int(classes.sum()))


def reshuffle(model: "ZoneReform") -> None:
    """Deal the students of each school's grade, but for the entrants', over its classes anew, in equal runs by lot.

    For replays of studies elsewhere; the classes are those that were formed, and get new teams.
    """
    students, classes = model.students, model.classes
    rows = np.flatnonzero((students.grade != ENTRY_GRADE[PRIMARY]) & (students.grade != ENTRY_GRADE[JUNIOR]))
    cell = students.school[rows].astype(np.int64) * GRADE_DIGITS + students.grade[rows]
    of_class = classes.school.astype(np.int64) * GRADE_DIGITS + classes.grade
    # The classes of a school's grade stand together.
    cells, first, formed = np.unique(of_class, return_index=True, return_counts=True)
    at = np.searchsorted(cells, cell)
    order = model.noise.rank("class", model.year, students.id[rows], cell)
    students.classroom[rows] = first[at] + order * formed[at] // np.bincount(at)[at]


def file_classes(model: "ZoneReform", new_primary: Classes, new_junior: Classes) -> None:
    """Put the new classes in their place, oldest grade first, where their students stand."""
    classes = model.classes
    older, dissolved = old_and_dissolved(classes)
    stay = classes.take(older), classes.take(slice(dissolved.stop, None))
    model.classes = stay[0].followed_by(new_junior, stay[1], new_primary)
    fast = loops()
    (_seat if fast is None else fast.seat)(model.students.classroom, model.classes.size)


def _seat(room: Array, size: Array) -> None:
    """Write down the class of each student, of whom the first class has the first, and so on."""
    room[:] = np.repeat(np.arange(len(size)), size)

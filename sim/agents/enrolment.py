"""Step 2, enrolment: catchment first, some families choose, seats limit, and classes form in grades 1 and 7.

Public and private schools admit at the same time (公民同招).
"""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.assessment import noise_sd
from sim.agents.classroom import Classes, class_ids, class_sizes
from sim.agents.columns import Array
from sim.agents.geography import Geography
from sim.agents.learning import GRADE_DIGITS
from sim.agents.school import ENTRY_GRADE, JUNIOR, PRIMARY, YEARS
from sim.agents.school_choice import chosen_school
from sim.agents.student import ARRIVAL, Students
from sim.apportion import apportion
from sim.noise import Floats
from sim.turns import first_within, in_order, rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform

Formed = tuple[Array, Array, Classes]
"""Rows of the entrants of a level, the row of each in the table of the new classes, and that table."""


def enrol(model: "ZoneReform") -> None:
    """Give every entrant of grades 1 and 7 a school and a class."""
    students = model.students
    formed = []
    if model.district.classes_reshuffled:
        reshuffle(model)
    for level in (PRIMARY, JUNIOR):
        rows = np.flatnonzero(students.grade == ENTRY_GRADE[level])
        home = home_school(model, students, rows, level)
        students.school[rows] = admit(model, students, rows, home, level)
        formed.append((rows, *form_classes(model, students, rows, level)))
    file_classes(model, *formed)


def home_school(model: "ZoneReform", students: Students, rows: Array, level: int) -> Array:
    """Row of the school in whose catchment each entrant lives."""
    if level == PRIMARY:
        return students.catchment[rows]
    catchment = students.catchment[rows]
    number = students.id[rows] % ARRIVAL
    place = (number + 0.5) / np.bincount(catchment)[catchment]
    edges = np.cumsum(model.feeding.share, axis=1) - 1e-12
    beyond = np.zeros(len(rows), dtype=np.int64)
    for edge in edges[:, :-1].T:
        beyond += place >= edge[catchment]
    return np.asarray(model.feeding.junior[catchment, beyond])


def admit(model: "ZoneReform", students: Students, rows: Array, home: Array, level: int) -> Array:
    """School of each entrant: who has no place at a private school is admitted to a public one."""
    open_private_places(model, len(rows), level)
    wanted = chosen_school(model, students, rows, home, level)
    placed = admit_privately(model, students, rows, home, wanted, level)
    rest = np.flatnonzero(placed < 0)
    wanted = np.where(model.schools.private[wanted], home, wanted)
    placed[rest] = admit_publicly(model, students, rows[rest], home[rest], wanted[rest], level)
    if model.roll is not None:
        keep_to_roll(model, students.id[rows], home, placed, level)
    return placed


def keep_to_roll(model: "ZoneReform", ids: Array, home: Array, placed: Array, level: int) -> None:
    """Children beyond the seats of their school, by lot, go to the nearest that has not yet whom its roll lists."""
    schools = model.schools
    left = model.seats(level) - np.bincount(placed, minlength=len(schools))
    if not (left < 0).any():
        return
    turn = np.argsort(model.noise.rank("lottery", model.year, ids), kind="stable")
    beyond = turn[rank_within(placed[turn]) >= model.seats(level)[placed[turn]]]
    _fill_nearest(placed, beyond, home, model.geography, np.maximum(left, 0))


def admit_privately(
    model: "ZoneReform", students: Students, rows: Array, home: Array, wanted: Array, level: int
) -> Array:
    """Private school of each entrant, -1 for those who have no place at one.

    Children of migrant workers without a public place come first, to the nearest school with room (购买学位); who they
    are is drawn by lot. The others draw lots (电脑随机录取) for the school they want, but for migrant children who have
    a public place: they take it.
    """
    schools, noise, ids = model.schools, model.noise, students.id[rows]
    seats = np.where(schools.private & (schools.level == level), schools.seats, 0).astype(np.int64)
    placed = np.full(len(rows), -1)
    if not seats.any():
        return placed
    migrants = np.flatnonzero(students.migrant[rows])
    lot = noise.rank("public place", model.year, ids[migrants])
    turned_away = migrants[np.argsort(lot)][round(model.terms.migrant_public_share * len(migrants)) :]
    _fill_nearest(placed, turned_away, home, model.geography, seats)
    applicants = np.flatnonzero(schools.private[wanted] & ~students.migrant[rows])
    lots = noise.lots("private place", model.year, ids[applicants])
    nobody_last = np.zeros(len(applicants), dtype=bool)
    _fill(placed, applicants, wanted[applicants], nobody_last, lots, ids[applicants], seats)
    return placed


def open_private_places(model: "ZoneReform", entrants: int, level: int) -> None:
    """Give the level's private schools places for their share of this year's entrants, by their size."""
    schools = model.schools
    rows = np.flatnonzero(schools.private & (schools.level == level))
    if model.roll is not None:
        schools.seats[rows] = model.seats(level)[rows]
        return
    schools.seats[rows] = apportion(round(model.terms.private_share[level] * entrants), schools.intake[rows])


def admit_publicly(
    model: "ZoneReform", students: Students, rows: Array, home: Array, wanted: Array, level: int
) -> Array:
    """Public school of each entrant.

    Residents who do not choose elsewhere come first, then those who apply from elsewhere: where they are more than
    the places left, the school takes the best it sees (掐尖), or draws lots for them under the `lottery` (摇号).
    Whoever is not admitted goes home, or to the nearest school with room, or, where no school has room, home over
    its seats. Migrant children come last each time, and elsewhere than here lots decide.
    """
    schools, noise = model.schools, model.noise
    ids, last = students.id[rows], students.migrant[rows]
    model.demand[:] += np.bincount(wanted, minlength=len(schools))
    seats = public_places(model, level)
    placed = np.full(len(rows), -1)

    def admit(entrants: Array, target: Array, by_merit: bool = False) -> None:
        merit = -np.round(seen_at_entry(model, students, rows[entrants], level), 9) if by_merit else None
        turn = noise.lots("lottery", model.year, ids[entrants]) if merit is None else merit
        _fill(placed, entrants, target[entrants], last[entrants], turn, ids[entrants], seats)

    away = wanted != home
    admit(np.flatnonzero(~away), home)
    admit(np.flatnonzero(away), wanted, by_merit=not model.terms.lottery)
    admit(np.flatnonzero(away & (placed < 0)), home)
    unplaced = np.flatnonzero(placed < 0)
    turn = np.lexsort((ids[unplaced], noise.lots("lottery", model.year, ids[unplaced]), last[unplaced]))
    _fill_nearest(placed, unplaced[turn], home, model.geography, seats)
    return np.where(placed < 0, home, placed)


def seen_at_entry(model: "ZoneReform", students: Students, rows: Array, level: int) -> Floats:
    """What a school sees of a child that applies, SD: a junior school the last score (0 without one).

    A primary school sees an entrance test or interview, as exact as a test of the grade entered.
    """
    if level == JUNIOR:
        return np.nan_to_num(students.score[rows])
    error = noise_sd(model)[ENTRY_GRADE[level]] * model.noise.normal("entrance", model.year, students.id[rows])
    return np.asarray(students.achievement[rows] + error)


def public_places(model: "ZoneReform", level: int) -> Array:
    """Public places in the entry grade, (S,): a school's seats, and no more than a grade's part of `school_cap`.

    A part for each grade, so that a school above the cap shrinks to it cohort by cohort and misses none.
    """
    seats, cap = np.where(model.schools.private, 0, model.seats(level)), model.terms.school_cap
    return seats if cap is None else np.minimum(seats, int(cap // YEARS[level]))


def form_classes(model: "ZoneReform", students: Students, rows: Array, level: int) -> tuple[Array, Classes]:
    """Deal each school's entrants into as many classes as the cap asks for.

    The order is drawn by id and cut into equal runs, so that one child more moves few others. Gives the row of each
    in the table of the new classes, in which these go by zone, school and number, and that table.
    """
    schools = model.schools
    school = students.school[rows]
    count = np.bincount(school, minlength=len(schools))
    classes = np.ceil(count / model.terms.class_cap[level]).astype(np.int64)
    if model.roll is not None:
        stated = model.roll.classes_formed(level, model.year)
        classes = np.where(stated > 0, np.minimum(stated, count), classes)
    order = model.noise.rank("class", model.year, students.id[rows], school)
    index = order * classes[school] // count[school]
    filing = np.lexsort((schools.id, schools.zone))
    first = np.zeros(len(schools), dtype=np.int64)
    first[filing] = np.cumsum(classes[filing]) - classes[filing]
    where = np.repeat(filing, classes[filing])
    number = np.arange(len(where)) - first[where]
    return first[school] + index, Classes(
        len(where),
        id=class_ids(model.year, schools.id[where], number),
        school=where,
        grade=np.full(len(where), ENTRY_GRADE[level]),
        team=np.full(Classes.team.shape(len(where)), -1),
    )


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


def file_classes(model: "ZoneReform", primary: Formed, junior: Formed) -> None:
    """Put the new classes in their place, oldest grade first, and students in the order of their classes.

    In a new class they go by id. The others stand in order since theirs was formed, an arrival in the place of the
    child who left.
    """
    students, classes = model.students, model.classes
    (first_graders, primary_room, new_primary), (seventh_graders, junior_room, new_junior) = primary, junior
    older, younger = classes.grade > ENTRY_GRADE[JUNIOR], classes.grade < ENTRY_GRADE[JUNIOR]
    n_older = int(older.sum())
    n_above = n_older + len(new_junior) + int(younger.sum())
    place = np.cumsum(older | younger) - 1 + len(new_junior) * younger
    # Entrants have no class yet, or that which they left: it is set next.
    students.classroom = np.append(place, 0).astype(students.classroom.dtype).take(students.classroom)
    students.classroom[seventh_graders] = n_older + junior_room
    students.classroom[first_graders] = n_above + primary_room
    model.classes = classes.take(older).followed_by(new_junior, classes.take(younger), new_primary)
    for new in (seventh_graders, first_graders):
        students.move(new[in_order(students.classroom[new], students.id[new])], new)
    room = students.classroom
    if (room[1:] < room[:-1]).any():  # somebody has mixed them up
        students.move(in_order(room, students.id), np.arange(len(students)))
    model.classes.size = class_sizes(students.classroom, len(model.classes))


def _fill_nearest(placed: Array, queue: Array, home: Array, geography: Geography, seats: Array) -> None:
    """Admit those in the queue, one after the other, to the school with seats that is nearest to their home's."""
    free, left, queue = np.flatnonzero(seats > 0), seats.tolist(), queue[: seats.sum()]
    compared = geography.nearest_first[home[queue]].tolist()
    for one, at, near in zip(queue.tolist(), home[queue].tolist(), compared, strict=True):
        nearest = next((school for school in near if left[school] > 0), None)
        if nearest is None:
            nearest = int(free[np.argmin(geography[at, free])])
        placed[one] = nearest
        left[nearest] -= 1
        if left[nearest] == 0:
            free = free[free != nearest]
    seats[:] = left


def _fill(placed: Array, applicants: Array, target: Array, last: Array, turn: Array, ids: Array, seats: Array) -> None:
    """Admit applicants to their targets while seats last, by turn, those who are `last` after all others.

    Ties go by id; `placed` and `seats` are updated. Turns are looked at only where more ask than there are seats.
    """
    asking = np.bincount(target, minlength=len(seats))
    admitted = (asking <= seats)[target]
    contested = np.flatnonzero(~admitted)
    at, behind = target[contested], last[contested]
    places = np.repeat(seats, 2)
    places[1::2] -= np.bincount(at[~behind], minlength=len(seats))
    admitted[contested] = first_within(at * 2 + behind, places, turn[contested], ids[contested])
    placed[applicants[admitted]] = target[admitted]
    seats -= np.bincount(target[admitted], minlength=len(seats)).astype(seats.dtype)

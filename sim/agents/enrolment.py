"""Step 2, enrolment: catchment first, some families choose, seats limit, and classes form in grades 1 and 7.

Public and private schools admit at the same time (公民同招).
"""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.assessment import noise_sd
from sim.agents.class_formation import file_classes, form_classes, old_and_dissolved, put_in_order, reshuffle
from sim.agents.columns import Array
from sim.agents.geography import Geography
from sim.agents.school import ENTRY_GRADE, JUNIOR, PRIMARY, YEARS
from sim.agents.school_choice import chosen_school
from sim.agents.student import ARRIVAL, Students
from sim.apportion import apportion
from sim.compiled import compiled, loops
from sim.noise import Floats, Ints, drawn_lots
from sim.turns import by_lot, first_within, rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform

BY_LOT: Floats = np.empty(0)
"""No merit."""


def enrol(model: "ZoneReform") -> None:
    """Give every entrant of grades 1 and 7 a school and a class."""
    if model.district.classes_reshuffled:
        reshuffle(model)
    put_in_order(model)
    students, classes = model.students, model.classes
    older, seventh = (int(classes.size[grade].sum()) for grade in old_and_dissolved(classes))
    first_graders = slice(int(classes.size.sum()), None)
    formed = []
    for level, rows in ((PRIMARY, first_graders), (JUNIOR, slice(older, older + seventh))):
        entrants = students.take(rows)
        home = home_school(model, entrants, level)
        entrants.school[:] = admit(model, entrants, home, level)
        formed.append(form_classes(model, entrants, level))
    file_classes(model, *formed)


def home_school(model: "ZoneReform", entrants: Students, level: int) -> Ints:
    """Row of the school in whose catchment each entrant lives."""
    if level == PRIMARY:
        return entrants.catchment.astype(np.int64)
    feeding, fast = model.feeding, loops()
    homes = _junior_homes if fast is None else fast.junior_homes
    return np.asarray(homes(entrants.id, entrants.catchment, feeding.edges, feeding.junior))


def _junior_homes(ids: Array, catchment: Array, edges: Floats, junior: Ints) -> Ints:
    """Junior catchment of each child, by the share of its primary catchment's children who come before it by number."""
    place = (ids % ARRIVAL + 0.5) / np.bincount(catchment, minlength=len(junior))[catchment]
    return np.asarray(junior[catchment, (place[:, None] >= edges[catchment]).sum(axis=1)])


def admit(model: "ZoneReform", entrants: Students, home: Array, level: int) -> Array:
    """School of each entrant: who has no place at a private school is admitted to a public one."""
    open_private_places(model, len(entrants), level)
    wanted = chosen_school(model, entrants, home, level)
    placed = admit_privately(model, entrants, home, wanted, level)
    admit_publicly(model, entrants, home, wanted, placed, level)
    if model.roll is not None:
        keep_to_roll(model, entrants.id, home, placed, level)
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


def admit_privately(model: "ZoneReform", entrants: Students, home: Array, wanted: Array, level: int) -> Array:
    """Private school of each entrant, -1 for those who have no place at one.

    Children of migrant workers without a public place come first, to the nearest school with room (购买学位); who they
    are is drawn by lot. The others draw lots (电脑随机录取) for the school they want, but for migrant children who have
    a public place: they take it.
    """
    schools, noise, ids = model.schools, model.noise, entrants.id
    seats = np.where(schools.private & (schools.level == level), schools.seats, 0).astype(np.int64)
    placed = np.full(len(entrants), -1)
    if not seats.any():
        return placed
    migrants = np.flatnonzero(entrants.migrant)
    lot = noise.rank("public place", model.year, ids[migrants])
    turned_away = migrants[np.argsort(lot)][round(model.terms.migrant_public_share * len(migrants)) :]
    _fill_nearest(placed, turned_away, home, model.geography, seats)
    lots = noise.key("private place", model.year)
    applies, last = np.flatnonzero(schools.private[wanted] & ~entrants.migrant), np.zeros(len(entrants), dtype=bool)
    _fill(placed, applies, wanted, last, lots, BY_LOT, ids, seats)
    return placed


def open_private_places(model: "ZoneReform", entrants: int, level: int) -> None:
    """Give the level's private schools places for their share of this year's entrants, by their size."""
    schools = model.schools
    rows = np.flatnonzero(schools.private & (schools.level == level))
    if len(rows) == 0:
        return
    if model.roll is not None:
        schools.seats[rows] = model.seats(level)[rows]
        return
    schools.seats[rows] = apportion(round(model.terms.private_share[level] * entrants), schools.intake[rows])


def admit_publicly(
    model: "ZoneReform", entrants: Students, home: Array, wanted: Array, placed: Array, level: int
) -> None:
    """Place each entrant without a place (-1) at a public school.

    Residents who do not choose elsewhere come first, then those who apply from elsewhere: where they are more than
    the places left, the school takes the best it sees (掐尖), or draws lots for them under the `lottery` (摇号).
    Whoever is not admitted goes home, or to the nearest school with room, or, where no school has room, home over
    its seats. Migrant children come last each time, and elsewhere than here lots decide.
    """
    ids, last, seats = entrants.id, entrants.migrant, public_places(model, level)
    lots, fast = model.noise.key("lottery", model.year), loops()
    stay, away = (_ask if fast is None else fast.ask)(placed, home, wanted, model.schools.private, model.demand)
    _fill(placed, stay, home, last, lots, BY_LOT, ids, seats)
    best_first = BY_LOT if model.terms.lottery else merit(model, entrants, away, level)
    _fill(placed, away, wanted, last, lots, best_first, ids, seats)
    _fill(placed, away[placed[away] < 0], home, last, lots, BY_LOT, ids, seats)
    unplaced = np.flatnonzero(placed < 0)
    queue = unplaced[by_lot(last[unplaced], drawn_lots(ids[unplaced], lots), ids[unplaced])]
    _fill_nearest(placed, queue, home, model.geography, seats)
    unplaced = unplaced[placed[unplaced] < 0]
    placed[unplaced] = home[unplaced]


def _ask(placed: Array, home: Array, wanted: Array, private: Array, demand: Ints) -> tuple[Ints, Ints]:
    """Rows of those without a place who ask at home, and elsewhere, at public schools; they add to the `demand`."""
    public = np.where(private[wanted], home, wanted)
    demand += np.bincount(public[placed < 0], minlength=len(demand))
    return np.flatnonzero((placed < 0) & (public == home)), np.flatnonzero((placed < 0) & (public != home))


def merit(model: "ZoneReform", entrants: Students, rows: Ints, level: int) -> Floats:
    """Turns of those who apply, the best first."""
    return np.asarray(-np.round(seen_at_entry(model, entrants, rows, level), 9))


def seen_at_entry(model: "ZoneReform", entrants: Students, rows: Ints, level: int) -> Floats:
    """What a school sees of those who apply, SD: a junior school the last score (0 without one).

    A primary school sees an entrance test or interview, as exact as a test of the grade entered.
    """
    if level == JUNIOR:
        score = entrants.score[rows]
        return np.where(np.isnan(score), 0.0, score)
    error = noise_sd(model)[ENTRY_GRADE[level]] * model.noise.normal("entrance", model.year, entrants.id[rows])
    return np.asarray(entrants.trait[rows] + entrants.lasting[rows] + entrants.fading[rows] + error)


def public_places(model: "ZoneReform", level: int) -> Array:
    """Public places in the entry grade, (S,): a school's seats, and no more than a grade's part of `school_cap`.

    A part for each grade, so that a school above the cap shrinks to it cohort by cohort and misses none.
    """
    seats, cap = np.where(model.schools.private, 0, model.seats(level)), model.terms.school_cap
    return seats if cap is None else np.minimum(seats, int(cap // YEARS[level]))


def _fill_nearest(placed: Array, queue: Array, home: Array, geography: Geography, seats: Array) -> None:
    """Admit those in the queue, one after the other, to the school with seats that is nearest to their home's."""
    queue, at = queue[: seats.sum()], 0
    while (at := _fill_compared(placed, queue, at, home, geography.nearest_first, seats)) < len(queue):
        free = np.flatnonzero(seats > 0)  # all that families compare are full
        nearest = free[np.argmin(geography[home[queue[at]], free])]
        placed[queue[at]] = nearest
        seats[nearest] -= 1
        at += 1


@compiled()
def _fill_compared(placed: Ints, queue: Ints, start: int, home: Ints, compared: Ints, seats: Ints) -> int:
    """Admit those from place `start` of the queue on to the first of those they compare with seats, until one has none.

    Gives the place of that one, the length of the queue without such.
    """
    for at in range(start, len(queue)):
        admitted = False
        for school in compared[home[queue[at]]]:
            if seats[school] > 0:
                placed[queue[at]] = school
                seats[school] -= 1
                admitted = True
                break
        if not admitted:
            return at
    return len(queue)


def _fill(
    placed: Array, rows: Ints, target: Array, last: Array, key: np.uint64, merit: Floats, ids: Array, seats: Array
) -> None:
    """Admit those who ask (`rows`) to their targets while seats last, by merit or lot, who is `last` after all others.

    Ties go by id; `placed` and `seats` are updated. Lots are drawn only where more ask than there are seats.

    Parameters
    ----------
    key : uint64
        What lots are drawn with.
    merit : (rows,) array
        Turns of those who ask; none where lots decide.
    """
    if (fast := loops()) is not None:
        fast.fill(placed, rows, target, last, key, merit, ids, seats)
        return
    admitted = (np.bincount(target[rows], minlength=len(seats)) <= seats)[target[rows]]
    contested = rows[~admitted]
    at, behind = target[contested], last[contested]
    places = np.repeat(seats, 2)
    places[1::2] -= np.bincount(at[~behind], minlength=len(seats))
    turn = merit[~admitted] if len(merit) else drawn_lots(ids[contested], key)
    admitted[~admitted] = first_within(at * 2 + behind, places, turn, ids[contested])
    placed[rows[admitted]] = target[rows[admitted]]
    seats -= np.bincount(target[rows[admitted]], minlength=len(seats))

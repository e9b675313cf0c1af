"""Step 5, class assignment: every class gets its team of core teachers of its own school."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.classroom import Classes
from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE
from sim.agents.teacher import CORE, Teachers
from sim.turns import by_lot, rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform


def assign(model: "ZoneReform") -> None:
    """Keep the teams that go on with their classes; fill every open place of a team.

    A place goes to a teacher of its subject within the normal load, least loaded first; then to one of its subject
    who comes from another school for half the week (走教) and has load left; then to another core teacher of the
    school within the normal load; then to larger loads, and the class is listed as uncovered. How many places a team
    has, and how many years it follows the class, the district says.
    """
    classes, teachers = model.classes, model.teachers
    classes.team = kept_teams(model)
    size = np.array(model.district.by_level("core_teachers"))[model.schools.level[classes.school]]
    normal, any_load = int(model.district.core_load), len(classes) * len(CORE)
    home, second = teachers.school, teachers.second_school
    ways = (
        *((home, normal, True), (second, normal, True), (home, normal, False)),
        *((home, any_load, True), (home, any_load, False)),
    )
    load = loads(teachers, classes.team)
    row, slot = np.nonzero((classes.team < 0) & (np.array(CORE) < size[:, None]))
    for where, most, own_subject in ways:
        # Teachers of the subject take places of one slot only; others may be asked for any, slot by slot.
        for slots in (CORE,) if own_subject else tuple((slot,) for slot in CORE):
            now = (slot >= slots[0]) & (slot <= slots[-1])
            if not now.any():
                continue
            found = least_loaded(model, load, row[now], slot[now], where, most, own_subject)
            classes.team[row[now], slot[now]] = found
            load += np.bincount(found[found >= 0], minlength=len(load))
            now[now] = found >= 0
            row, slot = row[~now], slot[~now]
    classes.covered = within_normal_loads(classes, load, size, normal)
    classes.team_ids = teachers.id[classes.team]


def kept_teams(model: "ZoneReform") -> Array:
    """Teams without those who no longer come to the school; none in a new class or cycle (`team_years`)."""
    classes, teachers = model.classes, model.teachers
    years = classes.grade - np.array(ENTRY_GRADE)[model.schools.level[classes.school]]
    kept = np.full_like(classes.team, -1)
    if model.district.classes_reshuffled:
        return kept
    goes_on = np.flatnonzero(years % int(model.district.team_years))
    team, at = classes.team[goes_on], classes.school[goes_on, None]
    there = teachers.school[team] == at
    if (teachers.second_school >= 0).any():
        there |= teachers.second_school[team] == at
    same_person = classes.team_ids[goes_on] == teachers.id[team]
    kept[goes_on] = np.where((team >= 0) & there & same_person, team, -1)
    return kept


def least_loaded(
    model: "ZoneReform", load: Array, row: Array, slot: Array, where: Array, most: int, own_subject: bool
) -> Array:
    """A teacher's row for each open place, or -1: a school's places are dealt by load, ties by a yearly draw.

    Parameters
    ----------
    load : (T,) array
        Classes that each teacher has, and may have at `most`.
    row, slot : (n,) array
        Class and subject of each open place.
    where : (T,) array
        School at which each teacher may be asked, -1 for none.
    own_subject : bool
        Whether only teachers of the subject may be asked, or all core teachers.
    """
    teachers, classes, noise = model.teachers, model.classes, model.noise
    queue = classes.school[row] * len(CORE) + slot * own_subject
    places = np.bincount(queue, minlength=len(model.schools) * len(CORE))
    rows = np.flatnonzero((load < most) & (where >= 0) & (teachers.subject < len(CORE)))
    asked = where[rows] * len(CORE) + teachers.subject[rows] * own_subject
    able = np.flatnonzero(places[asked])
    rows, asked = rows[able], asked[able]
    load = load[rows]
    offers = np.maximum(0, np.minimum(most, load_that_serves(places, asked, load, most)[asked]) - load)
    teacher, asked = np.repeat(rows, offers), np.repeat(asked, offers)
    level = np.arange(len(teacher)) - np.repeat(np.cumsum(offers) - offers - load, offers)
    ids = teachers.id[rows]
    offer = by_lot(
        asked * (level.max(initial=0) + 1) + level,
        np.repeat(noise.lots("team teacher", model.year, ids), offers),
        np.repeat(ids, offers),
    )
    ids = classes.id[row]
    place = by_lot(queue, noise.lots("team class", model.year, ids), ids)
    return _meet(queue, place, np.bincount(asked, minlength=len(places)), teacher[offer])


def load_that_serves(places: Array, asked: Array, load: Array, most: int) -> Array:
    """Load up to which the teachers of each queue must be asked for all its places; beyond `most` where that is short.

    Parameters
    ----------
    places : (Q,) array
        Open places of each queue.
    asked, load : (n,) array
        Queue and load of each teacher.
    """
    levels = min(most, int(load.max(initial=0) + places.max()))
    ready = np.bincount(asked * levels + load, minlength=len(places) * levels).reshape(-1, levels)
    offers = ready.cumsum(axis=1).cumsum(axis=1)  # at each load and below: who has less makes an offer at each
    return np.asarray((offers < places[:, None]).sum(axis=1) + 1)


def within_normal_loads(classes: Classes, load: Array, size: Array, normal: int) -> Array:
    """Classes whose team is whole and of different people, and within everybody's normal load.

    Where a teacher has more than the normal load, the classes beyond it, by id, are not.
    """
    team = classes.team
    whole = (team[:, 0] >= 0) & (team[:, 1] >= 0) & ((team[:, 2] >= 0) | (size == 2))
    whole &= (team[:, 0] != team[:, 1]) & (team[:, 0] != team[:, 2]) & (team[:, 1] != team[:, 2])
    row, slot = np.nonzero((team >= 0) & (load > normal)[team])
    beyond = rank_within(team[row, slot], classes.id[row]) >= normal
    whole[row[beyond]] = False
    return np.asarray(whole)


def loads(teachers: Teachers, team: Array) -> Array:
    """Classes each teacher has."""
    return np.bincount(team[team >= 0], minlength=len(teachers))


def _meet(queue: Array, place: Array, offers: Array, teacher: Array) -> Array:
    """The k-th open place of a queue takes its k-th offer; -1 where offers have run out.

    Parameters
    ----------
    queue : (n,) array
        Queue of each open place.
    place : (n,) array
        The open places, queue by queue and in turn.
    offers, teacher : array
        How many offers each queue has, and who makes them, queue by queue and in turn.
    """
    met = np.full(len(queue), -1)
    at = queue[place]
    places = np.bincount(queue, minlength=len(offers))
    turn = np.arange(len(at)) - (np.cumsum(places) - places)[at]
    served = turn < offers[at]
    met[place[served]] = teacher[((np.cumsum(offers) - offers)[at] + turn)[served]]
    return met

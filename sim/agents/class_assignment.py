"""Step 5, class assignment: every class gets its team of core teachers of its own school."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE
from sim.agents.teacher import CORE, Teachers
from sim.noise import rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform


def assign(model: "ZoneReform") -> None:
    """Keep the teams that go on with their classes; fill every open place of a team.

    A place goes to a teacher of its subject within the normal load, least loaded first; then to one of its subject
    who comes from another school for half the week (走教) and has load left; then to another core teacher of the
    school within the normal load; then to larger loads, and the class is listed as uncovered. How many places a team
    has, and how many years it follows the class, the district says.
    """
    classes, schools = model.classes, model.schools
    classes.team = kept_teams(model)
    size = np.array(model.district.by_level("core_teachers"))[schools.level[classes.school]]
    normal, any_load = int(model.district.core_load), len(classes) * len(CORE)
    home, second = model.teachers.school, model.teachers.second_school
    ways = (
        *((home, normal, True), (second, normal, True), (home, normal, False)),
        *((home, any_load, True), (home, any_load, False)),
    )
    for where, most, own_subject in ways:
        for slot, subject in enumerate(CORE):
            open_ = np.flatnonzero((slot < size) & (classes.team[:, slot] < 0))
            if len(open_) == 0:
                continue
            subjects = (subject,) if own_subject else CORE
            classes.team[open_, slot] = least_loaded(model, open_, where, subjects, most)
    classes.covered = within_normal_loads(model, size)
    classes.team_ids = model.teachers.id[classes.team]


def kept_teams(model: "ZoneReform") -> Array:
    """Teams without those who no longer come to the school; none in a new class or cycle (`team_years`)."""
    classes, teachers = model.classes, model.teachers
    years = classes.grade - np.array(ENTRY_GRADE)[model.schools.level[classes.school]]
    team = classes.team
    at = classes.school[:, None]
    there = (team >= 0) & ((teachers.school[team] == at) | (teachers.second_school[team] == at))
    same_person = classes.team_ids == teachers.id[team]
    goes_on = (years % int(model.district.team_years) != 0) & (model.district.classes_reshuffled == 0)
    return np.where(there & same_person & goes_on[:, None], team, -1)


def least_loaded(model: "ZoneReform", open_: Array, where: Array, subjects: tuple[int, ...], most: int) -> Array:
    """A teacher's row for each open place, or -1: the school's places are dealt by load, ties by a yearly draw.

    Parameters
    ----------
    open_ : (n,) array
        Rows of the classes with an open place.
    where : (T,) array
        School at which each teacher may be asked, -1 for none.
    """
    teachers, classes, noise = model.teachers, model.classes, model.noise
    at = classes.school[open_]
    rows = np.flatnonzero((where >= 0) & np.isin(teachers.subject, subjects))
    rows = rows[np.isin(where[rows], at)]
    if len(rows) == 0:
        return np.full(len(open_), -1)
    load = loads(teachers, classes.team)[rows]
    offers = np.clip(most - load, 0, np.bincount(at, minlength=len(model.schools))[where[rows]])
    teacher = np.repeat(rows, offers)
    level = np.repeat(load, offers) + rank_within(teacher)
    turn = np.repeat(noise.rank("team teacher", model.year, teachers.id[rows]), offers)
    school = where[teacher]
    place = rank_within(school, level, turn)
    asked = rank_within(at, noise.rank("team class", model.year, classes.id[open_]))
    return _meet(at, asked, school, place, teacher)


def within_normal_loads(model: "ZoneReform", size: Array) -> Array:
    """Classes whose team is whole and of different people, and within everybody's normal load.

    Where a teacher has more than the normal load, the classes beyond it, by id, are not.
    """
    team, class_id = model.classes.team, model.classes.id
    whole = (team[:, 0] >= 0) & (team[:, 1] >= 0) & ((team[:, 2] >= 0) | (size == 2))
    whole &= (team[:, 0] != team[:, 1]) & (team[:, 0] != team[:, 2]) & (team[:, 1] != team[:, 2])
    row, slot = np.nonzero(team >= 0)
    beyond = rank_within(team[row, slot], class_id[row]) >= int(model.district.core_load)
    return np.asarray(whole & (np.bincount(row[beyond], minlength=len(team)) == 0))


def loads(teachers: Teachers, team: Array) -> Array:
    """Classes each teacher has."""
    return np.bincount(team[team >= 0], minlength=len(teachers))


def _meet(at: Array, asked: Array, school: Array, place: Array, teacher: Array) -> Array:
    """The k-th open place of a school takes the school's k-th offer; -1 where offers have run out."""
    widest = int(max(asked.max(initial=0), place.max(initial=0))) + 1
    offer = school.astype(np.int64) * widest + place
    order = np.argsort(offer)
    wanted = at.astype(np.int64) * widest + asked
    position = np.minimum(np.searchsorted(offer, wanted, sorter=order), max(len(order) - 1, 0))
    if len(order) == 0:
        return np.full(len(at), -1)
    found = order[position]
    return np.where(offer[found] == wanted, teacher[found], -1)

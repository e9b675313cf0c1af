"""Step 5, class assignment: every class gets its team of core teachers of its own school."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE
from sim.agents.teacher import CORE
from sim.compiled import compiled
from sim.noise import Ints
from sim.turns import by_lot, rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform

_PLACES = len(CORE)
"""Places of a team: the first is for the first core subject, and so on."""


def assign(model: "ZoneReform") -> None:
    """Keep the teams that go on with their classes; fill every open place of a team.

    A place goes to a teacher of its subject within the normal load, least loaded first; then to one of its subject
    who comes from another school for half the week (走教) and has load left; then to another core teacher of the
    school within the normal load; then to larger loads, and the class is listed as uncovered. How many places a team
    has, and how many years it follows the class, the district says.
    """
    classes, teachers = model.classes, model.teachers
    size = np.array(model.district.by_level("core_teachers"), np.int64)[model.schools.level[classes.school]]
    normal, any_load = int(model.district.core_load), len(classes) * _PLACES
    home, second = teachers.school, teachers.second_school
    ways = (
        *((home, normal, True), (second, normal, True), (home, normal, False)),
        *((home, any_load, True), (home, any_load, False)),
    )
    classes.team = team = kept_teams(model)
    load = loads(team, len(teachers))
    rows = np.flatnonzero((team[:, 0] < 0) | (team[:, 1] < 0) | ((team[:, 2] < 0) & (size > 2)))
    ids = classes.id[rows]
    rows = rows[by_lot(classes.school[rows], model.noise.lots("team class", model.year, ids), ids)]
    for where, most, own_subject in ways:
        if len(rows):
            asked, first = in_turn(model, where, load < most, own_subject, classes.school[rows])
            rows = _deal(team, rows, size, classes.school, asked, first, load, most, own_subject)
    classes.covered, uncovered, overloaded = _within_loads(team, size, load, normal)
    if len(overloaded):  # of a larger load the classes beyond, by id
        beyond = rank_within(overloaded, classes.id[uncovered]) >= normal
        classes.covered[uncovered[beyond]] = False
    classes.team_ids = _ids(team, teachers.id)


def in_turn(
    model: "ZoneReform", where: Array, may_be_asked: Array, own_subject: bool, schools: Array
) -> tuple[Ints, Ints]:
    """Core teachers who may be asked at these schools, by a yearly draw, and where those of each queue begin.

    A queue is for one place of the teams of a school, or the first one for all of them.

    Parameters
    ----------
    where : (T,) array
        School at which each teacher comes into question, -1 for none.
    own_subject : bool
        Whether only teachers of the subject may be asked, or all core teachers.
    """
    teachers = model.teachers
    asking = np.zeros(len(model.schools) + 1, np.bool_)  # the last is for those who come to no school
    asking[schools] = True
    rows, queue, first = _queues(where, may_be_asked, teachers.subject, asking, own_subject)
    ids = teachers.id[rows]
    return rows[by_lot(queue, model.noise.lots("team teacher", model.year, ids), ids)], first


@compiled()
def _queues(
    where: Ints, may_be_asked: Array, subject: Ints, asking: Array, own_subject: bool
) -> tuple[Ints, Ints, Ints]:
    """Rows of those who may be asked, the queue of each, and where each queue begins once they stand in order of it."""
    rows, queue, found = np.empty(len(where), np.int64), np.empty(len(where), np.int64), 0
    for t in range(len(where)):
        rows[found] = t  # who may not be asked is overwritten by the next
        queue[found] = where[t] * _PLACES + subject[t] * own_subject
        found += may_be_asked[t] & (subject[t] < _PLACES) & asking[where[t]]
    first = np.zeros((len(asking) - 1) * _PLACES + 1, np.int64)
    for q in queue[:found]:
        first[q + 1] += 1
    return rows[:found], queue[:found], np.cumsum(first)


def kept_teams(model: "ZoneReform") -> Array:
    """Teams without those who no longer come to the school; none in a new class or cycle (`team_years`)."""
    classes, teachers, district = model.classes, model.teachers, model.district
    team = classes.team.copy()
    if district.classes_reshuffled:
        team[:] = -1
        return team
    first_grade = np.array(ENTRY_GRADE)[model.schools.level]
    where = teachers.school, teachers.second_school, teachers.id
    _keep(team, classes.team_ids, classes.school, classes.grade, first_grade, int(district.team_years), *where)
    return team


@compiled()
def _keep(
    team: Ints,
    team_ids: Ints,
    school: Ints,
    grade: Ints,
    first_grade: Ints,
    years: int,
    teacher_school: Ints,
    second_school: Ints,
    teacher_id: Ints,
) -> None:
    """Take from the teams, in place, those who do not go on."""
    for c in range(len(team)):
        begins = (grade[c] - first_grade[school[c]]) % years == 0
        for place in range(_PLACES):
            t = team[c, place]
            if t >= 0 and (
                begins
                or teacher_id[t] != team_ids[c, place]
                or (teacher_school[t] != school[c] and second_school[t] != school[c])
            ):
                team[c, place] = -1


@compiled()
def _deal(
    team: Ints,
    rows: Ints,
    size: Ints,
    school: Ints,
    asked: Ints,
    first: Ints,
    load: Ints,
    most: int,
    own_subject: bool,
) -> Ints:
    """Give the open places of these classes, in turn, to those with the least load below `most`, then the first asked.

    Returns the classes of which some stay open.

    Parameters
    ----------
    rows : array
        Classes with open places, those of a school in turn.
    asked, first : array
        Teachers who may be asked, by queue and in turn, and where each queue begins.
    """
    left = np.zeros(len(rows), np.bool_)
    for place in range(_PLACES):
        at, turn, last, level = -1, 0, 0, 0
        for k in range(len(rows)):
            c = rows[k]
            if school[c] != at:
                at = school[c]
                queue = at * _PLACES + place * own_subject
                turn, last = first[queue], first[queue + 1]
                level = 0 if turn < last else most
            if team[c, place] >= 0 or place >= size[c]:
                continue
            while level < most and load[asked[turn]] != level:
                turn += 1
                if turn == last:
                    turn, level = first[queue], level + 1
            if level < most:
                team[c, place] = asked[turn]
                load[asked[turn]] += 1
            else:
                left[k] = True
    return rows[left]


@compiled()
def loads(team: Ints, teachers: int) -> Ints:
    """Classes each teacher has."""
    load = np.zeros(teachers, np.int64)
    for c in range(len(team)):
        for place in range(_PLACES):
            if team[c, place] >= 0:
                load[team[c, place]] += 1
    return load


@compiled()
def _within_loads(team: Ints, size: Ints, load: Ints, normal: int) -> tuple[Array, Ints, Ints]:
    """Classes whose team is whole and of different people; and each class and member with more than the normal load."""
    whole, found = np.zeros(len(team), np.bool_), 0
    classes, members = np.empty(team.size, np.int64), np.empty(team.size, np.int64)
    for c in range(len(team)):
        one, two, three = team[c]
        whole[c] = min(one, two) >= 0 and (three >= 0 or size[c] == 2)
        whole[c] &= one != two and one != three and two != three
        for t in team[c]:
            if t >= 0 and load[t] > normal:
                classes[found], members[found] = c, t
                found += 1
    return whole, classes[:found], members[:found]


@compiled()
def _ids(team: Ints, ids: Ints) -> Ints:
    """Ids of the members, to see next year who has gone."""
    found = np.empty(team.shape, np.int64)
    for c in range(len(team)):
        for place in range(_PLACES):
            found[c, place] = ids[team[c, place]]
    return found

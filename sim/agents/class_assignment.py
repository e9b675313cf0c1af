"""Step 5, class assignment: every class gets its team of core teachers of its own school."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE, LAST_GRADE
from sim.agents.teacher import CORE
from sim.compiled import compiled
from sim.filing import LOT_BITS, filed
from sim.noise import Bits, Ints
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
    classes, teachers, noise = model.classes, model.teachers, model.noise
    size = np.array(model.district.by_level("core_teachers"), np.int64)[model.schools.level[classes.school]]
    normal, any_load = int(model.district.core_load), len(classes) * _PLACES
    classes.team = team = kept_teams(model)
    load, rows = _loads(team, size, len(teachers))
    if len(rows):
        ids, lots = classes.id[rows], noise.lots("team teacher", model.year, teachers.id)
        rows = rows[by_lot(classes.school[rows], noise.lots("team class", model.year, ids), ids)]
        home = core_staff(teachers.school, teachers.subject, lots, len(model.schools))
        ways = [(home, normal, True), (home, normal, False), (home, any_load, True), (home, any_load, False)]
        if teachers.second_school.max(initial=-1) >= 0:
            second = core_staff(teachers.second_school, teachers.subject, lots, len(model.schools))
            ways.insert(1, (second, normal, True))
        for staff, most, own_subject in ways:
            rows = _deal(team, rows, size, classes.school, *staff, lots, teachers.id, load, most, own_subject)
    classes.covered, classes.team_ids, uncovered, overloaded = _settled(team, teachers.id, size, load, normal)
    if len(overloaded):  # of a larger load the classes beyond, by id
        beyond = rank_within(overloaded, classes.id[uncovered]) >= normal
        classes.covered[uncovered[beyond]] = False


@compiled(filed)
def core_staff(where: Ints, subject: Ints, lots: Bits, schools: int) -> tuple[Ints, Ints]:
    """Rows of the core teachers by school and subject, nearly in order of their lots, and where those of each begin.

    Parameters
    ----------
    where : (T,) array
        School at which each teacher comes into question, -1 for none.
    """
    drawers, bits = 2, 1  # of each queue: by the first bits of their lots its members lie in them, a few in each
    while 2 * drawers * schools * _PLACES < len(where):
        drawers, bits = 2 * drawers, bits + 1
    rows, drawer, found = np.empty(len(where), np.int64), np.empty(len(where), np.int64), 0
    for t in range(len(where)):
        rows[found] = t  # who may not be asked is overwritten by the next
        drawer[found] = (where[t] * _PLACES + subject[t]) * drawers + np.int64(lots[t] >> np.uint64(LOT_BITS - bits))
        found += where[t] >= 0 and subject[t] < _PLACES
    in_turn, first = filed(drawer[:found], schools * _PLACES * drawers)
    return rows[in_turn], first[::drawers].copy()


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
    begins_after = np.arange(LAST_GRADE) % years == 0
    for c in range(len(team)):
        begins = begins_after[grade[c] - first_grade[school[c]]]
        for place in range(_PLACES):
            t = team[c, place]
            if t >= 0 and (
                begins
                or teacher_id[t] != team_ids[c, place]
                or (teacher_school[t] != school[c] and second_school[t] != school[c])
            ):
                team[c, place] = -1


@compiled()
def _loads(team: Ints, size: Ints, teachers: int) -> tuple[Ints, Ints]:
    """Classes each teacher has, and the rows of the classes with open places."""
    load, rows, found = np.zeros(teachers, np.int64), np.empty(len(team), np.int64), 0
    for c in range(len(team)):
        some_open = False
        for place in range(_PLACES):
            if team[c, place] >= 0:
                load[team[c, place]] += 1
            else:
                some_open |= place < size[c]
        rows[found] = c  # a class without an open place is overwritten by the next
        found += some_open
    return load, rows[:found]


def _by_lot(staff: Ints, lots: Bits, ids: Ints, start: int, last: int, in_turn: Ints, lot: Bits) -> None:
    """Put those of a queue, who stand nearly so, in order of their lots, ties by id: an insertion sort."""
    for k in range(start, last):
        one, its, to = staff[k], lots[staff[k]], k
        while to > start and (its < lot[to - 1] or (its == lot[to - 1] and ids[one] < ids[in_turn[to - 1]])):
            in_turn[to], lot[to] = in_turn[to - 1], lot[to - 1]
            to -= 1
        in_turn[to], lot[to] = one, its


@compiled(_by_lot)
def _deal(
    team: Ints,
    rows: Ints,
    size: Ints,
    school: Ints,
    staff: Ints,
    first: Ints,
    lots: Bits,
    ids: Ints,
    load: Ints,
    most: int,
    own_subject: bool,
) -> Ints:
    """Give the open places of these classes, in turn, to those with the least load below `most`, the first by lot.

    Returns the classes of which some stay open.

    Parameters
    ----------
    rows : array
        Classes with open places, those of a school in turn.
    staff, first : array
        Core teachers by school and subject, and where those of each begin.
    lots, ids, load : (T,) arrays
    own_subject : bool
        Whether only teachers of the place's subject are asked, or all core teachers of the school.
    """
    left, end, in_turn, lot = np.zeros(len(rows), np.bool_), 0, staff.copy(), np.empty(len(staff), np.uint64)
    while end < len(rows):
        begin, at = end, school[rows[end]]
        while end < len(rows) and school[rows[end]] == at:
            end += 1
        for place in range(_PLACES):
            queue = at * _PLACES + (place if own_subject else 0)
            start, last = first[queue], first[queue + (1 if own_subject else _PLACES)]
            if own_subject or place == 0:
                _by_lot(staff, lots, ids, start, last, in_turn, lot)
            turn, level = start, 0 if start < last else most
            for i in range(begin, end):
                c = rows[i]
                if team[c, place] >= 0 or place >= size[c]:
                    continue
                while level < most and load[in_turn[turn]] != level:
                    turn += 1
                    if turn == last:
                        turn, level = start, level + 1
                if level < most:
                    team[c, place] = in_turn[turn]
                    load[in_turn[turn]] += 1
                else:
                    left[i] = True
    return rows[left]


@compiled()
def _settled(team: Ints, ids: Ints, size: Ints, load: Ints, normal: int) -> tuple[Array, Ints, Ints, Ints]:
    """Classes whose team is whole and of different people, and ids of the members, to see next year who has gone.

    And each class and member with more than the normal load.
    """
    whole, team_ids, found = np.zeros(len(team), np.bool_), np.empty(team.shape, np.int64), 0
    classes, members = np.empty(team.size, np.int64), np.empty(team.size, np.int64)
    for c in range(len(team)):
        one, two, three = team[c]
        whole[c] = min(one, two) >= 0 and (three >= 0 or size[c] == 2)
        whole[c] &= one != two and one != three and two != three
        for place in range(_PLACES):
            t = team[c, place]
            team_ids[c, place] = ids[t]
            if t >= 0 and load[t] > normal:
                classes[found], members[found] = c, t
                found += 1
    return whole, team_ids, classes[:found], members[:found]

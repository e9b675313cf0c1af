"""Step 4, rotation, its own rule: postings (交流轮岗 for a time) end, and itinerant teachers (走教) set out."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.itinerant import teach_at_two_schools
from sim.agents.teacher import Teachers

if TYPE_CHECKING:
    from sim.model import ZoneReform


def settle(model: "ZoneReform") -> None:
    """Where everybody teaches this year, once the policy has moved teachers."""
    end_postings(model)
    teach_at_two_schools(model)


def end_postings(model: "ZoneReform") -> None:
    """Let those whose posting ended before this year return.

    Returns are exchanges within a subject, so that every school keeps its teachers of every subject: with a
    counterpart who was posted the other way and is due too, those first whose posting ended first; where he
    has left, with the latest comer at the home school, who holds his post now. Without either the posting
    goes on until there is one. The year back counts as a first year at the school.
    """
    teachers = model.teachers
    due = teachers.employed & (teachers.posting_end > 0) & (teachers.posting_end < model.year)
    if not due.any():
        return
    go_home(teachers, counterparts(teachers, in_turn(teachers, due)))
    for row in in_turn(teachers, due & (teachers.posting_end > 0)):
        settled = (teachers.school == teachers.home_school[row]) & (teachers.posting_end == 0) & ~teachers.bought
        heirs = np.flatnonzero(settled & ~teachers.moved & (teachers.subject == teachers.subject[row]))
        if len(heirs):
            heir = heirs[np.lexsort((teachers.id[heirs], teachers.years_here[heirs]))[0]]
            teachers.home_school[heir] = teachers.school[row]
            go_home(teachers, [row, int(heir)])


def in_turn(teachers: Teachers, mask: Array) -> list[int]:
    """Rows in the order in which postings end, ties by id."""
    rows = np.flatnonzero(mask)
    order = np.lexsort((teachers.id[rows], teachers.posting_end[rows]))
    return list(map(int, rows[order]))


def counterparts(teachers: Teachers, rows: list[int]) -> list[int]:
    """Those of `rows` who in turn find one who was posted at their home school from theirs, in their subject."""
    waiting: dict[tuple[int, int, int], list[int]] = {}
    found: list[int] = []
    columns = (column[rows].tolist() for column in (teachers.school, teachers.home_school, teachers.subject))
    for row, here, home, subject in zip(rows, *columns, strict=True):
        others = waiting.get((home, here, subject))
        if others:
            found += others.pop(0), row
        else:
            waiting.setdefault((here, home, subject), []).append(row)
    return found


def go_home(teachers: Teachers, rows: list[int]) -> None:
    """All of these go to their home schools."""
    teachers.school[rows] = teachers.home_school[rows]
    teachers.posting_end[rows] = 0
    teachers.years_here[rows] = 0
    teachers.moved[rows] = True

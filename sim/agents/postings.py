"""Step 4, rotation, its own rule: postings (交流轮岗 for a time) end, and itinerant teachers (走教) set out."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.itinerant import teach_at_two_schools
from sim.agents.teacher import SUBJECTS
from sim.compiled import compiled
from sim.filing import filed
from sim.noise import Ints

if TYPE_CHECKING:
    from sim.model import ZoneReform


_SUBJECTS = len(SUBJECTS)


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
    due = np.flatnonzero(teachers.employed & (teachers.posting_end > 0) & (teachers.posting_end < model.year))
    if len(due) == 0:
        return
    turn = due[np.lexsort((teachers.id[due], teachers.posting_end[due]))]
    posted = filed(teachers.school[turn], len(model.schools))
    settled = teachers.employed & (teachers.posting_end == 0) & ~teachers.bought & ~teachers.moved
    post = np.where(settled, teachers.school * len(SUBJECTS) + teachers.subject, -1)
    heirs = filed(post, len(model.schools) * len(SUBJECTS))
    back = _exchange_back(turn, *posted, *heirs, *(teachers.arrays[name] for name in COLUMNS))
    teachers.posting_end[back] = 0


COLUMNS = ("id", "subject", "school", "home_school", "years_here", "moved")


def _go_home(row: int, school: Ints, home: Ints, years_here: Ints, moved: Array) -> None:
    school[row], years_here[row], moved[row] = home[row], 0, True


@compiled(_go_home)
def _exchange_back(
    turn: Ints,
    posted: Ints,
    first_posted: Ints,
    heirs: Ints,
    first_heir: Ints,
    ids: Ints,
    subject: Ints,
    school: Ints,
    home: Ints,
    years_here: Ints,
    moved: Array,
) -> Ints:
    """Let those in `turn` go home in exchange, and give the rows of those who could; columns change in place.

    Parameters
    ----------
    posted, first_posted : array
        Places in turn of those at each school.
    heirs, first_heir : array
        Rows of those settled at each school, by subject, who may take over a post elsewhere.
    """
    waits = np.ones(len(turn), np.bool_)
    for i in range(len(turn)):
        one = turn[i]
        for j in posted[first_posted[home[one]] : first_posted[home[one] + 1]]:
            other = turn[j]
            if j < i and waits[j] and home[other] == school[one] and subject[other] == subject[one]:
                waits[i] = waits[j] = False
                _go_home(one, school, home, years_here, moved)
                _go_home(other, school, home, years_here, moved)
                break
    for i in range(len(turn)):
        one, heir = turn[i], -1
        post = home[one] * _SUBJECTS + subject[one]
        for h in heirs[first_heir[post] : first_heir[post + 1]]:
            if waits[i] and not moved[h]:
                years = years_here[h] - years_here[heir]
                if heir < 0 or years < 0 or (years == 0 and ids[h] < ids[heir]):
                    heir = h
        if heir >= 0:
            waits[i] = False
            home[heir] = school[one]
            _go_home(one, school, home, years_here, moved)
            _go_home(heir, school, home, years_here, moved)
    return turn[~waits]

"""Part of step 3, staffing: surplus teachers of one school fill the vacancies of another (区管校聘, 统筹)."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, Schools
from sim.agents.teacher import SUBJECTS
from sim.apportion import ALIKE
from sim.compiled import compiled
from sim.filing import filed
from sim.noise import Ints
from sim.turns import by_lot

if TYPE_CHECKING:
    from sim.model import ZoneReform

POOLS = ("zone", "district")
"""Within what surplus teachers are moved, the nearer one first; a district's levels are apart."""
_SUBJECTS = len(SUBJECTS)


def even_out(model: "ZoneReform", establishment: Array) -> None:
    """Move surplus teachers within the pools that the terms name; each move costs the price `move`."""
    for pool in POOLS:
        lever = model.terms.surplus_pools.get(pool)
        if lever is not None:
            moved = move_surplus(model, establishment, pool_of_school(model.schools, pool))
            model.spend(lever, moved * model.prices["move"])


def pool_of_school(schools: Schools, pool: str) -> Array:
    """Number of the pool of each school; -1 for private ones and for schools outside zones."""
    number = schools.zone if pool == "zone" else schools.level
    return np.where(schools.private, -1, number.astype(np.int64))


def move_surplus(model: "ZoneReform", establishment: Array, pool: Array) -> Array:
    """Fill vacancies one by one, and say how many, primary and junior.

    The school furthest below its establishment, as a share of it, comes first. Who goes there is drawn by lot
    among all whom their schools have above theirs, those first whose subject is that of an empty post there;
    nobody on a posting or a fixed term. With the teacher of such a subject the empty post changes schools the other
    way, so that each school keeps its posts by subject.
    """
    teachers, schools = model.teachers, model.schools
    pools = int(pool.max(initial=-1)) + 1
    spare = teachers.count_by_school(len(schools)) - establishment
    short = np.bincount(pool[(spare < 0) & (pool >= 0)], minlength=pools + 1) > 0
    gives = (spare > 0) & short[pool]  # who is in no pool looks at the last place, where nobody is short
    columns = teachers.school, teachers.posting_end, teachers.bought
    rows, empty = _movable_and_empty(np.append(gives, False), *columns)
    if len(rows) == 0:
        return np.zeros(len(LEVELS), np.int64)
    at, ids = teachers.school[rows], teachers.id[rows]
    turn = rows[by_lot(pool[at], model.noise.lots("surplus", model.year, ids), ids)]
    posts, first_post = filed(teachers.home_school[empty], len(schools))
    members, first_member = filed(pool, pools)
    moved = _fill_vacancies(
        *(members, first_member, pool, establishment, spare, turn, empty[posts], first_post),
        *(teachers.id, teachers.school, teachers.home_school, teachers.subject),
    )
    teachers.years_here[moved] = 0
    teachers.moved[moved] = True
    return schools.count_by_level(teachers.school[moved])


@compiled()
def _movable_and_empty(gives: Array, school: Ints, posting_end: Ints, bought: Array) -> tuple[Ints, Ints]:
    """Rows of those at schools that give teachers who are on no posting or fixed term; and of the empty posts."""
    rows, found, empty, posts = np.empty(len(school), np.int64), 0, np.empty(len(school), np.int64), 0
    for t in range(len(school)):
        rows[found], empty[posts] = t, t  # who is neither is overwritten by the next
        found += gives[school[t]] & (posting_end[t] == 0) & ~bought[t]
        posts += school[t] < 0
    return rows[:found], empty[:posts]


def _first_waiting(
    turn: Ints, waiting: Ints, end: int, sought: Array, spare: Ints, school: Array, subject: Array
) -> int:
    """Place in turn of the first teacher of the subjects sought whose school still has one to spare; -1 for none.

    Parameters
    ----------
    waiting : (subjects,) array
        Place in turn before which nobody of a subject waits any more; it moves on.
    """
    first = end
    for k in range(len(sought)):
        while (
            sought[k]
            and waiting[k] < end
            and (subject[turn[waiting[k]]] != k or spare[school[turn[waiting[k]]]] <= 0)
        ):
            waiting[k] += 1
        if sought[k]:
            first = min(first, waiting[k])
    return first if first < end else -1


@compiled(_first_waiting)
def _fill_vacancies(
    members: Ints,
    first_member: Ints,
    pool: Ints,
    establishment: Ints,
    spare: Ints,
    turn: Ints,
    posts: Ints,
    first_post: Ints,
    ids: Ints,
    school: Array,
    home: Array,
    subject: Array,
) -> Ints:
    """Rows of those who moved, one after the other; their school, and that of the posts they left, change in place.

    Parameters
    ----------
    members, first_member, posts, first_post
        Schools by pool, and empty posts by school.
    spare : (S,) array
        Teachers above the establishment now, below 0 for vacancies.
    turn : array
        Those who may move, by pool and in their turn.
    """
    below = np.rint(-spare / np.maximum(establishment, 1) * ALIKE)
    moved, found, end = np.empty_like(turn), 0, 0
    for p in range(len(first_member) - 1):
        begin = end
        while end < len(turn) and pool[school[turn[end]]] == p:
            end += 1
        waiting = np.full(_SUBJECTS, begin)
        while begin < end:
            there = members[first_member[p]]
            for s in members[first_member[p] : first_member[p + 1]]:
                if below[s] > below[there]:
                    there = s
            if below[there] <= 0:
                break
            sought = np.zeros(_SUBJECTS, np.bool_)
            for post in posts[first_post[there] : first_post[there + 1]]:
                sought[subject[post]] |= home[post] == there
            place = _first_waiting(turn, waiting, end, sought, spare, school, subject)
            if place < 0:
                place = _first_waiting(turn, waiting, end, ~sought, spare, school, subject)
            if place < 0:
                break
            one = turn[place]
            waiting[subject[one]] += 1
            left = -1
            for post in posts[first_post[there] : first_post[there + 1]]:
                if home[post] == there and subject[post] == subject[one] and (left < 0 or ids[post] < ids[left]):
                    left = post
            if left >= 0:
                home[left] = school[one]
            spare[school[one]] -= 1
            spare[there] += 1
            below[there] = np.rint(-spare[there] / max(establishment[there], 1) * ALIKE)
            school[one] = home[one] = there
            moved[found] = one
            found += 1
    return moved[:found]

"""Step 2, enrolment: catchment first, some families choose, seats limit, and classes form in grades 1 and 7."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.classroom import Classes, class_ids
from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE, JUNIOR, PRIMARY, YEARS
from sim.agents.student import ARRIVAL, CATCHMENT_DIGITS, Students
from sim.noise import Floats, Noise, rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform

PAIR = 10**4
"""The pair of a student and a school has the id student * PAIR + school."""
HERMITE_POINTS = (-np.sqrt(3.0), 0.0, np.sqrt(3.0))
HERMITE_MASSES = (1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0)
"""Gauss-Hermite quadrature over a standard normal."""
HIGHEST_WEIGHT, HALVINGS = 20.0, 50
"""Weight of reputation that no district comes near, and the bisection below it."""


def enrol(model: "ZoneReform") -> None:
    """Give every entrant of grades 1 and 7 a school and a class."""
    students = model.students
    formed: dict[int, Classes] = {}
    for level in (PRIMARY, JUNIOR):
        rows = np.flatnonzero(students.grade == ENTRY_GRADE[level])
        home = home_school(model, students, rows, level)
        students.school[rows] = admit(model, students, rows, home, level)
        formed[level] = form_classes(model, students, rows, level)
    file_classes(model, formed)


def home_school(model: "ZoneReform", students: Students, rows: Array, level: int) -> Array:
    """Row of the school in whose catchment each entrant lives."""
    if level == PRIMARY:
        return students.catchment[rows]
    catchment = students.catchment[rows]
    number = students.id[rows] % CATCHMENT_DIGITS % ARRIVAL
    place = (number + 0.5) / np.bincount(catchment)[catchment]
    edges = np.cumsum(model.feeding, axis=1)
    beyond = place[:, None] >= edges[catchment] - 1e-12
    return np.asarray(np.minimum(beyond.sum(axis=1), len(model.schools) - 1))


def admit(model: "ZoneReform", students: Students, rows: Array, home: Array, level: int) -> Array:
    """School of each entrant.

    Residents who do not choose elsewhere come first, then those who apply from elsewhere, by lot where there
    are more than seats, migrant children last; under the district-wide `lottery` (摇号) residents have no
    precedence and draw with the others. Whoever is not admitted goes home, or to the nearest school with room,
    or, where no school has room, home over its seats.
    """
    schools, noise = model.schools, model.noise
    ids = students.id[rows]
    wanted = chosen_school(model, students, rows, home, level)
    model.demand[:] += np.bincount(wanted, minlength=len(schools))
    seats = places(model, level)
    turn = rank_within(students.migrant[rows], noise.rank("lottery", model.year, ids))
    turn = turn + len(rows) * students.migrant[rows]
    placed = np.full(len(rows), -1)
    away = wanted != home
    if model.terms.lottery:
        _fill(placed, np.arange(len(rows)), wanted, turn, seats)
    else:
        _fill(placed, np.flatnonzero(~away), home, turn, seats)
        _fill(placed, np.flatnonzero(away), wanted, turn, seats)
    _fill(placed, np.flatnonzero(away & (placed < 0)), home, turn, seats)
    unplaced = np.flatnonzero(placed < 0)
    for one in unplaced[np.argsort(turn[unplaced], kind="stable")]:
        open_ = np.flatnonzero(seats > 0)
        if len(open_) == 0:
            placed[one] = home[one]
            continue
        placed[one] = open_[np.argmin(model.distances[home[one], open_])]
        seats[placed[one]] -= 1
    return placed


def places(model: "ZoneReform", level: int) -> Array:
    """Places in the entry grade, (S,): its seats, and no more than a grade's part of `school_cap`.

    A part for each grade, so that a school above the cap shrinks to it cohort by cohort and misses none.
    """
    seats, cap = model.seats(level), model.terms.school_cap
    return seats if cap is None else np.minimum(seats, int(cap // YEARS[level]))


def reputation_weight(model: "ZoneReform", level: int) -> float:
    """Weight of reputation in families' choice of this level.

    The more elite senior-high places go by quota, the less a junior school's name decides: each unit of share
    above the status quo takes `quota_choice` of the weight.
    """
    weight = float(model.choice_weight[level])
    if level != JUNIOR:
        return weight
    more = model.terms.high_school_quota - model.district.high_school_quota
    return weight * (1.0 - model.effects.quota_choice * more)


def chosen_school(model: "ZoneReform", students: Students, rows: Array, home: Array, level: int) -> Array:
    """School each family wants: the catchment's, unless it may choose and likes another better.

    Utility is -distance/scale + w * reputation + a taste of the pair; w grows with the family's status.
    """
    schools, noise = model.schools, model.noise
    ids = students.id[rows]
    chooser = np.flatnonzero(noise.chance("may choose", model.year, ids, model.terms.may_choose))
    wanted = home.copy()
    if len(chooser) == 0:
        return wanted
    options = np.flatnonzero(schools.level == level)
    weight = reputation_weight(model, level) * status_weight(students.ses[rows][chooser].astype(np.float64))
    pairs = ids[chooser][:, None] * PAIR + schools.id[options]
    taste = gumbel(noise, "taste", 0, pairs.ravel()).reshape(pairs.shape)
    near = -model.distances[np.ix_(home[chooser], options)] / model.effects.distance_scale
    utility = near + weight[:, None] * schools.reputation[options] + taste
    wanted[chooser] = options[np.argmax(utility, axis=1)]
    return wanted


def status_weight(ses: Floats) -> Floats:
    """How much a family minds reputation, 1 at mean status: better-off families mind it more."""
    return np.maximum(0.0, 1.0 + ses)


def gumbel(noise: Noise, stream: str, year: int, ids: Array) -> Floats:
    """Taste of the logit choice model."""
    return np.asarray(-np.log(-np.log(noise.uniform(stream, year, ids))))


def solve_choice_weight(
    kilometres: Floats, reputation: Floats, residents: Array, scale: float, choosing_elsewhere: float
) -> float:
    """Weight of reputation at which, if all might choose, the observed share would go elsewhere (`i_zexiao`).

    Status is integrated over three Gauss-Hermite points. 0 where distance alone sends more families away.
    """
    if len(residents) < 2 or residents.sum() == 0:
        return 0.0
    minds = status_weight(np.array(HERMITE_POINTS))

    def elsewhere(weight: float) -> float:
        total = 0.0
        for minding, mass in zip(minds, HERMITE_MASSES, strict=True):
            utility = -kilometres / scale + weight * minding * reputation
            own = np.exp(np.diag(utility)) / np.exp(utility).sum(axis=1)
            total += mass * float((residents * (1.0 - own)).sum() / residents.sum())
        return total

    low, high = 0.0, HIGHEST_WEIGHT
    if elsewhere(low) >= choosing_elsewhere:
        return 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if elsewhere(middle) < choosing_elsewhere else (low, middle)
    return 0.5 * (low + high)


def form_classes(model: "ZoneReform", students: Students, rows: Array, level: int) -> Classes:
    """Deal each school's entrants into as many classes as the cap asks for.

    The order is drawn by id and cut into equal runs, so that one child more moves few others. The students'
    `classroom` is set to the row in the new table, in which classes go by zone, school and number.
    """
    schools = model.schools
    school = students.school[rows]
    count = np.bincount(school, minlength=len(schools))
    classes = np.ceil(count / model.terms.class_cap[level]).astype(np.int64)
    order = model.noise.rank("class", model.year, students.id[rows], school)
    index = order * classes[school] // count[school]
    filing = np.lexsort((schools.id, schools.zone))
    first = np.zeros(len(schools), dtype=np.int64)
    first[filing] = np.cumsum(classes[filing]) - classes[filing]
    students.classroom[rows] = first[school] + index
    where = np.repeat(filing, classes[filing])
    number = np.arange(len(where)) - first[where]
    return Classes(
        len(where),
        id=class_ids(model.year, schools.id[where], number),
        school=where,
        grade=np.full(len(where), ENTRY_GRADE[level]),
        team=np.full(Classes.team.shape(len(where)), -1),
    )


def file_classes(model: "ZoneReform", formed: dict[int, Classes]) -> None:
    """Put the new classes in their place: oldest grade first, then students in the order of their classes."""
    students, classes = model.students, model.classes
    older, younger = classes.grade > ENTRY_GRADE[JUNIOR], classes.grade < ENTRY_GRADE[JUNIOR]
    n_older, n_junior = int(older.sum()), len(formed[JUNIOR])
    kept = older | younger
    new_row = np.cumsum(kept) - 1 + n_junior * younger
    same = ~np.isin(students.grade, ENTRY_GRADE)
    students.classroom[same] = new_row[students.classroom[same]]
    students.classroom[students.grade == ENTRY_GRADE[JUNIOR]] += n_older
    students.classroom[students.grade == ENTRY_GRADE[PRIMARY]] += n_older + n_junior + int(younger.sum())
    model.classes = (
        classes.take(older).followed_by(formed[JUNIOR]).followed_by(classes.take(younger)).followed_by(formed[PRIMARY])
    )
    model.students = students.take(np.lexsort((students.id, students.classroom)))
    model.classes.size = np.bincount(model.students.classroom, minlength=len(model.classes))


def _fill(placed: Array, applicants: Array, target: Array, turn: Array, seats: Array) -> None:
    """Admit applicants to their targets by turn while seats last; `placed` and `seats` are updated."""
    asked = target[applicants]
    admitted = rank_within(asked, turn[applicants]) < seats[asked]
    placed[applicants[admitted]] = asked[admitted]
    seats -= np.bincount(asked[admitted], minlength=len(seats)).astype(seats.dtype)

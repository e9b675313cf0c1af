"""Step 1, demography: the last grade leaves, the others move up, a new cohort enters, some families come and go."""

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.classroom import stand_by_class
from sim.agents.columns import Array
from sim.agents.school import LAST_GRADE, PRIMARY
from sim.agents.student import ARRIVAL, CATCHMENT_DIGITS, MOST_ARRIVALS, Students, student_ids
from sim.compiled import loops
from sim.noise import Floats, Ints

if TYPE_CHECKING:
    from sim.model import ZoneReform


def advance(model: "ZoneReform") -> None:
    """Promote the students, let the entrants in (without a school yet) and exchange those who migrate."""
    students, classes, schools = model.students, model.classes, model.schools
    entrants = new_cohort(model, model.year)
    leaving = students.grade == model.last_grade
    model.flows["left"] = left = int(np.count_nonzero(leaving))
    model.flows["entered"] = len(entrants)
    if not leaving[:left].all():  # filed oldest first, those who leave stand in front
        students.reorder(np.argsort(~leaving, kind="stable"))
    students.turn_over(left, entrants, prior_score=students.score)  # until the test it is the last, and the one before
    old = students.take(slice(len(students) - len(entrants)))
    schools.home_means[:, 1:] = schools.home_means[:, :-1]
    old.grade += 1
    closing = int(np.count_nonzero(classes.grade == model.last_grade))
    old.classroom -= closing
    model.classes = classes.take(slice(closing, None))
    model.classes.grade = model.classes.grade + 1
    migrate(model, old)


def new_cohort(model: "ZoneReform", year: int) -> Students:
    """Children who enter grade 1 in `year`, by catchment and number, with what they bring.

    The mean of a catchment follows an autoregression over cohorts (`catchment_ar`) and is shared with the
    junior catchment it lies in (`junior_shared`); the schools' `home_means` keep it for each cohort.
    """
    schools, effects, noise = model.schools, model.effects, model.noise
    drift_home_effects(model, year)
    catchments = np.flatnonzero(schools.level == PRIMARY)
    years = 0 if model.background.frozen else max(0, year - model.baseline_year)
    by_trend = [(1.0 + trend) ** years for trend in schools.birth_trend[catchments].tolist()]
    growth = np.array(by_trend) * model.terms.entrants
    births = np.round(schools.residents[catchments] * growth).astype(np.int64)
    if model.roll is not None:
        births = model.roll.births(year, schools)[catchments]
    fast = loops()
    ids, catchment = (_born if fast is None else fast.born)(year, schools.id, catchments, births)
    cohort_effect = effects.catchment_cohort_sd * noise.normal("catchment cohort", year, schools.id)
    schools.home_means[:, 0] = catchment_means(model) + cohort_effect
    ses = noise.normal("ses", 0, ids)
    return Students(
        len(ids),
        id=ids,
        grade=np.ones(len(ids), np.int8),
        school=np.full(len(ids), -1, np.int16),
        classroom=np.full(len(ids), -1, np.int32),
        catchment=catchment,
        migrant=noise.chance("migrant", 0, ids, model.district.migrant_share),
        left_behind=noise.chance("left behind", 0, ids, model.district.left_behind_share),
        ses=ses,
        trait=first_trait(model, ids, schools.home_means[catchment, 0], ses),
        score=np.full(len(ids), np.nan),
        prior_score=np.full(len(ids), np.nan),
    )


def _born(cohort: int, schools: Array, catchments: Ints, births: Ints) -> tuple[Ints, Array]:
    """Id and catchment of each child of a cohort, of whom each of these catchments has so many."""
    catchment = np.repeat(catchments, births).astype(np.int16)
    number = np.arange(len(catchment)) - np.repeat(np.cumsum(births) - births, births)
    return student_ids(cohort, schools[catchment], number), catchment


def drift_home_effects(model: "ZoneReform", year: int) -> None:
    """One cohort's step of the catchments' autoregression; variance stays one."""
    schools, keep = model.schools, model.effects.catchment_ar
    new = model.noise.normal("home effect", year, schools.id)
    schools.home_effect = keep * schools.home_effect + np.sqrt(1.0 - keep * keep) * new


def catchment_means(model: "ZoneReform") -> Floats:
    """Mean of each primary catchment, SD: part shared with its junior catchment, part its own.

    In a district without junior schools all is its own (assumed).
    """
    schools, effects = model.schools, model.effects
    shared = effects.junior_shared if model.last_grade == LAST_GRADE else 0.0
    area = schools.home_effect[model.home_area]
    own = np.sqrt(1.0 - shared * shared) * schools.home_effect
    return np.asarray(effects.catchment_sd * (shared * area + own))


def first_trait(model: "ZoneReform", ids: Array, mean: Floats, ses: Floats) -> Floats:
    """Trait drawn from its distribution at rest; a part goes with the family's status (`ses_trait`).

    A share `tutoring_ses` of that part is private tutoring, and goes with it.
    """
    spread, with_status, alone = first_trait_weights(model)
    own = model.noise.normal("first trait", 0, ids)
    return np.asarray(mean + spread * (with_status * ses + alone * own))


def first_trait_weights(model: "ZoneReform") -> tuple[float, float, float]:
    """SD of a trait drawn, and of it the weights of status and of what goes with nothing else."""
    effects = model.effects
    share = min(1.0, effects.ses_trait * (1.0 - effects.tutoring_ses * (1.0 - model.terms.tutoring)))
    return effects.trait_sd, share, sqrt(1.0 - share * share)


def migrate(model: "ZoneReform", students: Students) -> None:
    """Some families leave; the place of each is taken by an arrival of the same grade, home and class.

    `students` shares its arrays with the model's.
    """
    noise, district, size = model.noise, model.district, model.classes.size
    rows = np.flatnonzero(noise.chance("migration", model.year, students.id, district.migration_rate))
    rows = rows[students.id[rows] % CATCHMENT_DIGITS // ARRIVAL < MOST_ARRIVALS]
    model.flows["replaced"] = len(rows)
    if (fast := loops()) is None or not stand_by_class(students.classroom, size):
        _arrive(model, students, rows)
        return
    keys = tuple(noise.key(stream, 0) for stream in ("migrant", "left behind", "ses", "first trait"))
    shares, weights = (district.migrant_share, district.left_behind_share), first_trait_weights(model)
    fast.arrive(rows, size, keys, shares, weights, model.schools.home_means, *students.arrays.values())


def _arrive(model: "ZoneReform", students: Students, rows: Ints) -> None:
    """An arrival brings a trait of his own and knows what his class knows on average; he has no score yet."""
    noise, district, room = model.noise, model.district, students.classroom
    size, at = np.bincount(room, minlength=len(model.classes)), room[rows]
    for known in (students.lasting, students.fading):
        known[rows] = np.bincount(room, known, len(size))[at] / size[at]
    students.id[rows] = ids = students.id[rows] + ARRIVAL
    students.ses[rows] = ses = noise.normal("ses", 0, ids)
    students.migrant[rows] = noise.chance("migrant", 0, ids, district.migrant_share)
    students.left_behind[rows] = noise.chance("left behind", 0, ids, district.left_behind_share)
    home_mean = model.schools.home_means[students.catchment[rows], students.grade[rows]]
    students.trait[rows] = first_trait(model, ids, home_mean, ses)
    students.score[rows] = students.prior_score[rows] = np.nan

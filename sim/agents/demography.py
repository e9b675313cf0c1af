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
    students.turn_over(left, entrants, prior_score="score")  # until the test it is the last, and the one before
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
    cohort_effect = effects.catchment_cohort_sd * noise.normal("catchment cohort", year, schools.id)
    schools.home_means[:, 0] = catchment_means(model) + cohort_effect
    if (fast := loops()) is None:
        ids, catchment, *family = _born(model, year, catchments, births)
    else:
        ids, catchment, *family = fast.born(year, schools.id, catchments, births, schools.home_means, *of_birth(model))
    migrant, left_behind, ses, trait = family
    return Students(
        len(ids),
        id=ids,
        grade=np.ones(len(ids), np.int8),
        school=np.full(len(ids), -1, np.int16),
        classroom=np.full(len(ids), -1, np.int32),
        catchment=catchment,
        migrant=migrant,
        left_behind=left_behind,
        ses=ses,
        trait=trait,
        score=np.full(len(ids), np.nan),
        prior_score=np.full(len(ids), np.nan, np.float32),
    )


def _born(model: "ZoneReform", cohort: int, catchments: Ints, births: Ints) -> tuple[Array, ...]:
    """Id and catchment of each child of a cohort, of whom each of these catchments has so many; what it brings."""
    catchment = np.repeat(catchments, births).astype(np.int16)
    number = np.arange(len(catchment)) - np.repeat(np.cumsum(births) - births, births)
    ids = student_ids(cohort, model.schools.id[catchment], number)
    return ids, catchment, *brought(model, ids, model.schools.home_means[catchment, 0])


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


def brought(model: "ZoneReform", ids: Ints, mean: Floats) -> tuple[Array, Array, Array, Floats]:
    """Whether each child is a migrant's or left behind, his family's status, and his trait, of homes of such a mean.

    A part of the trait goes with the status (`ses_trait`); a share `tutoring_ses` of that part is private tutoring, and
    goes with it.
    """
    noise, (migrant, left_behind), (spread, with_status, alone) = model.noise, *of_birth(model)[1:]
    ses, own = noise.normal("ses", 0, ids), noise.normal("first trait", 0, ids)
    return (
        noise.chance("migrant", 0, ids, migrant),
        noise.chance("left behind", 0, ids, left_behind),
        ses.astype(np.float32),
        np.asarray(mean + spread * (with_status * ses + alone * own)),
    )


def of_birth(model: "ZoneReform") -> tuple[tuple[np.uint64, ...], tuple[float, float], tuple[float, float, float]]:
    """What `brought` goes by: keys of the draws, shares of the first two, and how the others make a trait.

    That is its SD, and of it the weights of status and of what goes with nothing else.
    """
    effects, district = model.effects, model.district
    keys = tuple(model.noise.key(stream, 0) for stream in ("migrant", "left behind", "ses", "first trait"))
    share = min(1.0, effects.ses_trait * (1.0 - effects.tutoring_ses * (1.0 - model.terms.tutoring)))
    weights = effects.trait_sd, share, sqrt(1.0 - share * share)
    return keys, (district.migrant_share, district.left_behind_share), weights


def migrate(model: "ZoneReform", students: Students) -> None:
    """Some families leave; the place of each is taken by an arrival of the same grade, home and class.

    `students` shares its arrays with the model's.
    """
    rate, size = model.district.migration_rate, model.classes.size
    rows = np.flatnonzero(model.noise.chance("migration", model.year, students.id, rate))
    rows = rows[students.id[rows] % CATCHMENT_DIGITS // ARRIVAL < MOST_ARRIVALS]
    model.flows["replaced"] = len(rows)
    if (fast := loops()) is None or not stand_by_class(students.classroom, size):
        _arrive(model, students, rows)
    else:
        fast.arrive(rows, size, model.schools.home_means, *of_birth(model), *students.arrays.values())


def _arrive(model: "ZoneReform", students: Students, rows: Ints) -> None:
    """An arrival brings a trait of his own and knows what his class knows on average; he has no score yet."""
    room, ids = students.classroom, students.id[rows] + ARRIVAL
    size, at = np.bincount(room, minlength=len(model.classes)), room[rows]
    for known in (students.lasting, students.fading):
        known[rows] = np.bincount(room, known, len(size))[at] / size[at]
    mean = model.schools.home_means[students.catchment[rows], students.grade[rows]]
    family = brought(model, ids, mean)
    students.migrant[rows], students.left_behind[rows], students.ses[rows], students.trait[rows] = family
    students.id[rows], students.score[rows], students.prior_score[rows] = ids, np.nan, np.nan

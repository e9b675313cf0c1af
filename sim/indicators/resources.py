"""How many, how large, and how evenly the seven official resources are spread."""

import numpy as np

from sim.agents.classroom import Classes
from sim.agents.columns import Array
from sim.agents.school import ENTRY_GRADE, NO_ZONE, YEARS, Schools
from sim.agents.teacher import DISTRICT_BACKBONE, PE_ARTS, Teachers
from sim.agents.zone import Zones
from sim.indicators.standards import RESOURCES, Standard, unweighted_cvs, weighted_cvs
from sim.indicators.units import Units, ratio, sums
from sim.noise import Floats

RATIOS = (
    *("degree_per_100", "backbone_per_100", "pe_arts_per_100", "teaching_area_per_student"),
    *("sports_area_per_student", "equipment_per_student", "multimedia_per_100"),
)
"""Indicators of the seven, in the order of `RESOURCES`, for as many students as the standard says."""


def counts(
    units: Units,
    schools: Schools,
    zones: Zones,
    teachers: Teachers,
    classes: Classes,
    students: Array,
    large_class: int,
) -> dict[str, Floats]:
    """Students, classes, teachers, schools and zones, and what follows from them.

    Parameters
    ----------
    teachers : Teachers
        Those in post.
    students : (S,) array
        Students of each school.
    large_class : int
        Students from which on a class is a 大班额.
    """
    size = len(schools)
    total_students = units.sum(students)
    posts = units.sum(np.bincount(teachers.school, minlength=size))
    formed = units.sum(np.bincount(classes.school, minlength=size))
    seated = units.sum(sums(classes.size, classes.school, size))
    new = np.array(ENTRY_GRADE)[schools.level[classes.school]] == classes.grade
    largest, largest_new = (_largest(classes.size[which], classes.school[which], size) for which in (slice(None), new))
    large = units.sum(sums(classes.size >= large_class, classes.school, size))
    named, led = _zones(units, schools, zones)
    return {
        "students": total_students,
        "places": units.sum(schools.seats * np.array(YEARS)[schools.level]),
        "classes": formed,
        "teachers": posts,
        "schools": units.sum(np.ones(size)),
        "zones": named,
        "zones_with_lead": ratio(led, named),
        "class_size_mean": ratio(seated, formed),
        "class_size_max": units.highest(largest),
        "entry_class_max": units.highest(largest_new),
        "classes_56_plus": large,
        "students_per_teacher": ratio(total_students, posts),
    }


def sectors(units: Units, schools: Schools, students: Array, migrants: Array) -> dict[str, Floats]:
    """How a level's students, and the migrant ones among them, are shared between public and private schools.

    Parameters
    ----------
    students, migrants : (S,) arrays
        Students of each school, and those whose parents are migrant workers.
    """
    at_private, at_public = (
        ratio(schools.sum_by_level(which * many), schools.sum_by_level(many))[units.level]
        for which, many in ((schools.private, students), (~schools.private, migrants))
    )
    return {"private_share": at_private, "migrant_public_share": at_public}


def teachers_at(schools: Schools, teachers: Teachers, which: Array) -> Floats:
    """Those `which` say yes to at each school, (S,): an itinerant one (走教) counts half at each of two schools."""
    travels = teachers.second_school >= 0
    here = sums(which * np.where(travels, 0.5, 1.0), teachers.school, len(schools))
    return here + sums(0.5 * which[travels], teachers.second_school[travels], len(schools))


def amounts(schools: Schools, teachers: Teachers) -> Floats:
    """What each school has of the seven resources, (S, 7): teachers, m2, yuan, rooms."""
    held = {
        "degree": teachers_at(schools, teachers, teachers.degree >= 1),
        "backbone": teachers_at(schools, teachers, teachers.backbone >= DISTRICT_BACKBONE),
        "pe_arts": teachers_at(schools, teachers, teachers.subject == PE_ARTS),
        "teaching_area": schools.teaching_area,
        "sports_area": schools.sports_area,
        "equipment": schools.equipment,
        "multimedia": schools.multimedia_rooms,
    }
    return np.stack([held[resource] for resource in RESOURCES], axis=1).astype(np.float64)


def evenness(
    units: Units, schools: Schools, held: Floats, students: Array, standard: Standard
) -> dict[str, Floats]:
    """The seven for their students, their CVs, the means of these, and the share of schools that pass the standard.

    Parameters
    ----------
    held : (S, 7) array
        What `amounts` gives.
    students : (S,) array
        Students of each school.
    """
    members = held[units.school], students[units.school], units.unit, len(units)
    weighted = weighted_cvs(*members)
    passed = standard.passed(held, students, schools.level)
    held_by_unit, total = units.sum(held) * standard.per, units.sum(students)
    return {
        **{name: ratio(held_by_unit[:, i], total) for i, name in enumerate(RATIOS)},
        **{f"cv_{resource}": weighted[:, i] for i, resource in enumerate(RESOURCES)},
        "cv_composite": _mean_of_seven(weighted),
        "cv_composite_unweighted": _mean_of_seven(unweighted_cvs(*members)),
        "schools_meeting_standard": ratio(units.sum(passed), units.sum(np.ones(len(schools)))),
    }


def evenness_of_teachers(units: Units, schools: Schools, teachers: Teachers, students: Array) -> dict[str, Floats]:
    """The official coefficient of variation for teachers of any sort, which are none of the seven."""
    posts = teachers_at(schools, teachers, np.ones(len(teachers)))
    return {"cv_teachers": weighted_cvs(posts[units.school], students[units.school], units.unit, len(units))}


def _largest(values: Array, school: Array, schools: int) -> Floats:
    """Largest value of each school, nan without any."""
    top = np.full(schools, -np.inf)
    np.maximum.at(top, school, values.astype(np.float64))
    return np.where(np.isfinite(top), top, np.nan)


def _mean_of_seven(cvs: Floats) -> Floats:
    total = np.zeros(len(cvs))
    for column in cvs.T:  # in this order on every machine, which `mean` does not promise
        total += column
    return total / len(RESOURCES)


def _zones(units: Units, schools: Schools, zones: Zones) -> tuple[Floats, Floats]:
    """Zones of each unit, and those with a lead school: each zone is counted at its first school."""
    inside = np.flatnonzero(schools.zone != NO_ZONE)
    zone, first = np.unique(schools.zone[inside], return_index=True)
    first = inside[first]
    named, led = np.zeros(len(schools)), np.zeros(len(schools))
    named[first] = 1.0
    led[first] = zones.lead[zone] >= 0
    return units.sum(named), units.sum(led)

"""How many, how large, and how evenly the seven official resources are spread."""

from functools import reduce

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import NO_ZONE, YEARS, Schools
from sim.agents.zone import Zones, of_zone
from sim.indicators.standards import RESOURCES, Standard, cvs
from sim.indicators.units import Units, ratio, together
from sim.noise import Floats

RATIOS = (
    *("degree_per_100", "backbone_per_100", "pe_arts_per_100", "teaching_area_per_student"),
    *("sports_area_per_student", "equipment_per_student", "multimedia_per_100"),
)
"""Indicators of the seven, in the order of `RESOURCES`, for as many students as the standard says."""
SHARES = {
    "zones_with_lead": ("zones_led", "zones"),
    "class_size_mean": ("seated", "classes"),
    "students_per_teacher": ("students", "teachers"),
    "schools_meeting_standard": ("meeting_standard", "schools"),
}
"""Part and whole."""


def of_schools(
    schools: Schools, zones: Zones, held: Floats, students: Array, standard: Standard
) -> dict[str, Array]:
    """Places, schools that meet the standard, and zones, each counted at its first school, (S,).

    Parameters
    ----------
    held : (S, 7) array
        What `amounts` gives.
    students : (S,) array
        Students of each school.
    """
    rows, first = np.arange(len(schools)), np.empty(len(zones) + 1, np.int64)  # the last of schools in no zone
    first[schools.zone[::-1]] = rows[::-1]  # the last of several that are put down is the first school
    named = (schools.zone != NO_ZONE) & (first[schools.zone] == rows)
    return {
        "places": schools.seats * np.array(YEARS)[schools.level],
        "schools": np.ones(len(schools)),
        "meeting_standard": standard.passed(held, students, schools.level),
        "zones": named,
        "zones_led": named & (of_zone(zones.lead, schools.zone, NO_ZONE) >= 0),
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


def amounts(schools: Schools, teachers: dict[str, Floats]) -> Floats:
    """What each school has of the seven resources, (S, 7): teachers, m2, yuan, rooms.

    Parameters
    ----------
    teachers : dict
        What `counts.of_teachers` gives.
    """
    held = {
        "degree": teachers["degree_here"],
        "backbone": teachers["backbone_here"],
        "pe_arts": teachers["pe_arts_here"],
        "teaching_area": schools.teaching_area,
        "sports_area": schools.sports_area,
        "equipment": schools.equipment,
        "multimedia": schools.multimedia_rooms,
    }
    return together(held, RESOURCES).T


def evenness(
    units: Units, held: Floats, by_school: dict[str, Array], students: Floats, standard: Standard
) -> dict[str, Floats]:
    """The seven for their students, their CVs and the means of these; the CV of teachers, who are none of them.

    Parameters
    ----------
    held : (S, 7) array
        What `amounts` gives.
    by_school : dict
        What is counted at each school, (S,).
    students : (U,) array
        Students of each unit.
    """
    everything = np.column_stack((held, by_school["teaching_here"]))[units.school]
    of_all = cvs(everything, by_school["students"][units.school], units.unit, len(units))
    composite, unweighted = reduce(np.add, of_all[: len(RESOURCES)]) / len(RESOURCES)  # `mean` promises no order
    held_by_unit = units.sum(held) * standard.per
    return {
        **dict(zip(RATIOS, ratio(held_by_unit, students[:, None]).T, strict=True)),
        **{f"cv_{resource}": cv for resource, (cv, _) in zip(RESOURCES, of_all, strict=False)},
        "cv_composite": composite,
        "cv_composite_unweighted": unweighted,
        "cv_teachers": of_all[-1, 0],
    }

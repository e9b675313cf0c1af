"""Part of step 3, staffing: backbone titles (骨干教师) that fell vacant go to schools that have few."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.teacher import BACKBONE, DISTRICT_BACKBONE
from sim.noise import Floats

if TYPE_CHECKING:
    from sim.model import ZoneReform

RUNGS = range(len(BACKBONE) - 1, DISTRICT_BACKBONE - 1, -1)
"""City and district titles, from the top; school titles are the school's own."""
VACANCIES = 1000
"""A vacancy's number is (its school's id * rungs + rung) * VACANCIES + its place among them."""


def tilt_titles(model: "ZoneReform") -> None:
    """Give a share of vacant district and city titles to schools that have few backbone teachers for their students.

    The share is drawn for each vacancy, the schools one after the other: the one whose titles, held and vacant, are
    fewest per student is next, if it is below the level's density and has a teacher of the rung below for it. Titles
    stay within public schools of a level.
    """
    teachers, schools = model.teachers, model.schools
    n = len(schools)
    students = model.classes.students_by_school(n)
    at = np.where(teachers.employed, teachers.school, 0)
    titles = np.bincount(at, teachers.employed & (teachers.backbone >= DISTRICT_BACKBONE), n)
    titles = titles.astype(np.int64) + schools.vacant_titles[:, DISTRICT_BACKBONE - 1 :].sum(axis=1)
    for rung in RUNGS:
        ready = np.bincount(at, teachers.employed & (teachers.backbone == rung - 1), n).astype(np.int64)
        vacant = schools.vacant_titles[:, rung - 1]
        for giver in tilted(model, rung):
            mates = (schools.level == schools.level[giver]) & ~schools.private & (students > 0)
            titles[giver] -= 1
            vacant[giver] -= 1
            taker = _fewest(titles, students, mates & (ready > vacant), int(titles[mates].sum()) + 1, mates)
            taker = giver if taker is None else taker
            titles[taker] += 1
            vacant[taker] += 1


def tilted(model: "ZoneReform", rung: int) -> list[int]:
    """Schools, one for each vacancy of the rung that is to be given elsewhere, in an order drawn by lot."""
    schools, share = model.schools, model.terms.title_weak_priority
    vacant = np.where(schools.private, 0, schools.vacant_titles[:, rung - 1])
    giver = np.repeat(np.arange(len(schools)), vacant)
    place = np.arange(len(giver)) - np.repeat(np.cumsum(vacant) - vacant, vacant)
    ids = (schools.id[giver] * len(BACKBONE) + rung) * VACANCIES + place
    chosen = model.noise.chance("title goes elsewhere", model.year, ids, share)
    order = np.lexsort((ids, model.noise.lots("title turn", model.year, ids)))
    return [int(giver[k]) for k in order if chosen[k]]


def _fewest(titles: Array, students: Array, candidates: Array, total: int, mates: Array) -> int | None:
    """The candidate with the fewest titles per student, if fewer than the level has."""
    if not candidates.any():
        return None
    density: Floats = np.where(candidates, np.round(titles / np.maximum(students, 1), 9), np.inf)
    taker = int(np.argmin(density))
    below = titles[taker] * int(students[mates].sum()) < total * int(students[taker])
    return taker if below else None

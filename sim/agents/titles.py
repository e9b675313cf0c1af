"""Part of step 3, staffing: backbone titles (骨干教师) that fell vacant go to schools that have few."""

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS
from sim.agents.teacher import BACKBONE, DISTRICT_BACKBONE

if TYPE_CHECKING:
    from sim.model import ZoneReform

RUNGS = range(len(BACKBONE) - 1, DISTRICT_BACKBONE - 1, -1)
"""City and district titles, from the top; school titles are the school's own."""
ALIKE = 1e9
"""Titles per student that differ by less than one in so many are equal."""
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
        givers = tilted(model, rung)
        for level in range(len(LEVELS)):
            mates = (schools.level == level) & ~schools.private & (students > 0)
            here = givers[schools.level[givers] == level].tolist()
            give(here, schools.vacant_titles[:, rung - 1], titles, ready, students, mates)


def give(givers: list[int], vacant: Array, titles: Array, ready: Array, students: Array, mates: Array) -> None:
    """Let each vacancy of the givers, in turn, go to the school of its level with the fewest titles per student.

    That is one of the `mates` that has teachers `ready` for all its vacancies and one more; the vacancy stays where it
    is while there is none, or none below the density of the level.
    """
    total, held = int(students[mates].sum()), int(titles[mates].sum())
    few = np.rint(titles / np.maximum(students, 1) * ALIKE)

    def change(school: int, by: int) -> None:
        nonlocal held
        titles[school] += by
        vacant[school] += by
        held += by * int(mates[school])
        few[school] = np.rint(titles[school] / max(students[school], 1) * ALIKE)
        if mates[school] and ready[school] > vacant[school]:
            heappush(queue, (few[school], school))

    takers = np.flatnonzero(mates & (ready > vacant))
    queue = list(zip(few[takers].tolist(), takers.tolist(), strict=True))
    heapify(queue)
    for giver in givers:
        change(giver, -1)
        while queue and (queue[0][0] != few[queue[0][1]] or ready[queue[0][1]] <= vacant[queue[0][1]]):
            heappop(queue)  # it stood so before
        fewest = queue[0][1] if queue else giver
        below = titles[fewest] * total < (held + 1) * students[fewest]
        change(fewest if below else giver, 1)


def tilted(model: "ZoneReform", rung: int) -> Array:
    """Schools, one for each vacancy of the rung that is to be given elsewhere, in an order drawn by lot."""
    schools, share = model.schools, model.terms.title_weak_priority
    vacant = np.where(schools.private, 0, schools.vacant_titles[:, rung - 1])
    giver = np.repeat(np.arange(len(schools)), vacant)
    place = np.arange(len(giver)) - np.repeat(np.cumsum(vacant) - vacant, vacant)
    ids = (schools.id[giver] * len(BACKBONE) + rung) * VACANCIES + place
    chosen = model.noise.chance("title goes elsewhere", model.year, ids, share)
    order = np.lexsort((ids, model.noise.lots("title turn", model.year, ids)))
    return giver[order[chosen[order]]]

"""Part of step 3, staffing: who gets the backbone titles (骨干教师) that fell vacant, and at which school."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS
from sim.agents.teacher import BACKBONE, DISTRICT_BACKBONE
from sim.apportion import ALIKE
from sim.compiled import compiled
from sim.filing import first_few
from sim.noise import Floats, Ints

if TYPE_CHECKING:
    from sim.model import ZoneReform

_LEVELS = len(LEVELS)
RUNGS = range(len(BACKBONE) - 1, DISTRICT_BACKBONE - 1, -1)
"""City and district titles, from the top; school titles are the school's own."""
VACANCIES = 1000
"""A vacancy's number is (its school's id * rungs + rung) * VACANCIES + its place among them."""


def give_titles(model: "ZoneReform") -> None:
    """Vacant backbone titles go to the best appraised of the rung below at the same school, from the top down."""
    teachers, schools, effects = model.teachers, model.schools, model.effects
    if model.terms.title_weak_priority > 0:
        tilt_titles(model)
    luck = model.noise.normal("appraisal", model.year, teachers.id)
    columns = teachers.id, teachers.school, teachers.experience, teachers.base_skill, teachers.backbone
    spread = max(float(effects.rec_sigmaT), 1e-9), float(effects.title_noise)
    _promote(*columns, luck, *spread, schools.vacant_titles, float(model.district.backbone_years))


@compiled(first_few)
def _promote(
    ids: Ints,
    school: Ints,
    experience: Ints,
    base_skill: Floats,
    backbone: Ints,
    luck: Floats,
    skill_sd: float,
    luck_sd: float,
    vacant_titles: Ints,
    backbone_years: float,
) -> None:
    """Fill the vacant titles, in place: each that is given up on the rung below falls vacant there."""
    waiting, on_rung = np.empty((len(BACKBONE), len(school)), np.int64), np.zeros(len(BACKBONE), np.int64)
    for t in range(len(school)):
        rung = backbone[t]
        waiting[rung, on_rung[rung]] = t  # who is not ready is overwritten by the next
        on_rung[rung] += (school[t] >= 0) & ((rung > 0) | (experience[t] >= backbone_years))
    for rung in range(len(BACKBONE) - 1, 0, -1):
        vacant, found, candidates = vacant_titles[:, rung - 1], 0, waiting[rung - 1]
        for t in candidates[: on_rung[rung - 1]]:
            candidates[found] = t
            found += vacant[school[t]] > 0
        candidates, key = candidates[:found], np.empty(found)
        for i in range(found):
            t = candidates[i]
            key[i] = -np.rint((base_skill[t] / skill_sd + luck_sd * luck[t]) * ALIKE)
        for chosen in first_few(school[candidates], vacant, key, ids[candidates]):
            t = candidates[chosen]
            backbone[t] = rung
            vacant[school[t]] -= 1
            if rung > 1:
                vacant_titles[school[t], rung - 2] += 1


def tilt_titles(model: "ZoneReform") -> None:
    """Give a share of vacant district and city titles to schools that have few backbone teachers for their students.

    The share is drawn for each vacancy, the schools one after the other: the one whose titles, held and vacant, are
    fewest per student is next, if it is below the level's density and has a teacher of the rung below for it. Titles
    stay within public schools of a level.
    """
    teachers, schools = model.teachers, model.schools
    n = len(schools)
    students = model.classes.students_by_school(n)
    held = _on_rungs(teachers.school, teachers.backbone, n)
    titles = (held[:, DISTRICT_BACKBONE:] + schools.vacant_titles[:, DISTRICT_BACKBONE - 1 :]).sum(axis=1)
    mates = ~schools.private & (students > 0)
    giver, rung = tilted(model)
    for level in RUNGS:
        ready = held[:, level - 1]
        give(giver[rung == level], level, schools.vacant_titles, titles, ready, students, schools.level, mates)


@compiled()
def _on_rungs(school: Ints, backbone: Ints, schools: int) -> Ints:
    """Teachers of each school on each rung, (S, rungs)."""
    held = np.zeros((schools + 1, len(BACKBONE)), np.int64)  # -1 is the last place, of the empty posts
    for t in range(len(school)):
        held[school[t], backbone[t]] += 1
    return held[:schools]


@compiled()
def give(
    givers: Ints, rung: int, vacant_titles: Array, titles: Ints, ready: Ints, students: Ints, level: Array, mates: Array
) -> None:
    """Let each vacancy of the givers, in turn, go to the school of its level with the fewest titles per student.

    That is one of the `mates` that has teachers `ready` for all its vacancies and one more; the vacancy stays where it
    is while there is none, or none below the density of the level.
    """
    vacant = vacant_titles[:, rung - 1]
    few = np.rint(titles / np.maximum(students, 1) * ALIKE)
    of_level, titles_of_level = np.zeros(_LEVELS, np.int64), np.zeros(_LEVELS, np.int64)
    for s in range(len(mates)):
        if mates[s]:
            of_level[level[s]] += students[s]
            titles_of_level[level[s]] += titles[s]
    for giver in givers:
        its = level[giver]
        titles[giver] -= 1
        vacant[giver] -= 1
        titles_of_level[its] -= mates[giver]
        few[giver] = np.rint(titles[giver] / max(students[giver], 1) * ALIKE)
        taker = -1
        for s in range(len(mates)):
            if mates[s] and level[s] == its and ready[s] > vacant[s] and (taker < 0 or few[s] < few[taker]):
                taker = s
        if taker < 0 or titles[taker] * of_level[its] >= (titles_of_level[its] + 1) * students[taker]:
            taker = giver
        titles[taker] += 1
        vacant[taker] += 1
        titles_of_level[its] += mates[taker]
        few[taker] = np.rint(titles[taker] / max(students[taker], 1) * ALIKE)


def tilted(model: "ZoneReform") -> tuple[Array, Array]:
    """Schools and rungs of the vacancies that are to be given elsewhere, in an order drawn by lot."""
    schools, share = model.schools, model.terms.title_weak_priority
    giver, rung, ids = _vacancies(schools.vacant_titles, schools.private, schools.id)
    chosen = model.noise.chance("title goes elsewhere", model.year, ids, share)
    order = np.lexsort((ids, model.noise.lots("title turn", model.year, ids)))
    turn = order[chosen[order]]
    return giver[turn], rung[turn]


@compiled()
def _vacancies(vacant_titles: Ints, private: Array, school_ids: Ints) -> tuple[Ints, Ints, Ints]:
    """School, rung and number of each vacant city and district title at public schools, from the top."""
    most = vacant_titles.sum()
    giver, rungs, ids, found = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64), 0
    for rung in range(len(BACKBONE) - 1, DISTRICT_BACKBONE - 1, -1):
        for s in range(len(private)):
            for place in range(0 if private[s] else vacant_titles[s, rung - 1]):
                giver[found], rungs[found] = s, rung
                ids[found] = (school_ids[s] * len(BACKBONE) + rung) * VACANCIES + place
                found += 1
    return giver[:found], rungs[:found], ids[:found]

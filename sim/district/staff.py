"""A district's teachers in the baseline year: as its tables give them, the rest from its margins."""

from itertools import product

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, Schools
from sim.agents.teacher import (
    CORE,
    GENERATIONS,
    MASTERS,
    PE_ARTS,
    POSTS,
    SCIENCE_IT,
    SUBJECTS,
    Teachers,
    drawn_skill,
)
from sim.apportion import apportion, apportion_each
from sim.config import Effects
from sim.district.given_tables import GivenSchool
from sim.district.margins import PER_STUDENTS, amounts, rest
from sim.district.person_counts import subjects_listed
from sim.district.roll import given_of, stated_of
from sim.district.spec import DistrictSpec
from sim.noise import Ints, Noise
from sim.turns import rank_within
from sim.userinput import UserError


def teachers_of(spec: DistrictSpec, schools: Schools, effects: Effects, noise: Noise) -> Teachers:
    """Teachers of the baseline posts: subjects, degrees and backbone titles as stated, ages spread evenly.

    Experience, years at the school and the sorting of skill come to rest in the spin-up.
    """
    school = np.repeat(np.arange(len(schools)), schools.posts)
    first_post = np.cumsum(schools.posts) - schools.posts
    place = np.arange(len(school)) - first_post[school]
    ids = (schools.id[school] * POSTS + place) * GENERATIONS
    count = len(ids)
    experience = np.floor(noise.uniform("experience", 0, ids) * spec.career_years).astype(np.int64)
    teachers = Teachers(
        count,
        id=ids,
        school=school,
        home_school=school,
        second_school=np.full(count, -1),
        female=noise.chance("female", 0, ids, spec.female_share),
        experience=experience,
        age=experience + int(spec.entry_age),
        years_here=np.minimum(experience, np.floor(spec.years_here * noise.uniform("years here", 0, ids))),
        base_skill=drawn_skill(schools.standing[school], ids, effects, noise),
    )
    of_subject, n_degree, n_masters, n_backbone = _counted(spec, schools, noise)
    order = np.array([PE_ARTS, *CORE, SCIENCE_IT])
    turn = noise.rank("subject", 0, ids, school)
    teachers.subject = order[np.count_nonzero(turn[:, None] >= np.cumsum(of_subject[:, order], axis=1)[school], axis=1)]
    turn = noise.rank("degree", 0, ids, school)
    teachers.degree = np.where(turn < n_masters[school], MASTERS, turn < n_degree[school])
    n_city = np.round(n_backbone * spec.city_backbone_share)
    n_school = np.minimum(np.round(spec.school_backbone_share * schools.posts), schools.posts - n_backbone)
    by_rung = np.stack([n_backbone + n_school, n_backbone, n_city], axis=1)
    seniority = rank_within(school, -experience)
    teachers.backbone = np.count_nonzero(seniority[:, None] < by_rung[school], axis=1)
    return teachers


def _counted(spec: DistrictSpec, schools: Schools, noise: Noise) -> tuple[Ints, Ints, Ints, Ints]:
    """Of each school: teachers of each subject, (S, subjects), those above the degree asked, with masters, backbone."""
    others = (spec.language_share, spec.mathematics_share, spec.other_core_share)
    mix = np.array([*others, 0.0, max(0.0, 1.0 - sum(others))])
    listed, nobody = subjects_listed(spec), np.zeros(len(SUBJECTS), np.int64)
    given = given_of(spec, schools)
    of_subject = np.zeros((len(schools), len(SUBJECTS)), np.int64)
    n_degree = np.zeros(len(schools), np.int64)
    n_masters, n_backbone = n_degree.copy(), n_degree.copy()
    for kind, private in product(range(len(LEVELS)), (False, True)):
        rows = np.flatnonzero((schools.level == kind) & (schools.private == private))
        if len(rows) == 0:
            continue
        pe_arts = _per_school(spec, schools, noise, "pe_arts", kind, rows, given, spec.pe_arts_most)
        n_backbone[rows] = _per_school(spec, schools, noise, "backbone", kind, rows, given, spec.backbone_most)
        masters = _of_teachers(spec, schools, "masters", kind, rows, given)
        above_degree = _of_teachers(spec, schools, "above_degree", kind, rows, given)
        states_masters = ~np.isnan(stated_of(given, "masters", rows))
        states_degree = ~np.isnan(stated_of(given, "above_degree", rows))
        above_degree = np.where(states_masters & ~states_degree, np.maximum(above_degree, masters), above_degree)
        _within(np.where(states_masters, masters, 0), above_degree, "masters", schools, rows, "above_degree")
        n_masters[rows], n_degree[rows] = np.minimum(masters, above_degree), above_degree
        known = np.array([listed.get((schools.name[row], kind), nobody) for row in rows])
        left = schools.posts[rows] - (known.sum(axis=1) - known[:, PE_ARTS])
        n_pe = np.minimum(np.maximum(pe_arts, known[:, PE_ARTS]), left)
        first = np.arange(len(rows) + 1) * len(SUBJECTS)
        of_subject[rows] = known + apportion_each(left - n_pe, np.tile(mix, len(rows)), first).reshape(known.shape)
        of_subject[rows, PE_ARTS] = n_pe
    return of_subject, n_degree, n_masters, n_backbone


def _per_school(
    spec: DistrictSpec,
    schools: Schools,
    noise: Noise,
    name: str,
    kind: int,
    rows: Array,
    given: list[GivenSchool],
    most: float,
) -> Array:
    """Whole teachers of a sort at each school, as stated, or from a mean per 100 students and a CV.

    Of a school that does not state them at most a share of the posts.
    """
    per_student, cv = spec.by_level(name)[kind] / PER_STUDENTS, spec.by_level(f"{name}_cv")[kind]
    cv = 0.0 if schools.private[rows].any() else cv
    stated = stated_of(given, name, rows)
    silent = np.isnan(stated)
    exact = amounts(schools.enrolled[rows], per_student, cv, noise.normal(name, 0, rows), stated)[silent]
    posts = schools.posts[rows]
    stated[silent] = np.minimum(apportion(round(exact.sum()), exact), np.floor(most * posts[silent]))
    return _within(stated.astype(np.int64), posts, name, schools, rows)


def _of_teachers(
    spec: DistrictSpec, schools: Schools, name: str, kind: int, rows: Array, given: list[GivenSchool]
) -> Array:
    """Whole teachers of a sort at each school, as stated, or from a share of the teachers."""
    stated, posts = stated_of(given, name, rows), schools.posts[rows]
    silent = np.isnan(stated)
    share = spec.by_level(name)[kind]
    left = rest(share * posts.sum(), float(stated[~silent].sum()), share * posts[silent].sum())
    stated[silent] = np.minimum(apportion(round(left), posts[silent]), posts[silent])
    return _within(stated.astype(np.int64), posts, name, schools, rows)


def _within(
    stated: Ints, most: Array, name: str, schools: Schools, rows: Array, whole: str = "teachers"
) -> Ints:
    """Refuse more teachers of a sort than a school has of a wider one, or in all."""
    if (over := np.flatnonzero(stated > most)).size:
        at = over[0]
        raise UserError(
            f"{schools.name[rows[at]]}: {name} is {stated[at]}, more than {whole}, which is {most[at]}; "
            f"state fewer, or more {whole}"
        )
    return stated

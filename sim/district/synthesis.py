"""A district's schools, zones and teachers in the baseline year, filled in from its margins."""

from itertools import product

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LAST_GRADE, LEVELS, NO_ZONE, YEARS, Schools
from sim.agents.student import ARRIVAL
from sim.agents.teacher import (
    DISTRICT_BACKBONE,
    GENERATIONS,
    MASTERS,
    PE_ARTS,
    POSTS,
    SCIENCE_IT,
    Teachers,
    drawn_skill,
)
from sim.agents.zone import Zones
from sim.apportion import apportion
from sim.config import Effects
from sim.district.listed import OutsideSchool, PrivateSchool
from sim.district.margins import amounts, school_sizes
from sim.district.spec import DistrictSpec
from sim.noise import Floats, Noise
from sim.userinput import UserError

PER_STUDENTS = 100
"""Students that margins of teachers and rooms are for."""
RESOURCES = ("teaching_area", "sports_area", "equipment", "multimedia")


def zones_and_schools(spec: DistrictSpec, noise: Noise) -> tuple[Zones, Schools]:
    """Tables of zones and schools: names as stated; places, sizes and buildings drawn from the margins."""
    members = [(row, name, name == zone.lead) for row, zone in enumerate(spec.zones) for name in zone.schools]
    alone: tuple[OutsideSchool | PrivateSchool, ...] = (*spec.outside, *spec.private_schools)
    members += [(NO_ZONE, school.name, False) for school in alone]
    zone_of = np.array([row for row, _, _ in members])
    private = np.arange(len(members)) >= len(members) - len(spec.private_schools)
    levels = [zone.level for zone in spec.zones for _ in zone.schools]
    level = np.array(levels + [school.level for school in alone])
    lead = np.array([is_lead for _, _, is_lead in members])
    ids = np.arange(len(members))
    led_by = np.full(len(spec.zones), -1)
    led_by[zone_of[lead]] = ids[lead]
    zones = Zones(
        len(spec.zones),
        id=np.arange(len(spec.zones)),
        name=np.array([zone.name for zone in spec.zones], dtype=object),
        level=[zone.level for zone in spec.zones],
        form=[zone.form for zone in spec.zones],
        lead=led_by,
        members=np.bincount(zone_of[zone_of != NO_ZONE], minlength=len(spec.zones)),
    )
    east, north = _places(spec, noise, zones.id, zone_of, ids)
    schools = Schools(
        len(members),
        id=ids,
        name=np.array([name for _, name, _ in members], dtype=object),
        zone=zone_of,
        level=level,
        lead=lead,
        private=private,
        x=east,
        y=north,
        birth_trend=_own(spec, zone_of, "birth_trend"),
        urban=np.hypot(east - spec.map_km / 2, north - spec.map_km / 2) < spec.map_km * spec.urban_radius,
        standing=_standing(lead, private, spec.lead_standing, noise.normal("standing", 0, ids)),
    )
    slack = _own(spec, zone_of, "seat_slack")
    entrants = round(spec.students / LAST_GRADE)
    for kind in range(len(LEVELS)):
        rows, others = np.flatnonzero((level == kind) & ~private), np.flatnonzero((level == kind) & private)
        private_places = round(spec.by_level("private_share")[kind] * entrants)
        if len(rows) == 0:
            continue
        mean = entrants / len(rows)
        intake = school_sizes(
            entrants - private_places,
            noise.uniform("school size", 0, rows),
            noise.uniform("place among sizes", 0, rows),
            spec.school_size_log_sd,
            min(spec.school_size_floor / YEARS[kind], spec.smallest_of_mean * mean),
            max(spec.school_size_ceiling / YEARS[kind], spec.largest_of_mean * mean),
        )
        schools.intake[rows] = intake
        schools.residents[rows] = apportion(entrants, intake)
        schools.seats[rows] = np.ceil(intake * (1.0 + slack[rows]))
        schools.intake[others] = schools.seats[others] = apportion(private_places, np.ones(len(others)))
        _equip(spec, schools, noise, kind, rows, even=False)
        _equip(spec, schools, noise, kind, others, even=True)
    if schools.residents.max() >= ARRIVAL or schools.posts.max() >= POSTS:
        raise UserError(
            f"district.students={spec.students:g}: too many for {len(schools)} schools; "
            f"one may have {ARRIVAL:,} entrants and {POSTS:,} teachers at most"
        )
    return zones, schools


def _own(spec: DistrictSpec, zone_of: Array, name: str) -> Floats:
    """What each school's zone states of itself; the district's margin where it does not, or there is no zone."""
    margin = getattr(spec, name)
    return np.array([margin if row == NO_ZONE else spec.zones[row].own(name, margin) for row in zone_of])


def _equip(spec: DistrictSpec, schools: Schools, noise: Noise, kind: int, rows: Array, even: bool) -> None:
    """Posts, areas, equipment and rooms of schools of one level; `even`: every school has the mean for its students."""
    students = schools.intake[rows].astype(np.int64) * YEARS[kind]
    norm = spec.by_level("norm")[kind]
    schools.posts[rows] = apportion(round(students.sum() / norm), students**spec.teacher_elasticity)
    for resource in RESOURCES:
        mean, cv = spec.by_level(resource)[kind], spec.by_level(f"{resource}_cv")[kind]
        column = "multimedia_rooms" if resource == "multimedia" else resource
        per_student = mean / PER_STUDENTS if resource == "multimedia" else mean
        luck = noise.normal(resource, 0, rows)
        schools.arrays[column][rows] = amounts(students, per_student, 0.0 if even else cv, luck)


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
    others = (spec.language_share, spec.mathematics_share, spec.other_core_share)
    mix = np.array([*others, 0.0, max(0.0, 1.0 - sum(others))])
    for kind, private in product(range(len(LEVELS)), (False, True)):
        rows = np.flatnonzero((schools.level == kind) & (schools.private == private))
        students = schools.intake[rows] * YEARS[kind]
        pe_arts = _per_school(spec, schools, noise, "pe_arts", kind, rows, students, spec.pe_arts_most)
        backbone = _per_school(spec, schools, noise, "backbone", kind, rows, students, spec.backbone_most)
        posts = schools.posts[rows]
        above_degree = apportion(round(spec.by_level("above_degree")[kind] * posts.sum()), posts)
        masters = apportion(round(spec.by_level("masters")[kind] * posts.sum()), posts)
        for row, n_pe, n_backbone, n_degree, n_masters in zip(
            rows, pe_arts, backbone, above_degree, masters, strict=True
        ):
            here = np.arange(first_post[row], first_post[row] + schools.posts[row])
            subjects = np.repeat(np.arange(SCIENCE_IT + 1), apportion(len(here) - n_pe, mix))
            subjects = np.concatenate((np.full(n_pe, PE_ARTS), subjects))
            teachers.subject[here] = subjects[noise.rank("subject", 0, ids[here])]
            place = noise.rank("degree", 0, ids[here])
            teachers.degree[here] = np.where(place < min(n_masters, n_degree), MASTERS, place < n_degree)
            n_city = round(n_backbone * spec.city_backbone_share)
            n_school = min(round(spec.school_backbone_share * len(here)), len(here) - n_backbone)
            rungs = np.zeros(len(here), dtype=np.int8)
            rungs[: n_backbone + n_school] = 1
            rungs[:n_backbone] = DISTRICT_BACKBONE
            rungs[:n_city] = DISTRICT_BACKBONE + 1
            seniority = np.argsort(-experience[here], kind="stable")
            teachers.backbone[here[seniority]] = rungs
    return teachers


def _per_school(
    spec: DistrictSpec,
    schools: Schools,
    noise: Noise,
    name: str,
    kind: int,
    rows: Array,
    students: Array,
    most: float,
) -> Array:
    """Whole teachers of a sort at each school, from a mean per 100 students and a CV; at most a share of the posts."""
    per_student, cv = spec.by_level(name)[kind] / PER_STUDENTS, spec.by_level(f"{name}_cv")[kind]
    cv = 0.0 if schools.private[rows].any() else cv
    exact = amounts(students, per_student, cv, noise.normal(name, 0, rows))
    return np.minimum(apportion(round(exact.sum()), exact), np.floor(most * schools.posts[rows]).astype(np.int64))


def _places(spec: DistrictSpec, noise: Noise, zone_ids: Array, zone_of: Array, ids: Array) -> tuple[Floats, Floats]:
    """Zones where they say they are, or scattered evenly over the map; schools over a disc round its centre.

    A school in no zone stands near one drawn by lot; in a district without zones every school lies anywhere.
    """
    any_zone = np.floor(noise.uniform("private school near", 0, ids) * len(zone_ids)).astype(np.int64)
    near = np.where(zone_of == NO_ZONE, any_zone, zone_of) if len(zone_ids) else ids
    centres = zone_ids if len(zone_ids) else ids
    angle = 2.0 * np.pi * noise.uniform("angle", 0, ids)
    radius = spec.zone_km * np.sqrt(noise.uniform("radius", 0, ids))
    drawn = [(spec.map_km * noise.uniform(side, 0, centres)).tolist() for side in ("east", "north")]
    for row, zone in enumerate(spec.zones):
        drawn[0][row], drawn[1][row] = zone.own("east", drawn[0][row]), zone.own("north", drawn[1][row])
    east, north = np.array(drawn)
    return east[near] + radius * np.cos(angle), north[near] + radius * np.sin(angle)


def _standing(lead: Array, private: Array, advantage: float, luck: Floats) -> Floats:
    """Standing of schools with teachers, mean 0 and variance 1; lead schools stand higher by `advantage` SD.

    Private schools stand as public ones do that lead no zone (assumed).
    """
    share = float(lead[~private].mean())
    own = np.sqrt(max(0.0, 1.0 - advantage * advantage * share * (1.0 - share)))
    return np.asarray(advantage * (lead - share) + own * luck)

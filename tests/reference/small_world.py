"""A small random district of a few schools and teachers, enough for the levers and rules about teachers."""

from dataclasses import fields
from types import SimpleNamespace

import numpy as np

from sim.agents.classroom import Classes
from sim.agents.school import Schools
from sim.agents.student import Students
from sim.agents.teacher import Teachers
from sim.agents.zone import Zones
from sim.config import Effects
from sim.noise import Noise

YEAR = 2021


TAKEN_FOR_GRANTED = {
    "rec_sigmaT": 0.14,
    "tau": 2.0,
    "keep": 0.7,
    "novice_years": 5.0,
    "volunteer_pay": 0.18,
    "gap_most": 1.0,
    "training_full_hours": 360.0,
    "lesson_study_best": 0.25,
}


def effects(**given):
    """Effects that are all 0 but for those given and a few that are divided by."""
    values = {field.name: 0.0 for field in fields(Effects)}
    return Effects(**{**values, **TAKEN_FOR_GRANTED, **given})


def terms(**given):
    """Terms of a district where nothing goes on."""
    quiet = {
        "may_choose": 1.0,
        "class_cap": np.array([45.0, 50.0]),
        "norm": np.array([19.0, 13.5]),
        "fill_norm": 0.0,
        "quota": np.array([650.0, 850.0]),
        "school_research_share": 0.2,
        "teacher_research_share": 0.05,
        "young_contest_share": 0.5,
        "ict_share": 0.6,
        "digital_school_share": 0.4,
        "digital_lesson_share": 0.2,
        "live_class_share": 0.1,
        "live_source": "lead",
        "training_hours": 0.0,
        "rotation_years": 6,
        "joint_coverage": 0.0,
        "joint_mode": "",
        "bundled": 0.0,
        "assessed": False,
        "fidelity_years": None,
        "director_share": 0.0,
        "surplus_pools": {},
        "weak_school_priority": 0.0,
        "priority_posts": {},
        "title_weak_priority": 0.0,
        "agency_share": 0.0,
        "masters_share": None,
        "sent_coverage": 0.0,
        "unified_teaching": False,
        "unified_money": False,
        "itinerant_share": 0.0,
        "itinerant_pool": None,
        "entrants": 1.0,
        "tutoring": 1.0,
        "after_school_hours": 0.0,
        "lesson_weight": np.ones(5),
    }
    return SimpleNamespace(**{**quiet, **given})


def small_world(seed, schools=6, zones=3, teachers=80, students=300):
    """A model-like bundle of tables; some posts are empty, a school may lack students, a zone its lead."""
    draw = np.random.default_rng(seed)
    zone_level = np.arange(zones) % 2
    others = draw.integers(0, zones, max(0, schools - zones))
    zone = np.concatenate((np.arange(min(zones, schools)), others))
    at = draw.integers(-1, schools, teachers)
    experience = draw.integers(0, 30, teachers)
    post = np.arange(teachers)
    rich = 0.8 * draw.random(schools)  # share of backbone teachers
    model = SimpleNamespace(
        year=YEAR,
        baseline_year=YEAR - 1,
        noise=Noise(seed),
        effects=effects(),
        terms=terms(),
        district=SimpleNamespace(head_years=6.0, young_age=35.0),
        baseline=None,
        prices={
            **{"training_hour": 40.0, "live_room": 1e5, "platform": 1e4, "research_project": 3e4},
            **{"move": 3e3, "joint_work": 1e3, "ict_course": 600.0, "contest": 300.0},
            **{"new_teacher_pay": 1.5e5, "itinerant": 1.2e4, "zone_office": 7.5e4},
        },
        spent={},
        policy=SimpleNamespace(years_running=lambda year: max(0, year - 2020), in_force=lambda year: ["a lever"]),
        schools=Schools(
            schools,
            id=np.arange(schools) + 100,
            zone=zone,
            level=zone_level[zone],
            private=draw.random(schools) < 0.1,
            head=(np.arange(schools) + 100) * 1000 + np.arange(schools) % 3,
            head_years=(7 * np.arange(schools) + seed) % 12,
            deputy=(np.arange(schools) + 100) * 1000 + np.arange(schools) % 2,
            deputy_years=(5 * np.arange(schools) + seed) % 12,
        ),
        zones=Zones(
            zones,
            id=np.arange(zones) + 50,
            level=zone_level,
            form=draw.integers(0, 3, zones),
            lead=[draw.choice([-1, *np.flatnonzero(zone == z)]) for z in range(zones)],
            members=np.bincount(zone, minlength=zones),
            fidelity=draw.random(zones),
        ),
        teachers=Teachers(
            teachers,
            id=draw.permutation(post) * 1000 + draw.integers(0, 5, teachers),
            school=at,
            home_school=at,
            second_school=np.full(teachers, -1),
            subject=draw.integers(0, 5 if seed % 2 else 2, teachers),
            age=draw.integers(22, 60, teachers),
            experience=experience,
            years_here=np.minimum(experience, draw.integers(0, 16, teachers)),
            backbone=np.where(draw.random(teachers) < rich[at], draw.integers(1, 4, teachers), 0),
            base_skill=0.14 * draw.normal(size=teachers),
            practised=0.02 * draw.random(teachers),
            seeks_school=draw.random(teachers) < 0.4,
            ict_trained=draw.random(teachers) < 0.3,
        ),
        students=Students(students, school=draw.integers(0, max(1, schools - 1), students)),
    )
    size = np.bincount(model.students.school, minlength=schools)
    model.classes = Classes(schools, school=np.arange(schools), size=size)
    model.teachers.learned = model.teachers.practised - 0.01 * (model.teachers.id % 2)
    model.teachers.eligible = model.teachers.employed & (model.teachers.years_here >= 6)

    def spend(lever, by_level):
        if by_level.any():
            model.spent[lever] = model.spent.get(lever, 0.0) + by_level.sum()

    model.spend = spend
    return model


def same_bits(one, other):
    """Whether two tables hold the same bits in every column."""
    return all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)

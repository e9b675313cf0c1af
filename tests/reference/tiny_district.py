"""Random districts of at most 300 students at rest: few zones, few schools, some zones without a lead."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

import sim
from sim.agents.zone import FORMS
from sim.district.background import load_background
from sim.district.given_tables import GivenSchool
from sim.district.listed_places import OutsideSchool, PrivateSchool, ZoneSpec

MOST_STUDENTS = 300
BACKGROUNDS = ["law", "frozen", "double_reduction", "falling_births", "curriculum_2022"]
EFFECTS = {
    "e_cn_passthru": (0.0, 1.0),
    "class10_below": (-0.05, 0.05),
    "class_knee": (2.0, 12.0),  # classes are as small as the district
    "quit_rate": (0.0, 0.1),
    "move_seekers": (0.0, 0.8),
    "volunteers": (0.0, 0.8),
    "ceiling_members": (0.0, 3.0),
    "b_sent": (0.0, 1.0),
    "lesson_study_best": (0.05, 1.0),
    "novice_years": (1.0, 20.0),
    "gap_most": (0.5, 3.0),
    "training_full_hours": (50.0, 500.0),
    "reference_experience": (1.0, 30.0),
    "after_school_quit": (0.0, 0.01),
    "tutoring_ses": (0.0, 1.0),
}
"""Effects that are fixed, or would be idle, in a district of this size."""
SHARES = (
    "migrant_share left_behind_share seat_slack catchment_enforcement high_school_quota above_degree_primary "
    "city_backbone_share young_contest_share ict_trained_share school_research_share teacher_research_share "
    "digital_school_share digital_lesson_share live_class_share live_lesson_share extra_time_share masters_primary"
).split()


@lru_cache(maxsize=50)
def at_rest(number):
    """District `number`, whose schools and zones have ids that are not their rows."""
    draw = np.random.default_rng(number)
    year = int(draw.choice([2020, 2023, 2024]))  # from 2023 quotas rise, from 2025 ages of retirement
    overrides = [f"effects.{key}={draw.uniform(*bounds)}" for key, bounds in EFFECTS.items()]
    scenario = sim.load(overrides=[*overrides, f"district.baseline_year={year}"], horizon=year + 3)
    place = replace(scenario.district, zones=random_zones(draw), **random_margins(draw))
    place = replace(place, **random_private_schools(np.random.default_rng([number, 1])))
    place = replace(place, outside=random_outside_schools(np.random.default_rng([number, 2])))
    place = replace(place, schools_considered=float(np.random.default_rng([number, 3]).choice([2, 3, 100])))
    place = replace(place, **random_tables(place, np.random.default_rng([number, 4])))
    background = load_background(str(draw.choice(BACKGROUNDS)), year)
    if number % 3 == 0:  # quotas that fall, which law never did
        background = replace(background, values=background.values | {"quota_primary": {2000: 700, year + 2: 600}})
    scenario = replace(scenario, district=place, background=background)
    rest = scenario.at_rest(number)
    schools, zones = rest.schools, rest.zones
    schools.id = 100 + draw.permutation(len(schools))
    zones.id = 50 + draw.permutation(len(zones))
    rest.classes.extra = draw.random(len(rest.classes))  # of last year, to be forgotten
    post_some(rest, draw)
    return rest


def post_some(model, draw):
    """Some teachers are on a posting that ends this year or soon, most of them without a counterpart."""
    teachers, level = model.teachers, model.schools.level
    for row in np.flatnonzero(teachers.employed & (draw.random(len(teachers)) < 0.15)):
        here = teachers.school[row]
        homes = np.flatnonzero((level == level[here]) & (np.arange(len(level)) != here) & ~model.schools.private)
        if len(homes) and not model.schools.private[here]:
            teachers.home_school[row] = draw.choice(homes)
            teachers.posting_end[row] = model.year + draw.integers(0, 3)


def random_zones(draw):
    """One to four zones a level in any order, of one to three schools; the same name at both levels is one school."""
    kinds = draw.permutation([level for level in (0, 1) for _ in range(draw.integers(1, 5))])
    zones, counts = [], [0, 0]
    for number, level in enumerate(kinds.tolist()):
        names = tuple(f"学校 {counts[level] + k}" for k in range(draw.integers(1, 4)))
        counts[level] += len(names)
        lead = str(draw.choice(names)) if draw.random() < 0.7 else None
        own = {"birth_trend": 0.05, "seat_slack": 0.1, "east": 1.0, "north": 2.0} if number % 3 == 2 else {}
        zones.append(ZoneSpec(f"学区 {number}", level, int(draw.integers(len(FORMS))), lead, names, **own))
    return tuple(zones)


def random_outside_schools(draw):
    """In every third district one to three public schools in no zone, of either level."""
    levels = draw.integers(0, 2, draw.integers(1, 4)).tolist() if draw.random() < 0.35 else []
    return tuple(OutsideSchool(f"区外学校 {k}", level) for k, level in enumerate(levels))


def random_private_schools(draw):
    """In every second district one to three private schools, of either level or of both."""
    levels = draw.integers(0, 2, draw.integers(1, 4)).tolist() if draw.random() < 0.5 else []
    shares = [float(draw.uniform(0.05, 0.5)) if level in levels else 0.0 for level in (0, 1)]
    return {
        "private_schools": tuple(PrivateSchool(f"民办学校 {k}", level) for k, level in enumerate(levels)),
        "private_share_primary": shares[0],
        "private_share_junior": shares[1],
        "migrant_public_share": float(draw.choice([0.0, 0.85, 1.0, draw.random()])) if levels else 1.0,
        "classes_reshuffled": float(draw.random() < 0.25),
    }


def random_tables(place, draw):
    """Every fifth district has no junior schools; in every second, tables state what all or some schools have."""
    found = {}
    if draw.random() < 0.2 and any(zone.level == 0 for zone in place.zones):
        found = {
            "zones": tuple(zone for zone in place.zones if zone.level == 0),
            "outside": tuple(school for school in place.outside if school.level == 0),
            "private_schools": tuple(school for school in place.private_schools if school.level == 0),
            "private_share_junior": 0.0,
        }
        found["migrant_public_share"] = place.migrant_public_share if found["private_schools"] else 1.0
        place = replace(place, **found)
    if draw.random() < 0.5:
        found["given"] = random_given(place, draw)
    return found


def random_given(place, draw):
    """Schools of a grade's share of the students at most, so that some are left for those that state nothing."""
    names = [[], []]
    for zone in place.zones:
        names[zone.level] += zone.schools
    for school in (*place.outside, *place.private_schools):
        names[school.level].append(school.name)
    entrants = place.students / (9 if names[1] else 6)
    stated, given = float(draw.choice([0.5, 1.0])), {}
    for level, schools in enumerate(names):
        most = int(entrants * (1 - place.by_level("private_share")[level]) / max(1, len(schools)))
        for name in schools:
            if most > 0 and draw.random() < stated:
                given[name, level] = random_school((6, 3)[level], round(2 * most * stated), draw)
    return given


def random_school(grades, most, draw):
    """What a school states: students by grade or in all, and each of the rest as like as not."""
    students = [int(n) for n in draw.integers(0, most + 1, grades) * (draw.random(grades) < 0.8)]
    teachers = int(draw.integers(0, 8))
    sorts = {name: int(draw.integers(0, teachers + 1)) for name in ("backbone", "above_degree", "pe_arts")}
    sorts["masters"] = int(draw.integers(0, sorts["above_degree"] + 1))
    more = {"teachers": teachers, **sorts, "teaching_area": float(draw.uniform(0, 500)), "urban": True}
    more = {name: value for name, value in more.items() if name in sorts or draw.random() < 0.7}
    if "teachers" not in more:
        more = {name: value for name, value in more.items() if name not in sorts}
    if draw.random() < 0.3:
        return GivenSchool(students=sum(students), classes=None, **more)
    if draw.random() < 0.5:
        more["classes_by_grade"] = tuple(int(draw.integers(1, n + 1)) if n else 0 for n in students)
    return GivenSchool(students_by_grade=tuple(students), **more)


def random_margins(draw):
    """Small classes and many teachers, so that schools have several of each; the rest as it may be."""
    return {
        "students": float(draw.integers(60, MOST_STUDENTS - 40)),
        "birth_trend": float(draw.choice([-0.1, 0.0, 0.02])),
        "migration_rate": float(draw.choice([0.0, 0.02, 0.15])),
        "map_km": float(draw.uniform(1, 10)),
        "class_cap_primary": float(draw.integers(4, 13)),
        "class_cap_junior": float(draw.integers(4, 13)),
        "norm_primary": float(draw.uniform(4, 12)),
        "norm_junior": float(draw.uniform(4, 12)),
        "core_load": float(draw.integers(1, 4)),
        "head_years": float(draw.integers(1, 5)),
        "rotation_years": float(draw.integers(2, 7)),
        "backbone_primary": float(draw.uniform(0, 5)),
        "backbone_junior": float(draw.uniform(0, 5)),
        "young_age": float(draw.integers(25, 50)),
        "team_years": float(draw.integers(1, 5)),
        "core_teachers_primary": float(draw.integers(2, 4)),
        "core_teachers_junior": float(draw.integers(2, 4)),
        "backbone_years": float(draw.integers(0, 10)),
        "title_years_sd": float(draw.uniform(0, 5)),
        "general_high_drift": float(draw.uniform(-0.1, 0.1)),
        **{name: float(draw.choice([0.0, 1.0, draw.random(), draw.random()])) for name in SHARES},
    }

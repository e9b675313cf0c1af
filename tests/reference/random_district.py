"""Small districts at rest, shaken at random: states that a rule and its twin must agree on."""

from dataclasses import replace
from functools import cache

import numpy as np

import sim
from sim.agents.zone import FORMS
from sim.noise import Noise

STUDENTS = 900
LIVE_SOURCES = ("lead", "zone_best", "district_best")
SHAKEN_EFFECTS = {
    "b_peer": (0.0, 0.3),
    "b_peer_between": (0.0, 0.2),
    "b_spend": (0.0, 0.04),
    "e_cn_passthru": (0.0, 1.0),
    "rec_class10": (-0.1, 0.0),
    "class10_below": (-0.05, 0.05),
    "class_knee": (2.0, 12.0),  # the classes of a district of 900 are small
    "b_live": (0.0, 1.0),
    "b_sent": (0.0, 1.0),
    "b_platform": (-0.02, 0.03),
    "gaming": (0.0, 1.0),
    "stake_share": (0.05, 1.0),
    "reputation_memory": (0.0, 1.0),
    "reliability_grade1": (0.5, 0.95),
}


@cache
def scenario():
    """Small classes, so that a school of a few dozen students has several in a grade."""
    settings = {"students": STUDENTS, "class_cap_primary": 10, "class_cap_junior": 10}
    overrides = [f"district.{key}={value}" for key, value in settings.items()]
    return sim.load("wuhan_edz", effects="evidence", overrides=overrides)


@cache
def at_rest(seed):
    return scenario().at_rest(seed)


def calm_district(seed=0, policy=None):
    """The district at rest, of which the caller may change what it likes."""
    model = scenario().start(at_rest(seed % 3), "counterfactual")
    if policy is not None:
        model.policy = policy
    return model


def shaken_district(seed):
    """A district in a new year, with luck, effects, zones, posts and what it brings from before all at random."""
    draw = np.random.default_rng(seed)
    model = calm_district(seed)
    model.noise = Noise(int(draw.integers(2**62)))
    shaken = {key: draw.uniform(*bounds) for key, bounds in SHAKEN_EFFECTS.items()}
    model.effects = replace(model.effects, **shaken)
    model.begin_year()
    shake_terms(model.terms, draw)
    shake_zones(model, draw)
    for _ in range(draw.integers(3)):
        close_school(model, draw)
    shake_schools(model, draw)
    shake_teachers(model, draw)
    shake_students(model, draw)
    shake_quota_and_trustees(model, draw)
    model.terms.sent_coverage = float(draw.choice([0.0, 1.0, draw.random()]))
    return model


def shake_terms(terms, draw):
    """Shares of digital teaching, now and then none or all, and of the money a director keeps."""

    def share():
        return float(draw.choice([0.0, 1.0, draw.random(), draw.random()]))

    terms.digital_school_share, terms.digital_lesson_share = share(), share()
    terms.live_class_share, terms.extra_time_share = share(), share()
    terms.live_source = str(draw.choice(LIVE_SOURCES))
    terms.director_share = share()


def close_school(model, draw):
    """A school, as like as not a lead, is left without students and classes."""
    leads = np.flatnonzero(model.schools.lead)
    gone = draw.choice(leads) if len(leads) and draw.random() < 0.5 else draw.integers(len(model.schools))
    empty_school(model, gone)


def empty_school(model, school):
    stays = model.classes.school != school
    new_row = np.cumsum(stays) - 1
    model.students = model.students.take(model.students.school != school)
    model.students.classroom = new_row[model.students.classroom]
    model.classes = model.classes.take(stays)


def shake_zones(model, draw):
    """Schools dealt to zones anew: some of one school, some without a lead; every zone has a school."""
    zones, schools = model.zones, model.schools
    for level in (0, 1):
        rows = draw.permutation(np.flatnonzero(schools.level == level))
        of_level = np.flatnonzero(zones.level == level)
        more = draw.choice(of_level[: draw.integers(1, len(of_level) + 1)], len(rows) - len(of_level))
        schools.zone[rows] = np.concatenate((of_level, more))
    zones.members = np.bincount(schools.zone, minlength=len(zones))
    zones.form = draw.integers(0, len(FORMS), len(zones))
    zones.fidelity = draw.random(len(zones))
    schools.lead[:] = False
    for zone in range(len(zones)):
        zones.lead[zone] = draw.choice([-1, *np.flatnonzero(schools.zone == zone)])
        if zones.lead[zone] >= 0:
            schools.lead[zones.lead[zone]] = True


def shake_schools(model, draw):
    schools = model.schools
    n = len(schools)
    schools.stake = draw.random(n) * (draw.random(n) < 0.5)
    schools.last_received = draw.integers(0, 300_000, n)
    schools.account = draw.integers(0, 10_000, n)
    schools.score = draw.normal(size=n)
    schools.reputation = draw.normal(size=n)
    schools.true_effect = 0.1 * draw.normal(size=n)
    schools.value_added = 0.2 * draw.normal(size=(n, 3)) + 0.1 * draw.normal(size=(n, 1))


def shake_quota_and_trustees(model, draw):
    """Last, so that what the others draw stays as it was."""
    model.effects = replace(model.effects, b_quota=draw.uniform(0.0, 0.2))
    model.terms.high_school_quota = float(draw.choice([0.0, 0.5, 1.0, draw.random()]))
    model.schools.lent = 0.02 * draw.normal(size=len(model.schools)) * (draw.random(len(model.schools)) < 0.3)
    tied = draw.integers(len(model.schools), size=3)
    model.schools.reputation[tied] = model.schools.reputation[tied[0]]


def shake_teachers(model, draw):
    """Some move, some posts fall empty; classes lose some of their team, a few all of it."""
    teachers, classes = model.teachers, model.classes
    n = len(teachers)
    teachers.moved = draw.random(n) < 0.2
    teachers.experience = draw.integers(0, 40, n)
    teachers.base_skill = 0.14 * draw.normal(size=n)
    empty = draw.random(n) < 0.1
    teachers.school[empty] = -1
    lost = (classes.team >= 0) & empty[classes.team]
    lost |= draw.random(classes.team.shape) < 0.05
    lost[draw.random(len(classes)) < 0.05] = True
    classes.team[lost] = -1


def shake_students(model, draw):
    students = model.students
    n = len(students)
    students.lasting = students.lasting + 0.2 * draw.normal(size=n)
    students.score[draw.random(n) < 0.1] = np.nan
    model.classes.extra = 0.1 * draw.normal(size=len(model.classes)) * (draw.random() < 0.5)

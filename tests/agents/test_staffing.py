"""A year of staffing equals the same year told teacher by teacher, and keeps what it should keep."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from reference import staffing as reference
from reference.at_rest import district, renumber_schools
from reference.plain import differences
from sim.agents import staffing
from sim.agents.teacher import SUBJECTS
from sim.noise import Noise

SIZES = (900, 2500, 5000)
twins = settings(max_examples=25, deadline=None, derandomize=True)
sizes, seeds = st.sampled_from(SIZES), st.integers(0, 2**32 - 1)


def unsettled(students, seed):
    """A district at the start of a year's staffing in which nothing is as it should be."""
    draw = np.random.default_rng(seed)
    model = district(int(draw.integers(2)), students)
    model.noise = Noise(int(draw.integers(2**62)))
    model.year += int(draw.integers(0, 12))
    model.begin_year()
    deal_zones(model, draw)
    model.held = draw.random() < 0.1
    model.effects = replace(
        model.effects,
        quit_rate=draw.choice([0.0, 0.05, 0.4]),
        move_seekers=draw.choice([0.1, 0.5, 1.0]),
        principal_turnover=draw.random(),
        principal_sd=0.05,
        title_noise=draw.choice([0.0, 1.0]),
        rec_within=draw.uniform(0.3, 1.0),
        rec_sigmaT=draw.choice([0.0, 0.14, 0.3]),
    )
    terms = model.terms
    terms.fill_norm = draw.choice([0.0, 0.5, 1.0])
    terms.norm = terms.norm * draw.choice([0.5, 0.9, 1.0, 1.5])
    recruit_by_chance(model, draw)
    terms.rotation_years = int(draw.integers(1, 12))
    terms.retirement_months = (int(draw.integers(600, 760)), int(draw.integers(550, 700)))
    students, classes = model.students, model.classes
    classes.school[draw.random(len(classes)) < 0.1] = draw.integers(len(model.schools))
    students.school = classes.school[students.classroom]
    unsettle_teachers(model, draw)
    schools = model.schools
    schools.vacant_titles += draw.integers(0, 2, schools.vacant_titles.shape).astype(np.int32)
    schools.funded_posts = draw.integers(0, 3, len(schools))
    return model


def recruit_by_chance(model, draw):
    """Terms that recruitment and governance may set, each as like as not at rest."""
    terms, share = model.terms, lambda: float(draw.choice([0.0, 0.0, draw.random(), 1.0]))
    levers = {"zone": "governance", "district": "recruitment"}
    terms.surplus_pools = {pool: levers[pool] for pool in levers if draw.random() < 0.5}
    terms.weak_school_priority, terms.title_weak_priority = share(), share()
    terms.agency_share = share()
    terms.masters_share = None if draw.random() < 0.5 else share()
    subjects = np.flatnonzero(draw.random(len(SUBJECTS)) < 0.3).tolist()
    terms.priority_posts = {subject: 0.03 * draw.random(2) for subject in subjects}
    model.schools.private[:] = draw.random(len(model.schools)) < 0.1
    model.schools.head = draw.permutation(model.schools.head)


def deal_zones(model, draw):
    """Zones of any number of schools of one level, some of one school; schools with ids that are not rows."""
    for level in (0, 1):
        rows = np.flatnonzero(model.schools.level == level)
        of_level = np.flatnonzero(model.zones.level == level)
        model.schools.zone[rows] = draw.choice(of_level[: draw.integers(1, len(of_level) + 1)], len(rows))
    if draw.random() < 0.5:
        renumber_schools(model, draw.integers(100))


def unsettle_teachers(model, draw):
    """Postings, empty posts and, at times, a school that has lost all its teachers."""
    teachers = model.teachers
    posted = np.flatnonzero(draw.random(len(teachers)) < 0.1)
    posted = posted[teachers.employed[posted]]
    teachers.school[posted] = draw.permutation(teachers.school[posted])
    teachers.posting_end[posted] = model.year + 1
    teachers.moved[:] = teachers.rotated[:] = draw.random(len(teachers)) < 0.2
    teachers.base_skill[:] *= model.effects.rec_sigmaT / 0.14
    teachers.learned[:], teachers.practised[:] = draw.random((2, len(teachers)))
    teachers.award[:] = teachers.contest[:] = teachers.research[:] = True
    teachers.ict_trained[:] = draw.random(len(teachers)) < 0.5
    emptied = teachers.employed & (draw.random(len(teachers)) < draw.choice([0.0, 0.1, 0.3]))
    if draw.random() < 0.3:
        emptied |= teachers.school == draw.integers(len(model.schools))
    teachers.home_school[emptied] = teachers.school[emptied]
    teachers.school[emptied] = -1
    teachers.bought = (draw.random(len(teachers)) < 0.1) & teachers.employed & (teachers.posting_end == 0)


def counts(model):
    """Teachers by school and subject, and by school and whether they are backbone of the district or city."""
    teachers = model.teachers
    here = teachers.employed
    place = teachers.school[here].tolist()
    subject, backbone = teachers.subject[here].tolist(), (teachers.backbone[here] >= 2).tolist()
    return Counter(zip(place, subject, strict=True)), Counter(zip(place, backbone, strict=True))


def titles(model):
    """Backbone titles by zone and rung, held and vacant together; by level where they may leave the zone."""
    teachers, schools, terms = model.teachers, model.schools, model.terms
    wide = terms.title_weak_priority > 0 or "district" in terms.surplus_pools
    place = schools.level if wide else schools.zone
    total = np.zeros((len(model.zones), 3), dtype=int)
    np.add.at(total, place, schools.vacant_titles)
    held = teachers.employed & (teachers.backbone > 0)
    np.add.at(total, (place[teachers.school[held]], teachers.backbone[held] - 1), 1)
    return total


@given(sizes, seeds)
@twins
def test_a_year_equals_a_year_teacher_by_teacher(students, seed):
    model, twin = unsettled(students, seed), reference.renew(unsettled(students, seed))
    staffing.renew(model)
    assert differences(model.teachers, twin.posts) == []
    assert differences(model.schools, twin.schools) == []
    assert model.flows["retired"] == twin.retired
    assert model.flows["contracts_ended"] == twin.ended
    assert model.flows["hired"] == twin.hired
    assert model.terms.costs == {lever: tuple(yuan) for lever, yuan in twin.costs.items()}


@pytest.mark.parametrize("students", SIZES)
def test_several_quiet_years_equal_those_teacher_by_teacher(students):
    model = district(1, students)
    for _ in range(6):
        model.begin_year()
        twin = reference.renew(model)
        staffing.renew(model)
        assert differences(model.teachers, twin.posts) == []
        assert differences(model.schools, twin.schools) == []


@given(sizes, seeds)
@twins
def test_establishment_is_reached_from_below_and_never_overshot(students, seed):
    model = unsettled(students, seed)
    model.teachers.bought[:] = False
    leaving = staffing.a_year_passes(model)
    stay = np.setdiff1d(np.flatnonzero(model.teachers.employed), leaving)
    before = np.bincount(model.teachers.school[stay], minlength=len(model.schools))
    staffing.fill_posts(model, leaving)
    after = np.bincount(model.teachers.school[model.teachers.employed], minlength=len(model.schools))
    wanted = staffing.posts_by_norm(model) + model.schools.funded_posts
    if not model.terms.surplus_pools:
        assert after.tolist() == np.maximum(before, wanted).tolist()
    assert (after[before <= wanted] == wanted[before <= wanted]).all()
    assert (after <= np.maximum(before, wanted)).all() and (after >= wanted).all()


@given(sizes, seeds)
@twins
def test_titles_are_never_made_or_lost_in_a_zone(students, seed):
    model = unsettled(students, seed)
    terms, before = model.terms, titles(model)
    for _ in range(3):
        model.terms = terms
        staffing.renew(model)
        assert titles(model).tolist() == before.tolist()
        model.begin_year()


@given(sizes, seeds)
@twins
def test_exchanges_keep_subjects_and_standing_of_every_school(students, seed):
    model = unsettled(students, seed)
    teachers, zone = model.teachers, model.schools.zone
    before, at = counts(model), teachers.school.copy()
    staffing.move_voluntarily(model)
    assert counts(model) == before
    went = np.flatnonzero(teachers.school != at)
    assert zone[teachers.school[went]].tolist() == zone[at[went]].tolist()
    assert (teachers.years_here[went] == 0).all()
    assert teachers.seeks_school[went].all()
    assert not (teachers.posting_end[went] > 0).any()


@given(sizes, seeds)
@twins
def test_who_is_hired_is_a_novice_without_titles(students, seed):
    model = unsettled(students, seed)
    before = set(model.teachers.id.tolist())
    degree, subject = dict_by_post(model, "degree"), dict_by_post(model, "subject")
    leaving = staffing.a_year_passes(model)
    staffing.fill_posts(model, leaving)
    new = model.teachers.take(~np.isin(model.teachers.id, list(before)))
    assert len(new) == model.flows["hired"]
    for column in ("experience", "years_here", "title", "backbone", "practised", "learned", "posting_end"):
        assert not new.arrays[column].any(), column
    assert (new.age == model.district.entry_age).all()
    for teacher in new:
        post = teacher.id // 1000
        if model.terms.masters_share is None:
            assert teacher.degree == degree.get(post, 1)
        assert teacher.subject == subject.get(post, teacher.subject)
    assert len(set(model.teachers.id.tolist())) == len(model.teachers)


def dict_by_post(model, column):
    return dict(zip((model.teachers.id // 1000).tolist(), model.teachers.arrays[column].tolist(), strict=True))


def test_new_posts_follow_the_mix_of_subjects_of_their_own_school():
    model = district(0, 2500)
    model.begin_year()
    model.terms.norm = model.terms.norm / 4
    before = counts(model)[0]
    staffing.fill_posts(model, np.zeros(0, dtype=int))
    after = counts(model)[0]
    for school in range(len(model.schools)):
        had = np.array([before[school, subject] for subject in range(len(SUBJECTS))])
        has = np.array([after[school, subject] for subject in range(len(SUBJECTS))])
        assert has.sum() > 2 * had.sum()
        assert np.abs(has - has.sum() * had / had.sum()).max() <= 1


def test_nobody_exchanges_in_zones_of_one_school():
    model = district(0, 2500)
    model.begin_year()
    model.effects = replace(model.effects, move_seekers=1.0)
    model.schools.zone = np.arange(len(model.schools))
    staffing.renew(model)
    assert model.teachers.seeks_school.any()
    assert not model.teachers.moved.any()


def test_every_school_of_a_zone_is_as_often_the_odd_one_out():
    model = district(0, 2500)
    teachers, schools = model.teachers, model.schools
    three = np.flatnonzero(schools.zone == np.flatnonzero(model.zones.members == 3)[0])
    rows = np.array([np.flatnonzero(teachers.school == school)[0] for school in three])
    teachers.subject[rows], teachers.backbone[rows] = 0, 0
    left = Counter()
    for year in range(600):
        model.year = year
        first, second = staffing.pairs_of_movers(model, rows)
        assert len(first) == len(second) == 1
        left.update(set(rows.tolist()) - {int(first[0]), int(second[0])})
    assert all(150 < left[row] < 250 for row in rows.tolist())  # 200, SD 12


@pytest.fixture(scope="module")
def quiet_years():
    """Means over five years without any policy in the whole of Wuhan's zone, a row a replicate."""
    scenario = sim.load("wuhan_edz", background="frozen")
    means = []
    for seed in range(8):
        model = scenario.model(seed=seed)
        years = []
        for _ in range(5):
            model.step()
            teachers, here = model.teachers, model.teachers.employed
            filled = np.bincount(teachers.school[here], minlength=len(model.schools))
            wanted = staffing.posts_by_norm(model) + model.schools.funded_posts
            assert (filled >= wanted).all()
            years.append(
                {
                    "exits": model.flows["retired"] / here.sum(),
                    "moves": teachers.moved[here].mean(),
                    "six_years": teachers.eligible[here].mean(),
                    "filled": filled.sum() / wanted.sum(),
                }
            )
        means.append(years)
    return {key: np.array([[year[key] for year in years] for years in means]).mean(axis=1) for key in years[0]}


@pytest.mark.parametrize(
    ("what", "low", "high"),
    [
        ("exits", 0.028, 0.034),  # about 3 % a year
        ("moves", 0.030, 0.035),  # Qingshan
        ("six_years", 0.64, 0.70),  # about two thirds
        ("filled", 1.0, 1.005),
    ],
)
def test_quiet_years_are_as_the_districts_that_were_seen(quiet_years, what, low, high):
    values = quiet_years[what]
    error = 2.5 * values.std(ddof=1) / np.sqrt(len(values))
    assert low - error <= values.mean() <= high + error

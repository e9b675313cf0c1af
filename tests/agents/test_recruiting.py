"""Who fills a vacancy, and where titles go, when the district says so and not the school alone."""

from dataclasses import replace

import numpy as np
import pytest

from reference.at_rest import district
from sim.agents import staffing
from sim.agents.hiring import posts_by_subject
from sim.agents.teacher import LANGUAGE, PE_ARTS, SCIENCE_IT
from sim.agents.titles import tilt_titles
from sim.indicators.standards import weighted_cv
from sim.reform.recruitment import Recruitment

NOBODY = np.zeros(0, dtype=int)
STUDENTS = 12_000


def new_year(seed=0, **effects):
    model = district(seed, STUDENTS)
    model.begin_year()
    model.effects = replace(model.effects, **effects)
    model.teachers.moved[:] = False
    return model


def under(lever, model):
    lever.apply(model, model.year)
    return model


def at(model):
    """Teachers at each school."""
    return np.bincount(model.teachers.school[model.teachers.employed], minlength=len(model.schools))


def students_at(model):
    return np.bincount(model.students.school, minlength=len(model.schools))


def two_schools_out_of_balance(model):
    """Four posts of one school of a zone now belong to another, whose last two language posts are empty."""
    zone = np.flatnonzero(model.zones.members >= 2)[0]
    full, short = np.flatnonzero(model.schools.zone == zone)[:2]
    wanted = staffing.posts_by_norm(model) + model.schools.funded_posts
    model.norm_share[full] *= (wanted[full] - 4) / wanted[full]
    gone = np.flatnonzero((model.teachers.school == short) & (model.teachers.subject == LANGUAGE))[:2]
    return int(full), int(short), gone


def test_surplus_teachers_fill_vacancies_before_any_are_hired():
    quiet, model = new_year(), new_year()
    for world in (quiet, model):
        full, short, gone = two_schools_out_of_balance(world)
        if world is model:
            under(Recruitment(district_managed=True), world)
        before = at(world)
        wanted = staffing.posts_by_norm(world) + world.schools.funded_posts
        staffing.fill_posts(world, gone)
    surplus = before[full] - wanted[full]
    assert surplus > 2
    assert quiet.flows["hired"] > model.flows["hired"]
    assert at(quiet)[full] == before[full] and at(model)[full] < before[full]
    assert (at(model) >= wanted).all()
    moved = model.teachers.moved
    assert moved.sum() == quiet.flows["hired"] - model.flows["hired"]
    assert (model.teachers.years_here[moved] == 0).all()
    assert (model.teachers.home_school[moved] == model.teachers.school[moved]).all()
    by_level = model.schools.count_by_level(model.teachers.school[moved])
    assert model.terms.costs == {"recruitment": tuple(by_level * model.prices["move"])}


def test_who_comes_teaches_what_is_missing_and_the_post_goes_the_other_way():
    model = new_year()
    full, short, gone = two_schools_out_of_balance(model)
    model.terms.surplus_pools = {"zone": "governance"}
    posts = owned(model)
    staffing.fill_posts(model, gone)
    came = model.teachers.moved & (model.teachers.school == short)
    assert came.sum() == 2 and (model.teachers.subject[came] == LANGUAGE).all()
    assert np.array_equal(owned(model), posts)


def owned(model):
    """Posts by school and subject."""
    teachers = model.teachers
    return np.add(*posts_by_subject(teachers.school, teachers.home_school, teachers.subject, len(model.schools)))


@pytest.mark.parametrize("pool", ["zone", "district"])
def test_surplus_teachers_stay_in_their_pool_and_private_schools_out_of_it(pool):
    model = new_year(quit_rate=0.3)
    model.terms.surplus_pools = {pool: "recruitment"}
    model.norm_share *= np.random.default_rng(1).uniform(0.5, 1.5, len(model.schools))
    model.schools.private[::4] = True
    model.teachers.posting_end[::3] = model.year + 1
    before = model.teachers.school.copy()
    staffing.fill_posts(model, staffing.a_year_passes(model))
    moved = np.flatnonzero(model.teachers.moved[: len(before)])
    assert len(moved) > 5
    here, there = before[moved], model.teachers.school[moved]
    place = model.schools.zone if pool == "zone" else model.schools.level
    assert np.array_equal(place[here], place[there])
    assert not model.schools.private[here].any() and not model.schools.private[there].any()
    assert not model.teachers.posting_end[moved].any()
    if pool == "district":
        assert (model.schools.zone[here] != model.schools.zone[there]).any()


def hires_by_standing(share):
    """Correlation of the skill of hires with their school's standing, and the mean of their skill."""
    skill, standing = [], []
    for seed in range(2):
        model = under(Recruitment(weak_school_priority=share), new_year(seed, quit_rate=0.5, rec_within=0.5))
        staffing.fill_posts(model, staffing.a_year_passes(model))
        new = model.teachers.employed & (model.teachers.experience == 0)
        skill.append(model.teachers.base_skill[new])
        standing.append(model.schools.standing[model.teachers.school[new]])
    skill, standing = np.concatenate(skill), np.concatenate(standing)
    return np.corrcoef(skill, standing)[0, 1], skill.mean(), skill.std()


def test_hires_go_with_standing_against_it_or_neither():
    usual, even, reverse = (hires_by_standing(share) for share in (0.0, 0.5, 1.0))
    assert usual[0] > 0.5 and reverse[0] < -0.5
    assert abs(even[0]) < 0.15
    assert reverse[1] == pytest.approx(usual[1], abs=1e-9)  # the same people, placed the other way round
    assert even[2] == pytest.approx(usual[2], rel=0.1)


def test_new_posts_go_to_priority_subjects_up_to_the_standard():
    counts = {}
    for subjects in ((), ("pe_arts",), ("pe_arts", "science_it")):
        model = new_year()
        model.teachers.school[(model.teachers.subject == PE_ARTS) & (np.arange(len(model.teachers)) % 2 == 0)] = -1
        model.teachers = model.teachers.take(model.teachers.employed)
        under(Recruitment(subject_priority=subjects, norm_primary=10, norm_junior=8), model)
        staffing.fill_posts(model, NOBODY)
        staff, school = model.teachers, model.teachers.school
        counts[subjects] = [np.bincount(school[staff.subject == s], minlength=len(model.schools)) for s in (3, 4)]
    asked = 0.009 * students_at(model)
    assert (counts[()][0] < asked - 1e-9).any()
    assert (counts["pe_arts",][0] >= asked - 1e-9).all()
    assert (counts["pe_arts",][0] <= np.maximum(counts[()][0], np.ceil(asked - 1e-9))).all()
    assert (counts["pe_arts", "science_it"][1] >= asked - 1e-9).all()
    assert (counts["pe_arts",][1] < asked - 1e-9).any()


def test_an_empty_post_of_a_priority_subject_is_filled_first():
    model = new_year()
    school = int(np.argmax(at(model)))
    rows = np.flatnonzero(model.teachers.school == school)
    other = rows[model.teachers.subject[rows] == LANGUAGE]
    gone = np.concatenate((other, rows[model.teachers.subject[rows] == SCIENCE_IT]))
    under(Recruitment(subject_priority=("science_it",)), model)
    model.terms.priority_posts = {SCIENCE_IT: np.array([1.0, 1.0])}
    model.norm_share[school] *= (len(rows) - len(other)) / len(rows)
    staffing.fill_posts(model, gone)
    assert ((model.teachers.school == school) & (model.teachers.subject == SCIENCE_IT)).sum() >= len(gone) - len(other)
    assert ((model.teachers.school == school) & (model.teachers.subject == LANGUAGE)).sum() < len(other)


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_titles_given_where_there_are_few_make_them_even_and_none_is_made_or_lost(share):
    spread = {}
    for tilt in (0.0, share):
        model = new_year(quit_rate=0.1)
        total = titled(model).sum() + model.schools.vacant_titles[:, 1:].sum()
        for _ in range(4):
            under(Recruitment(title_weak_priority=tilt), model)
            staffing.renew(model)
            model.begin_year()
        held = titled(model)
        assert held.sum() + model.schools.vacant_titles[:, 1:].sum() == total
        primary = model.schools.level == 0
        spread[tilt] = weighted_cv(held[primary], students_at(model)[primary])
    assert spread[share] < 0.9 * spread[0.0]


def titled(model):
    here = model.teachers.employed & (model.teachers.backbone >= 2)
    return np.bincount(model.teachers.school[here], minlength=len(model.schools))


def test_agency_teachers_are_less_skilled_and_cheaper_until_they_leave():
    quiet, model = new_year(quit_rate=0.3), under(Recruitment(agency_share=0.5), new_year(quit_rate=0.3))
    for world in (quiet, model):
        staffing.renew(world)
    agency = model.teachers.agency
    new = model.teachers.employed & (model.teachers.experience == 0)
    assert 0.4 < agency[new].mean() < 0.6 and not agency[~new].any()
    difference = model.teachers.base_skill - quiet.teachers.base_skill
    assert difference == pytest.approx(np.where(agency, model.effects.b_contract_cn, 0.0))
    saved = model.prices["new_teacher_pay"] - model.prices["agency_pay"]
    by_level = model.schools.count_by_level(model.teachers.school[agency])
    assert model.terms.costs == {"recruitment": tuple(-saved * by_level)}
    model.begin_year()
    model.effects = replace(model.effects, quit_rate=1.0)
    staffing.renew(model)
    assert not model.teachers.agency.any() and model.terms.costs == {}


@pytest.mark.parametrize("lever", [Recruitment(agency_share=0.5), Recruitment(norm_primary=10.0, norm_junior=8.0)])
def test_when_a_policy_ends_its_teachers_stay_and_neither_their_pay_nor_a_saving_is_booked(lever):
    model = under(lever, new_year(quit_rate=0.3))
    staffing.renew(model)
    hired = set(model.teachers.id[model.teachers.employed & (model.teachers.experience == 0)].tolist())
    assert model.terms.costs != {}
    model.begin_year()
    model.effects = replace(model.effects, quit_rate=0.0)
    staffing.renew(model)
    assert model.terms.costs == {}
    assert hired <= set(model.teachers.id[model.teachers.employed].tolist())


def test_hires_have_the_degrees_that_are_asked_for_at_a_price():
    for share, degrees in ((0.0, {0, 1}), (1.0, {2})):
        model = under(Recruitment(masters_share=share), new_year(quit_rate=0.3))
        staffing.renew(model)
        new = model.teachers.employed & (model.teachers.experience == 0)
        assert set(model.teachers.degree[new].tolist()) == degrees and new.sum() > 20
        spent = sum(model.terms.costs.get("recruitment", ()))
        assert spent == share * new.sum() * model.prices["graduate_hire"]


def test_the_level_to_be_below_counts_the_title_that_is_given():
    """Two schools alike with one title each besides; only the one where nobody could take it has it vacant."""
    model = new_year()
    one, other = np.flatnonzero(model.schools.level == 0)[:2]
    teachers, schools = model.teachers, model.schools
    teachers.backbone[:] = 0
    schools.vacant_titles[:] = 0
    schools.private[:] = True
    schools.private[[one, other]] = False
    model.classes.size[:] = [40, 40] + [0] * (len(model.classes) - 2)
    model.classes.school[:2] = one, other
    for school in (one, other):
        teachers.backbone[np.flatnonzero(teachers.school == school)[0]] = 2
    teachers.backbone[np.flatnonzero(teachers.school == other)[1]] = 1
    schools.vacant_titles[one, 1] = 1
    model.terms.title_weak_priority = 1.0
    tilt_titles(model)
    assert schools.vacant_titles[[one, other], 1].tolist() == [0, 1]

"""Who may choose, what families want, and that the district starts where as many would leave as were seen to."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from reference.at_rest import before_enrolment, district
from reference.small_world import same_bits
from sim.agents import enrolment
from sim.agents.school import ENTRY_GRADE, JUNIOR, PRIMARY
from sim.agents.school_choice import (
    chosen_school,
    may_choose,
    share_elsewhere,
    solve_choice_weight,
    solve_private_appeal,
    status_weight,
)
from sim.noise import Noise

STATUSES = np.random.default_rng(5).normal(size=2000)


def choosers(share, goes_with, luck=0):
    """Who may choose among all students of a district."""
    model = district(students=6000)
    model.begin_year()
    model.noise = Noise(luck)
    model.terms.may_choose = share
    model.effects = replace(model.effects, choice_status=goes_with)
    return may_choose(model, model.students), model.students.ses


@pytest.mark.parametrize("goes_with", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("share", [0.002, 0.05, 0.5, 0.9])
def test_the_stated_share_may_choose_however_much_status_counts(share, goes_with):
    by_luck = [choosers(share, goes_with, luck)[0] for luck in range(5)]
    error = np.sqrt(share * (1 - share) / (6000 if goes_with == 1 else 30_000))
    assert np.mean(by_luck) == pytest.approx(share, abs=4 * error)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_looser_catchments_let_more_choose_and_stop_none_who_did(one, other, goes_with):
    fewer, more = (choosers(share, goes_with)[0] for share in sorted((one, other)))
    assert not (fewer & ~more).any()


@pytest.mark.parametrize("goes_with", [0.0, 0.7, 1.0])
def test_with_no_share_nobody_and_with_the_whole_everybody_may_choose(goes_with):
    assert not choosers(0.0, goes_with)[0].any() and not choosers(5e-300, goes_with)[0].any()
    assert choosers(1.0, goes_with)[0].all()


def test_those_who_may_choose_are_the_better_off_as_far_as_status_counts():
    """Mean status of those above the upper twentieth of a normal that goes with it by r is 2.06 r."""
    for goes_with in (0.0, 0.3, 0.7, 0.9):
        status = [ses[chooses] for chooses, ses in (choosers(0.05, goes_with, luck) for luck in range(10))]
        assert np.concatenate(status).mean() == pytest.approx(2.063 * goes_with, abs=0.12)
    chooses, ses = choosers(0.3, 1.0)
    assert ses[chooses].min() >= ses[~chooses].max()


@cache
def wuhan(seed):
    return sim.load(overrides=["district.students=900"]).at_rest(seed)


@pytest.mark.parametrize("level", [PRIMARY, JUNIOR])
@pytest.mark.parametrize("seed", range(8))
def test_at_rest_as_many_as_were_seen_to_would_leave_if_all_might_choose(seed, level):
    """In every replicate: families of two thousand statuses a catchment, effects drawn; fewer at the bound."""
    model = wuhan(seed)
    schools, effects = model.schools, model.effects
    rows = np.flatnonzero((schools.level == level) & ~schools.private)
    near = -model.geography[rows[:, None], rows] / effects.distance_scale
    stays = 0.0
    for home, row in enumerate(rows):
        minds = model.choice_weight[level] * status_weight(STATUSES)[:, None]
        utility = (near[home] + minds * (schools.reputation[rows] - schools.reputation[row])) / effects.taste_scale
        stays += schools.residents[row] * (1 / np.exp(utility).sum(axis=1)).mean()
    leave = 1 - stays / schools.residents[rows].sum()
    assert 0 < model.choice_weight[level] <= effects.choice_weight_most
    if model.choice_weight[level] < effects.choice_weight_most:
        assert leave == pytest.approx(effects.i_zexiao, abs=0.02)
    else:
        assert leave < effects.i_zexiao + 0.02


def test_where_schools_lie_far_apart_the_weight_is_bounded_and_fewer_would_leave():
    near, far = (sparse(f"effects.distance_scale={scale}") for scale in (2.0, 0.05))
    assert (near.choice_weight < 20).all() and (far.choice_weight == 20).all()
    assert would_leave(near) == pytest.approx([0.405, 0.405], abs=1e-3)
    assert all(0 < share < 0.3 for share in would_leave(far))


def test_a_bound_that_no_weight_reaches_changes_nothing():
    loose, looser = (sparse("effects.distance_scale=2", f"effects.choice_weight_most={most}") for most in (900, 901))
    assert same_bits(loose.schools, looser.schools) and np.array_equal(loose.students.score, looser.students.score)
    assert np.array_equal(loose.choice_weight, looser.choice_weight)


def sparse(*overrides):
    """A small district at rest with the effects at their values, but for those given."""
    return sim.load(effects="means", overrides=["district.students=900", *overrides]).at_rest(4)


def would_leave(model):
    """Share of the families of each level that would leave their catchment's school, if all might choose."""
    shares = []
    for level in (PRIMARY, JUNIOR):
        rows = np.flatnonzero((model.schools.level == level) & ~model.schools.private)
        kilometres = model.geography[rows[:, None], rows]
        place = beside_their_own(-kilometres / model.effects.distance_scale, model.schools.reputation[rows])
        residents, taste = model.schools.residents[rows], model.effects.taste_scale
        shares.append(share_elsewhere(model.choice_weight[level], *place, residents, taste))
    return shares


def beside_their_own(near, reputation):
    """Nearness of the other schools of a level, and how much better their reputation is, a row for each catchment."""
    count = len(reputation)
    others = [[other for other in range(count) if other != home] for home in range(count)]
    homes = np.arange(count)[:, None]
    return near[homes, others], (reputation - reputation[:, None])[homes, others]


def test_entrants_want_to_leave_as_often_as_was_seen_if_all_may_choose():
    leave = []
    model = before_enrolment(1, students=6000)
    model.terms.may_choose = 1.0
    for luck in range(10):
        model.noise = Noise(luck)
        for level in (PRIMARY, JUNIOR):
            rows = np.flatnonzero(model.students.grade == ENTRY_GRADE[level])
            home = enrolment.home_school(model, model.students.take(rows), level)
            leave += (chosen_school(model, model.students.take(rows), home, level) != home).tolist()
    assert len(leave) > 10_000 and np.mean(leave) == pytest.approx(0.405, abs=0.03)


@pytest.mark.parametrize("level", [PRIMARY, JUNIOR])
def test_families_want_one_of_the_nearest_schools_that_they_compare(level):
    model = before_enrolment(1, students=3000, schools_considered=4)
    model.terms.may_choose = 1.0
    rows = np.flatnonzero(model.students.grade == ENTRY_GRADE[level])
    home = enrolment.home_school(model, model.students.take(rows), level)
    wants = chosen_school(model, model.students.take(rows), home, level)
    schools = np.flatnonzero(model.schools.level == level)
    for row in set(home.tolist()):
        nearest = schools[np.argsort(model.geography[row, schools])][:4]
        assert set(wants[home == row].tolist()) <= set(nearest.tolist())
    assert np.mean(wants != home) == pytest.approx(0.405, abs=0.06)  # of fewer schools as many leave: w is fitted


def test_comparing_more_schools_than_there_are_changes_nothing():
    some, all_ = (sparse(f"district.schools_considered={number}") for number in (100, 1000))
    assert same_bits(some.schools, all_.schools) and np.array_equal(some.choice_weight, all_.choice_weight)
    few = sparse("district.schools_considered=3")
    assert (few.choice_weight > all_.choice_weight).all()


MOST = 1000.0
"""A weight of reputation far above any that families have."""


@st.composite
def places(draw):
    """Schools on a map: utility of distance, reputation, residents and the scale of taste."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.integers(2, 12))
    at = 8 * random.random((2, count, 1))
    near = -np.hypot(*(at - at.transpose(0, 2, 1))) / draw(st.sampled_from([0.5, 1.0, 2.0]))
    reputation = draw(st.sampled_from([0.0, 0.02, 0.4])) * random.normal(size=count)
    residents, taste = random.integers(1, 300, count), draw(st.sampled_from([0.1, 0.25, 0.5, 1.0]))
    return *beside_their_own(near, reputation), residents, taste


@given(places(), st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_weight_gives_the_share_wherever_any_weight_does(place, leaving):
    weight = solve_choice_weight(*place, leaving, MOST)
    share, least, most = (share_elsewhere(w, *place) for w in (weight, 0.0, MOST))
    if least > leaving:
        assert weight == 0
    elif most < leaving:
        assert weight == MOST or share == pytest.approx(leaving, abs=1e-4)
    else:
        assert share == pytest.approx(leaving, abs=1e-4)


def test_the_less_taste_counts_the_fewer_leave_a_school_as_good_as_the_others():
    near, alike, residents = np.log([[0.5], [0.5]]), np.zeros((2, 1)), np.array([30, 10])
    shares = [share_elsewhere(5.0, near, alike, residents, taste) for taste in (1e-3, 0.5, 1.0)]
    assert shares == pytest.approx([0.0, 0.25 / 1.25, 0.5 / 1.5])


@given(st.integers(0, 2**32), st.integers(3, 12), st.integers(1, 4), st.floats(0.05, 0.9))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_appeal_draws_the_applicants_expected_of_each_private_school(luck, homes, schools, asked):
    random = np.random.default_rng(luck)
    near = -random.uniform(0, 8, (homes, schools))
    reputation, own = 0.4 * random.normal(size=schools), 0.4 * random.normal(size=homes)
    families = random.uniform(1, 100, homes)
    expected = asked * families.sum() * random.dirichlet(np.full(schools, 5.0))
    appeal = solve_private_appeal(near, reputation, own, families, expected, np.zeros(schools), 3.0, 0.3)
    utility = (near + 3.0 * status_weight(STATUSES)[:, None, None] * (reputation - own[:, None]) + appeal) / 0.3
    odds = np.exp(np.minimum(utility, 300.0))
    asking = families[:, None] * (odds / (1 + odds.sum(axis=2, keepdims=True))).mean(axis=0)
    assert asking.sum(axis=0) == pytest.approx(expected, rel=0.15)

"""What the enrolment lever states reaches families and schools: lots, caps and the senior-high quota."""

from dataclasses import replace

import numpy as np
import pytest

import sim
from reference.at_rest import before_enrolment, district, with_private_schools
from reference.small_world import YEAR, small_world
from sim.agents import demography, enrolment, school_choice
from sim.agents.learning import learn, quota_effort
from sim.agents.school import ENTRY_GRADE, JUNIOR, PRIMARY, YEARS
from sim.noise import Noise
from sim.reform import Policy
from sim.reform.enrolment import Enrolment
from sim.userinput import UserError

SMALL = ["district.students=900"]


def crowded(lottery):
    """One primary school that half the families want, with few seats; the others have room for all."""
    model = before_enrolment(students=3000)
    model.terms.may_choose = 0.7
    model.choice_weight[:] = 2.0
    star = int(np.argmax(np.where(model.schools.level == PRIMARY, model.schools.residents, 0)))
    model.schools.reputation[:] = 0.0
    model.schools.reputation[star] = 3.0
    model.schools.seats[:] = 10**4
    model.schools.seats[star] = model.schools.residents[star] // 2
    if lottery:
        Enrolment(lottery=True).apply(model, model.year)
    return model, star


def admitted(model):
    rows = np.flatnonzero(model.students.grade == ENTRY_GRADE[PRIMARY])
    home = enrolment.home_school(model, model.students.take(rows), PRIMARY)
    wants = enrolment.chosen_school(model, model.students.take(rows), home, PRIMARY)
    return rows, home, wants, enrolment.admit(model, model.students.take(rows), home, PRIMARY)


def applicants(model, star, level):
    """Rows of those who want the star school from elsewhere, and who of them get in, once its residents are in."""
    rows = np.flatnonzero(model.students.grade == ENTRY_GRADE[level])
    home = enrolment.home_school(model, model.students.take(rows), level)
    wants = school_choice.chosen_school(model, model.students.take(rows), home, level)
    outside, stays = (wants == star) & (home != star), (wants == star) & (home == star)
    model.schools.seats[star] = stays.sum() + outside.sum() // 3
    school = enrolment.admit(model, model.students.take(rows), home, level)
    assert (school == star)[stays].all() and (school == star)[outside].sum() == outside.sum() // 3
    return rows[outside], (school == star)[outside]


def star_of(level, luck, lottery):
    """A district whose families like one school of the level best."""
    model = before_enrolment(students=3000)
    model.noise = Noise(luck)
    model.terms.may_choose, model.terms.lottery = 1.0, lottery
    model.choice_weight[:] = 2.0
    star = int(np.flatnonzero(model.schools.level == level)[0])
    model.schools.reputation[:] = 0.0
    model.schools.reputation[star] = 3.0
    return model, star


@pytest.mark.parametrize("level", [PRIMARY, JUNIOR])
@pytest.mark.parametrize("lottery", [True, False])
def test_residents_come_first_and_migrant_children_from_elsewhere_last(level, lottery):
    model, star = star_of(level, 1, lottery)
    rows, taken = applicants(model, star, level)
    migrant = model.students.migrant[rows]
    assert migrant.any() and taken.any() and not (taken & migrant).any()


@pytest.mark.parametrize("luck", [1, 2])
def test_without_a_lottery_a_junior_school_takes_those_with_the_best_last_scores(luck):
    model, star = star_of(JUNIOR, luck, lottery=False)
    model.students.migrant[:] = False
    model.students.score[::50] = np.nan  # who has none counts as average
    rows, taken = applicants(model, star, JUNIOR)
    score = np.nan_to_num(model.students.score[rows])
    assert len(taken) > 30 and score[taken].min() >= score[~taken].max()


def test_without_a_lottery_a_primary_school_takes_the_best_of_an_entrance_test():
    """What it sees is as exact as a test of grade 1."""
    seen, trait, taken = [], [], []
    for luck in range(20):
        model, star = star_of(PRIMARY, luck, lottery=False)
        model.students.migrant[:] = False
        rows, got_in = applicants(model, star, PRIMARY)
        test = enrolment.seen_at_entry(model, model.students, rows, PRIMARY)
        assert test[got_in].min() >= test[~got_in].max()
        seen, trait, taken = [*seen, *test], [*trait, *model.students.trait[rows]], [*taken, *got_in]
    error = np.subtract(seen, trait)
    assert error.var() == pytest.approx(1 - model.effects.reliability_grade1, rel=0.1)
    assert np.mean(error) == pytest.approx(0, abs=0.05) and abs(np.corrcoef(error, trait)[0, 1]) < 0.1
    assert np.mean(np.array(trait)[taken]) > np.mean(np.array(trait)[~np.array(taken)]) + 0.5


@pytest.mark.parametrize("level", [PRIMARY, JUNIOR])
def test_lots_do_not_depend_on_merit(level):
    """The same children win whatever their marks, and over many lots each as often as another."""
    won, ability = [], []
    for luck in range(40):
        worlds = [star_of(level, luck, lottery=True) for _ in range(2)]
        for model, _ in worlds:
            model.students.migrant[:] = False
        other = worlds[1][0].students
        other.score, other.trait = -other.score, -other.trait
        (rows, taken), (_, again) = (applicants(model, star, level) for model, star in worlds)
        assert np.array_equal(taken, again)
        won += taken.tolist()
        ability += worlds[0][0].students.achievement[rows].tolist()
    assert abs(np.corrcoef(won, ability)[0, 1]) < 3 / len(won) ** 0.5


def test_residents_for_whom_there_is_no_place_go_to_the_nearest_school_with_room_and_migrants_still_come_last():
    model, star = crowded(lottery=True)
    rows, home, wants, school = admitted(model)
    lost = (home == star) & (wants == star) & (school != star)
    assert lost.any()
    others = np.flatnonzero((model.schools.level == PRIMARY) & (np.arange(len(model.schools)) != star))
    nearest = others[np.argmin(model.geography[star, others])]
    assert (school[lost] == nearest).all()
    asked, migrant = wants == star, model.students.migrant[rows]
    assert not (school == star)[asked & migrant].any() and (school == star)[asked & ~migrant].any()


def test_where_all_have_room_a_lottery_moves_nobody_and_costs_its_price_for_every_entrant():
    calm, drawn = (before_enrolment(students=3000) for _ in range(2))
    for model in (calm, drawn):
        model.schools.seats[:] = 10**4
    Enrolment(lottery=True).apply(drawn, drawn.year)
    entrants = [(drawn.students.grade == grade).sum() for grade in ENTRY_GRADE]
    assert drawn.terms.costs == {"enrolment": tuple(n * drawn.prices["lottery"] for n in entrants)}
    enrolment.enrol(calm)
    enrolment.enrol(drawn)
    assert np.array_equal(calm.students.school, drawn.students.school)


def test_a_school_above_the_cap_shrinks_to_it_and_takes_in_a_cohort_every_year():
    model, cap = district(students=1800), 100
    size = np.bincount(model.students.school, minlength=len(model.schools))
    large = size > cap
    lever = Enrolment(school_cap=cap)
    model.schools.seats[:] = 10**4  # so that there is room elsewhere
    assert large.any()
    for _ in range(max(YEARS)):
        model.begin_year()
        demography.advance(model)
        lever.apply(model, model.year)
        enrolment.enrol(model)
        entered = np.bincount(model.students.school[np.isin(model.students.grade, ENTRY_GRADE)], minlength=len(large))
        assert (entered[large] > 0).all()
    now = np.bincount(model.students.school, minlength=len(model.schools))
    assert now.max() <= cap and now.sum() == size.sum()


def test_a_cap_that_no_school_reaches_changes_nothing():
    free, capped = (before_enrolment(students=3000) for _ in range(2))
    Enrolment(school_cap=10_000).apply(capped, capped.year)
    for model in (free, capped):
        enrolment.enrol(model)
    assert np.array_equal(free.students.school, capped.students.school)


def test_a_larger_quota_makes_junior_choice_heed_reputation_less_and_leaves_primary_choice_alone():
    model = before_enrolment(students=3000)
    usual = [school_choice.reputation_weight(model, level) for level in (PRIMARY, JUNIOR)]
    assert usual == model.choice_weight.tolist()
    model.effects = replace(model.effects, quota_choice=0.5)
    Enrolment(high_school_quota=1.0).apply(model, model.year)
    assert school_choice.reputation_weight(model, PRIMARY) == usual[0]
    assert school_choice.reputation_weight(model, JUNIOR) == pytest.approx(0.75 * usual[1])
    Enrolment(high_school_quota=0.0).apply(model, model.year)
    assert school_choice.reputation_weight(model, JUNIOR) == pytest.approx(1.25 * usual[1])


def test_effort_for_the_quota_is_largest_at_the_junior_school_of_lowest_reputation_and_none_at_the_best():
    model = district(students=900)
    model.begin_year()
    model.effects = replace(model.effects, b_quota=0.1)
    Enrolment(high_school_quota=0.9).apply(model, model.year)
    effort, junior = quota_effort(model), model.schools.level == JUNIOR
    assert not effort[~junior].any()
    by_reputation = effort[junior][np.argsort(model.schools.reputation[junior])]
    assert by_reputation == pytest.approx(0.04 * np.linspace(1, 0, junior.sum()))
    learn(model)
    gained = model.classes.incentives - model.effects.rec_perf_ind * model.schools.stake[model.classes.school]
    assert gained == pytest.approx(effort[model.classes.school], abs=1e-15)


def two_years(*words):
    model = sim.load(overrides=[*SMALL, "district.catchment_enforcement=0.5", *words]).model(seed=6)
    for _ in range(2):
        model.step()
    return model


def same_world(one, other):
    tables = (("students", "school score trait lasting"), ("teachers", "school"), ("schools", "score reputation"))
    return all(
        np.array_equal(getattr(one, t).arrays[c], getattr(other, t).arrays[c], equal_nan=True)
        for t, columns in tables
        for c in columns.split()
    ) and np.array_equal(one.records[one.year], other.records[one.year], equal_nan=True)


def test_a_quota_acts_through_choice_and_effort_alone():
    """Above all it never lifts the rate of general high school by itself: the cut-off is the city's."""
    without = ["effects.quota_choice=0", "effects.b_quota=0"]
    quota = "policy.enrolment.high_school_quota=1"
    assert same_world(two_years(*without), two_years(*without, quota))
    for one in without:
        assert not same_world(two_years(one), two_years(one, quota))


def test_the_districts_own_quota_as_a_policy_is_no_policy():
    assert same_world(two_years(), two_years("policy.enrolment.high_school_quota=0.5"))


def test_enrolment_states_its_terms_and_leaves_out_what_is_not_given():
    model = small_world(1)
    model.terms.lottery, model.terms.school_cap, model.terms.high_school_quota = False, None, 0.5
    Enrolment(school_cap=2000).apply(model, YEAR)
    assert (model.terms.lottery, model.terms.school_cap, model.terms.high_school_quota) == (False, 2000, 0.5)
    Enrolment(high_school_quota=0.0).apply(model, YEAR)
    assert (model.terms.school_cap, model.terms.high_school_quota) == (2000, 0.0)
    assert model.spent == {}


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("private_share=0.1", "wuhan_edz has no private schools; use 0 or null, or list some under private_schools"),
        ("private_share={2021: 0, 2023: 0.1}", "policy.enrolment.private_share=0.1: wuhan_edz has no private schools"),
        ("migrant_public_share=0.85", "so that all its migrant children go to public ones; use 1 or null"),
    ],
)
def test_private_places_are_refused_where_there_are_no_private_schools(word, message):
    with pytest.raises(UserError) as refused:
        sim.load(overrides=[*SMALL, f"policy.enrolment.{word}"])
    assert message in str(refused.value) and len(str(refused.value)) < 250


def test_what_says_that_there_are_none_is_no_policy():
    none = "policy.enrolment={private_share: 0, migrant_public_share: 1}"
    assert same_world(two_years(), two_years(none))


def years_with_private_schools(**stated):
    settings = {f"policy.enrolment.{name}": value for name, value in stated.items()}
    model = with_private_schools(3, Policy.load("none", list(settings.items()), 2020))
    for _ in range(2):
        model.step()
    return model


def test_the_districts_own_shares_as_a_policy_are_no_policy():
    own = years_with_private_schools(private_share=0.1, migrant_public_share=0.85)
    assert same_world(years_with_private_schools(), own)
    assert same_world(years_with_private_schools(), years_with_private_schools(private_share=None))


@pytest.mark.parametrize("stated", [{"private_share": 0.02}, {"private_share": 0.4}, {"migrant_public_share": 1.0}])
def test_other_shares_move_children(stated):
    model, usual = years_with_private_schools(**stated), years_with_private_schools()
    private, before = (world.schools.private[world.students.school].mean() for world in (model, usual))
    assert (private > before) == (stated.get("private_share", 0) > 0.1) and private != before


def test_a_district_that_closes_its_private_schools_teaches_their_children_to_the_end():
    model = years_with_private_schools(private_share=0.0, migrant_public_share=0.0)
    private = model.schools.private[model.students.school]
    assert not private[np.isin(model.students.grade, (1, 2, 7, 8))].any() and private.any()
    assert not model.schools.seats[model.schools.private].any()
    for _ in range(5):
        model.step()
    assert not model.schools.private[model.students.school].any()

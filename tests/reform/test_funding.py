"""Every yuan of the zone fund is somewhere, and what follows performance follows the measure."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reference import funding as reference
from reference.random_district import calm_district, scenario, shaken_district
from sim.reform.funding import DIVISIONS, PURPOSES, Funding
from sim.reform.governance import Governance
from sim.reform.performance import METRICS, claim_per_student, luck_share, standardised
from sim.reform.schedule import Schedule

OF_A_LEVEL = ("zone_fund_primary", "zone_fund_junior", "per_school_fund_primary", "per_school_fund_junior")


def random_lever(draw):
    """A fund of any size, nothing at times, under any rule."""
    purposes = draw.permutation(PURPOSES)[: draw.integers(0, 5)]
    shares = draw.dirichlet(np.ones(len(purposes) + 1)) if draw.random() < 0.7 else np.full(4, 0.25)
    return Funding(
        zone_fund=float(draw.choice([0.0, draw.integers(1, 10**7), 1e6 * draw.random()])),
        per_school_fund=float(draw.choice([0.0, draw.integers(1, 10**6)])),
        performance_share=float(draw.choice([0.0, 1.0, draw.random(), draw.random()])),
        metric=str(draw.choice(METRICS)),
        bundled=float(draw.choice([0.0, 1.0, draw.random()])),
        division=str(draw.choice(DIVISIONS)),
        spending={str(purpose): float(share) for purpose, share in zip(purposes, shares, strict=False)},
        **{name: float(draw.integers(0, 10**6)) for name in OF_A_LEVEL if draw.random() < 0.2},
    )


@pytest.mark.parametrize("seed", range(40))
def test_it_equals_funding_yuan_by_yuan(seed):
    draw = np.random.default_rng(seed)
    model, lever = shaken_district(seed), random_lever(draw)
    zones, schools = model.zones, model.schools
    model.schools.stake[:] = 0.0
    model.students.score = np.nan_to_num(model.students.score)
    zones.award = 100 * draw.random(len(zones)) * (draw.random(len(zones)) < 0.7) * (draw.random() < 0.8)
    model.terms.unified_money, model.terms.bundled = seed % 3 == 0, float(seed % 4 == 0)
    one = model.terms.bundled
    district = reference.District(model)
    stakes = reference.stakes(lever, district)
    of_zones = reference.paid_to_zones(lever, district)
    kept, received = reference.paid_to_schools(lever, district, of_zones)
    put_by = schools.post_savings.tolist()
    bought = [reference.purchases(lever, *yuan, model.prices) for yuan in zip(received, put_by, strict=True)]
    account = [a + r - sum(b[0].values()) for a, r, b in zip(schools.account, received, bought, strict=True)]
    spent = [b[0].get("equipment", 0) for b in bought]
    placed = reference.where_needed(spent, district) if model.terms.unified_money else spent
    equipment = [e + yuan for e, yuan in zip(schools.equipment, placed, strict=True)]
    worth = schools.equipment.sum()
    measured = reference.measured(lever, district)
    performance = [district.zone_mean(measured, zone) for zone in range(len(zones))]
    awards = reference.awards(measured, district)
    on_results = lever.performance_share > 0 and sum(reference.budget(lever, district)) > 0

    lever.announce(model, model.year)
    lever.apply(model, model.year)
    assert schools.stake == pytest.approx(stakes, abs=1e-12)
    assert model.terms.assessed == on_results
    assert model.terms.bundled == (max(one, lever.bundled) if on_results else one)
    assert schools.received.tolist() == received
    assert schools.account.tolist() == account
    assert schools.bought_posts.tolist() == [posts for _, posts, _ in bought]
    assert schools.post_savings.tolist() == [left for _, _, left in bought]
    assert schools.equipment == pytest.approx(equipment, abs=1.01 if model.terms.unified_money else 1e-6)
    assert schools.equipment.sum() - worth == pytest.approx(sum(spent), abs=1e-3)
    assert zones.performance == pytest.approx(performance, abs=1e-9)
    assert zones.award == pytest.approx(awards, abs=1e-9)
    assert not zones.account.any()
    assert model.ledger.budgeted == sum(reference.budget(lever, district)) == sum(of_zones)
    by_level = [sum(yuan for yuan, z in zip(of_zones, zones, strict=True) if z.level == level) for level in (0, 1)]
    assert model.terms.costs == ({"funding": tuple(by_level)} if sum(by_level) else {})
    assert model.ledger.spent_by_zones == sum(kept)
    assert model.ledger.spent_by_schools == sum(sum(spent.values()) for spent, _, _ in bought)
    for level in (0, 1):
        expected = reference.luck_share(lever, district, level) if on_results else np.nan
        assert model.fund_luck_share[level] == pytest.approx(expected, abs=1e-9, nan_ok=True)


def under(*levers, seed=0):
    """A district whose policy consists of these levers."""
    schedules = tuple(Schedule(lever.group, {}, ((0, lever),)) for lever in levers)
    first_year = scenario().baseline_year + 1
    plan = replace(scenario().policy, first_year=first_year, levers=schedules, budgets={0: 1e12})
    return calm_district(seed, plan)


@given(st.integers(0, 10**6), st.floats(0, 1))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_money_is_conserved_to_the_yuan_in_every_year(seed, director_share):
    lever = random_lever(np.random.default_rng(seed))
    model = under(lever, Governance(director_share=director_share), seed=seed)
    for years in range(1, 5):
        model.step()
        ledger, schools = model.ledger, model.schools
        assert ledger.budgeted == years * sum(reference.budget(lever, reference.District(model)))
        on_accounts = int(schools.account.sum()) + int(model.zones.account.sum())
        assert ledger.budgeted == ledger.spent_by_zones + ledger.spent_by_schools + on_accounts
        assert (schools.account >= 0).all() and (schools.received >= 0).all()
        assert sum(sum(costs.get("funding", ())) for costs in model.costs.values()) == ledger.budgeted
        luck = model.fund_luck_share
        assert (np.isnan(luck) | ((luck >= 0) & (luck <= 1))).all()


def test_what_is_stated_for_a_level_goes_before_what_is_stated_for_all():
    model = under(Funding(zone_fund=7.0, zone_fund_junior=1_500_000.0, per_school_fund=3.0, per_school_fund_junior=0.0))
    lever = model.policy.lever("funding", model.year + 1)
    primary, junior = (model.zones.level == level for level in (0, 1))
    assert (lever.budget(model)[primary] == 7 + 3 * model.zones.members[primary]).all()
    assert (lever.budget(model)[junior] == 1_500_000).all()


def test_where_a_level_has_no_fund_nothing_of_it_goes_to_luck():
    model = under(Funding(zone_fund_primary=1e6, performance_share=0.5))
    model.step()
    assert np.isnan(model.fund_luck_share[1]) and not np.isnan(model.fund_luck_share[0])
    assert not model.schools.received[model.schools.level == 1].any()


@given(st.floats(-5, 5), st.floats(-5, 5), st.integers(1, 9))
@example(-0.05031179189136372, 0.1307014952211411, 2)  # one SD below the mean but for the last bit
@settings(deadline=None, derandomize=True)
def test_of_two_zones_the_lower_has_no_claim_whatever_the_last_bit(one, other, schools):
    values = np.repeat([one, other], schools)
    claims = claim_per_student(standardised(values, np.zeros(2 * schools)))
    if abs(one - other) < 1e-9:
        assert claims.tolist() == [1.0] * (2 * schools)
    elif abs(one - other) > 1e-5:
        assert (claims[values == min(one, other)] == 0.0).all()
        assert claims[values == max(one, other)] == pytest.approx(2.0)


def test_a_lever_that_is_off_changes_no_bit():
    model, same = under(Funding()), under()
    for world in (model, same):
        world.step()
    for table in ("schools", "zones", "teachers", "students", "classes"):
        for name, array in getattr(model, table).arrays.items():
            other = getattr(same, table).arrays[name]
            # The appraisal is written down even where no money follows it.
            if (table, name) not in {("zones", "award"), ("zones", "performance")}:
                assert np.array_equal(array, other, equal_nan=array.dtype.kind == "f"), name


def test_the_first_year_pays_by_students_and_later_years_by_results_too():
    model = under(Funding(zone_fund=1e6, performance_share=1.0))
    model.step()
    district = reference.District(model)
    first = [sum(model.schools.received[row] for row in rows) for rows in district.members]
    for level in (0, 1):
        zones = district.of_level(level)
        by_students = reference.share_out(10**6 * len(zones), [district.zone_students(zone) for zone in zones])
        assert [first[zone] for zone in zones] == by_students
    earned = model.zones.award.copy()
    model.step()
    for level in (0, 1):
        zones = district.of_level(level)
        by_award = reference.share_out(10**6 * len(zones), [float(earned[zone]) for zone in zones])
        assert [sum(model.schools.received[row] for row in district.members[zone]) for zone in zones] == by_award


def test_the_stake_is_full_for_one_who_alone_decides_a_month_s_bonus_and_diluted_by_colleagues():
    model = calm_district()
    model.begin_year()
    zone_rows = np.flatnonzero(model.schools.zone == 0)
    lone, big = int(zone_rows[0]), int(zone_rows[1])
    model.teachers.school[model.teachers.school == lone] = big
    model.teachers.school[np.flatnonzero(model.teachers.school == big)[0]] = lone
    Funding(zone_fund=1e9, performance_share=1.0).announce(model, model.year)
    staff = int((model.teachers.school == big).sum())
    assert model.schools.stake[lone] == 1.0
    assert model.schools.stake[big] == pytest.approx(min(1.0, 1 / staff / model.effects.stake_share))
    Funding(zone_fund=1e9, performance_share=1.0, bundled=1.0).announce(model, model.year)
    together = int(np.isin(model.teachers.school, zone_rows).sum())
    assert model.schools.stake[zone_rows] == pytest.approx(1 / together / model.effects.stake_share)


def test_a_bonus_of_half_the_trial_s_moves_half():
    model = calm_district()
    pay = model.effects.stake_pay * model.prices["new_teacher_pay"]
    staff = int(np.isin(model.teachers.school, np.flatnonzero(model.schools.zone == 0)).sum())
    stakes = []
    for fraction in (0.5, 1.0, 4.0):
        Funding(zone_fund=round(fraction * pay * staff), performance_share=1.0).announce(model, model.year)
        stakes.append(model.schools.stake[model.schools.zone == 0].copy())
    assert stakes[0] == pytest.approx(0.5 * stakes[1], rel=1e-5)
    assert stakes[2] == pytest.approx(stakes[1], rel=1e-5)


def test_without_performance_money_nothing_is_at_stake():
    model = calm_district()
    Funding(zone_fund=1e6).announce(model, model.year)
    Funding(performance_share=1.0).announce(model, model.year)
    assert not model.schools.stake.any() and not model.terms.assessed


@pytest.mark.parametrize("division", DIVISIONS)
def test_schools_divide_as_the_zone_has_agreed(division):
    model = calm_district()
    model.begin_year()
    model.schools.score = np.random.default_rng(3).normal(size=len(model.schools))
    Funding(zone_fund=1e7, division=division, metric="level").apply(model, model.year)
    district = reference.District(model)
    for members in district.members:
        yuan = np.array([model.schools.received[row] for row in members])
        each = yuan / [district.students[row] for row in members]
        best_first = np.argsort([-model.schools.score[row] for row in members])
        if division == "equal":
            assert yuan.max() - yuan.min() <= 1
        elif division == "need":
            assert (np.diff(each[best_first]) >= -1).all() and each.max() > each.min()
        else:
            assert (np.diff(each[best_first]) <= 1).all() and each.max() > each.min()


def test_money_that_follows_true_effects_leaves_nothing_to_luck():
    model = calm_district()
    model.begin_year()
    model.schools.value_added[:, 0] = model.schools.true_effect
    Funding(zone_fund=1e6, performance_share=0.5, metric="value_added_1y").apply(model, model.year)
    assert model.fund_luck_share == pytest.approx([0.0, 0.0], abs=1e-12)
    model.schools.value_added[:, 0] = -model.schools.true_effect
    Funding(zone_fund=1e6, performance_share=0.5, metric="value_added_1y").apply(model, model.year)
    assert (model.fund_luck_share > 0.2).all()


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)), min_size=1, max_size=10))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_the_share_of_luck_is_a_share(pairs):
    weight, deserved = np.array(pairs).T + 1e-3
    assert -1e-12 <= luck_share(weight, deserved) <= 1 + 1e-12
    assert luck_share(weight, 3 * weight) == pytest.approx(0.0, abs=1e-12)


def test_posts_are_bought_whole_and_the_rest_stays_on_the_account():
    model = under(Funding(zone_fund=2_000_000, spending={"posts": 1.0}))
    model.step()
    pay = round(model.prices["new_teacher_pay"])
    schools = model.schools
    assert schools.bought_posts.any()
    assert schools.received.tolist() == (schools.bought_posts * pay + schools.account).tolist()
    assert (schools.account < pay).all()
    bought = schools.bought_posts.copy()
    model.step()
    assert np.array_equal(schools.funded_posts, bought)


def test_a_fund_too_small_for_a_post_a_year_buys_one_every_few_years():
    """What is put by for posts buys them; what no purpose takes does not."""
    model = under(Funding(per_school_fund=80_000.0, spending={"posts": 0.75}))
    schools, pay = model.schools, round(model.prices["new_teacher_pay"])
    put_by = received = bought = 0
    for _ in range(6):
        model.step()
        put_by = put_by + np.floor(0.75 * schools.received).astype(int)
        received = received + schools.received
        bought = bought + schools.bought_posts
        assert schools.bought_posts.tolist() == (put_by // pay).tolist()
        put_by = put_by % pay
        assert schools.post_savings.tolist() == put_by.tolist()
        assert schools.account.tolist() == (received - bought * pay).tolist()
    assert (received < 6 * pay).sum() > 5 and (bought[received > 2 * pay] > 0).all()


def test_teachers_beyond_those_of_no_fund_are_the_posts_bought_the_year_before():
    model, same = under(Funding(zone_fund=2_000_000, spending={"posts": 1.0})), under()
    model.step(), same.step()
    for _ in range(4):
        paid = int(model.schools.bought_posts.sum())
        model.step(), same.step()
        assert paid > 0 and int(model.teachers.bought.sum()) == paid
        assert int(model.teachers.employed.sum()) - int(same.teachers.employed.sum()) == paid


def test_spending_more_than_all_is_refused():
    with pytest.raises(ValueError, match="shares must add up to 1 at most, got 1.2"):
        Funding(spending={"training": 0.7, "posts": 0.5})


def equipped(unified, seed=1):
    """Members' equipment per student after a year's purchases, and yuan spent."""
    model = shaken_district(seed)
    model.terms.unified_money = unified
    model.terms.director_share = 0.0
    model.schools.account[:] = 0
    before = model.schools.equipment.copy()
    Funding(zone_fund=1e6, spending={"equipment": 1.0}).apply(model, model.year)
    students = np.bincount(model.students.school, minlength=len(model.schools))
    return model, model.schools.equipment - before, before, students


def test_a_zone_that_buys_together_raises_the_worst_equipped_first_and_spends_no_more():
    model, bought, before, students = equipped(True)
    other, alone, _, _ = equipped(False)
    zone = model.schools.zone
    yuan = np.bincount(zone, bought, len(model.zones))
    assert yuan == pytest.approx(np.bincount(zone, alone, len(model.zones)), abs=1)
    assert model.ledger == other.ledger
    assert (bought >= -1e-6).all()
    for number in range(len(model.zones)):
        members = (zone == number) & (students > 0)
        after = model.schools.equipment[members] / students[members]
        got = bought[members] > 1.5
        if got.any():
            assert np.ptp(after[got]) < 1.5  # one level, but for whole yuan
            assert (after[~got] >= after[got].max() - 1.5).all()

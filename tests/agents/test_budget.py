"""What a policy may cost, by level and in all, and public money that may not fall."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import sim
from sim.agents.school import ENTRY_GRADE, JUNIOR
from sim.model import ZoneReform
from sim.reform import Policy

WORDS = ["district.students=900"]
FUND = 12 * 100_000  # yuan a year: so much for each of Wuhan's zones


@cache
def at_rest():
    return sim.load(overrides=WORDS).at_rest(0)


def under(quotas=None, **policy):
    """The district under a policy, with quotas by year in place of the law's."""
    plan = Policy.load("none", [(f"policy.{name}", value) for name, value in policy.items()])
    model = at_rest().under(plan)
    if quotas is not None:
        values = model.background.values
        model.background = replace(model.background, values={**values, "quota_primary": quotas})
        model.terms = model.status_quo()
    return model


def public_budget(model):
    junior = model.students.grade >= ENTRY_GRADE[JUNIOR]
    return 12330.58 * (~junior).sum() + 17803.6 * junior.sum()


class TestCostsByLevel:
    def test_a_cost_belongs_to_the_level_it_is_booked_with(self):
        model = under()
        model.spend("rotation", [1000.4, 0])
        model.spend("rotation", [2.6, -500])
        model.spend("digital", [0, 0])
        assert model.terms.costs == {"rotation": (1003, -500)}
        assert model.level_costs.tolist() == [1003, -500]

    def test_a_cost_of_the_district_is_shared_by_students_to_the_yuan(self):
        model = under()
        model.spend("holiday", 1001)
        primary, junior = model.terms.costs["holiday"]
        students = np.bincount(model.schools.level[model.students.school])
        assert primary + junior == 1001
        assert primary == pytest.approx(1001 * students[0] / students.sum(), abs=1)

    def test_zone_funds_cost_the_level_of_their_zones(self):
        model = under(funding={"zone_fund": 1000, "per_school_fund": 10})
        model.step()
        for level in (0, 1):
            zones = (model.zones.level == level).sum()
            schools = (model.schools.level == level).sum()
            assert model.terms.costs["funding"][level] == 1000 * zones + 10 * schools


class TestLimit:
    def test_a_policy_may_cost_its_budget_and_not_a_yuan_more(self):
        under(funding={"zone_fund": 100_000}, budget=FUND).step()
        with pytest.raises(sim.UserError) as refused:
            under(funding={"zone_fund": 100_000}, budget=FUND - 1).step()
        assert str(refused.value) == (
            "policy none: in 2021 its levers cost 1,200,000 yuan (funding 1,200,000), more than policy.budget, "
            "1,199,999 yuan; lower policy.funding, or raise policy.budget"
        )

    def test_a_policy_that_states_no_budget_has_no_limit(self):
        model = under(funding={"zone_fund": 1e9})
        model.step()
        assert model.level_costs.sum() == 12e9 > public_budget(model)

    def test_a_budget_by_year_holds_from_its_year(self):
        model = under(funding={"zone_fund": 100_000}, budget={2022: 1000})
        model.step()  # there is none yet
        with pytest.raises(sim.UserError, match=r"in 2022 .* policy\.budget, 1,000 yuan"):
            model.step()

    def test_nothing_costs_nothing(self):
        under(budget=0).step()

    def test_savings_count(self):
        less = {"agency_share": 1.0}
        for _ in range(2):  # two years, so that there are some
            model = under(recruitment=less, funding={"zone_fund": 100_000}, budget=FUND - 1)
            model.step()
        assert model.terms.costs["recruitment"] < (0, 1) and model.level_costs.sum() < FUND

    def test_it_holds_for_what_the_step_of_the_record_spends(self, monkeypatch):
        late = ("late", lambda model: model.spend("late", 10))
        monkeypatch.setattr("sim.model.CALENDAR", (late,))
        with pytest.raises(sim.UserError, match="late 10"):
            under(budget=9).step()


class TestSpendingNeverFalls:
    FALLING = {2000: 700.0, 2021: 800.0, 2022: 600.0}

    def walk(self, years=3, **policy) -> list[ZoneReform]:
        model, seen = under(self.FALLING, **policy), []
        for _ in range(years):
            model.step()
            seen.append((float(model.terms.quota[0]), float(model.reference_budget()[0]), dict(model.terms.costs)))
        return seen

    def test_without_it_public_money_follows_the_law(self):
        quotas, budgets, costs = zip(*self.walk(), strict=True)
        assert quotas == (800, 600, 600) and not any(costs)
        assert budgets == pytest.approx([12430.58, 12230.58, 12230.58])

    def test_with_it_a_student_is_never_worth_less_than_the_year_before(self):
        quotas, budgets, costs = zip(*self.walk(spending_never_falls=True), strict=True)
        assert quotas == (800, 800, 800)
        assert budgets == pytest.approx([12430.58] * 3)
        assert costs[0] == {} and costs[1].keys() == {"spending_never_falls"}

    def test_what_it_holds_up_is_a_cost_of_the_policy(self):
        model = under(self.FALLING, spending_never_falls=True)
        for _ in range(2):
            model.step()
        schools = np.bincount(model.students.school, minlength=len(model.schools))
        funded = np.maximum(schools, 100)[model.schools.level == 0].sum()
        assert model.terms.costs == {"spending_never_falls": (200 * funded, 0)}

    def test_it_ends_with_a_policy_that_ends(self):
        quotas, _, _ = zip(*self.walk(spending_never_falls=True, last_year=2021, ends=True), strict=True)
        assert quotas == (800, 600, 600)

    def test_where_law_only_raises_it_changes_no_bit(self):
        with_, without = under(spending_never_falls=True), under()
        for model in (with_, without):
            for _ in range(3):
                model.step()
        assert with_.records[2023].tobytes() == without.records[2023].tobytes()
        assert with_.costs == without.costs

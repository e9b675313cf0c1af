"""Law and quotas by year, the same whatever the district does; frozen, they stay at the baseline's."""

import pytest

import sim
from sim.district.background import LATER, load_background
from sim.userinput import UserError

LAW = load_background("law", 2020)
FROZEN = load_background("frozen", 2020)


@pytest.mark.parametrize(
    ("year", "quota", "months"),
    [
        (1990, (650, 850), (720, 660)),
        (2020, (650, 850), (720, 660)),
        (2022, (650, 850), (720, 660)),
        (2023, (720, 940), (720, 660)),
        (2024, (720, 940), (720, 660)),
        (2025, (720, 940), (723, 663)),
        (2027, (720, 940), (729, 669)),
        (2060, (720, 940), (738, 678)),
    ],
)
def test_a_value_holds_from_its_year_to_the_next(year, quota, months):
    law = LAW.at(year)
    assert (law.quota, law.retirement_months) == (quota, months)


def test_frozen_law_is_that_of_the_baseline_year():
    assert {FROZEN.at(year) for year in range(1970, 2050)} == {LAW.at(2020)}
    assert {load_background("frozen", 2026).at(year) for year in range(1970, 2050)} == {LAW.at(2026)}


def test_only_frozen_is_frozen():
    assert FROZEN.frozen and not LAW.frozen


@pytest.mark.parametrize("name", LATER)
def test_shocks_that_are_still_to_come_say_so(name):
    with pytest.raises(UserError, match=rf"background={name} comes in a later release; use law or frozen"):
        load_background(name, 2020)


def test_another_name_is_answered_with_the_known_ones():
    with pytest.raises(UserError, match="known: frozen, law; did you mean 'frozen'?"):
        load_background("frozn", 2020)


def test_both_arms_live_under_the_same_law_and_births_stand_still_when_frozen():
    overrides = ["district.students=900", "district.birth_trend=0.1"]
    entered = {}
    for background in ("law", "frozen"):
        scenario = sim.load(policy="wuhan_edz_2021_2023", background=background, overrides=overrides)
        rest = scenario.at_rest(2)
        for arm in ("policy", "counterfactual"):
            model = scenario.start(rest, arm)
            for _ in range(5):
                model.step()
            entered[background, arm] = model.flows["entered"]
            assert model.terms.quota.tolist() == list(model.background.at(2025).quota)
            assert model.terms.retirement_months == model.background.at(2025).retirement_months
    assert entered["frozen", "policy"] == entered["frozen", "counterfactual"] == 100
    assert entered["law", "policy"] == entered["law", "counterfactual"] == pytest.approx(100 * 1.1**5, abs=12)

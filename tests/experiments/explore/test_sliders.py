import pytest

import sim
from experiments.explore.settings import read
from experiments.explore.sliders import sliders_of
from sim.reform import known_levers
from sim.report.words import texts
from sim.userinput import UserError


def load(*overrides):
    return sim.load("wuhan_edz", "wuhan_edz_2021_2023", overrides=overrides)


@pytest.fixture(scope="module")
def sliders():
    settings = read([])
    return {slider.key: slider for slider in sliders_of(load(), settings.sliders, settings.tops)}


def test_shipped_sliders_lie_within_what_the_levers_declare_and_have_names(sliders):
    assert len(sliders) >= 12
    for key, slider in sliders.items():
        group, name = key.split(".")
        declared = known_levers()[group].settings()[name]
        assert declared.low <= slider.low <= slider.start <= slider.high <= declared.high
        assert (slider.unit, slider.meaning) == (declared.unit, declared.meaning)
        assert f"setting.{key}" in texts()


def test_a_slider_starts_from_the_policys_last_value_or_from_the_districts_own(sliders):
    coverage = sliders["joint_teaching.coverage"]
    assert (coverage.start, coverage.typed, coverage.by_year) == (1.0, {2021: 0.5, 2022: 0.8, 2023: 1.0}, True)
    held = sliders["enrolment.catchment_enforcement"]
    assert (held.start, held.typed, held.by_year) == (load().district.catchment_enforcement, {}, False)
    assert sliders["recruitment.fill_norm"].start == 0


def test_whole_numbers_move_by_one_and_a_value_beyond_the_end_moves_the_end():
    years, fund = sliders_of(
        load("policy.rotation.eligible_years=6", "policy.funding.zone_fund=9e6"),
        ["rotation.eligible_years", "funding.zone_fund"],
        {"rotation.eligible_years": 12, "funding.zone_fund": 5e6},
    )
    assert (years.low, years.high, years.step, years.start) == (1, 12, 1, 6)
    assert fund.high == fund.start == 9e6


@pytest.mark.parametrize(
    ("key", "tops", "told"),
    [
        ("rotaton.rate", {}, "did you mean 'rotation'"),
        ("rotation.rat", {}, "did you mean 'rate'"),
        ("rotation.scope", {}, "type it, as policy.rotation.scope=VALUE"),
        ("rotation.rate", {"rotation.rate": 0}, "needs an end above 0"),
        ("rotation.rate", {"rotation.rate": 2}, "must be at most 1, got 2"),
    ],
)
def test_what_cannot_be_a_slider_is_told(key, tops, told):
    with pytest.raises(UserError, match=f"explore.*{told}"):
        sliders_of(load(), [key], tops)

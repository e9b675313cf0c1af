"""The change of the score gap and its parts: what they add up to, and cases whose answer is known."""

from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from experiments.engines import processes
from reference.random_district import STUDENTS
from sim.agents.channels import CHANNELS
from sim.analysis.channels import CHANNEL_COLUMNS, GAP_PARTS, channels_table, means_table, split
from sim.reform.lever import Lever, setting
from sim.reform.schedule import Schedule
from sim.userinput import UserError

PLAN = "wuhan_edz_2021_2023"
SMALL = (f"district.students={STUDENTS}", "district.class_cap_primary=10", "district.class_cap_junior=10")
finite = st.floats(-10, 10)


@cache
def reform(*settings, policy="none", horizon=2022):
    """A small district under a policy of these settings."""
    return sim.load("wuhan_edz", policy, horizon=horizon, overrides=[*SMALL, *settings])


@cache
def result(*settings, **how):
    return sim.run(reform(*settings, **how), replicates=2, seed=3, channels=True)


def moved(run):
    """Channels with a part that is not exactly 0 in some replicate, and the remainder where it is not."""
    return {part for part in GAP_PARTS if part != "total" and run.parts[part].any()}


@given(finite, finite, st.dictionaries(st.sampled_from(CHANNELS), finite))
def test_parts_and_remainder_make_up_the_change(policy, counterfactual, frozen):
    gaps = {channel: np.array([gap]) for channel, gap in frozen.items()}
    parts = split(np.array([policy]), np.array([counterfactual]), gaps)
    assert tuple(parts) == GAP_PARTS
    assert parts["total"] == [policy - counterfactual]
    for channel in CHANNELS:
        assert parts[channel] == [policy - frozen[channel] if channel in frozen else 0]
    rest = parts["total"] - sum(parts[channel] for channel in CHANNELS)
    assert parts["remainder"] == pytest.approx(rest, abs=1e-12)


def test_the_plan_splits_into_parts_that_add_up_to_the_effect_in_effects():
    run = result(policy=PLAN)
    by_channel = run.parts[list(CHANNELS)].to_numpy()
    rest = np.zeros(len(by_channel))
    for channel in by_channel.T:
        rest = rest + channel
    assert np.array_equal(run.parts["remainder"], run.parts["total"] - rest)
    table = means_table(run.channels())
    assert tuple(table.columns) == ("level", "year", *GAP_PARTS)
    assert np.abs(table[[*CHANNELS, "remainder"]].sum(axis=1) - table["total"]).max() <= 1e-9
    effects = run.effects()
    gap = effects[effects["indicator"] == "score_gap"]
    assert table[["level", "year", "total"]].values.tolist() == gap[["level", "year", "mean"]].values.tolist()
    assert table["total"].any() and not table[table["year"] == 2020].drop(columns=["level", "year"]).to_numpy().any()


def test_channels_change_no_figure_of_the_run():
    plain = sim.run(reform(policy=PLAN), replicates=2, seed=3)
    pd.testing.assert_frame_equal(plain.indicators, result(policy=PLAN).indicators, check_exact=True)
    pd.testing.assert_frame_equal(plain.costs, result(policy=PLAN).costs, check_exact=True)


def test_what_no_lever_touches_contributes_exactly_nothing():
    assert moved(result()) == set()
    rotation = result("policy.rotation.rate=0.5")
    assert moved(rotation) <= {"teachers_place", "teachers_learning", "peers", "remainder"}
    assert "teachers_place" in moved(rotation)
    assert "digital" in moved(result("policy.digital.live_class_share=1"))
    assert moved(result("policy.research.school_share=1", "policy.showcase.projects=[]")) == set()


def test_what_a_lever_touches_alike_in_both_worlds_contributes_exactly_nothing():
    twice = sim.load("wuhan_edz", PLAN, counterfactual=PLAN, horizon=2022, overrides=SMALL)
    assert twice.channels and moved(sim.run(twice, replicates=1, channels=True)) == set()


FUND = ("policy.funding.zone_fund=3000000", "policy.funding.performance_share=0.4")


def test_money_that_does_not_pass_through_contributes_exactly_nothing():
    without = result(*FUND, "effects.e_cn_passthru=0")
    assert {"incentives", "inflation"} <= moved(without) and "money" not in moved(without)
    assert "money" in moved(result(*FUND, "effects.e_cn_passthru=0.5", "effects.b_spend=0.02"))


ALONE = ("district.catchment_enforcement=1", "effects.b_peer=0", "effects.b_peer_between=0")
"""No choice and no classmates: nothing carries what one channel does into another."""


@pytest.mark.parametrize(
    ("channel", "settings"),
    [
        ("digital", ["policy.digital.live_class_share=1", "policy.digital.kind=network_school"]),
        ("teachers_learning", ["policy.joint_teaching.coverage=1", "district.live_class_share=0"]),
        ("money", [FUND[0], "effects.e_cn_passthru=1"]),
    ],
)
def test_a_policy_that_acts_by_one_channel_alone_is_that_channel(channel, settings):
    parts = result(*settings, *ALONE).parts
    assert parts["total"].abs().max() > 1e-6
    assert parts[channel].to_numpy() == pytest.approx(parts["total"].to_numpy(), abs=1e-9)
    assert parts["remainder"].abs().max() < 1e-9
    assert not parts[[other for other in CHANNELS if other not in (channel, "peers")]].any(axis=None)


def test_at_full_gaming_inflation_does_to_a_years_scores_what_effort_does():
    parts = result(*FUND, *ALONE, "effects.gaming=1").parts
    first = parts[parts["year"] == 2021]
    assert first["inflation"].abs().max() > 1e-6
    assert first["inflation"].to_numpy() == pytest.approx(first["incentives"].to_numpy(), abs=1e-9)
    later = parts[parts["year"] == 2022]  # effort lasts, inflation does not
    assert not np.allclose(later["inflation"], later["incentives"], rtol=0, atol=1e-9)


@dataclass(frozen=True)
class Extra(Lever):
    """A lever of one's own that adds to classes at the better half of the schools."""

    step: ClassVar[str] = "learning"
    group: ClassVar[str] = "own"
    channels: ClassVar[tuple[str, ...]] = ()

    gain: float = setting(0.0, unit="SD a year", meaning="added to some classes", source="assumed")

    def apply(self, model, year):
        model.classes.extra += self.gain * (model.classes.school % 2)


class OpenExtra(Extra):
    """The same without saying by what it acts."""

    channels = Lever.channels


@pytest.mark.parametrize("kind", [Extra, OpenExtra])
def test_what_has_no_channel_remains(kind):
    base = reform(*ALONE)
    policy = replace(base.policy, levers=(Schedule("own", {}, ((0, kind(0.1)),)),))
    scenario = replace(base, policy=policy)
    assert scenario.channels == (() if kind is Extra else CHANNELS)
    parts = sim.run(scenario, replicates=1, channels=True).parts
    assert parts["total"].any() and parts["remainder"].equals(parts["total"].rename("remainder"))


def test_channels_are_those_of_levers_in_force_in_either_arm():
    assert reform().channels == ()
    assert reform("policy.rotation.rate=0").channels == ()
    assert reform("policy.training.hours_5y={2022: 10}").channels == ("teachers_learning", "peers")
    assert reform("policy.training.hours_5y={2023: 10}").channels == ()
    other = sim.load("wuhan_edz", "none", counterfactual=PLAN, overrides=SMALL)
    assert other.channels == reform(policy=PLAN).channels


def test_parts_are_the_same_bits_on_every_engine_and_when_replicates_are_added():
    scenario, whole = reform(policy=PLAN), result(policy=PLAN)
    elsewhere = sim.run(scenario, replicates=2, seed=3, channels=True, map=processes(2))
    pd.testing.assert_frame_equal(elsewhere.parts, whole.parts, check_exact=True)
    one, more = (sim.run(scenario, 1, 3, channels=True, first_replicate=number) for number in (0, 1))
    for together in (one.join(more), more.join(one)):
        pd.testing.assert_frame_equal(together.parts, whole.parts, check_exact=True)
        pd.testing.assert_frame_equal(together.channels(), whole.channels(), check_exact=True)
    with pytest.raises(ValueError, match="without channels"):
        one.join(sim.run(scenario, 1, 3, first_replicate=1))


def test_the_table_over_replicates():
    values = {part: [1.0, 3.0] for part in GAP_PARTS}
    parts = pd.DataFrame({"replicate": [0, 1], "year": 2021, "level": "junior"} | values)
    figures = {"mean": 7.0, "p05": 6.0, "p95": 8.0, "se": 0.5, "replicates": 2}
    effects = pd.DataFrame([{"indicator": "score_gap", "level": "junior", "year": 2021} | figures])
    table = channels_table(parts, effects)
    assert tuple(table.columns) == CHANNEL_COLUMNS and table["part"].tolist() == list(GAP_PARTS)
    whole, *others = table.to_dict("records")
    assert {name: whole[name] for name in figures} == figures
    for row in others:
        assert (row["mean"], row["p05"], row["p95"], row["se"], row["replicates"]) == pytest.approx((2, 1.1, 2.9, 1, 2))


def test_without_a_counterfactual_or_channels_there_is_nothing_to_split():
    with pytest.raises(UserError, match="counterfactual; run with one"):
        sim.run(reform(), replicates=1, counterfactual=False, channels=True)
    with pytest.raises(UserError, match="without channels; run it with channels=true"):
        sim.run(reform(), replicates=1).channels()

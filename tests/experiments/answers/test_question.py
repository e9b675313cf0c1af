"""What the words after a question's verb mean."""

import pytest

from experiments.answers.question import read
from sim.userinput import UserError


def test_intervals_and_named_settings_are_what_is_varied():
    asked = read(
        "sensitivity",
        ["policy.rotation.rate=interval(0,0.3)", "vary=[effects.kappa,district.birth_trend]", "district.students=3000"],
    )
    assert [(one.key, one.kind) for one in asked.factors] == [
        ("policy.rotation.rate", "lever"),
        ("effects.kappa", "effect"),
        ("district.birth_trend", "district"),
    ]
    assert (asked.factors[0].low, asked.factors[0].high) == (0, 0.3)
    assert asked.fixed["district.students"] == 3000 and asked.fixed["run.horizon"] == 2025


def test_a_typed_interval_takes_the_place_of_a_name():
    asked = read("optimise", ["policy.rotation.rate=interval(0.1,0.2)"])
    assert [(one.key, one.low) for one in asked.factors] == [("policy.rotation.rate", 0.1)]


def test_all_effects_that_are_drawn_may_be_varied_at_once():
    assert len(read("sensitivity", ["vary=effects"]).factors) > 20


def test_an_experiment_states_the_settings_and_typed_ones_prevail():
    asked = read("optimise", ["experiment=gaoxin_rotation", "rounds=2"])
    assert asked.fixed["district"] == "zhengzhou_gaoxin" and asked.own["rounds"] == 2
    assert [factor.key for factor in asked.factors] == ["policy.rotation.rate", "policy.rotation.backbone_share"]


@pytest.mark.parametrize(
    "verb, words, told",
    [
        ("sensitivity", ["policy.rotation.rate=0.1,0.2"], "several values are a sweep; sensitivity varies"),
        ("sensitivity", ["vary=[kappa]"], "vary: kappa is no setting that can be varied; name policy.LEVER.SETTING"),
        ("sensitivity", ["vary=[effects.kapa]"], "effects.kapa: no such effect that is drawn"),
        ("sensitivity", ["outcomes=[score_gp.primary]"], "score_gp.primary"),
        ("sensitivity", ["outcomes=[cost,cost]"], "outcome cost is given twice"),
        ("sensitivity", ["trajectoris=3"], "did you mean 'trajectories'?"),
        ("sensitivity", ["vary=[policy.rotation.rate]", "policy.rotation.rate=0.1"], "is varied and set to 0.1"),
        ("discover", ["experiment=gaoxin_rotation"], "is for zonesim optimise, not discover"),
        ("sensitivity", ["outcomes=cost,score_gap.primary"], "a list stands in brackets"),
    ],
)
def test_a_mistake_is_one_line_with_the_way_out(verb, words, told):
    with pytest.raises(UserError) as refused:
        read(verb, words)
    assert told in str(refused.value) and "\n" not in str(refused.value)

"""The replay of bonuses shared by a school."""

import numpy as np
import pandas as pd
import pytest

from experiments.evidence.v03_group_incentives import OF_FIFTY, OF_FOUR, GroupIncentives, school_difference


def test_the_estimator_compares_schools_given_what_they_were():
    draw = np.random.default_rng(1)
    schools, students = 40, 30
    frame = pd.DataFrame({"school": np.repeat(np.arange(schools), students)})
    frame["treated"] = (frame["school"] % 2 == 0).astype(int)
    before = draw.normal(0, 0.5, schools)[frame["school"]] - 0.3 * frame["treated"]  # the weaker ones were treated
    frame["prior"] = before + draw.normal(0, 0.1, len(frame))
    frame["score"] = 0.2 * frame["treated"] + 0.8 * before + draw.normal(0, 0.1, len(frame))
    assert school_difference(frame) == pytest.approx(0.2, abs=0.03)


def test_four_teachers_feel_five_sixths_of_a_bonus_of_their_own_and_a_null_model_nothing():
    replay, sample = GroupIncentives(), {"schools": 8, "teachers": 4}
    with_bonus, without = (replay.effect(1, effects, **sample) for effects in ({}, {"rec_perf_ind": 0.0}))
    of_own = 0.1 * (1 + 0.5)  # learning, and the rewarded measure without it
    assert with_bonus - without == pytest.approx(of_own * (1 / 4) / 0.3, rel=0.2)  # in SD, which are not quite 1


def test_what_it_estimates_is_what_it_holds_against():
    assert {row.figure for row in GroupIncentives.published} == {OF_FIFTY, OF_FOUR}

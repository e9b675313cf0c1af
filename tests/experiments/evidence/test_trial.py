"""Who is treated in a trial, and what is recorded of the students."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.evidence.trial import assigned, assigned_in_pairs, in_control_sds


@given(st.integers(1, 60), st.data(), st.integers(0, 2**63))
def test_as_many_schools_are_treated_as_were_asked_for(schools, data, seed):
    treated = data.draw(st.integers(0, schools))
    rows = assigned(schools, treated, seed)
    assert len(set(rows)) == treated and set(rows) <= set(range(schools))
    assert rows == assigned(schools, treated, seed)


def test_every_school_is_treated_as_often_as_another():
    often = np.bincount(np.concatenate([assigned(10, 4, seed) for seed in range(500)]), minlength=10) / 500
    assert often == pytest.approx(0.4, abs=0.09)


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=15), st.integers(0, 2**63))
def test_one_school_of_each_matched_pair_is_treated(measure, seed):
    rows, pair = assigned_in_pairs(np.array(measure), seed)
    whole = len(measure) // 2
    assert sorted(pair[list(rows)].tolist()) == list(range(whole))
    for one in range(whole):  # no school's measure lies between those of a pair
        low, high = sorted(np.array(measure)[pair == one])
        others = np.array(measure)[pair != one]
        assert not ((others > low) & (others < high)).any()


def test_both_sides_of_a_pair_are_drawn():
    sides = [assigned_in_pairs(np.array([0.0, 1.0]), seed)[0] for seed in range(100)]
    assert 25 < sides.count((0,)) < 75


def test_scores_are_told_in_the_control_groups_sd_of_their_grade():
    frame = pd.DataFrame(
        {
            "grade": [3, 3, 3, 3, 4, 4, 4],
            "treated": [0, 0, 0, 1, 0, 0, 1],
            "score": [1.0, 2.0, 3.0, 5.0, 10.0, 14.0, 12.0],
        }
    )
    told = in_control_sds(frame, ["score"])["score"]
    assert told[:4].tolist() == [-1.0, 0.0, 1.0, 3.0]
    assert told[6] == 0.0

"""The replay of matched pairs of teachers."""

import numpy as np
import pandas as pd
import pytest

from experiments.evidence import v05_matched_pairs as v05
from experiments.evidence.place import scenario, zones_of
from sim.agents.joint_learning import pair_gap
from sim.agents.teacher import SUBJECTS


def test_the_estimator_tells_the_weaker_partners_students_from_the_stronger_ones():
    draw = np.random.default_rng(3)
    n = 4000
    frame = pd.DataFrame(
        {
            "pair": np.arange(n) % 4,
            "grade": np.arange(n) % 3,
            "treated": np.arange(n) // 4 % 2,
            "weaker": draw.integers(0, 3, n) / 2,
            "prior": draw.normal(0, 1, n),
        }
    )
    frame["stronger"] = 1.0 - frame["weaker"]
    frame.loc[::5, "stronger"] = 0.0  # teams with somebody in no pair
    frame["score"] = (
        0.8 * frame["prior"]
        + 0.3 * frame["pair"]
        + 0.2 * frame["treated"] * frame["weaker"]
        - 0.1 * frame["weaker"]
        + draw.normal(0, 0.1, n)
    )
    found = v05.effects_of_pairs(frame)
    assert found[v05.TARGETS] == pytest.approx(0.2, abs=0.02)
    assert found[v05.PARTNERS] == pytest.approx(0.0, abs=0.02)
    assert found[v05.AVERAGE] == pytest.approx(0.1, abs=0.02)


def test_the_weaker_are_those_who_learn_by_the_models_own_rule():
    zones = (*zones_of("primary", 3), *zones_of("junior", 1))
    model = scenario(zones, margins={"students": 1800}, effects={}).at_rest(1)
    staff = model.teachers.take(np.flatnonzero(model.teachers.employed))
    group = staff.school.astype(np.int64) * len(SUBJECTS) + staff.subject
    nobody = np.zeros(len(group), dtype=bool)
    learners = set(staff.id[pair_gap(staff, group, nobody, 1.0, model.effects) > 0].tolist())
    weaker, stronger = v05.shares_of_pairs(model)
    team, ids = model.classes.team, model.classes.team_ids
    expected = [np.mean([one in learners for one in ids[row][team[row] >= 0].tolist()]) for row in range(len(team))]
    assert weaker == pytest.approx(expected)
    assert ((weaker + stronger) <= 1.0 + 1e-12).all() and stronger.max() > 0


def test_the_weaker_partners_students_gain_and_no_others(monkeypatch):
    monkeypatch.setattr(v05, "SCHOOLS", 6)
    pairs = v05.MatchedPairs()
    together, alone = (pairs.simulate(1, effects) for effects in ({}, {"b_pair": 0.0}))
    gain = {figure: together[figure] - alone[figure] for figure in together}
    assert set(gain) == {row.figure for row in pairs.published}
    assert 0.07 < gain[v05.TARGETS] < 0.13
    assert gain[v05.PARTNERS] == pytest.approx(0.0, abs=0.02)
    assert 0.25 < gain[v05.AVERAGE] / gain[v05.TARGETS] < 0.65

"""The model's levers at treated schools alone."""

import numpy as np
import pytest

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.treatment import AT_ONCE, FundingOfTreated, JointTeachingOfTreated

ZONES = (*zones_of("primary", 4, form="group"), *zones_of("junior", 1))
MARGINS = {"students": 1800, "school_size_log_sd": 0.0}


@pytest.fixture(scope="module")
def rest():
    return scenario(ZONES, margins=MARGINS, effects={}).at_rest(1)


def after_a_year(rest, levers):
    model = scenario(ZONES, margins=MARGINS, effects={}, levers=levers).start(rest, "policy")
    model.step()
    return model


def test_only_treated_schools_have_something_at_stake_as_the_funds_own_rule_says(rest):
    bonus = {"zone_fund": 1e6, "performance_share": 1.0}
    of_all = after_a_year(rest, {"funding": FundingOfTreated(**bonus, treated=(0, 1, 2, 3, 4))})
    of_two = after_a_year(rest, {"funding": FundingOfTreated(**bonus, treated=(1, 2))})
    assert np.flatnonzero(of_two.schools.stake).tolist() == [1, 2]
    assert (of_two.schools.stake[1:3] == of_all.schools.stake[1:3]).all()


def test_joint_work_is_done_at_once_and_at_treated_schools_alone(rest):
    pairs = JointTeachingOfTreated(coverage=1.0, mode="matched_pairs", treated=(0, 3))
    model = after_a_year(rest, {"governance": AT_ONCE, "joint_teaching": pairs})
    assert model.zones.fidelity.tolist() == pytest.approx([0.9, 0, 0, 0.9, 0], abs=1e-4)
    without = after_a_year(rest, {})
    learned = np.bincount(
        model.teachers.school[model.teachers.employed],
        weights=(model.teachers.learned - without.teachers.learned)[model.teachers.employed],
    )
    assert (learned[[0, 3]] > 0).all() and (learned[[1, 2, 4]] == 0).all()


def test_nobody_treated_is_no_lever(rest):
    nobody = JointTeachingOfTreated(coverage=1.0, mode="lesson_study")
    model, without = after_a_year(rest, {"joint_teaching": nobody}), after_a_year(rest, {})
    assert (model.students.score == without.students.score).all()

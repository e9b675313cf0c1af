import numpy as np
import pandas as pd
import pytest

from experiments.evidence.place import scenario, zones_of
from experiments.evidence.v14_spending import SCHOOLS, Grant, assigned, effect


def waves(added, treated, students=60):
    """Scores of students before and after, at schools that differ, to which treatment adds."""
    luck = np.random.default_rng(2)
    school = np.repeat(np.arange(SCHOOLS), students)
    ability = luck.normal(0, 0.8, len(school)) + luck.normal(0, 0.3, SCHOOLS)[school]
    noise = luck.normal(0, 0.35, (2, len(school)))
    grade = np.where(np.arange(len(school)) % 2, 1, 2)
    before = pd.DataFrame({"score": ability + noise[0], "grade": grade, "school": school})
    after = pd.DataFrame({"score": ability + noise[1], "grade": grade + 4, "school": school})
    after["score"] += added * np.isin(school, treated)
    return before, after.sample(frac=1, random_state=1)


@pytest.mark.parametrize("added", [0.0, 0.1])
def test_the_estimator_recovers_what_was_added(added):
    treated = assigned(1)
    assert effect(*waves(added, treated), treated) == pytest.approx(added, abs=0.04)


def test_those_who_changed_school_or_came_later_are_left_out():
    treated = assigned(1)
    before, after = waves(0.1, treated)
    found = effect(before, after, treated)
    newcomers = after.sample(200, random_state=1).assign(score=9.0)
    newcomers.index += 10**6
    moved = before.sample(50, random_state=1).index
    after.loc[moved, ["school", "score"]] = [-1, 9.0]
    assert effect(before, pd.concat([after, newcomers]), treated) == pytest.approx(found, abs=0.01)


def test_a_random_half_is_treated_each_time_another():
    halves = {assigned(seed) for seed in range(20)}
    assert len(halves) == 20
    assert {len(half) for half in halves} == {SCHOOLS // 2}
    assert set().union(*halves) == set(range(SCHOOLS))


def test_the_grant_is_a_tenth_of_the_budget_of_the_treated_and_adds_what_the_model_says():
    zones = (*zones_of("primary", 4), *zones_of("junior", 2))
    levers = {"grant": Grant(0.1, (1, 3))}
    place = scenario(zones, margins={"students": 1500}, effects={"e_cn_passthru": 1.0}, levers=levers)
    model = place.model(seed=1)
    model.step()
    students = model.classes.students_by_school(len(model.schools))
    expected = 0.1 * students * model.reference_budget()[0] * np.isin(model.schools.id, (1, 3))
    np.testing.assert_allclose(model.schools.last_received, expected, atol=1)
    money = model.classes.money
    treated = np.isin(model.classes.school, (1, 3))
    np.testing.assert_allclose(money[treated], model.effects.b_spend, rtol=1e-4)
    assert (money[~treated] == 0).all()

"""Same seed, same bits; a lever at its off value is no lever; a lever reaches only where it acts."""

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pytest

import sim
from experiments.engines import processes
from sim.agents.columns import Columns
from sim.agents.school import PRIMARY
from sim.agents.zone import FORMS
from sim.model import ZoneReform
from sim.reform import known_levers

SMALL = ("district.students=1800",)
PLAN = "wuhan_edz_2021_2023"


def tables(model: ZoneReform) -> dict[str, Columns]:
    return {name: getattr(model, name) for name in ("zones", "schools", "teachers", "students", "classes")}


def assert_same_world(one: ZoneReform, other: ZoneReform) -> None:
    for name, table in tables(one).items():
        for column, array in table.arrays.items():
            assert np.array_equal(array, tables(other)[name].arrays[column], equal_nan=array.dtype.kind == "f"), (
                f"{name}.{column} differs"
            )


def stepped(scenario: sim.Scenario, years: int = 2, seed: int = 5) -> ZoneReform:
    model = scenario.model(seed=seed)
    for _ in range(years):
        model.step()
    return model


@cache
def without_policy() -> ZoneReform:
    return stepped(sim.load("wuhan_edz", "none", overrides=SMALL))


def test_two_runs_in_one_process_and_in_two_are_equal_bit_for_bit():
    scenario = sim.load("wuhan_edz", PLAN, overrides=SMALL)
    here = sim.run(scenario, replicates=4, seed=11)
    again = sim.run(scenario, replicates=4, seed=11)
    elsewhere = sim.run(scenario, replicates=4, seed=11, map=processes(2))
    pd.testing.assert_frame_equal(here.indicators, again.indicators, check_exact=True)
    pd.testing.assert_frame_equal(here.indicators, elsewhere.indicators, check_exact=True)
    pd.testing.assert_frame_equal(here.costs, elsewhere.costs, check_exact=True)


def test_another_seed_is_another_world():
    scenario = sim.load("wuhan_edz", PLAN, overrides=SMALL)
    one, other = (sim.run(scenario, replicates=1, seed=seed).indicators for seed in (1, 2))
    assert not np.allclose(one["score_mean"], other["score_mean"])


OFF = [
    (f"policy.{group}.{name}", declared.off)
    for group, lever in known_levers().items()
    for name, declared in lever.settings().items()
    if declared.off is not dataclasses.MISSING
]
"""Every setting of every lever at its off value."""


@pytest.mark.parametrize("setting", OFF, ids=[key for key, _ in OFF])
def test_a_setting_at_its_off_value_equals_its_absence(setting):
    off = stepped(sim.load("wuhan_edz", "none", overrides=[*SMALL, setting]))
    assert_same_world(without_policy(), off)


def test_all_levers_off_together_equal_no_policy():
    off = stepped(sim.load("wuhan_edz", "none", overrides=[*SMALL, *OFF]))
    assert_same_world(without_policy(), off)


def test_the_plan_is_not_the_absence_of_a_plan():
    present = stepped(sim.load("wuhan_edz", PLAN, overrides=SMALL))
    with pytest.raises(AssertionError, match="differs"):
        assert_same_world(without_policy(), present)


def test_with_choice_off_and_no_shared_fund_rotation_in_groups_leaves_zones_bit_identical():
    """`scope=group` moves teachers in the three groups only; the nine zones must not feel it.

    Junior zones receive students from primary groups, so primary zones and their teachers are compared, and the
    teachers of junior zones.
    """
    common = [*SMALL, "district.catchment_enforcement=1"]
    alone = stepped(sim.load("wuhan_edz", "none", overrides=common))
    rotation = ["policy.rotation.rate=0.5", "policy.rotation.scope=group", "policy.rotation.direction=any"]
    moved = stepped(sim.load("wuhan_edz", "none", overrides=[*common, *rotation]))
    assert moved.teachers.rotated.sum() > 0
    assert alone.teachers.rotated.sum() == 0
    of_zone = alone.zones.form[alone.schools.zone] == FORMS.index("zone")
    primary = alone.schools.level == PRIMARY
    for name, untouched in (("teachers", of_zone), ("students", of_zone & primary), ("classes", of_zone & primary)):
        both = (tables(alone)[name], tables(moved)[name])
        ours, theirs = (table.select(untouched[table.school] & (table.school >= 0)) for table in both)
        assert len(ours) > 0
        for column, array in ours.arrays.items():
            other = theirs.arrays[column]
            assert np.array_equal(array, other, equal_nan=array.dtype.kind == "f"), f"{name}.{column}"

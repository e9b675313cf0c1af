"""The model by column equals the model object by object, after every step of every year."""

from dataclasses import asdict
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim.model
from reference import levers
from reference.model import CALENDAR, ReferenceModel
from reference.random_policy import UNMODELLED, YEARS, modelled, policies
from reference.tiny_district import MOST_STUDENTS, at_rest
from reference.world import KINDS
from sim.indicators.catalogue import INDICATORS
from sim.indicators.units import Units
from sim.reform import known_levers

DISTRICTS = 25
EXAMPLES = 120
SEARCH_DISTRICTS = 1000
SEARCH_EXAMPLES = 2000
TOLERANCE = 1e-9
whole = partial(settings, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def cases(draw, districts):
    """A district at rest, by number, and a policy for it."""
    number = draw(st.integers(0, districts - 1))
    return number, *draw(policies(at_rest(number)))


@given(cases(DISTRICTS))
@whole(max_examples=EXAMPLES, derandomize=True)
def test_every_step_equals_the_step_told_agent_by_agent(case):
    walk_side_by_side(*case)


@pytest.mark.slow
@given(cases(SEARCH_DISTRICTS))
@whole(max_examples=SEARCH_EXAMPLES)
def test_a_longer_search_finds_no_step_that_differs(case):
    walk_side_by_side(*case)


def walk_side_by_side(number, policy, plan):
    """Step the model by its own calendar; after each of its rules let the reference take the same step."""
    model = at_rest(number).under(policy)
    twin = ReferenceModel(model, plan)
    assert len(model.students) <= MOST_STUDENTS
    for _ in range(YEARS):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sim.model, "CALENDAR", tuple(watched(name, rule, twin) for name, rule in sim.model.CALENDAR))
            model.step()
    assert twin.year == model.year
    twin.forget()


def watched(name, rule, twin):
    """A step of the calendar that ends with the reference's and a comparison."""

    def step(model):
        if name == CALENDAR[0]:
            twin.begin_year()
        rule(model)
        twin.take(name)
        assert differences(model, twin) == [], f"{model.year}, {name}"

    return name, step


def differences(model, twin):
    """What is not the same in the two worlds, a line each."""
    found = [line for name in KINDS for line in apart(name, getattr(model, name), getattr(twin, name))]
    pairs = {
        "costs": tuple({k: tuple(y) for k, y in world.terms.costs.items() if any(y)} for world in (model, twin)),
        "ledger": (asdict(model.ledger), vars(twin.ledger)),
        "flows": (model.flows, {**model.flows, **twin.flows}),
        "fund_luck_share": (model.fund_luck_share, twin.fund_luck_share),
        **{
            f"terms.{term}": (value, vars(twin.terms).get(term, "not there"))
            for term, value in vars(model.terms).items()
            if term != "costs"
        },
    }
    found += [f"{name}: {one} and {other}" for name, (one, other) in pairs.items() if not same(one, other)]
    if model.year in twin.records:
        found += unlike_records(model, twin.records[model.year])
    return found


def apart(kind, table, agents):
    """Columns in which a table differs from the agents, each with the first row that does."""
    if len(table) != len(agents):
        return [f"{kind}: {len(table)} and {len(agents)}"]
    found = []
    for name, array in table.arrays.items():
        theirs = [getattr(agent, name) for agent in agents]
        if array.dtype.kind == "f":
            other = np.array(theirs, dtype=np.float64).reshape(array.shape)
            far = np.abs(array - other) > TOLERANCE * np.maximum(1.0, np.abs(array))
            differ = far | (np.isnan(array) != np.isnan(other))
        else:
            differ = [ours != value for ours, value in zip(array.tolist(), theirs, strict=True)]
        rows = np.flatnonzero(np.reshape(differ, (len(table), -1)).any(axis=1)) if len(table) else []
        found += [f"{kind}.{name}[{row}]: {array[row]} and {theirs[row]}" for row in rows[:1]]
    return found


def same(one, other):
    """Equal; floats to 1e-9, or to that share of them where they are large, as yuan are."""
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple | np.ndarray):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float | int):
        return one == other or (one != one and other != other) or abs(one - other) <= TOLERANCE * max(1.0, abs(one))
    return one == other


def unlike_records(model, expected):
    keys = Units.of(model.schools, model.zones, model.district.name).keys
    if keys != list(expected):
        return [f"record: units {keys} and {list(expected)}"]
    rows = zip(keys, model.records[model.year].tolist(), strict=True)
    return [
        f"record of {key}: {name}: {value} and {expected[key].get(name)}"
        for key, row in rows
        for name, value in zip(INDICATORS, row, strict=True)
        if not same(value, float(expected[key].get(name, np.nan)))
    ]


def test_what_the_reference_does_not_know_yet_is_declared():
    declared = {f"{group}.{name}" for group, lever in known_levers().items() for name in lever.settings()}
    assert UNMODELLED <= declared


def test_every_lever_acts_in_the_reference_in_the_same_step_and_order():
    known = {group: lever for group, lever in known_levers().items() if modelled()[group]}
    assert known.keys() == set(levers.ANNOUNCED).union(*levers.ACTING.values())
    for name in CALENDAR:
        acting = [group for group, lever in known.items() if lever.step == name]
        assert list(levers.ACTING.get(name, ())) == acting


def test_the_reference_has_the_steps_of_the_calendar():
    assert CALENDAR == [name for name, _ in sim.model.CALENDAR]

"""Distances, the schools that a family compares, and junior catchments filled by the nearest pairs first."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.agents.geography import BLOCK, Feeding, Geography
from sim.agents.school import JUNIOR, PRIMARY, Schools
from sim.district.reading import load_district
from sim.district.synthesis import zones_and_schools
from sim.noise import Noise

SPECS = [load_district("wuhan_edz", [("students", n)]) for n in (60_000, 900)]


@st.composite
def maps(draw):
    """Schools of both levels anywhere, a few of them private, two now and then in one place."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.integers(1, 25))
    x, y = random.integers(0, draw(st.sampled_from([3, 1000])), (2, count)) / 7
    private = random.random(count) < draw(st.sampled_from([0.0, 0.3]))
    residents = np.where(private, 0, random.poisson(draw(st.sampled_from([1, 40])), count))
    level = random.integers(0, 2, count)
    return Schools(count, id=np.arange(count), x=x, y=y, level=level, private=private, residents=residents)


def apart(schools):
    """Kilometres between any two schools, told pair by pair."""
    places = list(zip(schools.x.tolist(), schools.y.tolist(), strict=True))
    return [[math.hypot(x - a, y - b) for a, b in places] for x, y in places]


def of_level(schools, level):
    return [row for row, own in enumerate(schools.level.tolist()) if own == level]


@given(maps())
@settings(derandomize=True, deadline=None, max_examples=30)
def test_distances_are_read_as_of_a_table(schools):
    geography, table = Geography(schools, considered=100), np.array(apart(schools))
    every = np.arange(len(schools))
    assert geography[every[:, None], every] == pytest.approx(table, abs=1e-12)
    assert geography[0, every] == pytest.approx(table[0], abs=1e-12)
    assert geography[every[::-1], every] == pytest.approx(table[every[::-1], every], abs=1e-12)


@given(maps(), st.integers(2, 30))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_family_compares_the_nearest_schools_of_its_level(schools, considered):
    """In the order they stand; of two as far away the one that stands first."""
    geography = Geography(schools, considered)
    table = geography[np.arange(len(schools))[:, None], np.arange(len(schools))].tolist()
    for home, near in enumerate(geography.near.tolist()):
        nearest = sorted(of_level(schools, schools.level[home]), key=lambda row, home=home: table[home][row])
        compared = sorted([row for row in nearest if not schools.private[row]][:considered])
        if schools.private[home]:  # nobody's catchment
            compared = []
        assert near[: len(compared)] == compared and set(near[len(compared) :]) <= {home}


def test_distances_of_many_schools_are_sorted_block_by_block():
    random = np.random.default_rng(3)
    schools = Schools(2 * BLOCK + 90, id=np.arange(2 * BLOCK + 90), level=random.integers(0, 2, 2 * BLOCK + 90))
    schools.x, schools.y = random.random((2, len(schools)))
    near = Geography(schools, considered=5).near
    assert near.shape == (len(schools), 5) and (near == np.arange(len(schools))[:, None]).any(axis=1).all()
    table = np.array(apart(schools))
    table[schools.level[:, None] != schools.level] = np.inf
    assert np.array_equal(near, np.sort(np.argsort(table, axis=1)[:, :5], axis=1))


def filled(schools, pairs):
    """Children of each primary catchment in each junior one where these pairs are filled in turn."""
    primary, junior = ([row for row in of_level(schools, level) if not schools.private[row]] for level in (0, 1))
    residents = schools.residents.tolist()
    total, room = sum(residents[row] for row in primary), sum(residents[row] for row in junior)
    assert total == room
    flows = np.zeros((len(schools), len(schools)))
    left, free = {row: residents[row] for row in primary}, {row: residents[row] for row in junior}
    for p, j in pairs(primary, junior):
        flows[p, j] = moved = min(left[p], free[j])
        left[p], free[j] = left[p] - moved, free[j] - moved
    return flows


def even(schools):
    """As many residents in the junior catchments as in the primary ones, where there are any of each."""
    rows = [[row for row in of_level(schools, level) if not schools.private[row]] for level in (PRIMARY, JUNIOR)]
    if all(rows):
        gap = schools.residents[rows[0]].sum() - schools.residents[rows[1]].sum()
        schools.residents[rows[0 if gap < 0 else 1][0]] += abs(gap)
    return rows


@given(maps())
@settings(derandomize=True, deadline=None, max_examples=60)
def test_junior_catchments_are_filled_by_the_nearest_pairs_first(schools):
    primary, junior = even(schools)
    geography = Geography(schools, considered=100)
    shares = Feeding.of(geography, schools.residents).table()
    if not primary or not junior:
        assert not shares.any()
        return

    def nearest_first(primary, junior):
        return sorted(product(primary, junior), key=lambda pair: float(geography[pair]))

    flows = filled(schools, nearest_first)
    for row in primary:
        if schools.residents[row] == 0:  # an older cohort may have children there
            flows[row, min(junior, key=lambda j, row=row: float(geography[row, j]))] = 1
    assert shares == pytest.approx(flows / np.maximum(flows.sum(axis=1, keepdims=True), 1), abs=1e-15)


@pytest.mark.parametrize(("spec", "seed"), product(SPECS, (1, 2)), ids=lambda value: str(getattr(value, "name", value)))
def test_in_a_districts_schools_every_primary_catchment_is_fed_whole_and_every_junior_one_filled(spec, seed):
    schools = zones_and_schools(spec, Noise(seed))[1]
    shares = Feeding.of(Geography(schools, considered=100), schools.residents).table()
    primary, junior = (of_level(schools, level) for level in (PRIMARY, JUNIOR))
    assert (shares >= 0).all() and not shares[junior].any() and not shares[:, primary].any()
    assert shares[primary].sum(axis=1) == pytest.approx(np.ones(len(primary)), abs=1e-12)
    assert (schools.residents @ shares)[junior] == pytest.approx(schools.residents[junior], abs=1e-6)


def test_without_junior_schools_nobody_is_fed_anywhere():
    schools = zones_and_schools(SPECS[1], Noise(1))[1].select(lambda table: table.level == PRIMARY)
    assert not Feeding.of(Geography(schools, considered=100), schools.residents).table().any()


@given(st.integers(0, 2**32), st.integers(1, 8))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_a_table_of_shares_gives_back_the_flows_in_whatever_order_they_are_told(luck, count):
    random = np.random.default_rng(luck)
    flows = random.poisson(0.7, (count, count))
    here, there = np.nonzero(flows)
    order = random.permutation(len(here))
    feeding = Feeding.from_flows(count, here[order], there[order], flows[here, there][order])
    total = flows.sum(axis=1)
    assert feeding.table() == pytest.approx(flows / np.maximum(total, 1)[:, None], abs=1e-15)
    assert np.array_equal(feeding.main[total > 0], flows.argmax(axis=1)[total > 0])
    assert (np.diff(feeding.junior, axis=1) >= 0)[feeding.share[:, 1:] > 0].all()

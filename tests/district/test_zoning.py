"""Zones by distance: of equal size, near one another, the same whatever the order, and as many as were asked for."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.district.given_tables import GivenSchool
from sim.district.reading import load_district
from sim.district.zoning import AUTO, balanced_zones, rezoned, zones_by_distance
from sim.userinput import UserError

JUNIOR, PRIMARY = 1, 0
GRID = st.integers(0, 40)
PLACES = st.lists(st.tuples(GRID, GRID), min_size=1, max_size=30, unique=True)


def spread(at, zone):
    return sum(((at[zone == z] - at[zone == z].mean(axis=0)) ** 2).sum() for z in np.unique(zone))


@settings(max_examples=60, deadline=None)
@given(
    PLACES | st.lists(st.tuples(st.floats(100, 101), st.sampled_from([30.1, 30.2])), min_size=1, max_size=12), st.data()
)
def test_sizes_differ_by_one_school_at_most_and_no_zone_is_empty(places, data):
    zones = data.draw(st.integers(1, len(places)))
    zone = balanced_zones(*np.array(places, float).T, zones)
    sizes = np.bincount(zone, minlength=zones)
    assert len(sizes) == zones and sizes.min() >= 1 and sizes.max() - sizes.min() <= 1


@settings(max_examples=60, deadline=None)
@given(PLACES, st.data())
def test_order_of_the_schools_and_where_the_map_begins_do_not_matter(places, data):
    zones = data.draw(st.integers(1, len(places)))
    order = data.draw(st.permutations(range(len(places))))
    at = np.array(places, float)
    zone = balanced_zones(*at.T, zones)
    assert (balanced_zones(*at[list(order)].T, zones) == zone[list(order)]).all()
    assert (balanced_zones(*(at + 64).T, zones) == zone).all()


@settings(max_examples=40, deadline=None)
@given(PLACES, st.data())
def test_no_exchange_of_two_schools_and_no_move_to_a_smaller_zone_would_help(places, data):
    zones = data.draw(st.integers(1, min(8, len(places))))
    at = np.array(places, float)
    zone = balanced_zones(*at.T, zones)
    best = spread(at, zone)
    size = np.bincount(zone)
    for a, b in combinations(range(len(at)), 2):
        other = zone.copy()
        other[[a, b]] = zone[[b, a]]
        assert spread(at, other) >= best - 1e-5
    for a, to in product(range(len(at)), range(zones)):
        other = zone.copy()
        other[a] = to
        assert size[zone[a]] <= size[to] or spread(at, other) >= best - 1e-5


def test_clusters_of_equal_size_are_found_and_numbered_from_north_to_south():
    rng = np.random.default_rng(1)
    centres = np.array([[0, 50], [40, 45], [3, 10], [45, 0]])
    truth = rng.permutation(np.repeat(np.arange(4), 5))
    at = centres[truth] + rng.uniform(-3, 3, (20, 2))
    assert (balanced_zones(*at.T, 4) == truth).all()


@pytest.mark.parametrize("seed", range(5))
def test_a_small_case_is_as_tight_as_any_of_all_divisions(seed):
    at = np.random.default_rng(seed).uniform(0, 10, (9, 2))
    thirds = (
        np.select([np.isin(range(9), one), np.isin(range(9), other)], [0, 1], 2)
        for one in combinations(range(9), 3)
        for other in combinations(sorted(set(range(9)) - set(one)), 3)
    )
    best = min(spread(at, zone) for zone in thirds)
    assert spread(at, balanced_zones(*at.T, 3)) == pytest.approx(best)


def test_a_larger_case_is_far_tighter_than_chance():
    rng = np.random.default_rng(2)
    at = rng.uniform(0, 10, (60, 2))
    assert spread(at, balanced_zones(*at.T, 12)) < 0.15 * spread(at, rng.permutation(60) % 12)


def place(east, north, students=100):
    return GivenSchool(students=students, east=east, north=north)


SCHOOLS = {
    **{(f"小学{i}", PRIMARY): place(i % 4, i // 4, 100 + i) for i in range(12)},
    **{(f"中学{i}", JUNIOR): place(3.0 * i, 1, 100 - i) for i in range(4)},
    ("一贯制学校", PRIMARY): place(2.5, 2.5, 500),
    ("一贯制学校", JUNIOR): place(2.5, 2.5, 20),
}


def test_a_nine_year_school_is_in_a_zone_of_each_level():
    zones = zones_by_distance(list(SCHOOLS), SCHOOLS, set(), AUTO, 4)
    assert sorted((name, zone.level) for zone in zones for name in zone.schools) == sorted(SCHOOLS)
    assert [zone.level for zone in zones] == [PRIMARY] * 3 + [JUNIOR]
    assert zones == zones_by_distance(list(SCHOOLS)[::-1], SCHOOLS, set(), AUTO, 4)


@pytest.mark.parametrize(("asked", "primary", "junior"), [(2, 1, 1), (6, 4, 2), (18, 13, 5)])
def test_a_number_of_zones_is_shared_by_schools_among_the_levels(asked, primary, junior):
    levels = [zone.level for zone in zones_by_distance(list(SCHOOLS), SCHOOLS, set(), asked, 4)]
    assert (levels.count(PRIMARY), levels.count(JUNIOR)) == (primary, junior)


def test_the_largest_school_leads_or_the_largest_of_those_that_led():
    by_size = zones_by_distance(list(SCHOOLS), SCHOOLS, set(), 2, 4)
    assert [zone.lead for zone in by_size] == ["一贯制学校", "中学0"]
    leads = {("小学3", PRIMARY), ("小学7", PRIMARY)}
    assert [zone.lead for zone in zones_by_distance(list(SCHOOLS), SCHOOLS, leads, 2, 4)] == ["小学7", "中学0"]


@pytest.mark.parametrize("asked", [0, 1, 19, 2.5, True, None, "many", -3, float("nan")])
def test_another_number_of_zones_is_refused(asked):
    with pytest.raises(UserError, match=r"^district\.zones"):
        zones_by_distance(list(SCHOOLS), SCHOOLS, set(), asked, 4)


def test_a_school_without_a_place_is_named():
    lacking = {**SCHOOLS, ("小学3", PRIMARY): GivenSchool(students=1), ("中学1", JUNIOR): place(1.0, None)}
    with pytest.raises(UserError, match="place of every school, and 小学3, 中学1 state none;"):
        zones_by_distance(list(SCHOOLS), lacking, set(), AUTO, 4)


def test_a_district_that_draws_its_places_says_so():
    with pytest.raises(UserError, match="this district draws them anew in each replicate; leave district.zones out"):
        rezoned(load_district("wuhan_edz"), AUTO, set())


def test_zones_by_distance_take_the_place_of_those_listed_and_take_in_who_was_in_none():
    spec = load_district("shapingba")
    public = [(name, zone.level) for zone in spec.zones for name in zone.schools]
    public += [(school.name, school.level) for school in spec.outside]
    rng = np.random.default_rng(3)
    known = {one: place(*rng.uniform(0, 20, 2)) for one in public}
    led = {(zone.lead, zone.level) for zone in spec.zones}
    whole = rezoned(replace(spec, given=known), 20, led)
    assert len(whole.zones) == 20 and not whole.outside
    assert sorted((name, zone.level) for zone in whole.zones for name in zone.schools) == sorted(public)
    for zone in whole.zones:
        before = {(name, zone.level) for name in zone.schools} & led
        assert not before or (zone.lead, zone.level) in before
    assert whole.sources["zones"].startswith("assumed: district.zones=20, by distance")

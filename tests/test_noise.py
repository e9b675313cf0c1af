"""Noise: fair, independent draws that depend on (seed, stream, year, id) and on nothing else.

Every draw is fixed by its key, so no test here can fail by chance: a limit of about 4.5 standard errors says that
the fixed draws look as random ones would.
"""

from itertools import permutations, product
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reference.luck import Luck
from sim.noise import Noise, inverse_normal, replicate_seed
from sim.turns import rank_within

MANY = 2**17
SIGMAS = 4.5
LEAST_P = 1e-4
INT64 = np.iinfo(np.int64)
IDS = {
    "in a row": np.arange(MANY),
    "students": (2011 + np.arange(MANY) % 9) * 10**9 + np.arange(MANY) // 900 * 10**5 + np.arange(MANY) // 9 % 100,
    "teachers": np.arange(MANY) * 1000,
    "pairs": np.arange(MANY) % 512 * 10**14 + np.arange(MANY) // 512,
    "negative": -1 - np.arange(MANY),
    "powers": np.arange(MANY) << 40,
}
UNIFORM_PINNED = [0.1474641869575829, 0.9499274396084317]
NORMAL_PINNED = [-1.0473712805275481, 1.6441505027510828]
REPLICATE_PINNED = 5509300294083695375
ids_lists = st.lists(st.integers(INT64.min, INT64.max), unique=True, max_size=50)


@pytest.fixture(params=IDS, ids=[name.replace(" ", "_") for name in IDS])
def ids(request):
    assert len(np.unique(IDS[request.param])) == MANY
    return IDS[request.param]


def near(found, expected, standard_error):
    return abs(found - expected) < SIGMAS * standard_error


def unrelated(one, other):
    """Neither the values nor where they lie together tell of each other."""
    correlation = np.corrcoef(inverse_normal(one), inverse_normal(other))[0, 1]
    cells = np.bincount((one * 16).astype(int) * 16 + (other * 16).astype(int), minlength=256)
    return abs(correlation) < SIGMAS / np.sqrt(len(one)) and stats.chisquare(cells).pvalue > LEAST_P


class TestDistributions:
    def test_moments_of_the_uniform(self, ids):
        u = Noise(1).uniform("trait", 2021, ids)
        assert near(u.mean(), 1 / 2, np.sqrt(1 / 12 / MANY))
        assert near(((u - 0.5) ** 2).mean(), 1 / 12, np.sqrt(1 / 180 / MANY))

    def test_moments_of_the_normal(self, ids):
        z = Noise(2).normal("trait", 2021, ids)
        for power, mean, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
            assert near((z**power).mean(), mean, np.sqrt(variance / MANY)), power

    def test_kolmogorov_and_smirnov_find_nothing(self, ids):
        noise = Noise(3)
        assert stats.kstest(noise.uniform("score", 2022, ids), "uniform").pvalue > LEAST_P
        assert stats.kstest(noise.normal("score", 2022, ids), "norm").pvalue > LEAST_P

    def test_tails_have_their_weight_to_four_sigma(self):
        many = 2**21
        z = Noise(4).normal("tails", 2023, np.arange(many))
        for k in (1.0, 2.0, 3.0, 4.0):
            share = NormalDist().cdf(-k)
            for beyond in (np.count_nonzero(z < -k), np.count_nonzero(z > k)):
                assert near(beyond, many * share, np.sqrt(many * share)), k
        assert 4.5 < z.max() < 6.5 and -6.5 < z.min() < -4.5

    def test_every_bit_is_a_fair_coin_and_every_byte_a_fair_die(self, ids):
        grid = (Noise(5).uniform("bits", 2020, ids) * 2.0**52).astype(np.uint64)
        for bit in range(52):
            ones = np.count_nonzero(grid >> np.uint64(bit) & np.uint64(1))
            assert near(ones, MANY / 2, np.sqrt(MANY / 4)), bit
        for byte in range(6):
            faces = (grid >> np.uint64(8 * byte) & np.uint64(255)).astype(int)
            assert stats.chisquare(np.bincount(faces, minlength=256)).pvalue > LEAST_P, byte

    @pytest.mark.parametrize("probability", [0.003, 0.1, 0.5, 0.97])
    def test_chances_come_true_as_often_as_they_say(self, ids, probability):
        came = np.count_nonzero(Noise(6).chance("quit", 2021, ids, probability))
        assert near(came, MANY * probability, np.sqrt(MANY * probability * (1 - probability)))

    def test_a_chance_may_differ_by_id_and_a_larger_one_only_adds(self):
        ids, noise = np.arange(MANY), Noise(7)
        rising = np.linspace(0, 1, MANY)
        came = noise.chance("move", 2021, ids, rising)
        assert near(came.sum(), MANY / 2, np.sqrt(MANY / 6))
        assert noise.chance("move", 2021, ids, np.minimum(1, rising + 0.1))[came].all()
        assert not noise.chance("move", 2021, ids, 0).any() and noise.chance("move", 2021, ids, 1).all()


class TestIndependence:
    @pytest.mark.parametrize("lag", [1, 2, 3, 7, 64, 1000])
    def test_neighbouring_ids(self, ids, lag):
        u = Noise(11).uniform("trait", 2021, ids)
        assert unrelated(u[:-lag], u[lag:])

    @pytest.mark.parametrize(("one", "other"), [(2020, 2021), (2020, 2022), (2021, 2025), (0, 2020), (-1, 0)])
    def test_years(self, ids, one, other):
        noise = Noise(12)
        assert unrelated(noise.uniform("eta", one, ids), noise.uniform("eta", other, ids))

    @pytest.mark.parametrize(("one", "other"), [("a", "b"), ("ses", "first trait"), ("", "\x00"), ("move", "move ")])
    def test_streams(self, ids, one, other):
        noise = Noise(13)
        assert unrelated(noise.uniform(one, 2021, ids), noise.uniform(other, 2021, ids))

    @pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 2), (1, 2**32 + 1), (1, 2**63 - 1), (5, -5)])
    def test_seeds(self, ids, one, other):
        assert unrelated(Noise(one).uniform("eta", 2021, ids), Noise(other).uniform("eta", 2021, ids))

    def test_replicates_of_a_seed_and_of_the_next(self, ids):
        seeds = [replicate_seed(seed, number) for seed in (1, 2) for number in (0, 1, 2)]
        draws = [Noise(seed).uniform("eta", 2021, ids) for seed in seeds]
        assert all(unrelated(draws[i], draws[j]) for i in range(6) for j in range(i))

    def test_what_one_child_draws_year_by_year_and_seed_by_seed(self):
        by_year = np.array([Noise(14).uniform("eta", year, [7])[0] for year in range(20_000)])
        by_seed = np.array([Noise(seed).uniform("eta", 2021, [7])[0] for seed in range(20_000)])
        by_replicate = np.array([Noise(replicate_seed(1, r)).uniform("eta", 2021, [7])[0] for r in range(20_000)])
        for u in (by_year, by_seed, by_replicate):
            assert stats.kstest(u, "uniform").pvalue > LEAST_P
            assert unrelated(u[:-1], u[1:])

    def test_an_id_and_a_year_do_not_stand_for_each_other(self):
        square = np.array([Noise(15).uniform("eta", year, np.arange(500)) for year in range(500)])
        for one, other in ((square, square.T), (square[1:, :-1], square[:-1, 1:]), (square[1:, 1:], square[:-1, :-1])):
            off = ~np.eye(len(one), one.shape[1], dtype=bool)
            assert unrelated(one[off], other[off])

    def test_runs_are_as_many_as_chance_gives(self, ids):
        u = Noise(16).uniform("runs", 2021, ids)
        above = u > 0.5
        changes = np.count_nonzero(above[1:] != above[:-1])
        assert near(changes, (MANY - 1) / 2, np.sqrt((MANY - 1) / 4))
        rising = u[1:] > u[:-1]
        turns = np.count_nonzero(rising[1:] != rising[:-1])
        assert near(turns, 2 / 3 * (MANY - 2), np.sqrt((16 * MANY - 29) / 90))

    def test_sums_over_classes_vary_as_sums_of_strangers_do(self, ids):
        means = Noise(17).normal("eta", 2021, ids).reshape(-1, 32).mean(axis=1) * np.sqrt(32)
        assert near((means**2).mean(), 1, np.sqrt(2 / len(means)))


class TestKeys:
    @given(st.integers(), st.text(max_size=20), st.integers(-(2**62), 2**62), ids_lists)
    @settings(max_examples=60, deadline=None, derandomize=True)
    def test_draws_are_those_of_plain_integers(self, seed, stream, year, ids):
        noise, plain = Noise(seed), Luck(seed)
        assert noise.uniform(stream, year, ids).tolist() == plain.uniform(stream, year, ids)
        assert noise.normal(stream, year, ids).tolist() == plain.normal(stream, year, ids)
        assert noise.rank(stream, year, ids, np.array(ids, np.int64) % 3).tolist() == plain.rank(
            stream, year, ids, [one % 3 for one in ids]
        )

    def test_draws_are_the_same_for_ever(self):
        """A run of today must be repeatable with the code of tomorrow."""
        noise = Noise(1)
        assert noise.uniform("trait", 2021, [0, 1]).tolist() == UNIFORM_PINNED
        assert noise.normal("trait", 2021, [0, 1]).tolist() == NORMAL_PINNED
        assert replicate_seed(1, 1) == REPLICATE_PINNED

    @given(ids_lists, st.randoms(use_true_random=False))
    @settings(max_examples=40, deadline=None, derandomize=True)
    def test_order_and_company_change_no_bit(self, ids, luck):
        noise = Noise(21)
        some = luck.sample(range(len(ids)), luck.randint(0, len(ids)))
        chosen = [ids[row] for row in some]
        for draw in (noise.uniform, noise.normal):
            assert draw("ses", 2021, chosen).tolist() == draw("ses", 2021, ids)[some].tolist()
        noise.uniform("something else", 2030, ids)
        assert noise.uniform("ses", 2021, chosen).tolist() == Noise(21).uniform("ses", 2021, chosen).tolist()

    def test_seeds_are_taken_modulo_two_to_the_64(self):
        ids = np.arange(100)
        for seed in (0, 5, 2**63 - 1):
            same = Noise(seed + 2**64).uniform("eta", 2021, ids)
            assert same.tolist() == Noise(seed).uniform("eta", 2021, ids).tolist()

    @pytest.mark.parametrize("seed", [0, 1, 2, 12345, 2**63 - 1])
    def test_replicate_zero_is_the_seed_itself(self, seed):
        assert replicate_seed(seed, 0) == seed

    def test_replicates_of_many_seeds_are_all_distinct(self):
        seeds = {replicate_seed(seed, number) for seed, number in product(range(40), range(500))}
        assert len(seeds) == 40 * 500


class TestExtremes:
    EDGE = np.array([2.0**-53, 2.0**-52, 1e-10, 0.5 - 2.0**-53, 0.5, 0.5 + 2.0**-53, 1 - 2.0**-52, 1 - 2.0**-53])

    def test_the_ends_of_the_grid_are_finite_and_inside(self):
        lowest, highest = 0.5 * 2.0**-52, (2.0**52 - 1 + 0.5) * 2.0**-52
        assert 0.0 < lowest < highest < 1.0
        assert np.isfinite(inverse_normal(self.EDGE)).all()
        assert inverse_normal(np.array([lowest, highest])) == pytest.approx([-8.2095, 8.2095], abs=1e-3)

    def test_no_id_year_or_seed_gives_nan(self):
        ids = np.array([INT64.min, -1, 0, 1, INT64.max])
        for seed, year in product((-(2**70), -1, 0, 2**63 - 1, 2**70), (-(2**63), -1, 0, 2**63 - 1)):
            u = Noise(seed).uniform("edge", year, ids)
            assert ((u > 0) & (u < 1)).all() and np.isfinite(Noise(seed).normal("edge", year, ids)).all()

    def test_nobody_draws_nothing(self):
        noise = Noise(1)
        assert len(noise.uniform("a", 1, [])) == len(noise.normal("a", 1, [])) == len(noise.rank("a", 1, [])) == 0
        assert len(noise.choice("a", 1, [], [1, 2])) == len(noise.chance("a", 1, [], 0.5)) == 0

    def test_the_quantile_is_right_to_a_ten_millionth(self):
        tails = 2.0 ** -np.linspace(1, 52.9, 40_000)
        exact = np.array([NormalDist().inv_cdf(tail) for tail in tails])
        assert inverse_normal(tails) == pytest.approx(exact, abs=2e-7)
        middle = np.linspace(0.001, 0.999, 9973)
        exact = np.array([NormalDist().inv_cdf(u) for u in middle])
        assert inverse_normal(middle) == pytest.approx(exact, abs=2e-7)

    def test_the_quantile_rises_and_is_symmetric(self):
        u = np.sort(np.concatenate((self.EDGE, np.linspace(1e-6, 1 - 1e-6, 100_001))))
        assert (np.diff(inverse_normal(u)) >= 0).all()
        halves = np.arange(1, 512) / 512
        assert (inverse_normal(1 - halves) == -inverse_normal(halves)).all()
        assert inverse_normal(np.array([0.5])) == 0.0


class TestChoice:
    WEIGHTS = np.array([3.0, 0.0, 1.0, 0.5, 5.5])

    def test_frequencies_follow_the_weights(self, ids):
        drawn = np.bincount(Noise(31).choice("subject", 2021, ids, self.WEIGHTS), minlength=5)
        expected = MANY * self.WEIGHTS / self.WEIGHTS.sum()
        assert drawn[1] == 0
        assert stats.chisquare(drawn[expected > 0], expected[expected > 0]).pvalue > LEAST_P

    def test_weights_of_ones_own(self):
        ids, noise = np.arange(MANY), Noise(32)
        own = np.array([[1.0, 1.0, 2.0], [0.0, 0.0, 7.0], [1.0, 0.0, 0.0], [9.0, 1.0, 0.0]])[ids % 4]
        drawn = noise.choice("subject", 2021, ids, own)
        assert (drawn[ids % 4 == 1] == 2).all() and (drawn[ids % 4 == 2] == 0).all()
        for kind, shares in ((0, (0.25, 0.25, 0.5)), (3, (0.9, 0.1))):
            counts = np.bincount(drawn[ids % 4 == kind])
            assert stats.chisquare(counts, np.array(shares) * counts.sum()).pvalue > LEAST_P
        assert (drawn == noise.choice("subject", 2021, ids, 1024 * own)).all()

    def test_it_walks_the_cumulative_weights(self):
        ids, noise = np.arange(500), Noise(33)
        expected = []
        for u in noise.uniform("subject", 2021, ids):
            rest, index = u * self.WEIGHTS.sum(), 0
            while rest >= self.WEIGHTS[index]:
                rest, index = rest - self.WEIGHTS[index], index + 1
            expected.append(index)
        assert noise.choice("subject", 2021, ids, self.WEIGHTS).tolist() == expected

    def test_the_last_weight_may_be_nothing(self):
        assert set(Noise(34).choice("subject", 2021, np.arange(20_000), [1.0, 1.0, 0.0])) == {0, 1}


class TestRank:
    def test_all_orders_are_equally_likely(self):
        noise, ids = Noise(41), [3, 1, 4, 15]
        seen = [tuple(noise.rank("lottery", year, ids).tolist()) for year in range(7200)]
        orders = list(permutations(range(4)))
        assert set(seen) <= set(orders)
        assert stats.chisquare([seen.count(order) for order in orders]).pvalue > LEAST_P

    def test_a_place_is_uniform_whatever_the_id(self, ids):
        ranks = Noise(42).rank("lottery", 2021, ids)
        assert (np.bincount(ranks, minlength=MANY) == 1).all()
        assert abs(np.corrcoef(ranks, np.arange(MANY))[0, 1]) < SIGMAS / np.sqrt(MANY)
        ranks = ranks / MANY
        assert abs(np.corrcoef(ranks[:-1], ranks[1:])[0, 1]) < SIGMAS / np.sqrt(MANY)

    @given(ids_lists, st.randoms(use_true_random=False))
    @settings(max_examples=40, deadline=None, derandomize=True)
    def test_two_keep_their_order_whoever_else_is_there(self, ids, luck):
        noise = Noise(43)
        some = luck.sample(range(len(ids)), luck.randint(0, len(ids)))
        alone = noise.rank("lottery", 2021, [ids[row] for row in some])
        among = noise.rank("lottery", 2021, ids)[some]
        assert np.argsort(alone).tolist() == np.argsort(among).tolist()
        assert sorted(alone.tolist()) == list(range(len(some)))

    @given(st.lists(st.integers(0, 4), max_size=60))
    @settings(max_examples=40, deadline=None, derandomize=True)
    def test_each_group_has_its_own_places_in_the_common_order(self, groups):
        noise, ids, groups = Noise(44), np.arange(len(groups)), np.array(groups, dtype=np.int64)
        everyone, within = noise.rank("class", 2021, ids), noise.rank("class", 2021, ids, groups)
        for group in set(groups.tolist()):
            here = np.flatnonzero(groups == group)
            assert sorted(within[here].tolist()) == list(range(len(here)))
            assert np.argsort(within[here]).tolist() == np.argsort(everyone[here]).tolist()

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=40))
    @settings(max_examples=60, deadline=None, derandomize=True)
    def test_rank_within_counts_those_who_come_before(self, rows):
        groups, first, second = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        keyed = [(f, s, row) for row, (_, f, s) in enumerate(rows)]
        expected = [
            sum(other_group == group and keyed[other] < keyed[row] for other, (other_group, _, _) in enumerate(rows))
            for row, (group, _, _) in enumerate(rows)
        ]
        assert rank_within(groups, first, second).tolist() == expected

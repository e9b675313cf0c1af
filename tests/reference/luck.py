"""Noise again, by Python's own integers: one draw after the other, the same numbers."""

import hashlib
from functools import cache
from math import frexp
from statistics import NormalDist

BINS = 1024
"""Straight lines in an octave of the normal's tail."""


class Luck:
    """The draws of a replicate; takes and gives lists where `sim.noise.Noise` has arrays."""

    def __init__(self, seed):
        self.seed = seed

    def uniform(self, stream, year, ids):
        return [((bits(self.seed, stream, year, int(one)) >> 12) + 0.5) / 2**52 for one in ids]

    def normal(self, stream, year, ids):
        return [deviate(u) for u in self.uniform(stream, year, ids)]

    def chance(self, stream, year, ids, probability):
        return [u < probability for u in self.uniform(stream, year, ids)]

    def rank(self, stream, year, ids, groups=None):
        """Place of each in an order drawn by lot, within its group; equal lots go by id."""
        lots = [(bits(self.seed, stream, year, int(one)), int(one)) for one in ids]
        groups = [0] * len(lots) if groups is None else list(groups)
        places, met = [0] * len(lots), {}
        for k in sorted(range(len(lots)), key=lots.__getitem__):
            places[k] = met.get(groups[k], 0)
            met[groups[k]] = places[k] + 1
        return places


def bits(seed, stream, year, one):
    return mixed(mixed(one % 2**64) ^ key(seed, stream, year))


@cache
def key(seed, stream, year):
    name = int.from_bytes(hashlib.blake2b(stream.encode(), digest_size=8).digest(), "little")
    return mixed(mixed(mixed(seed % 2**64) ^ name) ^ year % 2**64)


def mixed(z):
    z = (z + 0x9E3779B97F4A7C15) % 2**64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
    return z ^ (z >> 31)


def deviate(u):
    """The normal quantile, on the straight line between two points of its tail."""
    mantissa, octave = frexp(min(u, 1 - u))
    passed = (2 * mantissa - 1) * BINS
    low, high = (distance(int(passed) + step, octave) for step in (0, 1))
    magnitude = low + (passed - int(passed)) * (high - low)
    return -magnitude if u < 0.5 else magnitude


@cache
def distance(place, octave):
    """How far from the median a tail begins; the median is its own."""
    tail = (1 + place / BINS) * 2.0 ** (octave - 1)
    return -NormalDist().inv_cdf(tail) if tail < 0.5 else 0.0

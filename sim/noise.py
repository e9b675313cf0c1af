"""Draws that are functions of (seed, stream, year, id), never of the order of calls.

Two scenarios with the same seed therefore share every birth, trait, retirement and test error that the
policy did not touch, and a result cannot depend on process count, engine or order.

A draw hashes the id with a key of (seed, stream, year) and transforms the 64 bits. Only integer
operations and ``+ - * /`` take part, so that the compiled twin (`sim.loops`) gives the same bits.
"""

import hashlib
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compiled import loops
from sim.turns import by_lot, ranks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]

GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def replicate_seed(seed: int, replicate: int) -> int:
    """Seed of replicate r of ``run.seed`` s: key(s, r), whatever the number of replicates.

    Replicate 0 of a seed is the seed itself, so that ``scenario.model(seed=s)`` is replicate 0.
    """
    return seed if replicate == 0 else int(_key(seed, "replicate", replicate))


class Noise:
    """All the luck of one replicate.

    Parameters
    ----------
    seed : int
        Seed of the replicate, any integer; equal modulo 2**64 means equal.

    Notes
    -----
    Every method takes a stream (the name of what is drawn), a year and an array of int64 ids, and returns
    an array of the same length.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def uniform(self, stream: str, year: int, ids: ArrayLike) -> Floats:
        """Uniform on the open interval (0, 1): 52-bit grid points, never 0 or 1."""
        if (fast := loops()) is not None:
            return _shaped(fast.uniforms, ids, self.key(stream, year))
        grid = (drawn_lots(ids, self.key(stream, year)) >> np.uint64(12)).astype(np.float64)
        return (grid + 0.5) * 2.0**-52

    def normal(self, stream: str, year: int, ids: ArrayLike) -> Floats:
        """Standard normal, by linear interpolation in a table of the inverse distribution function."""
        if (fast := loops()) is not None:
            return _shaped(fast.normals, ids, self.key(stream, year))
        return inverse_normal(self.uniform(stream, year, ids))

    def chance(self, stream: str, year: int, ids: ArrayLike, probability: float | NDArray[Any]) -> NDArray[np.bool_]:
        """True with the given probability (a number, or one for each id)."""
        if (fast := loops()) is not None and isinstance(probability, float):
            return _shaped(fast.chances, ids, self.key(stream, year), probability)
        return np.asarray(self.uniform(stream, year, ids) < probability)

    def choice(self, stream: str, year: int, ids: ArrayLike, weights: ArrayLike) -> Ints:
        """Index drawn in proportion to `weights` (k,), or (n, k) for weights of each id's own."""
        cumulative = np.cumsum(np.asarray(weights, dtype=np.float64), axis=-1)
        point = self.uniform(stream, year, ids) * cumulative[..., -1]
        beyond = point[:, None] >= np.broadcast_to(cumulative, (len(point), cumulative.shape[-1]))
        return np.asarray(np.minimum(beyond.sum(axis=1), cumulative.shape[-1] - 1))

    def rank(self, stream: str, year: int, ids: ArrayLike, groups: ArrayLike | None = None) -> Ints:
        """Random permutation by rank: 0 ... n-1, within each group where groups are given.

        The order of two ids never depends on who else is there; ties of lots go by id.
        """
        ids = np.asarray(ids, dtype=np.int64)
        within = np.zeros(len(ids), dtype=np.int64) if groups is None else np.asarray(groups, dtype=np.int64)
        return ranks(within, by_lot(within, self.lots(stream, year, ids), ids))

    def lots(self, stream: str, year: int, ids: ArrayLike) -> Bits:
        """A lot for each id, 64 bits: who has the lower comes first, and ties go by id."""
        return drawn_lots(ids, self.key(stream, year))

    def key(self, stream: str, year: int) -> np.uint64:
        """What the ids are hashed with, for a loop of its own."""
        return _key(self.seed, stream, year)


def drawn_lots(ids: ArrayLike, key: np.uint64) -> Bits:
    """What `Noise.lots` draws with the key of a stream and a year."""
    if (fast := loops()) is not None:
        return _shaped(fast.hashes, ids, key)
    bits = np.asarray(ids, dtype=np.int64).view(np.uint64)
    return _mix(_mix(bits) ^ key)


def _shaped(loop: Any, ids: ArrayLike, *more: object) -> NDArray[Any]:
    """What a loop makes of ids of any shape."""
    plain = np.asarray(ids, dtype=np.int64)
    drawn: NDArray[Any] = loop(plain, *more) if plain.ndim == 1 else loop(plain.ravel(), *more).reshape(plain.shape)
    return drawn


def inverse_normal(u: Floats) -> Floats:
    """Quantile of the standard normal at `u` in (0, 1), to about 1e-7, the same bits everywhere.

    The table has 1,024 bins in each octave of the tail probability: exponent and top ten mantissa bits
    of the float are the bin, the other bits the place in it.
    """
    tail = np.minimum(u, 1.0 - u)
    bits = tail.view(np.int64)
    bins = (bits >> PLACE_BITS) - FIRST_BIN
    place = (bits & ((1 << PLACE_BITS) - 1)).astype(np.float64) * 2.0**-PLACE_BITS
    table = tail_quantiles()
    low = table[bins]
    magnitude = low + place * (table[bins + 1] - low)
    return np.asarray(np.where(u < 0.5, -magnitude, magnitude))


_OCTAVES = 52  # tails from 2**-53 to 2**-1
FIRST_BIN = (1023 - 53) << 10
PLACE_BITS = 42
"""Mantissa bits below the bin."""


@lru_cache(maxsize=1)
def tail_quantiles() -> Floats:
    """Distance from the median at the lower edge of each bin of the tail probability."""
    edges = (np.arange(_OCTAVES * 1024 + 1, dtype=np.int64) + FIRST_BIN) << PLACE_BITS
    quantile = NormalDist().inv_cdf
    return np.array([-quantile(tail) for tail in edges.view(np.float64).tolist()] + [0.0])


@lru_cache(maxsize=4096)
def _key(seed: int, stream: str, year: int) -> np.uint64:
    return np.uint64(_mix_int(_stream_key(seed, stream) ^ (year & _MASK)))


@lru_cache(maxsize=1024)
def _stream_key(seed: int, stream: str) -> int:
    name = int.from_bytes(hashlib.blake2b(stream.encode(), digest_size=8).digest(), "little")
    return _mix_int(_mix_int(seed & _MASK) ^ name)


def _mix(bits: Bits) -> Bits:
    """Finaliser of splitmix64 after a golden-ratio step: a bijection whose output bits look independent."""
    bits = bits + np.uint64(GOLDEN)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _mix_int(bits: int) -> int:
    bits = (bits + GOLDEN) & _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return bits ^ (bits >> 31)

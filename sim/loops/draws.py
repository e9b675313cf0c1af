"""Draws: the twins of `sim.noise`, and what other loops make their draws with."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.noise import FIRST_BIN, GOLDEN, PLACE_BITS, Bits, Floats, Ints, tail_quantiles

_G, _A, _B = np.uint64(GOLDEN), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _12, _1 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12), np.uint64(1)
_PLACE = (1 << PLACE_BITS) - 1
_PLACE_UNIT = 2.0**-PLACE_BITS
_TABLE = tail_quantiles()
"""A constant, so that several draws are made at once; loops that are compiled keep it until this file changes."""
_SIGN = np.int64(63)


@njit(cache=True, inline="always")
def mixed(bits: np.uint64) -> np.uint64:
    """`noise._mix`."""
    bits = bits + _G
    bits = (bits ^ (bits >> _30)) * _A
    bits = (bits ^ (bits >> _27)) * _B
    return bits ^ (bits >> _31)


@njit(cache=True, inline="always")
def uniform_of(bits: np.uint64) -> float:
    """A point of the open interval (0, 1) from 64 bits."""
    return float((np.float64(bits >> _12) + 0.5) * 2.0**-52)


@njit(cache=True, inline="always")
def normal_of(bits: np.uint64) -> float:
    """`noise.inverse_normal` of `uniform_of`."""
    u = uniform_of(bits)
    tail = np.float64(min(u, 1.0 - u)).view(np.int64)
    row = np.uint64((tail >> PLACE_BITS) - FIRST_BIN)
    low = _TABLE[row]
    magnitude = low + np.float64(tail & _PLACE) * _PLACE_UNIT * (_TABLE[row + _1] - low)
    below = np.int64(u < 0.5) << _SIGN
    return float(np.int64(np.float64(magnitude).view(np.int64) ^ below).view(np.float64))


@njit(cache=True)
def hashes(ids: Ints, key: np.uint64) -> Bits:
    """`noise.drawn_lots`."""
    out = np.empty(len(ids), np.uint64)
    for i in range(len(ids)):
        out[i] = mixed(mixed(np.uint64(ids[i])) ^ key)
    return out


@njit(cache=True)
def uniforms(ids: Ints, key: np.uint64) -> Floats:
    """`Noise.uniform`."""
    out = np.empty(len(ids))
    for i in range(len(ids)):
        out[i] = uniform_of(mixed(mixed(np.uint64(ids[i])) ^ key))
    return out


@njit(cache=True)
def chances(ids: Ints, key: np.uint64, probability: float) -> NDArray[np.bool_]:
    """`Noise.chance` of one probability."""
    out = np.empty(len(ids), np.bool_)
    for i in range(len(ids)):
        out[i] = uniform_of(mixed(mixed(np.uint64(ids[i])) ^ key)) < probability
    return out


@njit(cache=True)
def normals(ids: Ints, key: np.uint64) -> Floats:
    """`Noise.normal`."""
    out = np.empty(len(ids))
    draw_normals(ids, key, out)
    return out


@njit(cache=True)
def draw_normals(ids: Ints, key: np.uint64, out: Floats) -> None:
    """A normal draw for each id."""
    for i in range(len(ids)):
        out[i] = normal_of(mixed(mixed(np.uint64(ids[i])) ^ key))

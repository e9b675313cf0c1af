"""What students learn and what they score, in passes over all of them.

Students stand class by class, of so many each (`size`): what is the same for a class is looked up, and its sums are
put down, once.
"""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.loops.draws import draw_normals, mixed, normal_of
from sim.noise import Floats, Ints

_BLOCK = 1024


@njit(cache=True)
def grow(
    ids: Ints,
    trait_key: np.uint64,
    eta_key: np.uint64,
    room: Array,
    gain: Floats,
    catchment: Array,
    grade: Array,
    home_means: Floats,
    trait: Floats,
    lasting: Floats,
    fading: Floats,
    rho: float,
    luck_sd: float,
    eta_sd: float,
    kappa: float,
    delta: float,
) -> None:
    """`learning.grow`, in place; draws are made for a block of students at a time."""
    luck, eta = np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, len(ids), _BLOCK):
        block = slice(start, min(start + _BLOCK, len(ids)))
        one = ids[block]
        for j in range(len(one)):
            bits = mixed(np.uint64(one[j]))
            luck[j] = normal_of(mixed(bits ^ trait_key))
            eta[j] = normal_of(mixed(bits ^ eta_key))
        c, home, g = room[block], catchment[block], grade[block]
        brought, kept, fresh = trait[block], lasting[block], fading[block]
        for j in range(len(c)):  # unsigned places need no look for negative ones
            home_mean = home_means[np.uint64(home[j]), np.uint64(g[j])]
            brought[j] = home_mean + rho * (brought[j] - home_mean) + luck_sd * luck[j]
            own = gain[np.uint64(c[j])] + eta_sd * eta[j]
            kept[j] = kept[j] + kappa * own
            fresh[j] = delta * fresh[j] + (1.0 - kappa) * own


@njit(cache=True)
def scores(
    ids: Ints,
    key: np.uint64,
    size: Array,
    beside: Floats,
    noise_sd: Floats,
    trait: Floats,
    lasting: Floats,
    fading: Floats,
) -> tuple[Floats, Floats]:
    """`assessment.scores`, and their sums by class."""
    out, total, end = np.empty(len(ids)), np.empty(len(size)), 0
    draw_normals(ids, key, out)
    for c in range(len(size)):
        start, end = end, end + size[c]
        sum_here, beside_here, sd_here = 0.0, beside[c], noise_sd[c]
        for place in range(start, end):
            i = np.uint64(place)  # an unsigned place needs no look for negative ones
            out[i] = trait[i] + lasting[i] + fading[i] + beside_here + sd_here * out[i]
            sum_here += out[i]
        total[c] = sum_here
    return out, total


@njit(cache=True, inline="always")
def sum_of(parts: tuple[Floats, ...], i: int | np.uint64) -> float:
    """Sum of a row's parts, from left to right."""
    total = 0.0
    for part in parts:
        total += part[i]
    return float(total)


@njit(cache=True)
def class_sums(size: Array, parts: tuple[Floats, ...]) -> Floats:
    """`classroom._class_sums`."""
    total, end = np.empty(len(size)), 0
    for c in range(len(size)):
        start, end = end, end + size[c]
        sum_here = 0.0
        for place in range(start, end):
            sum_here += sum_of(parts, np.uint64(place))
        total[c] = sum_here
    return total

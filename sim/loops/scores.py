"""What students learn and what they score, in passes over all of them.

Students stand class by class: what is the same for those who stand together is looked up, and their sums are put
down, once for all of them. Any other order gives the same figures, slower.
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
    room: Array,
    beside: Floats,
    noise_sd: Floats,
    trait: Floats,
    lasting: Floats,
    fading: Floats,
) -> tuple[Floats, Floats]:
    """`assessment.scores`, and their sums by class."""
    out, total, i = np.empty(len(ids)), np.zeros(len(beside)), 0
    draw_normals(ids, key, out)
    while i < len(ids):
        c = room[i]
        sum_here, beside_here, sd_here = total[c], beside[c], noise_sd[c]
        while i < len(ids) and room[i] == c:
            out[i] = trait[i] + lasting[i] + fading[i] + beside_here + sd_here * out[i]
            sum_here += out[i]
            i += 1
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
def class_sums(room: Array, parts: tuple[Floats, ...], classes: int) -> Floats:
    """`classroom._class_sums`."""
    total, i = np.zeros(classes), 0
    while i < len(room):
        c = room[i]
        sum_here = total[c]
        while i < len(room) and room[i] == c:
            sum_here += sum_of(parts, i)
            i += 1
        total[c] = sum_here
    return total

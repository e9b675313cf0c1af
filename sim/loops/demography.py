"""Demography's loops."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.student import ARRIVAL, CATCHMENT_DIGITS, COHORT_DIGITS
from sim.loops.draws import mixed, normal_of, uniform_of
from sim.noise import Floats, Ints

Keys = tuple[np.uint64, ...]
Parts = tuple[float, ...]
"""These are of `demography.of_birth`."""


@njit(cache=True)
def born(
    cohort: int,
    schools: Ints,
    catchments: Ints,
    births: Ints,
    home_means: Floats,
    keys: Keys,
    shares: Parts,
    weights: Parts,
) -> tuple[Ints, Array, Array, Array, Array, Floats]:
    """`demography._born`."""
    children, at = births.sum(), 0
    ids, catchment, mean = np.empty(children, np.int64), np.empty(children, np.int16), np.empty(children)
    for k in range(len(births)):
        here = catchments[k]
        first = cohort * COHORT_DIGITS + schools[here] * CATCHMENT_DIGITS
        for number in range(births[k]):
            ids[at], catchment[at], mean[at] = first + number, here, home_means[here, 0]
            at += 1
    migrant, left_behind, ses, trait = _brought(ids, mean, keys, shares, weights)
    return ids, catchment, migrant, left_behind, ses, trait


@njit(cache=True)
def _brought(ids: Ints, mean: Floats, keys: Keys, shares: Parts, weights: Parts) -> tuple[Array, Array, Array, Floats]:
    """`demography.brought`."""
    migrant, left_behind = np.empty(len(ids), np.bool_), np.empty(len(ids), np.bool_)
    ses, trait, bits = np.empty(len(ids), np.float32), np.empty(len(ids)), np.empty(len(ids), np.uint64)
    for i in range(len(ids)):
        bits[i] = mixed(np.uint64(ids[i]))
        migrant[i] = uniform_of(mixed(bits[i] ^ keys[0])) < shares[0]
        left_behind[i] = uniform_of(mixed(bits[i] ^ keys[1])) < shares[1]
    for i in range(len(ids)):
        status, own = normal_of(mixed(bits[i] ^ keys[2])), normal_of(mixed(bits[i] ^ keys[3]))
        ses[i], trait[i] = status, mean[i] + weights[0] * (weights[1] * status + weights[2] * own)
    return migrant, left_behind, ses, trait


@njit(cache=True)
def arrive(
    rows: Ints,
    size: Array,
    home_means: Floats,
    keys: Keys,
    shares: Parts,
    weights: Parts,
    ids: Ints,
    grade: Array,
    school: Array,
    room: Array,
    catchment: Array,
    migrant: Array,
    left_behind: Array,
    ses: Array,
    trait: Floats,
    lasting: Floats,
    fading: Floats,
    score: Floats,
    prior_score: Array,
) -> None:
    """`demography._arrive` at classes of so many students, who stand one class after the other."""
    came, mean = np.empty(len(rows), np.int64), np.empty(len(rows))
    for at in range(len(rows)):
        i = rows[at]
        came[at], mean[at] = ids[i] + ARRIVAL, home_means[catchment[i], grade[i]]
    brought = _brought(came, mean, keys, shares, weights)
    end, at = 0, 0
    for c in range(len(size)):
        begin, end = end, end + size[c]
        kept, fresh = lasting[begin:end], fading[begin:end]
        kept_sum, fresh_sum = 0.0, 0.0
        for i in range(len(kept)):
            kept_sum += kept[i]
            fresh_sum += fresh[i]
        while at < len(rows) and rows[at] < end:
            i = rows[at]
            ids[i], migrant[i], left_behind[i] = came[at], brought[0][at], brought[1][at]
            ses[i], trait[i] = brought[2][at], brought[3][at]
            lasting[i], fading[i] = kept_sum / size[c], fresh_sum / size[c]
            score[i] = prior_score[i] = np.nan
            at += 1

"""Demography's loops."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.student import ARRIVAL, CATCHMENT_DIGITS, COHORT_DIGITS
from sim.loops.draws import mixed, normal_of, uniform_of
from sim.noise import Floats, Ints


@njit(cache=True)
def born(cohort: int, schools: Ints, catchments: Ints, births: Ints) -> tuple[Ints, Array]:
    """`demography._born`."""
    ids, catchment, at = np.empty(births.sum(), np.int64), np.empty(births.sum(), np.int16), 0
    for k in range(len(births)):
        here = catchments[k]
        first = cohort * COHORT_DIGITS + schools[here] * CATCHMENT_DIGITS
        for number in range(births[k]):
            ids[at], catchment[at] = first + number, here
            at += 1
    return ids, catchment


@njit(cache=True)
def arrive(
    rows: Ints,
    size: Array,
    keys: tuple[np.uint64, ...],
    shares: tuple[float, ...],
    weights: tuple[float, ...],
    home_means: Floats,
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
            ids[i] += ARRIVAL
            bits = mixed(np.uint64(ids[i]))
            migrant[i] = uniform_of(mixed(bits ^ keys[0])) < shares[0]
            left_behind[i] = uniform_of(mixed(bits ^ keys[1])) < shares[1]
            status, own = normal_of(mixed(bits ^ keys[2])), normal_of(mixed(bits ^ keys[3]))
            ses[i] = status
            trait[i] = home_means[catchment[i], grade[i]] + weights[0] * (weights[1] * status + weights[2] * own)
            lasting[i], fading[i] = kept_sum / size[c], fresh_sum / size[c]
            score[i] = prior_score[i] = np.nan
            at += 1

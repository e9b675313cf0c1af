"""Demography's loops."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.student import CATCHMENT_DIGITS, COHORT_DIGITS
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
def means_of_classes(room: Array, size: Array, rows: Ints, lasting: Floats, fading: Floats) -> Floats:
    """`demography.means_of_classes` of students who stand by class: those of two classes are added up side by side."""
    begin, asked, found = np.cumsum(size) - size, np.empty(len(rows) + 1, np.int64), 0
    for row in rows:
        if found == 0 or asked[found - 1] != room[row]:
            asked[found] = room[row]
            found += 1
    asked[found] = asked[found - 1]
    mean_lasting, mean_fading = np.empty(len(size)), np.empty(len(size))
    for k in range(0, found, 2):
        one, other = asked[k], asked[k + 1]
        first, last = begin[one], begin[other]
        kept, fresh, kept_there, fresh_there = 0.0, 0.0, 0.0, 0.0
        here, here_fresh = lasting[first : first + size[one]], fading[first : first + size[one]]
        there, there_fresh = lasting[last : last + size[other]], fading[last : last + size[other]]
        both = min(size[one], size[other])
        for i in range(both):
            kept += here[i]
            fresh += here_fresh[i]
            kept_there += there[i]
            fresh_there += there_fresh[i]
        for i in range(both, len(here)):
            kept += here[i]
            fresh += here_fresh[i]
        for i in range(both, len(there)):
            kept_there += there[i]
            fresh_there += there_fresh[i]
        mean_lasting[one], mean_fading[one] = kept / size[one], fresh / size[one]
        mean_lasting[other], mean_fading[other] = kept_there / size[other], fresh_there / size[other]
    means = np.empty((2, len(rows)))
    for at in range(len(rows)):
        means[0, at], means[1, at] = mean_lasting[room[rows[at]]], mean_fading[room[rows[at]]]
    return means

"""Demography's loops."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.noise import Floats, Ints


@njit(cache=True)
def means_of_classes(room: Array, classes: int, rows: Ints, parts: tuple[Floats, ...]) -> Floats:
    """`classroom._means_of_classes`; sums of those classes alone."""
    asked, size, sums = np.zeros(classes, np.bool_), np.zeros(classes), np.zeros((classes, len(parts)))
    means = np.empty((len(parts), len(rows)))
    for row in rows:
        asked[room[row]] = True
    for i in range(len(room)):
        here = room[i]
        if asked[here]:
            size[here] += 1
            for k in range(len(parts)):
                sums[here, k] += parts[k][i]
    for at in range(len(rows)):
        here = room[rows[at]]
        for k in range(len(parts)):
            means[k, at] = sums[here, k] / size[here]
    return means

"""Demography's loops."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.noise import Floats, Ints


@njit(cache=True)
def means_of_classes(room: Array, classes: int, rows: Ints, lasting: Floats, fading: Floats) -> Floats:
    """`demography._means_of_classes`; sums of those classes alone, once for all who stand together."""
    asked, size, sums, begun = np.zeros(classes, np.bool_), np.zeros(classes), np.zeros((2, classes)), 0
    for row in rows:
        asked[room[row]] = True
    for end in range(1, len(room) + 1):
        here = room[begun]
        if end < len(room) and room[end] == here:
            continue
        if asked[here]:
            size[here] += end - begun
            kept, fresh = sums[0, here], sums[1, here]
            for i in range(begun, end):
                kept += lasting[i]
                fresh += fading[i]
            sums[0, here], sums[1, here] = kept, fresh
        begun = end
    means = np.empty((2, len(rows)))
    for at in range(len(rows)):
        here = room[rows[at]]
        means[0, at], means[1, at] = sums[0, here] / size[here], sums[1, here] / size[here]
    return means

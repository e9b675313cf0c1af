"""Loops over the families that choose a school; taste's logarithms are NumPy's, as they may differ elsewhere."""

import numpy as np
from numba import njit

from sim.agents.columns import Array
from sim.agents.school_choice import PAIR
from sim.loops.draws import mixed, normal_of, uniform_of
from sim.noise import Floats, Ints


@njit(cache=True)
def doors_open(ids: Ints, key: np.uint64, ses: Array, goes_with: float, own: float, beyond: float) -> Array:
    """`school_choice.may_choose`."""
    opens = np.empty(len(ids), np.bool_)
    for i in range(len(ids)):
        other = normal_of(mixed(mixed(np.uint64(ids[i])) ^ key))
        opens[i] = goes_with * np.float64(ses[i]) + own * other > beyond
    return opens


@njit(cache=True)
def drawn_for_pairs(ids: Ints, home: Ints, schools: Ints, key: np.uint64) -> Floats:
    """Uniform draws of `school_choice.best_liked`, by family and option; `schools` are the ids of a home's options."""
    drawn = np.empty((len(ids), schools.shape[1]))
    for i in range(len(ids)):
        for k in range(schools.shape[1]):
            drawn[i, k] = uniform_of(mixed(mixed(np.uint64(ids[i] * PAIR + schools[home[i], k])) ^ key))
    return drawn


@njit(cache=True)
def most_useful(
    home: Ints,
    options: Ints,
    near: Floats,
    weight: Floats,
    reputation: Floats,
    appeal: Floats,
    taste_scale: float,
    taste: Floats,
) -> Ints:
    """`school_choice.best_liked`: the option of most utility of each family, the first where several have it."""
    liked = np.empty(len(home), np.int64)
    for i in range(len(home)):
        most = -np.inf
        for k in range(options.shape[1]):
            school = options[home[i], k]
            utility = near[home[i], k] + weight[i] * reputation[school] + appeal[school] + taste_scale * taste[i, k]
            if k == 0 or utility > most:
                most, liked[i] = utility, school
    return liked

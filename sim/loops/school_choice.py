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
        first, there, here = ids[i] * PAIR, schools[home[i]], drawn[i]
        for k in range(len(there)):
            here[k] = uniform_of(mixed(mixed(np.uint64(first + there[k])) ^ key))
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
    liked, utility = np.empty(len(home), np.int64), np.empty(options.shape[1])
    for i in range(len(home)):
        schools, far, minds, luck = options[home[i]], near[home[i]], weight[i], taste[i]
        for k in range(len(schools)):
            school = np.uint64(schools[k])
            utility[k] = far[k] + minds * reputation[school] + appeal[school] + taste_scale * luck[k]
        most, best = utility[0], 0
        for k in range(len(schools)):
            most = max(most, utility[k])
        while best < len(schools) - 1 and utility[best] != most:
            best += 1
        liked[i] = schools[best]
    return liked

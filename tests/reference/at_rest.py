"""Small districts at rest, built once, of which every test gets a copy of its own."""

from functools import cache

import numpy as np

import sim
from sim.agents import demography


@cache
def _scenario(overrides):
    return sim.load(overrides=overrides)


@cache
def _rest(overrides, seed):
    return _scenario(overrides).at_rest(seed)


def district(seed=0, students=900, **margins):
    """A model of its own, standing at the end of the baseline year."""
    overrides = (f"district.students={students}", *(f"district.{k}={v}" for k, v in sorted(margins.items())))
    return _scenario(overrides).start(_rest(overrides, seed), "policy")


def renumber_schools(model, seed):
    """Give the schools ids that are not their rows, so that whoever takes one for the other is found out."""
    model.schools.id = 100 + np.random.default_rng(seed).permutation(len(model.schools))


def before_enrolment(seed=0, **margins):
    """A model in its first year, with the entrants in but without a school."""
    model = district(seed, **margins)
    model.begin_year()
    demography.advance(model)
    return model

"""Small districts at rest, built once, of which every test gets a copy of its own."""

from dataclasses import replace
from functools import cache

import numpy as np

import sim
from sim.agents import demography
from sim.district.listed_places import PrivateSchool


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


@cache
def _private_rest(seed, margins):
    scenario = _scenario(("district.students=3000",))
    schools = (PrivateSchool("甲", 0), PrivateSchool("乙", 0), PrivateSchool("丙", 1))
    place = replace(scenario.district, private_schools=schools, **dict(margins))
    return replace(scenario, district=place).at_rest(seed)


def with_private_schools(seed=0, policy=None, **margins):
    """A copy of a district with two private primary schools and a junior one, for a tenth of the entrants."""
    shares = {"private_share_primary": 0.1, "private_share_junior": 0.1, "migrant_public_share": 0.85}
    rest = _private_rest(seed, tuple(sorted((shares | margins).items())))
    return rest.under(rest.policy if policy is None else policy)


def renumber_schools(model, seed):
    """Give the schools ids that are not their rows, so that whoever takes one for the other is found out."""
    model.schools.id = 100 + np.random.default_rng(seed).permutation(len(model.schools))


def before_enrolment(seed=0, **margins):
    """A model in its first year, with the entrants in but without a school."""
    model = district(seed, **margins)
    model.begin_year()
    demography.advance(model)
    return model

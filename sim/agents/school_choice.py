"""Part of step 2, enrolment: which school a family wants (择校), and what makes it want it as seen at rest."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import JUNIOR
from sim.agents.student import Students
from sim.noise import Floats, Noise

if TYPE_CHECKING:
    from sim.model import ZoneReform

PAIR = 10**4
"""The pair of a student and a school has the id student * PAIR + school."""
HERMITE_POINTS = (-np.sqrt(3.0), 0.0, np.sqrt(3.0))
HERMITE_MASSES = (1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0)
"""Gauss-Hermite quadrature over a standard normal."""
HIGHEST_WEIGHT, HALVINGS = 20.0, 50
"""Weight of reputation that no district comes near, and the bisection below it."""
ROUNDS = 30
"""Steps towards the appeal of private schools; each year of the spin-up goes on from the one before."""
FEWEST = 1e-12
"""Applicants of a private school that nobody can reach."""


def reputation_weight(model: "ZoneReform", level: int) -> float:
    """Weight of reputation in families' choice of this level.

    The more elite senior-high places go by quota, the less a junior school's name decides: each unit of share
    above the status quo takes `quota_choice` of the weight.
    """
    weight = float(model.choice_weight[level])
    if level != JUNIOR:
        return weight
    more = model.terms.high_school_quota - model.district.high_school_quota
    return weight * (1.0 - model.effects.quota_choice * more)


def chosen_school(model: "ZoneReform", students: Students, rows: Array, home: Array, level: int) -> Array:
    """School each family wants: the catchment's, unless it likes another better for which it may apply.

    Any family may apply to a private school with places, to other public ones those who may choose.
    """
    schools = model.schools
    chooses = model.noise.chance("may choose", model.year, students.id[rows], model.terms.may_choose)
    wanted = home.copy()
    options = np.flatnonzero((schools.level == level) & (~schools.private | (schools.seats > 0)))
    chooser, held = np.flatnonzero(chooses), np.flatnonzero(~chooses)
    if len(chooser):
        all_ = np.broadcast_to(options, (len(chooser), len(options)))
        wanted[chooser] = best_liked(model, students, rows[chooser], home[chooser], all_, level)
    private = options[schools.private[options]]
    if len(private) and len(held):
        or_private = np.column_stack((home[held], np.broadcast_to(private, (len(held), len(private)))))
        wanted[held] = best_liked(model, students, rows[held], home[held], or_private, level)
    return wanted


def best_liked(
    model: "ZoneReform", students: Students, rows: Array, home: Array, options: Array, level: int
) -> Array:
    """The school of most utility among each family's options, (n, k) -> (n,).

    Utility is -distance/scale + w * reputation + a taste of the pair, and the appeal of private schools; w grows with
    the family's status. That fees keep away the poor is left out for want of evidence.
    """
    schools = model.schools
    weight = reputation_weight(model, level) * status_weight(students.ses[rows].astype(np.float64))
    pairs = students.id[rows][:, None] * PAIR + schools.id[options]
    taste = gumbel(model.noise, "taste", 0, pairs.ravel()).reshape(pairs.shape)
    near = -model.distances[home[:, None], options] / model.effects.distance_scale
    utility = near + weight[:, None] * schools.reputation[options] + schools.appeal[options] + taste
    return np.asarray(options[np.arange(len(options)), np.argmax(utility, axis=1)])


def status_weight(ses: Floats) -> Floats:
    """How much a family minds reputation, 1 at mean status: better-off families mind it more."""
    return np.maximum(0.0, 1.0 + ses)


def gumbel(noise: Noise, stream: str, year: int, ids: Array) -> Floats:
    """Taste of the logit choice model."""
    return np.asarray(-np.log(-np.log(noise.uniform(stream, year, ids))))


def solve_choice_weight(
    kilometres: Floats, reputation: Floats, residents: Array, scale: float, choosing_elsewhere: float
) -> float:
    """Weight of reputation at which, if all might choose, the observed share would go elsewhere (`i_zexiao`).

    Status is integrated over three Gauss-Hermite points. 0 where distance alone sends more families away.
    """
    if len(residents) < 2 or residents.sum() == 0:
        return 0.0
    minds = status_weight(np.array(HERMITE_POINTS))

    def elsewhere(weight: float) -> float:
        total = 0.0
        for minding, mass in zip(minds, HERMITE_MASSES, strict=True):
            utility = -kilometres / scale + weight * minding * reputation
            own = np.exp(np.diag(utility)) / np.exp(utility).sum(axis=1)
            total += mass * float((residents * (1.0 - own)).sum() / residents.sum())
        return total

    low, high = 0.0, HIGHEST_WEIGHT
    if elsewhere(low) >= choosing_elsewhere:
        return 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if elsewhere(middle) < choosing_elsewhere else (low, middle)
    return 0.5 * (low + high)


def solve_private_appeal(
    near: Floats, reputation: Floats, own: Floats, families: Floats, expected: Floats, appeal: Floats, weight: float
) -> Floats:
    """Appeal of private schools at which each has the applicants expected of it, (P,).

    It stands for all that draws families to a school, or keeps them away, beside distance and reputation: buses,
    boarding, teaching, fees. Families weigh the private schools (P) against their catchment's own (H catchments).

    Parameters
    ----------
    near : (H, P) array
        Utility of the distance from a catchment to a private school.
    reputation, own : (P,) and (H,) arrays
        Reputation of the private schools and of the catchments' own.
    families : (H,) array
        Families who may apply, by catchment.
    expected : (P,) array
        Applicants of each private school.
    appeal : (P,) array
        Where to start.
    """
    minds = status_weight(np.array(HERMITE_POINTS))
    for _ in range(ROUNDS):
        asking = np.zeros(len(appeal))
        for minding, mass in zip(minds, HERMITE_MASSES, strict=True):
            odds = np.exp(near + weight * minding * (reputation - own[:, None]) + appeal)
            asking += mass * (families[:, None] * odds / (1.0 + odds.sum(axis=1, keepdims=True))).sum(axis=0)
        appeal = appeal + np.log(expected / np.maximum(asking, FEWEST))
    return appeal

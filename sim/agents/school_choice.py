"""Part of step 2, enrolment: which school a family wants (择校), and what makes it want it as seen at rest."""

from functools import cache
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.columns import Array
from sim.agents.school import JUNIOR
from sim.agents.student import Students
from sim.compiled import compiled, loops
from sim.noise import Floats, Ints, inverse_normal
from sim.roots import root

if TYPE_CHECKING:
    from sim.model import ZoneReform

PAIR = 10**4
"""The pair of a student and a school has the id student * PAIR + school."""
FAMILIES = 20
"""Families of as many statuses stand for all: what each wants is nearly a step of its status, so that equal shares of
the normal give the whole to a few thousandths, where Gauss-Hermite points, few of them near the middle, miss by 0.02.
"""
CLOSE_ENOUGH = 1e-7
"""How exactly the weight of reputation is sought."""
PARTS = 8
"""Partial sums in which the odds of schools are added, as NumPy adds a row of up to 128 numbers."""
ROUNDS, LONGER, SHORTER = 150, 1.3, 0.5
"""Steps towards the appeal of private schools: each is longer than the last, or shorter once that went too far."""
FEWEST = 1e-12
"""Applicants of a private school that nobody is expected to ask for."""


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


def chosen_school(model: "ZoneReform", entrants: Students, home: Ints, level: int) -> Ints:
    """School each family wants: the catchment's, unless it likes another better for which it may apply.

    Any family may apply to a private school with places; those who may choose, to any of the schools near them.
    """
    schools, geography = model.schools, model.geography
    chooses = may_choose(model, entrants)
    wanted = home.copy()
    private = np.flatnonzero(schools.private & (schools.level == level) & (schools.seats > 0))
    own = np.arange(len(schools))[:, None]
    for whose, options, far in (
        (chooses, *geography.near_by_level[level]),
        (~chooses, own, np.zeros(own.shape)),
    ):
        if options.shape[1] + len(private) == 1:
            continue
        families = np.flatnonzero(whose)
        if len(private):
            options = np.column_stack((options, np.broadcast_to(private, (len(own), len(private)))))
            far = np.column_stack((far, geography[own, private]))
        ids, ses = entrants.id[families], entrants.ses[families]
        wanted[families] = best_liked(model, ids, ses, home[families], options, far, level)
    return wanted


def may_choose(model: "ZoneReform", entrants: Students) -> NDArray[np.bool_]:
    """Whether each family may choose: in expectation the share `terms.may_choose`, the better-off rather than others.

    Where catchments are enforced, money and connections choose (以钱择校、以权择校): what opens doors to a family is a
    standard normal that goes with its status by `choice_status`, and they are open beyond the quantile of the share.
    """
    share, goes_with, noise = model.terms.may_choose, model.effects.choice_status, model.noise
    if share <= 0.0 or share >= 1.0:
        return np.full(len(entrants), share >= 1.0)
    beyond, own = exceeded_by(share), sqrt(1.0 - goes_with * goes_with)
    if (fast := loops()) is not None:
        key = noise.key("may choose", model.year)
        return np.asarray(fast.doors_open(entrants.id, key, entrants.ses, goes_with, own, beyond))
    other = noise.normal("may choose", model.year, entrants.id)
    return np.asarray(goes_with * entrants.ses.astype(np.float64) + own * other > beyond)


@cache
def exceeded_by(share: float) -> float:
    """What a share of standard normals lies beyond."""
    return -float(inverse_normal(np.array([max(share, 1e-12)]))[0])


def best_liked(
    model: "ZoneReform", ids: Ints, ses: Array, home: Ints, options: Ints, far: Floats, level: int
) -> Ints:
    """The school of most utility among each family's options.

    Utility is -distance/scale + w * reputation + a taste of the pair, and the appeal of private schools, all in
    distance scales; w grows with the family's status. That fees keep away the poor is left out for want of evidence.

    Parameters
    ----------
    home : (n,) array
        Row of the school in whose catchment each family lives.
    options, far : (S, k) arrays
        The schools from which families of a catchment choose, and how many kilometres away they are.
    """
    schools, scale = model.schools, model.effects.taste_scale
    reputation, appeal, near = schools.reputation, schools.appeal, -far / model.effects.distance_scale
    weight = reputation_weight(model, level) * status_weight(ses.astype(np.float64))
    if (fast := loops()) is not None:
        taste = gumbel(fast.drawn_for_pairs(ids, home, schools.id[options], model.noise.key("taste", 0)))
        return np.asarray(fast.most_useful(home, options, near, weight, reputation, appeal, scale, taste))
    at = options[home]
    taste = scale * gumbel(model.noise.uniform("taste", 0, ids[:, None] * PAIR + schools.id[at]))
    utility = near[home] + weight[:, None] * reputation[at] + appeal[at] + taste
    return np.asarray(at[np.arange(len(at)), np.argmax(utility, axis=1)])


def status_weight(ses: Floats) -> Floats:
    """How much a family minds reputation, 1 at mean status: better-off families mind it more."""
    return np.maximum(0.0, 1.0 + ses)


@cache
def mindings() -> Floats:
    """How much families mind reputation, one for each of `FAMILIES` equal shares of them."""
    return status_weight(inverse_normal((np.arange(FAMILIES) + 0.5) / FAMILIES))


def gumbel(uniform: Floats) -> Floats:
    """Taste of the logit choice model."""
    return np.asarray(-np.log(-np.log(uniform)))


def solve_choice_weight(
    near: Floats, better: Floats, residents: Array, taste: float, leaving: float, most: float
) -> float:
    """Weight of reputation at which, if all might choose, the share `leaving` of the families would go elsewhere.

    0 where distance and taste alone send more of them away, `most` where that weight does not send as many.

    Parameters
    ----------
    near : (H, k) array
        Utility of the distance from a catchment to the other schools that its families compare.
    better : (H, k) array
        Reputation of these less that of the catchment's own.
    residents : (H,) array
        Children of the catchments.
    taste : float
        Scale of taste (`taste_scale`).
    most : float
        Weight that no family goes beyond (`choice_weight_most`).
    """
    if residents.sum() == 0:
        return 0.0

    @cache  # ends that are known are asked for again
    def too_few(weight: float) -> float:
        return leaving - share_elsewhere(weight, near, better, residents, taste)

    if too_few(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while too_few(high) > 0:
        if high >= most:
            return most
        low, high = high, 2.0 * high
    return min(most, root(too_few, low, high, CLOSE_ENOUGH))


def share_elsewhere(weight: float, near: Floats, better: Floats, residents: Array, taste: float) -> float:
    """Share of the families who, if all might choose, would want another school than their catchment's."""
    odds = _over_best(near, better, weight * mindings(), taste)
    stays = _staying(np.exp(odds, out=odds), residents)
    return 1.0 - float(stays.sum()) / (FAMILIES * float(residents.sum()))


@compiled()
def _over_best(near: Floats, better: Floats, weights: Floats, taste: float) -> Floats:
    """How far the catchment's own school, and then the others, are over the best of all: 0 or below, in tastes.

    For each weight of reputation, (weights, 1 + k, H): homes come last, as they do not wait for one another.
    """
    homes, others = near.shape
    over_best, best = np.empty((len(weights), 1 + others, homes)), np.empty(homes)
    distance, gain = near.T.copy(), better.T.copy()
    for w in range(len(weights)):
        best[:] = 0.0
        for k in range(others):
            for h in range(homes):
                over_own = (distance[k, h] + weights[w] * gain[k, h]) / taste
                over_best[w, 1 + k, h] = over_own
                best[h] = max(best[h], over_own)
        over_best[w, 0] = 0.0
        for k in range(1 + others):
            for h in range(homes):
                over_best[w, k, h] -= best[h]
    return over_best


@compiled()
def _staying(odds: Floats, residents: Ints) -> Floats:
    """Children of each home who stay, (weights, H), from the odds of the own school and the others.

    Those of the others, (weights, k, H), are added in `PARTS`, which are then added two by two.
    """
    own, others = odds[:, 0], odds[:, 1:]
    weights, schools, homes = others.shape
    stays, in_parts = np.empty((weights, homes)), schools - schools % PARTS
    for w in range(weights):
        part, total = np.zeros((PARTS, homes)), np.zeros(homes)
        for k in range(in_parts):
            for h in range(homes):
                part[k % PARTS, h] += others[w, k, h]
        for h in range(homes):
            first, last = (part[0, h] + part[1, h]) + (part[2, h] + part[3, h]), part[4, h] + part[5, h]
            total[h] = first + (last + (part[6, h] + part[7, h]))
        for k in range(in_parts, schools):
            for h in range(homes):
                total[h] += others[w, k, h]
        for h in range(homes):
            stays[w, h] = own[w, h] / (own[w, h] + total[h]) * residents[h]
    return stays


def solve_private_appeal(
    near: Floats,
    reputation: Floats,
    own: Floats,
    families: Floats,
    expected: Floats,
    appeal: Floats,
    weight: float,
    taste: float,
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
    weight, taste : float
        Weight of reputation, and scale of taste (`taste_scale`).
    """
    minds = mindings()[:, None, None]
    step, short = np.ones(len(appeal)), np.ones(len(appeal), dtype=bool)
    for _ in range(ROUNDS):
        over_own = (near + weight * minds * (reputation - own[:, None]) + appeal) / taste
        most = np.maximum(over_own.max(axis=2, keepdims=True), 0.0)
        odds = np.exp(over_own - most)
        asking = odds / (np.exp(-most) + odds.sum(axis=2, keepdims=True))
        was, short = short, (families[:, None] * asking).sum(axis=(0, 1)) / FAMILIES < expected
        step = step * np.where(short == was, LONGER, SHORTER)
        appeal = appeal + np.where(short, step, -step)
    return appeal

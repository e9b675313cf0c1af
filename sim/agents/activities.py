"""What only keeps books: research, contests, ICT training and awards (no effect on learning).

Who takes part follows an order drawn once by id, so that a larger share adds people and replaces nobody.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from sim.agents.columns import Array
from sim.agents.school import LEVELS, Schools
from sim.compiled import compiled
from sim.filing import counted, first_by_lot
from sim.noise import Floats, Ints, Noise

if TYPE_CHECKING:
    from sim.model import ZoneReform

ROUNDING = 1e-9
"""A product that is this much above a whole number is one."""


def record_activities(model: "ZoneReform") -> None:
    """Say who takes part this year, as the terms ask, and who wins; part of the step joint teaching."""
    teachers, schools, terms = model.teachers, model.schools, model.terms
    employed, trained = public_teachers(model), teachers.employed & teachers.ict_trained
    teachers.ict_trained = trained | _some(model, "ict", 0, terms.ict_share, employed, already=trained)
    if model.year < model.baseline_year:  # of these years nothing else is left when the baseline is fixed
        return
    schools.research = chosen_schools("research schools", terms.school_research_share, schools, model.noise)
    teachers.research = _some(model, "research", 0, terms.teacher_research_share, employed)
    young = employed & teachers.younger_than(model.district.young_age)
    teachers.contest = _some(model, "contest", model.year, terms.young_contest_share, young)
    teachers.award = employed & wins_award(model)


def public_teachers(model: "ZoneReform") -> Array:
    """Mask of the teachers in post at public schools, whom alone the district's programmes reach (assumed)."""
    return _at_public_schools(model.teachers.school, model.schools.private)


@compiled()
def _at_public_schools(school: Ints, private: Array) -> Array:
    at_public = np.empty(len(school), np.bool_)
    for t in range(len(school)):
        at_public[t] = (school[t] >= 0) & (not private[school[t]])
    return at_public


def chosen_schools(stream: str, share: float, schools: Schools, noise: Noise) -> Array:
    """Mask of the first public schools of each level, in an order drawn once, that make up a share."""
    lots, places = noise.lots(stream, 0, schools.id), schools_reached(share, schools)
    level = schools.level.astype(np.int32)  # as the schools of teachers are, for whom the rule is compiled
    return first_by_lot(level, ~schools.private, places, lots, schools.id)


def schools_reached(share: float, schools: Schools) -> Array:
    """Number of primary and of junior schools that a share of each level's public ones comes to."""
    return share_of(share, np.bincount(schools.level[~schools.private], minlength=len(LEVELS)))


def share_of(share: float, count: ArrayLike) -> Array:
    """Least whole number that is at least the share of a count (rounding of the product forgiven)."""
    return np.ceil(share * np.asarray(count) - ROUNDING).astype(np.int64)


def wins_award(model: "ZoneReform") -> Array:
    """Whether skill and luck pass the cut that the baseline year set; False in the spin-up."""
    if model.baseline is None:
        return np.zeros(len(model.teachers), dtype=bool)
    return np.asarray(award_points(model) >= model.baseline.award_cut)


def award_points(model: "ZoneReform") -> Floats:
    """What juries see of each teacher: skill in its SD, and luck (`award_noise`)."""
    teachers, effects = model.teachers, model.effects
    luck = model.noise.normal("award", model.year, teachers.id)
    return _points(teachers.base_skill, teachers.learned, luck, float(effects.rec_sigmaT), float(effects.award_noise))


@compiled()
def _points(base_skill: Floats, learned: Floats, luck: Floats, skill_sd: float, luck_sd: float) -> Floats:
    points = np.empty(len(luck))
    for t in range(len(luck)):
        skill = (base_skill[t] + learned[t]) / skill_sd if skill_sd > 0 else 0.0
        points[t] = skill + luck_sd * luck[t]
    return points


def _some(
    model: "ZoneReform", stream: str, year: int, share: float, among: Array, already: Array | None = None
) -> Array:
    """Mask of a share of each school's teachers `among` whom to choose, less those `already` in, who take up places."""
    teachers, schools = model.teachers, len(model.schools)
    places = share_of(share, counted(teachers.school, among, schools))
    if already is not None:
        places -= counted(teachers.school, among & already, schools)
        among = among & ~already
    lots = model.noise.lots(stream, year, teachers.id)
    return first_by_lot(teachers.school, among, places, lots, teachers.id)

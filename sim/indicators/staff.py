"""Teachers: their skill, where the backbone is, who moved, and what is taught outside its subject."""

import numpy as np

from sim.agents.classroom import Classes
from sim.agents.columns import Array
from sim.agents.teacher import CORE, DISTRICT_BACKBONE, MASTERS, Teachers
from sim.indicators.units import Units, ratio, sums
from sim.noise import Floats


def staffing(units: Units, teachers: Teachers, strong_half: Array) -> dict[str, Floats]:
    """Skill, backbone teachers and moves.

    Parameters
    ----------
    teachers : Teachers
        Those in post.
    strong_half : (S,) bool array
        Schools above the median of mean teacher skill at the baseline.
    """
    schools = len(strong_half)

    def count(which: Array) -> Floats:
        return sums(which, teachers.school, schools)

    backbone = teachers.backbone >= DISTRICT_BACKBONE
    posts, skill = count(np.ones(len(teachers))), count(teachers.skill)
    experts, rotated = count(backbone), units.sum(count(teachers.rotated))
    eligible, employed = units.sum(count(teachers.eligible)), units.sum(posts)
    came = backbone & teachers.moved & (teachers.school_before >= 0) & (teachers.school_before != teachers.school)
    sent = np.bincount(teachers.school_before[came], minlength=schools).astype(np.float64)
    strong, weak = strong_half.astype(np.float64), 1.0 - strong_half
    gap = ratio(units.sum(skill * strong), units.sum(posts * strong)) - ratio(
        units.sum(skill * weak), units.sum(posts * weak)
    )
    return {
        "skill_mean": ratio(units.sum(skill), employed),
        "teacher_skill_gap": gap,
        "backbone_cover": ratio(units.sum(experts > 0), units.sum(np.ones(schools))),
        "masters_share": ratio(units.sum(count(teachers.degree >= MASTERS)), employed),
        "eligible_share": ratio(eligible, employed),
        "rotated_share": _or_zero(rotated, eligible),
        "rotated_backbone_share": _or_zero(units.sum(count(backbone & teachers.rotated)), rotated),
        "itinerant_share": ratio(units.sum(count(teachers.second_school >= 0)), employed),
        "moved_share": ratio(units.sum(count(teachers.moved)), employed),
        "backbone_received": units.sum(count(came)),
        "backbone_sent": units.sum(sent),
    }


def teaching(units: Units, teachers: Teachers, classes: Classes, schools: int) -> dict[str, Floats]:
    """Classes that are not covered, and places in teams held by a teacher of another subject.

    Parameters
    ----------
    teachers : Teachers
        All posts, since `classes.team` holds their rows.
    """
    held = classes.team >= 0
    outside = held & (teachers.subject[classes.team] != np.array(CORE))

    def count(by_class: Array) -> Floats:
        return units.sum(sums(by_class, classes.school, schools))

    return {
        "uncovered_classes": count(~classes.covered),
        "out_of_subject_share": ratio(
            count(np.count_nonzero(outside, axis=1)), count(np.count_nonzero(held, axis=1))
        ),
    }


def _or_zero(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)

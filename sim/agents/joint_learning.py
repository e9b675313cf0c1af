"""Step 6, joint teaching: teachers learn from better colleagues, and from those the zone joins them with.

    joint       = theta * coverage * fidelity * gap
    practised_t = max(keep * practised_t-1, colleagues + max(0, joint) + max(0, training))
    learned_t   = practised_t + min(0, joint) + min(0, training)

Practice is kept up, not piled up: gaps are taken in the skill brought to the job, in SD of teachers, and
count up to `gap_most`. Better ones help, worse ones do no harm. Where the effect of joint work or training
itself is drawn below 0 it harms in the years it goes on: cut off at 0, an effect that is null on average would
be a gain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.activities import record_activities, share_of
from sim.agents.columns import Array
from sim.agents.school import NO_ZONE
from sim.agents.teacher import OTHER_CORE, SUBJECTS, Teachers
from sim.agents.zone import of_zone
from sim.compiled import compiled
from sim.noise import Floats, Ints
from sim.turns import first_within, rank_within

if TYPE_CHECKING:
    from sim.config import Effects
    from sim.model import ZoneReform

_SUBJECTS = len(SUBJECTS)
MODES = ("joint_preparation", "matched_pairs", "lesson_study", "shadowing")


@dataclass(frozen=True)
class Staff:
    """Those in post, and of each what decides how much is learned from whom."""

    id: Array
    school: Array
    base_skill: Floats


def learn_together(model: "ZoneReform") -> None:
    """What teachers learn this year, and the books on what they took part in."""
    keep_up(model)
    record_activities(model)


def keep_up(model: "ZoneReform") -> None:
    """Bring `practised` and `learned` of every teacher to this year."""
    teachers, schools, effects, terms = model.teachers, model.schools, model.effects, model.terms
    joint, training = np.zeros(len(teachers)), np.zeros(len(schools))
    if terms.joint_coverage > 0:
        joint = terms.joint_coverage * from_joint_work(model)
    if terms.training_hours > 0:
        share = min(1.0, terms.training_hours / effects.training_full_hours)
        training = effects.b_nttp * share * ~schools.private
    colleagues = from_colleagues(teachers, len(schools), effects)
    columns = teachers.practised, teachers.learned
    _practise(teachers.school, colleagues, joint, training, float(effects.keep), *columns)


@compiled()
def _practise(
    school: Ints, colleagues: Floats, joint: Floats, training: Floats, keep: float, practised: Floats, learned: Floats
) -> None:
    """Bring `practised` and `learned` of those in post, in place, to what the year gave each of them."""
    for t in range(len(school)):
        if school[t] >= 0:
            course = training[school[t]]
            gain = colleagues[t] + max(0.0, joint[t]) + max(0.0, course)
            practised[t] = max(keep * practised[t], gain)
            learned[t] = practised[t] + (min(0.0, joint[t]) + min(0.0, course))


def skill_gap(better: Floats, own: Floats, effects: "Effects") -> Floats:
    """How much better, in SD of teachers, 0 ... `gap_most`; 0 where teachers do not differ."""
    return _gaps(better, own, float(effects.rec_sigmaT), float(effects.gap_most))


def _gap(better: float, own: float, sd: float, most: float) -> float:
    return min(max((better - own) / sd, 0.0), most) if sd > 0 else 0.0


@compiled(_gap)
def _gaps(better: Floats, own: Floats, sd: float, most: float) -> Floats:
    gaps = np.empty(len(own))
    for t in range(len(own)):
        gaps[t] = _gap(better[t], own[t], sd, most)
    return gaps


def from_colleagues(teachers: Teachers, schools: int, effects: "Effects") -> Floats:
    """What the others of one's subject at one's school give, the whole year and everywhere (`rec_peerT`)."""
    spread = float(effects.rec_sigmaT), float(effects.gap_most)
    novice = float(effects.novice_years), float(effects.novice_peer_weight)
    columns = teachers.school, teachers.subject, teachers.experience, teachers.base_skill
    return _from_others(*columns, schools, *spread, float(effects.rec_peerT), *novice)


@compiled(_gap)
def _from_others(
    school: Ints,
    subject: Ints,
    experience: Ints,
    own: Floats,
    schools: int,
    sd: float,
    most: float,
    effect: float,
    novice_years: float,
    novice_weight: float,
) -> Floats:
    """The effect of the gap to the mean of the others of one's subject at one's school; 0 where there are none."""
    total, count, gain = np.zeros(schools * _SUBJECTS), np.zeros(schools * _SUBJECTS), np.zeros(len(own))
    for t in range(len(own)):
        if school[t] >= 0:
            circle = np.uint64(school[t] * _SUBJECTS + subject[t])  # an unsigned place needs no look for negative ones
            total[circle] += own[t]
            count[circle] += 1.0
    for t in range(len(own)):
        if school[t] >= 0:
            circle = np.uint64(school[t] * _SUBJECTS + subject[t])
            others = count[circle] - 1.0
            if others > 0.0:
                gap = _gap((total[circle] - own[t]) / others, own[t], sd, most)
                gain[t] = effect * gap * (novice_weight if experience[t] < novice_years else 1.0)
    return gain


def from_joint_work(model: "ZoneReform") -> Floats:
    """What joint work gives each teacher at full coverage: theta * fidelity * gap, less what lead schools hold back."""
    teachers, zones, effects, mode = model.teachers, model.zones, model.effects, model.terms.joint_mode
    zone = model.schools.zone.astype(np.int64)
    leads = of_zone(zones.lead, zone, NO_ZONE) == np.arange(len(zone))
    theta = {
        "joint_preparation": effects.rec_joint,
        "matched_pairs": effects.b_pair,
        "lesson_study": effects.b_lessonstudy,
        "shadowing": effects.rec_joint,
    }[mode]
    reach, giving = theta * of_zone(zones.fidelity, zone, 0.0), lead_giving(model)
    if mode == "joint_preparation":
        columns = teachers.school, teachers.subject, teachers.base_skill
        spread = float(effects.rec_sigmaT), float(effects.gap_most)
        return _from_lead(*columns, zone, leads, reach, float(giving), *spread, len(zones))
    rows, gain = np.flatnonzero(teachers.employed), np.zeros(len(teachers))
    staff = Staff(id=teachers.id[rows], school=teachers.school[rows], base_skill=teachers.base_skill[rows])
    group = ((zone + 1) * len(SUBJECTS))[staff.school] + teachers.subject[rows]
    gain[rows] = reach[staff.school] * _GAPS[mode](staff, group, leads[staff.school], giving, effects)
    return gain


def lead_giving(model: "ZoneReform") -> float:
    """Share of what they could give that lead schools' teachers do give to other schools.

    Where performance is rewarded, they hold back by the weight of their own school in their assessment.
    """
    if not model.terms.assessed:
        return 1.0
    return 1.0 - model.effects.held_back * (1.0 - model.terms.bundled)


@compiled(_gap)
def _from_lead(
    school: Ints,
    subject: Ints,
    own: Floats,
    zone: Ints,
    leads: Array,
    reach: Floats,
    giving: float,
    sd: float,
    most: float,
    zones: int,
) -> Floats:
    """Joint preparation: by the gap to the mean of the lead school's teachers of the subject; for other schools'.

    Parameters
    ----------
    school, subject, own : (T,) arrays
        Of all teachers; `own` is the skill brought to the job.
    zone, leads, reach : (S,) arrays
        Row of the zone, whether the school leads it, and theta * fidelity.
    """
    total, count = np.zeros((zones, _SUBJECTS)), np.zeros((zones, _SUBJECTS), np.int64)
    for t in range(len(own)):
        if school[t] >= 0 and leads[school[t]]:
            total[zone[school[t]], subject[t]] += own[t]
            count[zone[school[t]], subject[t]] += 1
    nowhere = len(zone)  # where empty posts are
    better, reached, gain = np.full((nowhere + 1) * _SUBJECTS, -np.inf), np.zeros(nowhere + 1), np.empty(len(own))
    for s in range(len(zone)):
        if zone[s] >= 0 and not leads[s]:
            reached[s] = reach[s]
            for k in range(_SUBJECTS):
                if count[zone[s], k] > 0:
                    better[s * _SUBJECTS + k] = total[zone[s], k] / count[zone[s], k]
    for t in range(len(own)):
        at = np.uint64(school[t] if school[t] >= 0 else nowhere)
        lead = better[at * np.uint64(_SUBJECTS) + np.uint64(subject[t])]
        gain[t] = reached[at] * (_gap(lead, own[t], sd, most) * giving)
    return gain


def pair_gap(staff: Staff, group: Array, at_lead: Array, giving: float, effects: "Effects") -> Floats:
    """Matched pairs: to one's partner, for the weaker half of the zone's teachers of a subject.

    The weakest of the weaker half works with the weakest of the stronger half, and so on by rank; the middle
    one of an odd number has no partner.
    """
    own = staff.base_skill
    rank = rank_within(group, own, staff.id)
    count = np.bincount(group)
    weaker = np.flatnonzero(rank < count[group] // 2)
    stronger = rank[weaker] + count[group[weaker]] - count[group[weaker]] // 2
    partner = np.lexsort((rank, group))[(np.cumsum(count) - count)[group[weaker]] + stronger]
    held_back = at_lead[partner] & (staff.school[partner] != staff.school[weaker])
    gap = np.zeros(len(own))
    gap[weaker] = skill_gap(own[partner], own[weaker], effects) * np.where(held_back, giving, 1.0)
    return gap


def best_gap(staff: Staff, group: Array, at_lead: Array, giving: float, effects: "Effects") -> Floats:
    """Lesson study: to the mean of the zone's best teachers of the subject, a share `lesson_study_best` of them."""
    own = staff.base_skill
    best = first_within(group, share_of(effects.lesson_study_best, np.bincount(group)), -own, staff.id)
    count = np.bincount(group[best])[group]
    mean = np.bincount(group[best], weights=own[best])[group] / count
    given = np.bincount(group[best], weights=np.where(at_lead, giving, 1.0)[best])[group] / count
    return skill_gap(mean, own, effects) * np.where(at_lead, 1.0, given)


def shadow_gap(staff: Staff, group: Array, at_lead: Array, giving: float, effects: "Effects") -> Floats:
    """Shadowing: to the mean of the better half of the lead school's teachers of the subject.

    For the weaker half of the zone's teachers of the subject, in so far as they are at other schools.
    """
    own = staff.base_skill
    weaker = ~at_lead & first_within(group, np.bincount(group) // 2, own, staff.id)
    groups = int(group.max(initial=0)) + 1
    mean, size = best_half_mean(own[at_lead], group[at_lead], staff.id[at_lead], groups)
    hosts = np.where(weaker & (size[group] > 0), mean[group], own)
    return skill_gap(hosts, own, effects) * giving


def best_half_mean(values: Floats, group: Array, ids: Array, groups: int) -> tuple[Floats, Array]:
    """Mean of the better half of each group (the middle one of an odd number counts), and how many that are."""
    best = first_within(group, -(-np.bincount(group, minlength=groups) // 2), -values, ids)
    size = np.bincount(group[best], minlength=groups)
    return np.bincount(group[best], weights=values[best], minlength=groups) / np.maximum(size, 1), size


def sent_teaching(model: "ZoneReform", skill: Floats) -> Floats:
    """What lessons of the lead school's teachers add in each class of the zone's other schools (送教).

    The better half of its core teachers is sent, and of their lead in skill over the class's own team a share
    `b_sent` arrives in a year at full coverage; nothing where the team is better. Their own classes have paid
    substitutes, assumed no worse.
    """
    classes, schools, zones, teachers = model.classes, model.schools, model.zones, model.teachers
    if model.terms.sent_coverage == 0:
        return np.zeros(len(classes))
    core = np.flatnonzero(teachers.employed & (teachers.subject <= OTHER_CORE))
    mean, size = best_half_mean(teachers.skill[core], teachers.school[core], teachers.id[core], len(schools))
    zone = schools.zone.astype(np.int64)
    lead = of_zone(zones.lead, zone, NO_ZONE)
    visited = (lead >= 0) & (lead != np.arange(len(schools))) & (size[lead] > 0)
    sent = np.where(visited, mean[lead], -np.inf)[classes.school]
    reach = model.terms.sent_coverage * lead_giving(model) * np.where(visited, of_zone(zones.fidelity, zone, 0.0), 0.0)
    return np.asarray(model.effects.b_sent * reach[classes.school] * np.maximum(0.0, sent - skill))


_GAPS: dict[str, Callable[[Staff, Array, Array, float, "Effects"], Floats]] = {
    "matched_pairs": pair_gap,
    "lesson_study": best_gap,
    "shadowing": shadow_gap,
}
"""The gap that each mode of joint work closes; that of joint preparation, the usual one, is `_from_lead`."""

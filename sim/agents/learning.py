"""Step 7, learning: what a year in a class adds to what its students know."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.activities import share_of
from sim.agents.channels import LEARNING_CHANNELS
from sim.agents.classroom import Classes, sum_by_class
from sim.agents.columns import Array
from sim.agents.joint_learning import sent_teaching
from sim.agents.school import JUNIOR, LEVELS, NO_ZONE
from sim.agents.teacher import experience_effect, match_quality
from sim.agents.zone import of_zone
from sim.compiled import compiled, loops
from sim.noise import Floats, Ints
from sim.turns import rank_within

if TYPE_CHECKING:
    from sim.model import ZoneReform

GRADE_DIGITS = 10
STEP_STUDENTS, STEP_MONEY = 10.0, 1.1
"""What the effects of class size and money are for: ten students, ten per cent."""
PARTS = ("teachers", "class_size", "peers", "money", "digital", "incentives", "principal", "shock", "extra")
"""Columns of `Classes` that add up to what a year in the class adds, g."""


def learn(model: "ZoneReform") -> None:
    """Work out each class's parts of g, then move every student's trait, lasting and fading knowledge."""
    adopt_digital(model)
    classes = model.classes
    skill, base_skill, learned, conditions = team_means(model)
    sent = sent_teaching(model, skill)
    classes.teachers = skill + conditions + sent
    # What the whole is made of, each from its own sources: what a team learns leaves its place as it is, to the bit.
    classes.teachers_place = base_skill + conditions + sent
    classes.teachers_learning = learned
    classes.class_size = size_effect(classes.size, model)
    classes.peers = peers_part(model)
    classes.money = money_part(model)[classes.school]
    classes.digital = digital_part(model, skill)
    classes.incentives = (model.effects.rec_perf_ind * model.schools.stake + quota_effort(model))[classes.school]
    classes.principal = (model.schools.principal + model.schools.lent)[classes.school]
    classes.shock = shock_part(model)
    grow(model, added_up(classes, PARTS))


def added_up(classes: Classes, parts: Iterable[str]) -> Floats:
    """Sum of these columns, (classes,)."""
    total = np.zeros(len(classes))
    for part in parts:
        total += classes.arrays[part]
    return total


def grow(model: "ZoneReform", gain: Floats) -> None:
    """One year of every student, whose class adds `gain`, (classes,).

    trait <- m + rho (trait - m) + sqrt(1 - rho^2) sd u;  g = gain + eta;
    lasting <- lasting + kappa g;  fading <- delta fading + (1 - kappa) g.
    """
    students, effects, noise, year = model.students, model.effects, model.noise, model.year
    rho, kappa, delta = effects.trait_rho, effects.kappa, effects.delta
    luck_sd = float(np.sqrt(1.0 - rho * rho)) * effects.trait_sd
    fast = loops() if model.frozen is None else None
    if fast is not None:
        keys = noise.key("trait", year), noise.key("eta", year)
        home = students.catchment, students.grade, model.schools.home_means
        state = *home, students.trait, students.lasting, students.fading
        shape = rho, luck_sd, effects.eta_sd, kappa, delta
        fast.grow(students.id, *keys, students.classroom, gain, *state, *shape)
        return
    luck = luck_sd * noise.normal("trait", year, students.id)
    home_mean = model.schools.home_means[students.catchment, students.grade]
    students.trait = home_mean + rho * (students.trait - home_mean) + luck
    g = gain[students.classroom]
    if model.frozen is not None:
        g = g + model.frozen.change(LEARNING_CHANNELS, model)
    g = g + effects.eta_sd * noise.normal("eta", year, students.id)
    students.lasting = students.lasting + kappa * g
    students.fading = delta * students.fading + (1.0 - kappa) * g


def team_means(model: "ZoneReform") -> tuple[Floats, Floats, Floats, Floats]:
    """Means over each class's core teachers, (classes,): skill, of it the base and what is learned, and conditions.

    Conditions are experience, match with the school, and the first year at a new school (`rec_move`). Experience counts
    against that of `reference_experience` years, which shifts every class alike. A class without any has 0 (a
    substitute).
    """
    teachers, effects = model.teachers, model.effects
    years = np.arange(teachers.experience.max(initial=0) + 1)
    effect = experience_effect(np.append(years, effects.reference_experience), effects)
    team, school = model.classes.team, model.schools.id[model.classes.school]
    match = match_quality(teachers.id[team], school[:, None], effects, model.noise)
    columns = teachers.base_skill, teachers.learned, teachers.experience, teachers.moved
    return _means_of_teams(team, *columns, effect[:-1] - effect[-1], match, float(effects.rec_move))


@compiled()
def _means_of_teams(
    team: Array,
    base_skill: Floats,
    learned: Floats,
    years: Array,
    moved: Array,
    experience: Floats,
    match: Floats,
    new_here: float,
) -> tuple[Floats, Floats, Floats, Floats]:
    skill, base = np.zeros(len(team)), np.zeros(len(team))
    gained, conditions = np.zeros(len(team)), np.zeros(len(team))
    for c in range(len(team)):
        count = 0
        for place in range(team.shape[1]):
            t = team[c, place]
            if t >= 0:
                skill[c] += base_skill[t] + learned[t]
                base[c] += base_skill[t]
                gained[c] += learned[t]
                conditions[c] += experience[years[t]] + match[c, place] + new_here * moved[t]
                count += 1
        for of_all in (skill, base, gained, conditions):
            of_all[c] /= max(count, 1)
    return skill, base, gained, conditions


def size_effect(size: Array, model: "ZoneReform") -> Floats:
    """Two slopes with a knee at `class_knee` students: `rec_class10` per ten above, `class10_below` below."""
    effects = model.effects
    above = (size - effects.class_knee) / STEP_STUDENTS
    return np.asarray(np.where(above > 0, effects.rec_class10, effects.class10_below) * above)


def peers_part(model: "ZoneReform") -> Floats:
    """`b_peer` for the class against its school's grade, `b_peer_between` for that grade against the reference mean, 0.

    Never against the district's mean: zones would feel one another and gaps feed on themselves.
    """
    students, classes, effects = model.students, model.classes, model.effects
    known = students.trait, students.lasting, students.fading
    class_sum = sum_by_class(students.classroom, classes.size, *known)
    each = classes.school, classes.grade, classes.size, class_sum
    return _of_peers(*each, len(model.schools), float(effects.b_peer), float(effects.b_peer_between))


@compiled()
def _of_peers(
    school: Array, grade: Array, size: Array, known: Floats, schools: int, within: float, between: float
) -> Floats:
    """What classmates add, (classes,), from the sums over each class of what they know."""
    total, students, gain = np.zeros((schools, GRADE_DIGITS)), np.zeros((schools, GRADE_DIGITS)), np.empty(len(size))
    for c in range(len(size)):
        total[school[c], grade[c]] += known[c]
        students[school[c], grade[c]] += size[c]
    for c in range(len(size)):
        of_grade = total[school[c], grade[c]] / max(students[school[c], grade[c]], 1.0)
        gain[c] = within * (known[c] / max(size[c], 1) - of_grade) + between * of_grade
    return gain


def money_part(model: "ZoneReform") -> Floats:
    """`b_spend` for every 10 % that a school's budget stands above the year's reference, by school.

    The reference is the public budget with the official quota of the year; of transfers, the share
    `e_cn_passthru` reaches real spending.
    """
    schools, effects = model.schools, model.effects
    reference = model.reference_budget()[schools.level]
    students = np.maximum(model.classes.students_by_school(len(model.schools)), 1)
    spending = reference + effects.e_cn_passthru * schools.last_received / students
    return np.asarray(effects.b_spend * np.log(spending / reference) / np.log(STEP_MONEY))


def quota_effort(model: "ZoneReform") -> Floats:
    """What effort adds at public junior schools that a quota of elite senior-high places gives a chance, by school.

    `b_quota` for each unit of share above the status quo at the school of lowest reputation, nothing at the
    best regarded, whose students had those places anyway.
    """
    schools = model.schools
    more = model.terms.high_school_quota - model.district.high_school_quota
    if more == 0.0:
        return np.full(len(schools), model.effects.b_quota * more)
    group = np.where(schools.private, len(LEVELS), schools.level)
    above = rank_within(group, -np.round(schools.reputation, 9), schools.id)
    others = np.maximum(np.bincount(group)[group] - 1, 1)
    return np.asarray(model.effects.b_quota * more * (above / others) * (group == JUNIOR))


def digital_part(model: "ZoneReform", skill: Floats) -> Floats:
    """Lessons on a platform, extra learning time, and live classes from a better teacher (`b_live`)."""
    classes, schools, effects, terms = model.classes, model.schools, model.effects, model.terms
    used = terms.digital_lesson_share * schools.digital
    live = terms.live_lesson_share * schools.live
    on_platform = (effects.b_platform + effects.rec_digital * terms.extra_time_share) * used
    if not live.any():
        return on_platform[classes.school]
    gain = np.maximum(0.0, broadcaster_skill(model, skill)[classes.school] - skill)
    return np.asarray(on_platform[classes.school] + (effects.b_live * live)[classes.school] * gain)


def broadcaster_skill(model: "ZoneReform", skill: Floats) -> Floats:
    """Team skill that live classes bring to each school, (S,); -inf where no other school broadcasts.

    The zone's lead school broadcasts, or the public school with the best teams of zone or district's level.
    """
    classes, schools, zones = model.classes, model.schools, model.zones
    school_skill = _skill_of_schools(classes.school, classes.size, skill, schools.private)
    if model.terms.live_source == "lead":
        sender = of_zone(zones.lead, schools.zone, NO_ZONE)
    elif model.terms.live_source == "zone_best":
        best = _best_of_groups(schools.zone + 1, np.round(school_skill, 9), len(zones) + 1)
        sender = np.where(schools.zone == NO_ZONE, NO_ZONE, best[schools.zone + 1])
    else:
        sender = _best_of_groups(schools.level, np.round(school_skill, 9), len(LEVELS))[schools.level]
    listens = (sender >= 0) & (sender != np.arange(len(schools)))
    return np.where(listens, school_skill[sender], -np.inf)


@compiled()
def _skill_of_schools(school: Array, size: Array, skill: Floats, private: Array) -> Floats:
    """Mean skill of the teams before the students of each public school, (S,); -inf where there are no classes."""
    total, students, means = np.zeros(len(private)), np.zeros(len(private)), np.full(len(private), -np.inf)
    for c in range(len(school)):
        total[school[c]] += skill[c] * size[c]
        students[school[c]] += size[c]
    for s in school:
        if not private[s]:
            means[s] = total[s] / (students[s] if students[s] > 0.0 else 1.0)
    return means


@compiled()
def _best_of_groups(group: Array, skill: Floats, groups: int) -> Ints:
    """The school of most skill in each group, the first of several; -1 for a group without schools."""
    best = np.full(groups, -1)
    for s in range(len(group)):
        g = group[s]
        if best[g] < 0 or skill[s] > skill[best[g]]:
            best[g] = s
    return best


def shock_part(model: "ZoneReform") -> Floats:
    """Luck of the class and of the school's grade, this year."""
    effects = model.effects
    return yearly_luck(model, "class shock", effects.class_shock_sd, "grade shock", effects.school_grade_shock_sd)


def yearly_luck(model: "ZoneReform", class_stream: str, class_sd: float, grade_stream: str, grade_sd: float) -> Floats:
    """A draw for each class and one shared by the classes of a school's grade."""
    classes, noise, year = model.classes, model.noise, model.year
    cell = model.schools.id[classes.school] * GRADE_DIGITS + classes.grade
    return class_sd * noise.normal(class_stream, year, classes.id) + grade_sd * noise.normal(grade_stream, year, cell)


def adopt_digital(model: "ZoneReform") -> None:
    """Schools take up digital teaching and live classes in their turns, as many of a level as the terms say."""
    terms, schools, (turn, live_turn) = model.terms, model.schools, model.digital_turns
    public = ~schools.private
    level = schools.level[public]
    count = np.bincount(level)[level]
    schools.digital[public] = turn < share_of(terms.digital_school_share, count)
    schools.live[public] = live_turn < share_of(terms.live_class_share, count)
    schools.live_room |= schools.live


def digital_turns(model: "ZoneReform") -> tuple[Array, Array]:
    """Turn in which public schools of a level take up digital teaching, and live classes, the same in every year.

    Lead schools come first; live classes come zone by zone, so that they have two ends, and to schools in no zone last.
    """
    noise, schools = model.noise, model.schools
    rows = np.flatnonzero(~schools.private)
    level, zone, led = schools.level[rows], schools.zone[rows], schools.lead[rows]
    lot = noise.rank("digital order", 0, schools.id[rows])
    zone_lot = of_zone(noise.rank("live order", 0, model.zones.id), zone, len(model.zones))
    return rank_within(level, ~led, lot), rank_within(level, zone_lot, ~led, lot)

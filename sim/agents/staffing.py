"""Step 3, staffing: a year passes, teachers retire, quit, are hired, promoted, and move of their own will."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.curriculum import deal_empty_posts
from sim.agents.fixed_term import settle_contracts
from sim.agents.hiring import hire, open_posts, pay_for_hires, posts_to_fill
from sim.agents.management import change_managers
from sim.agents.school import NO_ZONE
from sim.agents.surplus import even_out
from sim.agents.teacher import BACKBONE, DISTRICT_BACKBONE, SUBJECTS, Teachers
from sim.agents.titles import tilt_titles
from sim.compiled import compiled
from sim.filing import filed, first_few
from sim.noise import Floats, Ints
from sim.turns import by_lot

if TYPE_CHECKING:
    from sim.model import ZoneReform

MONTHS = 12


def renew(model: "ZoneReform") -> None:
    """The year's staffing in order: ageing, exits, management, posts filled, titles, voluntary moves."""
    a_year_passes(model)
    leaving = exits(model)
    change_managers(model)
    fill_posts(model, leaving)
    give_titles(model)
    move_voluntarily(model)
    teachers = model.teachers
    teachers.eligible = may_rotate(teachers, model.terms.rotation_years)


def may_rotate(teachers: Teachers, years: int) -> Array:
    """Mask of those who have been at their school for so many years; who is on a fixed term belongs to his school."""
    return np.asarray(teachers.employed & (teachers.years_here >= years) & ~teachers.bought)


def a_year_passes(model: "ZoneReform") -> None:
    """Everybody grows older; titles (职称) come with the years, and whoever has one keeps it."""
    teachers, district = model.teachers, model.district
    teachers.school_before[:] = teachers.school
    teachers.moved[:] = False
    teachers.rotated[:] = False
    teachers.second_school[:] = -1
    early = district.title_years_sd * model.noise.normal("title", 0, teachers.id)
    columns = teachers.age, teachers.experience, teachers.years_here, teachers.title
    _grow_older(teachers.school, *columns, early, np.array(district.title_years, np.float64))


@compiled()
def _grow_older(
    school: Ints, age: Ints, experience: Ints, years_here: Ints, title: Ints, early: Floats, title_years: Floats
) -> None:
    """A year more for those in post, and the title of their years of teaching, which come `early` for some."""
    for t in range(len(school)):
        if school[t] < 0:
            title[t] = 0
            continue
        age[t] += 1
        experience[t] += 1
        years_here[t] += 1
        seniority, earned = experience[t] + early[t], 0
        for years in title_years:
            earned += seniority >= years
        title[t] = max(title[t], earned)


def exits(model: "ZoneReform") -> Array:
    """Rows of those who retire or quit."""
    teachers, noise, terms = model.teachers, model.noise, model.terms
    quit_rate = model.effects.quit_rate + model.effects.after_school_quit * terms.after_school_hours
    leaves = noise.chance("quit", model.year, teachers.id, quit_rate)
    old = np.flatnonzero(teachers.age >= min(terms.retirement_months) // MONTHS)
    birth_month = np.floor(MONTHS * noise.uniform("birth month", 0, teachers.id[old]))
    limit = np.where(teachers.female[old], terms.retirement_months[1], terms.retirement_months[0])
    leaves[old] |= teachers.age[old] * MONTHS + birth_month >= limit
    return np.flatnonzero(teachers.employed & leaves)


def leave(model: "ZoneReform", leaving: Array) -> None:
    """Those in the rows `leaving` go; their posts and the backbone titles they held fall vacant at their school."""
    if len(leaving) == 0:
        return
    teachers, vacant = model.teachers, model.schools.vacant_titles
    held = leaving[teachers.backbone[leaving] > 0]
    title = teachers.school[held] * vacant.shape[1] + teachers.backbone[held] - 1
    vacant += np.bincount(title, minlength=vacant.size).reshape(vacant.shape)
    teachers.home_school[leaving] = teachers.school[leaving]
    teachers.school[leaving] = -1
    teachers.bought[leaving] = False


def fill_posts(model: "ZoneReform", leaving: Array) -> None:
    """Hire into empty posts up to each school's establishment and bought posts, then into new posts.

    Surplus posts stay empty. Those whose bought post is not bought again leave first; of the hires those who find the
    establishment full are on a fixed term.

    Surplus teachers of other schools come before hires where the terms say so. Where the lessons of subjects change,
    empty posts change their subject first.
    """
    teachers, schools = model.teachers, model.schools
    leave(model, leaving)
    establishment = posts_by_norm(model)
    ended = settle_contracts(model, establishment)
    leave(model, ended)
    deal_empty_posts(model)
    wanted = establishment + schools.funded_posts
    even_out(model, wanted)
    missing = np.maximum(wanted - teachers.count_by_school(len(schools)), 0)
    rows = posts_to_fill(model, missing)
    new = missing - np.bincount(teachers.home_school[rows], minlength=len(schools))
    if new.any():
        rows = np.concatenate((rows, open_posts(model, np.repeat(np.arange(len(schools)), new))))
    hire(model, rows)
    settle_contracts(model, establishment)
    pay_for_hires(model)
    model.flows |= {"retired": len(leaving), "contracts_ended": len(ended), "hired": int(missing.sum())}


def posts_by_norm(model: "ZoneReform") -> Array:
    """Establishment (编制) of each school: its share of the norm as in the baseline year.

    `fill_norm` brings schools below the plain norm up towards it, and takes nothing from those above. Private schools
    keep to the district's status quo whatever norm is decreed.
    """
    schools = model.schools
    if model.held:
        return schools.posts.astype(np.int64)
    students = model.classes.students_by_school(len(schools))
    filled = np.where(schools.private, 0.0, model.terms.fill_norm)
    share = model.norm_share + filled * np.maximum(0.0, 1.0 - model.norm_share)
    usual = np.array(model.district.by_level("norm"))[schools.level]
    norm = np.where(schools.private, usual, model.terms.norm[schools.level])
    return np.asarray(np.round(students / norm * share).astype(np.int64))


def give_titles(model: "ZoneReform") -> None:
    """Vacant backbone titles go to the best appraised of the rung below at the same school, from the top down."""
    teachers, schools, effects = model.teachers, model.schools, model.effects
    if model.terms.title_weak_priority > 0:
        tilt_titles(model)
    for rung in range(len(BACKBONE) - 1, 0, -1):
        vacant = schools.vacant_titles[:, rung - 1]
        if not vacant.any():
            continue
        years = model.district.backbone_years if rung == 1 else 0.0
        candidates = _candidates(teachers.school, teachers.backbone, teachers.experience, vacant, rung - 1, years)
        ids, at = teachers.id[candidates], teachers.school[candidates]
        luck = effects.title_noise * model.noise.normal("appraisal", model.year, ids)
        appraisal = teachers.base_skill[candidates] / max(effects.rec_sigmaT, 1e-9) + luck
        chosen = first_few(at, vacant, -np.round(appraisal, 9), ids)
        given = np.bincount(at[chosen], minlength=len(schools)).astype(np.int32)
        teachers.backbone[candidates[chosen]] = rung
        schools.vacant_titles[:, rung - 1] -= given
        if rung > 1:
            schools.vacant_titles[:, rung - 2] += given


@compiled()
def _candidates(school: Ints, backbone: Ints, experience: Ints, vacant: Ints, rung: int, years: float) -> Ints:
    """Rows of those on this rung at schools with a vacant title who have taught for so many years."""
    rows, found = np.empty(len(school), np.int64), 0
    for t in range(len(school)):
        if backbone[t] == rung and school[t] >= 0 and vacant[school[t]] > 0 and experience[t] >= years:
            rows[found] = t
            found += 1
    return rows[:found]


def move_voluntarily(model: "ZoneReform") -> None:
    """Teachers of a zone who seek another school exchange posts in pairs of one subject and standing (backbone or not).

    Those at the public schools of a level that are in no zone exchange with each other (assumed).

    Of two schools the better regarded more easily gets the better teacher: the arrangement is drawn with the
    odds that keep the sorting of teachers over schools at rest.
    """
    teachers, schools, noise = model.teachers, model.schools, model.noise
    seeks = noise.chance("seeks school", model.year, teachers.id, model.effects.move_seekers)
    settled = teachers.employed & (teachers.posting_end == 0) & (teachers.years_here > 0) & ~teachers.bought
    teachers.seeks_school = seeks & settled
    rows = np.flatnonzero(teachers.seeks_school)
    first, second = pairs_of_movers(model, rows[~schools.private[teachers.school[rows]]])
    apart = teachers.school[first] != teachers.school[second]
    first, second = first[apart], second[apart]
    within = model.effects.rec_within
    sorting = np.sqrt(1.0 - within) / within
    skill_gap = (teachers.base_skill[first] - teachers.base_skill[second]) / max(model.effects.rec_sigmaT, 1e-9)
    standing_gap = schools.standing[teachers.school[first]] - schools.standing[teachers.school[second]]
    stay = 1.0 / (1.0 + np.exp(-sorting * skill_gap * standing_gap))
    exchanging = noise.uniform("exchange", model.year, teachers.id[first]) >= stay
    exchange(teachers, first[exchanging], second[exchanging])


def pairs_of_movers(model: "ZoneReform", rows: Array) -> tuple[Array, Array]:
    """Pair those who seek a school within zone, subject and standing, mostly from different schools.

    The order of the schools is drawn each year: an odd one out is from the last, who would otherwise wait for good.
    """
    teachers, schools, noise = model.teachers, model.schools, model.noise
    alone = len(model.zones) + schools.level.astype(np.int64)
    circle = np.where(schools.zone == NO_ZONE, alone, schools.zone)
    school_turn = np.empty(len(schools), np.int64)
    lots = noise.lots("mover school", model.year, schools.id)
    school_turn[np.lexsort((schools.id, lots))] = np.arange(len(schools))
    ids = teachers.id[rows]
    rows = rows[by_lot(school_turn[teachers.school[rows]], noise.lots("mover", model.year, ids), ids)]
    backbone = teachers.backbone[rows] >= DISTRICT_BACKBONE
    pool = (circle[teachers.school[rows]] * len(SUBJECTS) + teachers.subject[rows]) * 2 + backbone
    in_turn, first = filed(pool, int(pool.max(initial=-1)) + 1)
    lower, upper = _halves(first)
    return rows[in_turn[lower]], rows[in_turn[upper]]


@compiled()
def _halves(first: Ints) -> tuple[Ints, Ints]:
    """Places of the first half of each pool, and those of the second half beside them; `first` as of `filed`."""
    lower, upper, found = np.empty(first[-1], np.int64), np.empty(first[-1], np.int64), 0
    for p in range(len(first) - 1):
        half = (first[p + 1] - first[p]) // 2
        for place in range(first[p], first[p] + half):
            lower[found], upper[found] = place, place + half
            found += 1
    return lower[:found], upper[:found]


def exchange(teachers: Teachers, first: Array, second: Array) -> None:
    """The teachers in rows `first` and `second` exchange schools for good."""
    for column in (teachers.school, teachers.home_school):
        column[first], column[second] = column[second].copy(), column[first].copy()
    both = np.concatenate((first, second))
    teachers.years_here[both] = 0
    teachers.moved[both] = True

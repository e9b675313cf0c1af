"""Step 3, staffing: a year passes, teachers retire, quit, are hired, promoted, and move of their own will."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.curriculum import deal_empty_posts
from sim.agents.fixed_term import settle_contracts
from sim.agents.hiring import hire, open_posts, pay_for_hires, posts_to_fill
from sim.agents.management import change_managers
from sim.agents.school import LEVELS, NO_ZONE
from sim.agents.surplus import even_out
from sim.agents.teacher import DISTRICT_BACKBONE, SUBJECTS, Teachers
from sim.agents.titles import give_titles
from sim.compiled import compiled
from sim.filing import filed
from sim.noise import Floats, Ints
from sim.turns import by_lot

if TYPE_CHECKING:
    from sim.model import ZoneReform

MONTHS = 12
_SUBJECTS, _LEVELS = len(SUBJECTS), len(LEVELS)


def renew(model: "ZoneReform") -> None:
    """The year's staffing in order: ageing, exits, management, posts filled, titles, voluntary moves."""
    leaving = a_year_passes(model)
    change_managers(model)
    fill_posts(model, leaving)
    give_titles(model)
    move_voluntarily(model)
    teachers = model.teachers
    teachers.eligible = may_rotate(teachers, model.terms.rotation_years)


def may_rotate(teachers: Teachers, years: int) -> Array:
    """Mask of those who have been at their school for so many years; who is on a fixed term belongs to his school."""
    return np.asarray(teachers.employed & (teachers.years_here >= years) & ~teachers.bought)


def a_year_passes(model: "ZoneReform") -> Ints:
    """Everybody grows older; titles (职称) come with the years, and whoever has one keeps it.

    Gives the rows of those who retire or quit.
    """
    teachers, noise, district, terms = model.teachers, model.noise, model.district, model.terms
    teachers.school_before[:] = teachers.school
    teachers.moved[:] = False
    teachers.rotated[:] = False
    teachers.second_school[:] = -1
    quit_rate = model.effects.quit_rate + model.effects.after_school_quit * terms.after_school_hours
    early, birthday = noise.normal("title", 0, teachers.id), noise.uniform("birth month", 0, teachers.id)
    quits = noise.chance("quit", model.year, teachers.id, quit_rate)
    usual = float(district.title_years_sd), np.array(district.title_years, np.float64)
    limits, columns = np.array(terms.retirement_months), (teachers.age, teachers.experience, teachers.years_here)
    return _grow_older(
        teachers.school, teachers.female, *columns, teachers.title, early, *usual, quits, birthday, limits
    )


@compiled()
def _grow_older(
    school: Ints,
    female: Array,
    age: Ints,
    experience: Ints,
    years_here: Ints,
    title: Ints,
    early: Floats,
    sd: float,
    years: Floats,
    quits: Array,
    birthday: Floats,
    limits: Ints,
) -> Ints:
    """A year more for those in post, and the title of their years of teaching, which come `early` for some, in SD.

    Gives the rows of those who quit, or have the months of age at which men and women retire.
    """
    rows, found = np.empty(len(school), np.int64), 0
    for t in range(len(school)):
        if school[t] < 0:
            title[t] = 0
            continue
        age[t] += 1
        experience[t] += 1
        years_here[t] += 1
        seniority, earned = experience[t] + sd * early[t], 0
        for usual in years:
            earned += seniority >= usual
        title[t] = max(title[t], earned)
        months = MONTHS * age[t] + np.floor(MONTHS * birthday[t])
        rows[found] = t  # who stays is overwritten by the next
        found += quits[t] | (months >= limits[np.int64(female[t])])
    return rows[:found]


def leave(model: "ZoneReform", leaving: Array) -> None:
    """Those in the rows `leaving` go; their posts and the backbone titles they held fall vacant at their school."""
    if len(leaving) == 0:
        return
    teachers = model.teachers
    columns = teachers.school, teachers.home_school, teachers.backbone, teachers.bought
    _vacate(leaving, *columns, model.schools.vacant_titles)


@compiled()
def _vacate(leaving: Ints, school: Ints, home: Ints, backbone: Ints, bought: Array, vacant_titles: Ints) -> None:
    """Empty the posts of those who are leaving, in place."""
    for t in leaving:
        if backbone[t] > 0:
            vacant_titles[school[t], backbone[t] - 1] += 1
        home[t], school[t], bought[t] = school[t], -1, False


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
    held = teachers.count_by_school(len(schools))
    ended = settle_contracts(model, establishment, held)
    leave(model, ended)
    deal_empty_posts(model)
    wanted = establishment + schools.funded_posts
    even_out(model, wanted)
    if len(ended) or model.terms.surplus_pools:
        held = teachers.count_by_school(len(schools))
    missing = np.maximum(wanted - held, 0)
    rows = posts_to_fill(model, missing)
    new = missing - np.bincount(teachers.home_school[rows], minlength=len(schools))
    if new.any():
        rows = np.concatenate((rows, open_posts(model, np.repeat(np.arange(len(schools)), new))))
    hire(model, rows)
    settle_contracts(model, establishment, held + missing)
    pay_for_hires(model, rows)
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
    return np.asarray(np.rint(students / norm * share).astype(np.int64))


def move_voluntarily(model: "ZoneReform") -> None:
    """Teachers of a zone who seek another school exchange posts in pairs of one subject and standing (backbone or not).

    Those at the public schools of a level that are in no zone exchange with each other (assumed).

    Of two schools the better regarded more easily gets the better teacher: the arrangement is drawn with the
    odds that keep the sorting of teachers over schools at rest.
    """
    teachers, schools, noise = model.teachers, model.schools, model.noise
    seeks = noise.chance("seeks school", model.year, teachers.id, model.effects.move_seekers)
    columns = teachers.school, teachers.posting_end, teachers.years_here, teachers.bought
    rows = _settled_movers(seeks, *columns, schools.private)
    teachers.seeks_school = seeks
    first, second = pairs_of_movers(model, rows)
    within, skill_sd = model.effects.rec_within, max(float(model.effects.rec_sigmaT), 1e-9)
    sorting = float(np.sqrt(1.0 - within) / within)
    regard = teachers.base_skill, teachers.school, schools.standing
    stay = 1.0 / (1.0 + np.exp(_odds_of_exchange(first, second, *regard, skill_sd, sorting)))
    exchanging = noise.uniform("exchange", model.year, teachers.id[first]) >= stay
    exchange(teachers, first[exchanging], second[exchanging])


@compiled()
def _odds_of_exchange(
    first: Ints, second: Ints, base_skill: Floats, school: Ints, standing: Floats, skill_sd: float, sorting: float
) -> Floats:
    """Logarithm of the odds that the two of each pair exchange."""
    odds = np.empty(len(first))
    for i in range(len(first)):
        one, other = first[i], second[i]
        skill_gap = (base_skill[one] - base_skill[other]) / skill_sd
        odds[i] = -sorting * skill_gap * (standing[school[one]] - standing[school[other]])
    return odds


@compiled()
def _settled_movers(
    seeks: Array, school: Ints, posting_end: Ints, years_here: Ints, bought: Array, private: Array
) -> Ints:
    """Let only those seek who are settled at their school, in place; rows of those at public schools who do."""
    rows, found = np.empty(len(school), np.int64), 0
    for t in range(len(school)):
        if seeks[t]:
            seeks[t] = school[t] >= 0 and posting_end[t] == 0 and years_here[t] > 0 and not bought[t]
            if seeks[t] and not private[school[t]]:
                rows[found] = t
                found += 1
    return rows[:found]


def pairs_of_movers(model: "ZoneReform", rows: Array) -> tuple[Array, Array]:
    """Pair those who seek a school within zone, subject and standing, and take those of different schools.

    The order of the schools is drawn each year: an odd one out is from the last, who would otherwise wait for good.
    """
    teachers, schools, noise = model.teachers, model.schools, model.noise
    school_turn = noise.rank("mover school", model.year, schools.id)
    ids = teachers.id[rows]
    turn = rows[by_lot(school_turn[teachers.school[rows]], noise.lots("mover", model.year, ids), ids)]
    columns = teachers.school, teachers.subject, teachers.backbone
    return _pairs_apart(turn, *columns, schools.zone, schools.level)


@compiled(filed)
def _pairs_apart(turn: Ints, school: Ints, subject: Ints, backbone: Ints, zone: Ints, level: Ints) -> tuple[Ints, Ints]:
    """Those of the first half of each pool and those of the second half beside them, where their schools differ.

    A pool is of one zone, or of a level's schools in none, of one subject and one standing, in turn.
    """
    pool, zones = np.empty(len(turn), np.int64), zone.max() + 1
    for i in range(len(turn)):
        t = turn[i]
        circle = zone[school[t]] if zone[school[t]] != NO_ZONE else zones + level[school[t]]
        pool[i] = (circle * _SUBJECTS + subject[t]) * 2 + (backbone[t] >= DISTRICT_BACKBONE)
    in_turn, first = filed(pool, (zones + _LEVELS) * _SUBJECTS * 2)
    ones, others, found = np.empty(len(turn), np.int64), np.empty(len(turn), np.int64), 0
    for p in range(len(first) - 1):
        half = (first[p + 1] - first[p]) // 2
        for place in range(first[p], first[p] + half):
            one, other = turn[in_turn[place]], turn[in_turn[place + half]]
            if school[one] != school[other]:
                ones[found], others[found] = one, other
                found += 1
    return ones[:found], others[:found]


def exchange(teachers: Teachers, first: Array, second: Array) -> None:
    """The teachers in rows `first` and `second` exchange schools for good."""
    columns = teachers.school, teachers.home_school, teachers.years_here, teachers.moved
    _exchange(first, second, *columns)


@compiled()
def _exchange(first: Ints, second: Ints, school: Ints, home: Ints, years_here: Ints, moved: Array) -> None:
    for i in range(len(first)):
        one, other = first[i], second[i]
        school[one], school[other] = school[other], school[one]
        home[one], home[other] = home[other], home[one]
        years_here[one] = years_here[other] = 0
        moved[one] = moved[other] = True

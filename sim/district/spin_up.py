"""From margins to a district at rest: the years before the baseline, in which no reform is.

Teachers come first (ages, years at the school, sorting, titles), then nine cohorts of students grow through the
schools. Enrolment by school and posts are held at the baseline's, which may differ by grade where the district's tables
give it (`Roll`); the children who live in each catchment are set so that, with families choosing as they do, schools
get just the entrants they have.
"""

from dataclasses import replace

import numpy as np

from sim.agents import management, staffing
from sim.agents.activities import award_points, public_teachers, wins_award
from sim.agents.classroom import Classes
from sim.agents.demography import catchment_means
from sim.agents.geography import Feeding, Geography
from sim.agents.hiring import posts_by_subject
from sim.agents.school import FINAL_GRADE, JUNIOR, LAST_GRADE, LEVELS, PRIMARY, Schools
from sim.agents.school_choice import FEWEST, PARTS, solve_choice_weight, solve_private_appeal
from sim.agents.student import Students
from sim.apportion import apportion
from sim.config import Effects
from sim.district.background import Background
from sim.district.people import seat_people
from sim.district.person_counts import counted
from sim.district.roll import Roll
from sim.district.spec import DistrictSpec
from sim.district.staff import teachers_of
from sim.district.synthesis import zones_and_schools
from sim.indicators import record
from sim.indicators.units import Units
from sim.model import Baseline, State, ZoneReform
from sim.noise import Floats, Noise
from sim.reform import Policy

TEACHER_YEARS = 40
"""Longer than a career, so that nobody is left of those whom synthesis put there."""
STUDENT_YEARS = LAST_GRADE


def district_at_rest(
    spec: DistrictSpec, effects: Effects, background: Background, prices: dict[str, float], noise: Noise, policy: Policy
) -> ZoneReform:
    """The district at the end of its baseline year, recorded.

    Parameters
    ----------
    policy : Policy
        The policy that changes nothing.
    """
    spec = counted(spec)
    zones, schools = zones_and_schools(spec, noise)
    roll = Roll.of(spec, schools)
    if roll is not None:
        spec = with_private_shares(spec, schools)
    geography = Geography(schools, int(spec.schools_considered))
    feeding = Feeding.of(geography, schools.residents)
    state = State(
        zones=zones,
        schools=schools,
        teachers=teachers_of(spec, schools, effects, noise),
        students=Students(0),
        classes=Classes(0),
        geography=geography,
        feeding=feeding,
        home_area=feeding.main,
        choice_weight=np.zeros(len(LEVELS)),
    )
    model = ZoneReform(
        state,
        year=spec.baseline_year - STUDENT_YEARS - TEACHER_YEARS,
        district=spec,
        policy=policy,
        effects=effects,
        background=replace(background, frozen=True),
        prices=prices,
        noise=noise,
        held=True,
        roll=roll,
    )
    bring_teachers_to_rest(model)
    bring_schools_to_rest(model)
    seat_people(model)
    model.background = background
    model.held, model.roll = False, None
    model.baseline = fix_baseline(model)
    model.teachers.award = public_teachers(model) & wins_award(model)
    record.observe(model)
    return model


def with_private_shares(spec: DistrictSpec, schools: Schools) -> DistrictSpec:
    """The district with the private shares of entrants that its tables come to, which then stay as they are."""
    shares = []
    for level in range(len(LEVELS)):
        entrants = schools.intake[schools.level == level].sum()
        private = schools.intake[(schools.level == level) & schools.private].sum()
        shares.append(float(private / max(1, entrants)))
    return replace(spec, private_share_primary=shares[0], private_share_junior=shares[1])


def bring_teachers_to_rest(model: ZoneReform) -> None:
    """Forty years of staffing alone."""
    schools = model.schools
    schools.head, schools.deputy = management.latest(schools, "head"), management.latest(schools, "deputy")
    schools.principal = management.management(model, schools)
    for _ in range(TEACHER_YEARS):
        model.begin_year()
        staffing.renew(model)


def bring_schools_to_rest(model: ZoneReform) -> None:
    """Nine years of the whole calendar; residents are set by what families were seen to want."""
    schools = model.schools
    schools.home_effect = model.noise.normal("home effect at rest", 0, schools.id)
    schools.reputation = expected_reputation(model)
    for _ in range(STUDENT_YEARS):
        weigh_reputation(model)
        model.step()
        settle_residents(model)
    weigh_reputation(model)


def weigh_reputation(model: ZoneReform) -> None:
    """Weight of reputation at which, if all might choose, the observed share would go elsewhere.

    That share is a figure of cities: where schools lie far apart no weight that a family can have may reach it, and
    families weigh reputation by `choice_weight_most`, so that fewer would go.
    """
    schools, geography = model.schools, model.geography
    students = model.classes.students_by_school(len(schools))
    for level in range(len(LEVELS)):
        homes = np.flatnonzero((schools.level == level) & ~schools.private)
        if model.choice_weight[level] == 0.0 or students[homes].any():  # else nobody has moved names or homes yet
            width = -(-len(homes) // PARTS) * PARTS  # beyond it nothing but fills up the rows of all homes
            near, far = geography.near[homes, :width], geography.near_kilometres[homes, :width]
            others_once = (near != homes[:, None]) & ~schools.private[near]
            model.choice_weight[level] = solve_choice_weight(
                np.where(others_once, -(far / model.effects.distance_scale), -np.inf),
                schools.reputation[near] - schools.reputation[homes][:, None],
                schools.residents[homes],
                model.effects.taste_scale,
                model.effects.i_zexiao,
                model.effects.choice_weight_most,
            )
        draw_to_private_schools(model, level)


def draw_to_private_schools(model: ZoneReform, level: int) -> None:
    """Appeal of a level's private schools at which `private_applicants` families ask for each place.

    Of the places, those that migrant children without a public place will take are none to ask for; these children's
    families, and those who have a public place, do not apply.
    """
    schools, place = model.schools, model.district
    rows = np.flatnonzero((schools.level == level) & schools.private)
    if len(rows) == 0 or schools.intake[rows].sum() == 0:
        return
    homes = np.flatnonzero((schools.level == level) & ~schools.private)
    families = (1.0 - place.migrant_share) * schools.residents[homes]
    sent = place.migrant_share * (1.0 - place.migrant_public_share) * schools.residents[homes].sum()
    left = max(0.0, 1.0 - sent / schools.intake[rows].sum())
    asked = model.effects.private_applicants * left * schools.intake[rows].sum()
    total = min(asked, model.effects.private_applicants_most * families.sum())
    schools.appeal[rows] = solve_private_appeal(
        -model.geography[homes[:, None], rows] / model.effects.distance_scale,
        schools.reputation[rows],
        schools.reputation[homes],
        families,
        np.maximum(total * schools.intake[rows] / schools.intake[rows].sum(), FEWEST),
        schools.appeal[rows],
        float(model.choice_weight[level]),
        model.effects.taste_scale,
    )


def settle_residents(model: ZoneReform) -> None:
    """Move residents towards what makes demand equal the entrants that each school has.

    A school that more families ask for than that is over-subscribed: it would stand empty once its name fades.
    """
    schools = model.schools
    for level in (PRIMARY, JUNIOR):
        rows = np.flatnonzero((schools.level == level) & ~schools.private)
        if model.demand[rows].sum() == 0:
            continue
        places = model.seats(level)[rows]
        scarce = np.where(places > 0, (places + 1.0) / (model.demand[rows] + 1.0), 1.0)
        least = model.effects.own_catchment_least * schools.intake[rows]
        share = np.maximum(schools.residents[rows] * np.sqrt(scarce), least)
        schools.residents[rows] = apportion(int(schools.residents[rows].sum()), share)
    model.feeding = Feeding.of(model.geography, schools.residents)


def expected_reputation(model: ZoneReform) -> Floats:
    """Mean score of a school's own catchment, where families start from; 0 at private schools, which have none."""
    has_catchment = (model.schools.level == PRIMARY) & ~model.schools.private
    primary = np.where(has_catchment, catchment_means(model), 0.0)
    children = model.feeding.share * model.schools.residents[:, None]
    to, schools = model.feeding.junior.ravel(), len(model.schools)
    junior = np.bincount(to, weights=(primary[:, None] * children).ravel(), minlength=schools)
    inflow = np.bincount(to, weights=children.ravel(), minlength=schools)
    return np.where(model.schools.level == JUNIOR, junior / np.maximum(inflow, 1.0), primary)


def fix_baseline(model: ZoneReform) -> Baseline:
    """Cut scores of the baseline's shares, the half of the schools with the stronger teachers, and the posts.

    Scores and halves are the public schools', as all figures of the district are.
    """
    spec, teachers = model.district, model.teachers
    students = model.students
    leavers = [np.flatnonzero(students.grade == grade) for grade in FINAL_GRADE]
    final = [students.score[rows[~model.schools.private[students.school[rows]]]] for rows in leavers]
    skill = teachers.skill[teachers.employed]
    at = teachers.school[teachers.employed]
    count = len(model.schools)
    mean = np.bincount(at, weights=skill, minlength=count) / np.maximum(np.bincount(at, minlength=count), 1)
    posts = np.add(*posts_by_subject(teachers.school, teachers.home_school, teachers.subject, count))
    strong = np.zeros(count, dtype=bool)
    for level in range(len(LEVELS)):
        rows = np.flatnonzero((model.schools.level == level) & ~model.schools.private)
        strong[rows[np.argsort(-np.round(mean[rows], 9), kind="stable")[: len(rows) // 2]]] = True
    return Baseline(
        year=model.year,
        excellent_cut=_upper(final[0], spec.excellent_share),
        pass_cut=_upper(final[0], spec.pass_share),
        general_high_cut=_upper(final[1], spec.general_high_rate),
        award_cut=_upper(award_points(model)[public_teachers(model)], spec.award_share),
        strong_half=strong,
        posts=posts,
        units=Units.of(model.schools, model.zones, spec.name),
    )


def _upper(values: Floats, share: float) -> float:
    """Cut that a share of the values reaches."""
    return float(np.quantile(values, 1.0 - share)) if len(values) else 0.0

"""A district's zones and schools in the baseline year: as its tables give them, the rest from its margins."""

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, NO_ZONE, YEARS, Schools, last_grade
from sim.agents.student import ARRIVAL, MOST_SCHOOLS
from sim.agents.teacher import POSTS
from sim.agents.zone import Zones
from sim.apportion import apportion
from sim.district.given_tables import GivenSchool
from sim.district.listed_places import OutsideSchool, PrivateSchool
from sim.district.margins import PER_STUDENTS, amounts, school_sizes
from sim.district.roll import given_of, number_of_classes, stated_of, students_by_grade
from sim.district.spec import DistrictSpec
from sim.noise import Floats, Ints, Noise
from sim.userinput import UserError

RESOURCES = ("teaching_area", "sports_area", "equipment", "multimedia")


def zones_and_schools(spec: DistrictSpec, noise: Noise) -> tuple[Zones, Schools]:
    """Tables of zones and schools: names as stated; places, sizes and buildings drawn from the margins."""
    members = [(row, name, name == zone.lead) for row, zone in enumerate(spec.zones) for name in zone.schools]
    alone: tuple[OutsideSchool | PrivateSchool, ...] = (*spec.outside, *spec.private_schools)
    members += [(NO_ZONE, school.name, False) for school in alone]
    if len(members) > MOST_SCHOOLS:
        raise UserError(
            f"district.students={spec.students:g}: {len(members):,} schools, more than the {MOST_SCHOOLS:,} that a "
            "district may have; state fewer students, or larger schools"
        )
    zone_of = np.array([row for row, _, _ in members])
    private = np.arange(len(members)) >= len(members) - len(spec.private_schools)
    levels = [zone.level for zone in spec.zones for _ in zone.schools]
    level = np.array(levels + [school.level for school in alone])
    lead = np.array([is_lead for _, _, is_lead in members])
    ids = np.arange(len(members))
    led_by = np.full(len(spec.zones), -1)
    led_by[zone_of[lead]] = ids[lead]
    zones = Zones(
        len(spec.zones),
        id=np.arange(len(spec.zones)),
        name=np.array([zone.name for zone in spec.zones], dtype=object),
        level=[zone.level for zone in spec.zones],
        form=[zone.form for zone in spec.zones],
        lead=led_by,
        members=np.bincount(zone_of[zone_of != NO_ZONE], minlength=len(spec.zones)),
    )
    east, north = _places(spec, noise, zones.id, zone_of, ids)
    schools = Schools(
        len(members),
        id=ids,
        name=np.array([name for _, name, _ in members], dtype=object),
        zone=zone_of,
        level=level,
        lead=lead,
        private=private,
        x=east,
        y=north,
        birth_trend=_own(spec, zone_of, "birth_trend"),
        urban=np.hypot(east - spec.map_km / 2, north - spec.map_km / 2) < spec.map_km * spec.urban_radius,
        standing=_standing(lead, private, spec.lead_standing, noise.normal("standing", 0, ids)),
    )
    given = given_of(spec, schools)
    by_grade = students_by_grade(given, level)
    entrants = round(spec.students / last_grade(level))
    slack = _own(spec, zone_of, "seat_slack")
    for kind in range(len(LEVELS)):
        rows, others = np.flatnonzero((level == kind) & ~private), np.flatnonzero((level == kind) & private)
        if len(rows) == 0:
            continue
        _enrol(spec, schools, noise, kind, rows, others, entrants, by_grade)
        schools.seats[rows] = np.ceil(schools.intake[rows] * (1.0 + slack[rows]))
        schools.seats[others] = schools.intake[others]
        for of in (rows, others):
            if len(of):
                _give_posts(spec, schools, kind, of, given, by_grade)
                _equip(spec, schools, noise, kind, of, given, even=of is others)
    _locate(schools, given)
    if schools.residents.max() >= ARRIVAL or schools.posts.max() >= POSTS:
        raise UserError(
            f"district.students={spec.students:g}: too many for {len(schools)} schools; "
            f"one may have {ARRIVAL:,} entrants and {POSTS:,} teachers at most"
        )
    return zones, schools


def _own(spec: DistrictSpec, zone_of: Array, name: str) -> Floats:
    """What each school's zone states of itself; the district's margin where it does not, or there is no zone."""
    margin = getattr(spec, name)
    return np.array([margin if row == NO_ZONE else spec.zones[row].own(name, margin) for row in zone_of])


def _enrol(
    spec: DistrictSpec,
    schools: Schools,
    noise: Noise,
    kind: int,
    rows: Array,
    others: Array,
    entrants: int,
    by_grade: dict[int, Ints],
) -> None:
    """Entrants, students and residents of a level's schools: as stated, and drawn for those that state none.

    Parameters
    ----------
    rows, others : arrays
        The public schools, and the private ones.
    entrants : int
        Of the district in a year, by its margin; the silent schools have what the others leave of them.
    by_grade : dict
        Students by grade of the schools, by row, that state them.
    """
    for row in (*rows.tolist(), *others.tolist()):
        if row in by_grade:
            schools.intake[row], schools.enrolled[row] = by_grade[row][0], by_grade[row].sum()
    stated = np.isin(np.arange(len(schools)), list(by_grade))
    private_places = round(spec.by_level("private_share")[kind] * entrants)
    silent, silent_others = rows[~stated[rows]], others[~stated[others]]
    per_grade = [round(int(schools.enrolled[of].sum()) / YEARS[kind]) for of in (rows, others)]
    if len(silent):
        left = entrants - private_places - per_grade[0]
        if per_grade[0] and left < len(silent):
            raise UserError(
                f"district.students={spec.students:g}: the {LEVELS[kind]} schools that state their students have "
                f"{int(schools.enrolled[rows].sum()):,} of them, so that too few are left for the {len(silent)} that "
                f"do not, such as {schools.name[silent[0]]}; state all of them, or more students"
            )
        mean = (left + private_places) / len(silent)
        schools.intake[silent] = school_sizes(
            left,
            noise.uniform("school size", 0, silent),
            noise.uniform("place among sizes", 0, silent),
            spec.school_size_log_sd,
            min(spec.school_size_floor / YEARS[kind], spec.smallest_of_mean * mean),
            max(spec.school_size_ceiling / YEARS[kind], spec.largest_of_mean * mean),
        )
    places_left = max(0, private_places - per_grade[1])
    schools.intake[silent_others] = apportion(places_left, np.ones(len(silent_others)))
    for of in (silent, silent_others):
        schools.enrolled[of] = schools.intake[of].astype(np.int64) * YEARS[kind]
    both = int(schools.intake[rows].sum()) + int(schools.intake[others].sum())
    schools.residents[rows] = apportion(both, schools.intake[rows])


def _give_posts(
    spec: DistrictSpec, schools: Schools, kind: int, rows: Array, given: list[GivenSchool], by_grade: dict[int, Ints]
) -> None:
    """Posts of schools of one level: as stated, and as many as the norm gives for the students of the others.

    Schools that state their students share them by classes: a real class has the same two teachers everywhere, give or
    take an eighth (benchmarks.csv: Taiwan primary schools, teachers per class). Of the others nothing but the size is
    known (`teacher_elasticity`).
    """
    norm, cap = spec.by_level("norm")[kind], spec.by_level("class_cap")[kind]
    posts = stated_of(given, "teachers", rows)
    silent = np.isnan(posts)
    with_roll = np.isin(rows, list(by_grade))
    classes = [
        number_of_classes(given[row], by_grade[row], cap, f"{spec.name}: {schools.name[row]}") if row in by_grade else 0
        for row in rows.tolist()
    ]
    students = schools.enrolled[rows]
    for those, weight in (
        (silent & with_roll, np.array(classes)),
        (silent & ~with_roll, students**spec.teacher_elasticity),
    ):
        posts[those] = apportion(round(students[those].sum() / norm), weight[those])
    schools.posts[rows] = posts


def _equip(
    spec: DistrictSpec, schools: Schools, noise: Noise, kind: int, rows: Array, given: list[GivenSchool], even: bool
) -> None:
    """Areas, equipment and rooms of schools of one level, as stated; `even`: all have the mean for their students."""
    students = schools.enrolled[rows]
    for resource in RESOURCES:
        mean, cv = spec.by_level(resource)[kind], spec.by_level(f"{resource}_cv")[kind]
        column = "multimedia_rooms" if resource == "multimedia" else resource
        per_student = mean / PER_STUDENTS if resource == "multimedia" else mean
        luck = noise.normal(resource, 0, rows)
        stated = stated_of(given, column, rows)
        schools.arrays[column][rows] = amounts(students, per_student, 0.0 if even else cv, luck, stated)


def _locate(schools: Schools, given: list[GivenSchool]) -> None:
    """Schools stand where they say they do."""
    for row, school in enumerate(given):
        if school.east is not None and school.north is not None:
            schools.x[row], schools.y[row] = school.east, school.north
        if school.urban is not None:
            schools.urban[row] = school.urban


def _places(spec: DistrictSpec, noise: Noise, zone_ids: Array, zone_of: Array, ids: Array) -> tuple[Floats, Floats]:
    """Zones where they say they are, or scattered evenly over the map; schools over a disc round its centre.

    A school in no zone stands near one drawn by lot; in a district without zones every school lies anywhere.
    """
    any_zone = np.floor(noise.uniform("private school near", 0, ids) * len(zone_ids)).astype(np.int64)
    near = np.where(zone_of == NO_ZONE, any_zone, zone_of) if len(zone_ids) else ids
    centres = zone_ids if len(zone_ids) else ids
    angle = 2.0 * np.pi * noise.uniform("angle", 0, ids)
    radius = spec.zone_km * np.sqrt(noise.uniform("radius", 0, ids))
    drawn = [(spec.map_km * noise.uniform(side, 0, centres)).tolist() for side in ("east", "north")]
    for row, zone in enumerate(spec.zones):
        drawn[0][row], drawn[1][row] = zone.own("east", drawn[0][row]), zone.own("north", drawn[1][row])
    east, north = np.array(drawn)
    return east[near] + radius * np.cos(angle), north[near] + radius * np.sin(angle)


def _standing(lead: Array, private: Array, advantage: float, luck: Floats) -> Floats:
    """Standing of schools with teachers, mean 0 and variance 1; lead schools stand higher by `advantage` SD.

    Private schools stand as public ones do that lead no zone (assumed).
    """
    share = float(lead[~private].mean())
    own = np.sqrt(max(0.0, 1.0 - advantage * advantage * share * (1.0 - share)))
    return np.asarray(advantage * (lead - share) + own * luck)

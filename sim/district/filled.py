"""What a district does not state of itself, and from which margin it is filled in; and what its tables gave."""

from dataclasses import asdict
from typing import Any

from sim.agents.school import JUNIOR, LEVELS, PRIMARY
from sim.district.given_tables import GivenPeople, GivenSchool
from sim.district.person_counts import by_school, counted
from sim.district.spec import DistrictSpec

OF_A_SCHOOL = {
    "students": ("numbers of students", "school_size_log_sd, floor and ceiling"),
    "students_by_grade": ("students by grade", "their number, evenly (controlled rounding, Cox 1987)"),
    "classes_by_grade": ("classes by grade", "their number (Adams' method), or without it the class caps"),
    "teachers": ("numbers of teachers", "norm_* and their classes, or without students teacher_elasticity"),
    "pe_arts": ("PE and arts teachers", "pe_arts_* and pe_arts_cv_*"),
    "above_degree": ("teachers above the required degree", "above_degree_*"),
    "masters": ("teachers with a master's degree", "masters_*"),
    "backbone": ("district backbone teachers", "backbone_* and backbone_cv_*"),
    "teaching_area": ("teaching areas", "teaching_area_* and teaching_area_cv_*"),
    "sports_area": ("sports areas", "sports_area_* and sports_area_cv_*"),
    "equipment": ("equipment", "equipment_* and equipment_cv_*"),
    "multimedia_rooms": ("multimedia rooms", "multimedia_* and multimedia_cv_*"),
    "east": ("places on the map", "map_km and zone_km"),
    "urban": ("whether urban or rural", "urban_radius"),
}
"""What a school may state, in words, and what fills it in where it does not."""
NOTHING_GIVEN = (
    "students and entrants of each school, from school_size_log_sd, floor and ceiling",
    "places on the map and junior catchments of the primary schools, from map_km and zone_km",
    "teachers of each school, their subjects, degrees, titles, ages and skill, from the staffing margins and a spin-up",
    "areas, equipment and multimedia rooms of each school, from means and coefficients of variation",
    "students' traits and knowledge, from configs/effects and a spin-up of nine cohorts",
)
JUMP = 1.25
"""Ratio of two grades' students beyond which it is told that the one moves up into the other's schools."""
OF_A_TEACHER = ("subject", "female", "age", "experience", "years_here", "degree", "title", "backbone")
OF_A_STUDENT = ("classroom", "migrant", "left_behind", "ses", "score")


def filled(spec: DistrictSpec) -> list[str]:
    """What is filled in, a line each."""
    if not spec.given and spec.own_teachers is None and spec.own_students is None:
        return list(NOTHING_GIVEN)
    given = list(_schools(spec).values())
    lines = []
    for name, (words, source) in OF_A_SCHOOL.items():
        silent = sum(not _states(school, name) for school in given)
        if silent:
            lines.append(f"{words} of {_part(silent, len(given), 'school')}, from {source}")
    lines.append("junior catchments of the primary schools, from distance and entrants" if _has_junior(spec) else "")
    lines += _of_people(spec.own_teachers, OF_A_TEACHER, "teacher", len(given), "the staffing margins and a spin-up")
    lines.append("skill of all teachers, from configs/effects, by experience")
    lines += _of_people(spec.own_students, OF_A_STUDENT, "student", len(given), "the margins and a spin-up")
    lines.append("traits and knowledge of all students, from configs/effects and a spin-up of nine cohorts")
    return [line for line in lines if line]


def given_in_words(spec: DistrictSpec) -> list[str]:
    """What the district's own tables give of how many schools, and how many persons they list; nothing without any."""
    given = list(_schools(spec).values())
    of_how_many: dict[int, list[str]] = {}
    for name, words in {"classes": "classes", **{name: words for name, (words, _) in OF_A_SCHOOL.items()}}.items():
        of_how_many.setdefault(sum(_states(school, name) for school in given), []).append(words)
    lines = [
        f"of {_part(count, len(given), 'school')}: {', '.join(words)}"
        for count, words in sorted(of_how_many.items(), reverse=True)
        if count
    ]
    for one, people in (("teachers", spec.own_teachers), ("students", spec.own_students)):
        if people is not None:
            schools = _part(len(by_school(people)), len(given), "school")
            lines.append(f"one by one: {len(people.school):,} {one} of {schools}")
    return lines


def as_given(spec: DistrictSpec) -> dict[str, Any]:
    """What the tables gave, for a run's record: schools in full, of persons how many and the file's checksum."""
    said: dict[str, Any] = {}
    if spec.given:
        said["schools"] = [
            {"school": name, "level": LEVELS[level], **_stated(school)} for (name, level), school in spec.given.items()
        ]
    for name, people in (("teachers", spec.own_teachers), ("students", spec.own_students)):
        if people is not None:
            said[name] = {"count": len(people.school), "checksum": people.checksum}
    return said


def jump_to_junior(spec: DistrictSpec) -> str | None:
    """What to tell of tables by which far more, or fewer, finish primary school than start junior school."""
    by_grade = [(key[1], school.students_by_grade) for key, school in counted(spec).given.items()]
    sixth = sum(students[-1] for level, students in by_grade if level == PRIMARY and students)
    seventh = sum(students[0] for level, students in by_grade if level == JUNIOR and students)
    if not sixth or not seventh or 1 / JUMP <= seventh / sixth <= JUMP:
        return None
    return (
        f"the tables have {sixth:,} students in grade 6 and {seventh:,} in grade 7: from {spec.baseline_year + 1} on "
        "all who finish primary school go to the district's junior schools, as who goes elsewhere is not known"
    )


def _states(school: GivenSchool, name: str) -> bool:
    """Whether the tables have this of a school; its students also where they have them by grade."""
    said = getattr(school, name)
    return said is not None or (name == "students" and school.students_by_grade is not None)


def _stated(school: GivenSchool) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(school).items() if value is not None}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _schools(spec: DistrictSpec) -> dict[tuple[str, int], GivenSchool]:
    """All schools of the district, with what tables and lists say of each."""
    names = [(name, zone.level) for zone in spec.zones for name in zone.schools]
    names += [(school.name, school.level) for school in spec.outside]
    names += [(school.name, school.level) for school in spec.private_schools]
    given = counted(spec).given
    return {key: given.get(key, GivenSchool()) for key in names}


def _has_junior(spec: DistrictSpec) -> bool:
    return any(level == len(LEVELS) - 1 for _, level in _schools(spec))


def _of_people(people: GivenPeople | None, names: tuple[str, ...], one: str, schools: int, source: str) -> list[str]:
    """What is not known of the listed, and how many schools have no list."""
    listed = 0 if people is None else len(by_school(people))
    lines = []
    if listed < schools:
        lines.append(f"{one}s of {_part(schools - listed, schools, 'school')}, one by one, from {source}")
    if people is None:
        return lines
    count = len(people.school)
    for name in names:
        unknown = count
        if name in people.columns:
            unknown = count - int(people.known[name].sum()) if name in people.known else 0
        if unknown:
            lines.append(f"{name} of {_part(unknown, count, f'listed {one}')}, from {source}")
    return lines


def _part(some: int, of: int, what: str) -> str:
    """`all 12 schools`, `3 of 12 schools`."""
    return f"all {of} {what}s" if some == of else f"{some} of {of} {what}s"

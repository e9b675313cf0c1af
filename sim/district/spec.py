"""What a district states of itself: its zones, its schools, and the margins that fill the gaps.

Every margin stands in the district's YAML as ``{value: ..., source: ...}``, the source being a document, a
published table or ``assumed``; one whose number the document masks has the range it may lie in, ``low`` and ``high``,
too. What the YAML does not state in detail (enrolment of each school, teachers, buildings) is drawn from these margins
for each replicate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sim.agents.school import LEVELS
from sim.district.given_tables import GivenPeople, GivenSchool
from sim.district.listed_places import OutsideSchool, PrivateSchool, ZoneSpec


def margin(
    unit: str, low: float, high: float, meaning: str, whole: bool = False, unstated: float | None = None
) -> Any:
    """Declare one margin: its unit, the values allowed (`whole` numbers only, if so) and what it means.

    A margin that says how far something special to some districts goes has a value that holds where it is not stated.
    """
    allowed = {"unit": unit, "low": low, "high": high, "meaning": meaning, "whole": whole, "unstated": unstated}
    return field(metadata=allowed) if unstated is None else field(default=unstated, metadata=allowed)


@dataclass(frozen=True, kw_only=True)
class DistrictSpec:
    """A district, typed. Field order is that of the YAML."""

    name: str
    title: str
    baseline_year: int
    targets: str | None
    zones: tuple[ZoneSpec, ...]
    outside: tuple[OutsideSchool, ...] = ()
    private_schools: tuple[PrivateSchool, ...] = ()
    sources: Mapping[str, str] = field(repr=False)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    given: Mapping[tuple[str, int], GivenSchool] = field(default_factory=dict, repr=False)
    """What the district's own tables say of a school, by name and level."""
    own_teachers: GivenPeople | None = field(default=None, repr=False)
    own_students: GivenPeople | None = field(default=None, repr=False)

    students: float = margin("students", 500, 20_000_000, "students in compulsory education, grades 1-9")
    birth_trend: float = margin("share a year", -0.2, 0.2, "yearly change of children of entry age")
    migration_rate: float = margin("share a year", 0, 0.2, "students who leave, each place taken by an arrival")
    migrant_share: float = margin("share", 0, 1, "children of migrant workers")
    left_behind_share: float = margin("share", 0, 1, "left-behind children")
    map_km: float = margin("km", 1, 1000, "side of the square over which zones are scattered")
    zone_km: float = margin("km", 0.1, 50, "radius within which a zone's schools lie")
    schools_a_zone: float = margin(
        "schools", 1, 100, "mean number of schools in zones made by distance (district.zones=auto)", unstated=3.08
    )
    urban_radius: float = margin("share of map_km", 0, 1, "radius of the urban centre; outside it schools are rural")

    school_size_log_sd: float = margin("log students", 0, 1.5, "spread of school size")
    school_size_ceiling: float = margin("students", 100, 10000, "largest school")
    school_size_floor: float = margin("students", 20, 1000, "smallest school")
    smallest_of_mean: float = margin("share", 0.01, 1, "smallest school over the mean, where the floor leaves no room")
    largest_of_mean: float = margin("ratio", 1, 10, "largest school over the mean, where the ceiling leaves no room")
    class_cap_primary: float = margin("students", 10, 100, "students a new primary class may have", whole=True)
    class_cap_junior: float = margin("students", 10, 100, "students a new junior class may have", whole=True)
    seat_slack: float = margin("share", 0, 2, "places in the entry grade beyond the baseline's entrants")
    catchment_enforcement: float = margin("share", 0, 1, "families held to their catchment (划片)")
    schools_considered: float = margin(
        "schools", 2, 1000, "public schools of a level, the nearest, that a family compares", whole=True, unstated=100.0
    )
    high_school_quota: float = margin("share", 0, 1, "elite senior-high places given to junior schools by students")
    private_share_primary: float = margin(
        "share", 0, 0.9, "entrants for whom private schools have places", unstated=0.0
    )
    private_share_junior: float = margin(
        "share", 0, 0.9, "entrants for whom private schools have places", unstated=0.0
    )
    migrant_public_share: float = margin(
        "share", 0, 1, "children of migrant workers given a public place", unstated=1.0
    )
    classes_reshuffled: float = margin(
        "", 0, 1, "1 if classes are dealt anew, with new teachers, every year", whole=True, unstated=0.0
    )

    norm_primary: float = margin("students a teacher", 5, 60, "establishment norm")
    norm_junior: float = margin("students a teacher", 5, 60, "establishment norm")
    teacher_elasticity: float = margin("", 0.2, 1, "elasticity of a school's posts to its enrolment")
    female_share: float = margin("share", 0, 1, "women among teachers")
    entry_age: float = margin("years", 20, 35, "age at which teachers are hired", whole=True)
    career_years: float = margin("years", 1, 50, "years of teaching over which the first teachers are spread")
    years_here: float = margin("years", 1, 50, "years at the school over which the first teachers are spread")
    young_age: float = margin("years", 20, 60, "age below which teachers are young (青年教师)", whole=True)
    core_teachers_primary: float = margin("teachers", 2, 3, "core teachers of a class", whole=True)
    core_teachers_junior: float = margin("teachers", 2, 3, "core teachers of a class", whole=True)
    core_load: float = margin("classes", 1, 6, "classes that a core teacher may have in a team", whole=True)
    team_years: float = margin("years", 1, 6, "years that core teachers follow a class; 1 deals them anew", whole=True)
    junior_title_years: float = margin("years", 0, 50, "years of teaching after which a junior title is usual")
    middle_title_years: float = margin("years", 0, 50, "years of teaching after which a middle title is usual")
    senior_title_years: float = margin("years", 0, 50, "years of teaching after which a senior title is usual")
    title_years_sd: float = margin("years", 0, 10, "spread of these years over teachers")
    backbone_years: float = margin("years", 0, 50, "years of teaching before a first backbone title")
    lead_standing: float = margin("SD", 0, 2, "how much more sought after lead schools are by teachers")
    rotation_years: float = margin("years", 1, 30, "years at one school that make a teacher eligible", whole=True)
    head_years: float = margin("years", 1, 30, "years at one school that make a principal eligible", whole=True)
    language_share: float = margin("share", 0.1, 0.6, "language teachers among those who teach neither PE nor arts")
    mathematics_share: float = margin("share", 0.1, 0.6, "mathematics teachers among the same")
    other_core_share: float = margin("share", 0.05, 0.6, "teachers of other core subjects among the same")
    above_degree_primary: float = margin("share", 0, 1, "teachers above the required degree")
    above_degree_junior: float = margin("share", 0, 1, "teachers above the required degree")
    masters_primary: float = margin("share", 0, 1, "teachers with a master's degree or higher")
    masters_junior: float = margin("share", 0, 1, "teachers with a master's degree or higher")
    school_backbone_share: float = margin("share", 0, 0.5, "backbone teachers of school level among teachers")
    city_backbone_share: float = margin("share", 0, 1, "city-level among district backbone teachers")
    backbone_primary: float = margin("per 100 students", 0, 5, "district backbone teachers")
    backbone_junior: float = margin("per 100 students", 0, 5, "district backbone teachers")
    backbone_most: float = margin("share", 0, 1, "most of a school's teachers who may be district backbone")
    backbone_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    backbone_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")
    pe_arts_primary: float = margin("per 100 students", 0, 3, "PE and arts teachers")
    pe_arts_junior: float = margin("per 100 students", 0, 3, "PE and arts teachers")
    pe_arts_most: float = margin("share", 0, 0.9, "most of a school's teachers who may be of PE and arts")
    pe_arts_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    pe_arts_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")

    teaching_area_primary: float = margin("m2 a student", 0.1, 50, "teaching and auxiliary rooms")
    teaching_area_junior: float = margin("m2 a student", 0.1, 50, "teaching and auxiliary rooms")
    teaching_area_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    teaching_area_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")
    sports_area_primary: float = margin("m2 a student", 0.1, 100, "sports grounds and halls")
    sports_area_junior: float = margin("m2 a student", 0.1, 100, "sports grounds and halls")
    sports_area_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    sports_area_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")
    equipment_primary: float = margin("yuan a student", 1, 100_000, "book value of teaching equipment")
    equipment_junior: float = margin("yuan a student", 1, 100_000, "book value of teaching equipment")
    equipment_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    equipment_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")
    multimedia_primary: float = margin("rooms per 100 students", 0.01, 20, "networked multimedia classrooms")
    multimedia_junior: float = margin("rooms per 100 students", 0.01, 20, "networked multimedia classrooms")
    multimedia_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    multimedia_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")
    spending_primary: float = margin("yuan a student", 100, 1_000_000, "public budget for education at the baseline")
    spending_junior: float = margin("yuan a student", 100, 1_000_000, "public budget for education at the baseline")

    excellent_share: float = margin("share", 0.01, 0.99, "grade-6 students at the excellent cut at the baseline")
    pass_share: float = margin("share", 0.01, 0.99, "grade-6 students at the pass cut in the baseline year")
    general_high_rate: float = margin("share", 0.01, 0.99, "grade-9 students at the city's cut-off in that year")
    general_high_drift: float = margin("SD a year", -0.5, 0.5, "yearly rise of the city's cut-off")
    scoring_rate_mean: float = margin("share of full marks", 0, 1, "mean scoring rate")
    scoring_rate_sd: float = margin("share of full marks", 0.01, 0.5, "scoring rate of one SD of achievement")

    award_share: float = margin("share", 0, 1, "teachers with a district award in the baseline year")
    young_contest_share: float = margin("share", 0, 1, "young teachers in zone contests")
    ict_trained_share: float = margin("share", 0, 1, "teachers trained in ICT")
    school_research_share: float = margin("share", 0, 1, "schools with a district research project")
    teacher_research_share: float = margin("share", 0, 1, "teachers in planned research")
    digital_school_share: float = margin("share", 0, 1, "schools that use digital teaching")
    digital_lesson_share: float = margin("share", 0, 1, "lessons with it in those schools")
    live_class_share: float = margin("share", 0, 1, "schools in live classes")
    live_lesson_share: float = margin("share", 0, 1, "lessons that are live in those schools")
    extra_time_share: float = margin("share", 0, 1, "digital lessons that come with extra learning time")

    @staticmethod
    def margins() -> tuple[str, ...]:
        """Names of the margins, in order."""
        return tuple(f.name for f in fields(DistrictSpec) if f.metadata)

    @property
    def title_years(self) -> tuple[float, float, float]:
        """Years of teaching after which junior, middle and senior titles are usual."""
        return self.junior_title_years, self.middle_title_years, self.senior_title_years

    @property
    def public_schools(self) -> tuple[str, ...]:
        """Names of the public schools; one of both levels stands there twice."""
        return (*(school for zone in self.zones for school in zone.schools), *(school.name for school in self.outside))

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the levels that its public schools have."""
        own = {zone.level for zone in self.zones} | {school.level for school in self.outside}
        return tuple(name for level, name in enumerate(LEVELS) if level in own)

    def by_level(self, name: str) -> tuple[float, float]:
        """A margin that is stated for primary and junior apart."""
        return getattr(self, f"{name}_primary"), getattr(self, f"{name}_junior")

"""What a district states of itself: its zones, its schools, and the margins that fill the gaps.

Every margin stands in the district's YAML as ``{value: ..., source: ...}``, the source being a document, a
published table or ``assumed``. What the YAML does not state in detail (enrolment of each school, teachers,
buildings) is drawn from these margins for each replicate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import isfinite
from pathlib import Path
from typing import Any

from sim.agents.school import LEVELS
from sim.agents.zone import FORMS
from sim.userinput import UserError, closest, find, read_yaml, shown


def margin(unit: str, low: float, high: float, meaning: str, whole: bool = False) -> Any:
    """Declare one margin: its unit, the values allowed (`whole` numbers only, if so) and what it means."""
    return field(metadata={"unit": unit, "low": low, "high": high, "meaning": meaning, "whole": whole})


@dataclass(frozen=True)
class ZoneSpec:
    """One zone or group as the district's table lists it."""

    name: str
    level: int
    form: int
    lead: str | None
    schools: tuple[str, ...]


@dataclass(frozen=True)
class DistrictSpec:
    """A district, typed. Field order is that of the YAML."""

    name: str
    title: str
    baseline_year: int
    targets: str | None
    zones: tuple[ZoneSpec, ...]
    sources: Mapping[str, str] = field(repr=False)

    students: float = margin("students", 500, 2e7, "students in compulsory education, grades 1-9")
    birth_trend: float = margin("share a year", -0.2, 0.2, "yearly change of children of entry age")
    migration_rate: float = margin("share a year", 0, 0.2, "students who leave, each place taken by an arrival")
    migrant_share: float = margin("share", 0, 1, "children of migrant workers")
    left_behind_share: float = margin("share", 0, 1, "left-behind children")
    map_km: float = margin("km", 1, 300, "side of the square over which zones are scattered")
    zone_km: float = margin("km", 0.1, 50, "radius within which a zone's schools lie")

    school_size_log_sd: float = margin("log students", 0, 1.5, "spread of school size")
    school_size_ceiling: float = margin("students", 100, 10000, "largest school")
    school_size_floor: float = margin("students", 20, 1000, "smallest school")
    class_cap_primary: float = margin("students", 10, 100, "students a new primary class may have", whole=True)
    class_cap_junior: float = margin("students", 10, 100, "students a new junior class may have", whole=True)
    seat_slack: float = margin("share", 0, 2, "places in the entry grade beyond the baseline's entrants")
    catchment_enforcement: float = margin("share", 0, 1, "families held to their catchment (划片)")
    high_school_quota: float = margin("share", 0, 1, "elite senior-high places given to junior schools by students")

    norm_primary: float = margin("students a teacher", 5, 60, "establishment norm")
    norm_junior: float = margin("students a teacher", 5, 60, "establishment norm")
    teacher_elasticity: float = margin("", 0.2, 1, "elasticity of a school's posts to its enrolment")
    female_share: float = margin("share", 0, 1, "women among teachers")
    entry_age: float = margin("years", 20, 35, "age at which teachers are hired", whole=True)
    core_load: float = margin("classes", 1, 6, "classes that a core teacher may have in a team", whole=True)
    lead_standing: float = margin("SD", 0, 2, "how much more sought after lead schools are by teachers")
    rotation_years: float = margin("years", 1, 30, "years at one school that make a teacher eligible", whole=True)
    head_years: float = margin("years", 1, 30, "years at one school that make a principal eligible", whole=True)
    language_share: float = margin("share", 0.1, 0.6, "language teachers among those who teach neither PE nor arts")
    mathematics_share: float = margin("share", 0.1, 0.6, "mathematics teachers among the same")
    other_core_share: float = margin("share", 0.05, 0.6, "teachers of other core subjects among the same")
    above_degree_primary: float = margin("share", 0, 1, "teachers above the required degree")
    above_degree_junior: float = margin("share", 0, 1, "teachers above the required degree")
    school_backbone_share: float = margin("share", 0, 0.5, "backbone teachers of school level among teachers")
    city_backbone_share: float = margin("share", 0, 1, "city-level among district backbone teachers")
    backbone_primary: float = margin("per 100 students", 0, 5, "district backbone teachers")
    backbone_junior: float = margin("per 100 students", 0, 5, "district backbone teachers")
    backbone_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    backbone_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")
    pe_arts_primary: float = margin("per 100 students", 0, 3, "PE and arts teachers")
    pe_arts_junior: float = margin("per 100 students", 0, 3, "PE and arts teachers")
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
    equipment_primary: float = margin("yuan a student", 1, 1e5, "book value of teaching equipment")
    equipment_junior: float = margin("yuan a student", 1, 1e5, "book value of teaching equipment")
    equipment_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    equipment_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")
    multimedia_primary: float = margin("rooms per 100 students", 0.01, 20, "networked multimedia classrooms")
    multimedia_junior: float = margin("rooms per 100 students", 0.01, 20, "networked multimedia classrooms")
    multimedia_cv_primary: float = margin("", 0, 1.5, "coefficient of variation between schools")
    multimedia_cv_junior: float = margin("", 0, 1.5, "coefficient of variation between schools")
    spending_primary: float = margin("yuan a student", 100, 1e6, "public budget for education in the baseline year")
    spending_junior: float = margin("yuan a student", 100, 1e6, "public budget for education in the baseline year")

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

    def by_level(self, name: str) -> tuple[float, float]:
        """A margin that is stated for primary and junior apart."""
        return getattr(self, f"{name}_primary"), getattr(self, f"{name}_junior")


def load_district(
    name: str, overrides: Sequence[tuple[str, object]] = (), config_dirs: Sequence[Path] = ()
) -> DistrictSpec:
    """Read a district's YAML and replace single margins by `overrides` (key below ``district.``, value)."""
    path = find("district", name, config_dirs)
    raw = read_yaml(path)
    given: dict[str, Any] = {**raw.pop("margins", {})}
    known = (*DistrictSpec.margins(), "baseline_year")
    for key, value in overrides:
        if key == "zones":
            raise UserError("district.zones comes in a later release; leave it out for the zones of the table")
        if key not in known:
            raise UserError(f"district.{key}: no such setting{closest(key, known)}")
        if key == "baseline_year":
            raw[key] = value
        else:
            given[key] = {"value": value, "source": "command line"}
    problems = [f"{key}: no such margin{closest(key, known)}" for key in given if key not in DistrictSpec.margins()]
    values: dict[str, float] = {}
    sources: dict[str, str] = {}
    for f in fields(DistrictSpec):
        if f.metadata:
            values[f.name], sources[f.name], problem = _margin_value(f.name, given.get(f.name), f.metadata)
            problems += problem
    if problems:
        raise UserError(f"{path.name}: " + "; ".join(problems))
    zones = tuple(_zone(zone, path) for zone in raw["zones"])
    if missing := [name for kind, name in enumerate(LEVELS) if all(zone.level != kind for zone in zones)]:
        raise UserError(f"{path.name}: zones: none is {missing[0]}; a district needs primary and junior schools")
    year = raw.get("baseline_year", 2020)
    if isinstance(year, bool) or not isinstance(year, int) or not 1990 <= year <= 2100:
        raise UserError(f"district.baseline_year must be a year within 1990 ... 2100, got {shown(year)}")
    return DistrictSpec(
        name=str(raw["name"]),
        title=str(raw.get("title", raw["name"])),
        baseline_year=year,
        targets=raw.get("targets"),
        zones=zones,
        sources=sources,
        **values,
    )


def _margin_value(name: str, given: Any, allowed: Mapping[str, Any]) -> tuple[float, str, list[str]]:
    if given is None:
        return 0.0, "", [f"{name} is missing ({allowed['meaning']}, {allowed['unit']})"]
    stated = given if isinstance(given, Mapping) else {"value": given, "source": "not stated"}
    value, source = stated.get("value"), str(stated.get("source", "not stated"))
    low, high = allowed["low"], allowed["high"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or not low <= value <= high:
        return 0.0, source, [f"district.{name} must be within {low:g} ... {high:g}, got {shown(value)}"]
    if allowed["whole"] and value != int(value):
        return 0.0, source, [f"district.{name} must be a whole number, got {shown(value)}"]
    return float(value), source, []


def _zone(raw: Mapping[str, Any], path: Path) -> ZoneSpec:
    for key, allowed in (("level", LEVELS), ("form", FORMS)):
        if raw.get(key) not in allowed:
            raise UserError(f"{path.name}: zone {raw.get('name')}: {key} must be one of {', '.join(allowed)}")
    lead = raw.get("lead")
    if lead is not None and lead not in raw["schools"]:
        raise UserError(f"{path.name}: zone {raw['name']}: lead school {lead} is not among its schools")
    return ZoneSpec(raw["name"], LEVELS.index(raw["level"]), FORMS.index(raw["form"]), lead, tuple(raw["schools"]))

"""What a district states of itself: its zones, its schools, and the margins that fill the gaps.

Every margin stands in the district's YAML as ``{value: ..., source: ...}``, the source being a document, a
published table or ``assumed``. What the YAML does not state in detail (enrolment of each school, teachers,
buildings) is drawn from these margins for each replicate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sim.agents.school import LEVELS
from sim.agents.zone import FORMS
from sim.config import BASELINE_YEAR
from sim.userinput import UserError, closest, find, no_such, number, read_yaml, shown

SHOWN = 3
"""Problems of one kind that a message lists."""


def margin(
    unit: str, low: float, high: float, meaning: str, whole: bool = False, unstated: float | None = None
) -> Any:
    """Declare one margin: its unit, the values allowed (`whole` numbers only, if so) and what it means.

    A margin that says how far something special to some districts goes has a value that holds where it is not stated.
    """
    allowed = {"unit": unit, "low": low, "high": high, "meaning": meaning, "whole": whole, "unstated": unstated}
    return field(metadata=allowed) if unstated is None else field(default=unstated, metadata=allowed)


def of_zone(unit: str, low: float, high: float, meaning: str) -> Any:
    """Declare one value that a zone may state of itself; None leaves what the district's margins give."""
    metadata = {"unit": unit, "low": low, "high": high, "meaning": meaning, "whole": False}
    return field(default=None, metadata=metadata)


@dataclass(frozen=True)
class ZoneSpec:
    """One zone or group as the district's table lists it, with what sets it apart from the district's margins."""

    name: str
    level: int
    form: int
    lead: str | None
    schools: tuple[str, ...]
    east: float | None = of_zone("km", 0, 300, "place of its centre on the map")
    north: float | None = of_zone("km", 0, 300, "place of its centre on the map")
    birth_trend: float | None = of_zone("share a year", -0.2, 0.2, "yearly change of children of entry age there")
    seat_slack: float | None = of_zone("share", 0, 2, "places in the entry grade beyond the baseline's entrants")
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)

    @staticmethod
    def own_values() -> tuple[str, ...]:
        """Names of the values that a zone may state."""
        return tuple(f.name for f in fields(ZoneSpec) if f.metadata)

    def own(self, name: str, otherwise: float) -> float:
        """What the zone states under this name, or else the other value."""
        stated: float | None = getattr(self, name)
        return otherwise if stated is None else stated


@dataclass(frozen=True)
class OutsideSchool:
    """A public school of one level that is in no zone: what zones do passes it by, not what the district does."""

    name: str
    level: int


@dataclass(frozen=True)
class PrivateSchool:
    """A private school (民办学校) of one level: it stands in no zone, and no lever acts on it."""

    name: str
    level: int


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

    students: float = margin("students", 500, 20_000_000, "students in compulsory education, grades 1-9")
    birth_trend: float = margin("share a year", -0.2, 0.2, "yearly change of children of entry age")
    migration_rate: float = margin("share a year", 0, 0.2, "students who leave, each place taken by an arrival")
    migrant_share: float = margin("share", 0, 1, "children of migrant workers")
    left_behind_share: float = margin("share", 0, 1, "left-behind children")
    map_km: float = margin("km", 1, 300, "side of the square over which zones are scattered")
    zone_km: float = margin("km", 0.1, 50, "radius within which a zone's schools lie")
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

    def by_level(self, name: str) -> tuple[float, float]:
        """A margin that is stated for primary and junior apart."""
        return getattr(self, f"{name}_primary"), getattr(self, f"{name}_junior")


def load_district(
    name: str, overrides: Sequence[tuple[str, object]] = (), config_dirs: Sequence[Path] = ()
) -> DistrictSpec:
    """Read a district's YAML and replace single margins by `overrides` (key below ``district.``, value)."""
    typed = dict(overrides)
    for key in typed:
        _check_known(key)
    path = find("district", name, config_dirs)
    raw = read_yaml(path)
    own_name = path.absolute().parent.name if path.name == "district.yaml" else path.stem
    if str(raw.get("name", own_name)) != own_name:
        raise UserError(f"{path}: name is {shown(raw['name'])}, but this district is called {own_name}; leave name out")
    given, zones = raw.get("margins") or {}, raw.get("zones")
    if not isinstance(given, dict):
        raise UserError(f"{path}: margins must be names and values, got {shown(given)}")
    if not isinstance(zones, list) or not all(isinstance(zone, dict) for zone in zones):
        raise UserError(f"{path}: zones must be a list of zones as in the shipped wuhan_edz.yaml, got {shown(zones)}")
    values, sources = _margins(given, typed, path)
    specs = tuple(_zone(zone, path) for zone in zones)
    _check_names(specs, own_name, path)
    outside = _outside(raw.get("outside") or [], specs, path)
    private = _private_schools(raw.get("private_schools") or [], specs, outside, path)
    _check_private(private, values, path)
    levels = {zone.level for zone in specs} | {school.level for school in outside}
    if missing := [name for kind, name in enumerate(LEVELS) if kind not in levels]:
        raise UserError(f"{path}: zones: none is {missing[0]}; a district needs primary and junior schools")
    return DistrictSpec(
        name=own_name,
        title=str(raw.get("title", own_name)),
        baseline_year=_year(typed, raw, path),
        targets=raw.get("targets"),
        zones=specs,
        outside=outside,
        private_schools=private,
        sources=sources,
        **values,
    )


def _check_known(key: str) -> None:
    """Refuse an override of what no district states."""
    known = (*DistrictSpec.margins(), "baseline_year")
    if key == "zones":
        raise UserError("district.zones comes in a later release; leave it out for the zones of the table")
    if key not in known:
        raise UserError(
            f"district.{key}: no such margin; known are the margins of configs/district/NAME.yaml, such as "
            f"{known[0]}, class_cap_primary{closest(key, known)}"
        )


def _margins(
    given: Mapping[str, Any], typed: Mapping[str, object], path: Path
) -> tuple[dict[str, float], dict[str, str]]:
    """Value and source of each margin; what is wrong in the file names it, what was typed does not."""
    declared = {f.name: f.metadata for f in fields(DistrictSpec) if f.metadata}
    in_file = [f"{key}: no such margin{closest(key, declared)}" for key in given if key not in declared]
    as_typed: list[str] = []
    missing: list[str] = []
    values: dict[str, float] = {}
    sources: dict[str, str] = {}
    for key, allowed in declared.items():
        value: object = typed.get(key, given.get(key))
        sources[key] = "command line" if key in typed else "not stated"
        if key not in typed and value is None and allowed["unstated"] is not None:
            values[key] = allowed["unstated"]
            continue
        if key not in typed and value is None:
            missing.append(f"{key} ({', '.join(filter(None, (allowed['meaning'], allowed['unit'])))})")
            continue
        if key not in typed and isinstance(value, Mapping):
            sources[key] = str(value.get("source", "not stated"))
            value = value.get("value")
        try:
            plain = number(value, f"district.{key}", allowed["low"], allowed["high"], whole=allowed["whole"])
            values[key] = float(plain)
        except UserError as problem:
            (as_typed if key in typed else in_file).append(str(problem))
    if as_typed:
        raise UserError(_some(as_typed, "; "))
    if missing:
        in_file.append(
            f"{len(missing)} margin{'s are' if len(missing) > 1 else ' is'} missing: {_some(missing, ', ')}; "
            "copy the margins of the shipped wuhan_edz.yaml"
        )
    if in_file:
        raise UserError(f"{path}: {_some(in_file, '; ')}")
    return values, sources


def _some(problems: Sequence[str], between: str) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
    return between.join(problems[:SHOWN]) + more


def _year(typed: Mapping[str, object], raw: Mapping[str, Any], path: Path) -> int:
    """The baseline year."""
    key = "baseline_year"
    where = f"district.{key}" if key in typed else f"{path}: {key}"
    return int(number(typed.get(key, raw.get(key, BASELINE_YEAR)), where, 1990, 2100, whole=True))


def _zone(raw: Mapping[str, Any], path: Path) -> ZoneSpec:
    name, schools, lead = raw.get("name"), raw.get("schools"), raw.get("lead")
    where = f"{path}: zone {name}"
    if not isinstance(name, str) or not isinstance(schools, list) or not schools:
        raise UserError(f"{where}: a zone needs a name and a list of schools, got {shown(dict(raw))}")
    for key, allowed in (("level", LEVELS), ("form", FORMS)):
        if raw.get(key) not in allowed:
            raise UserError(f"{where}: {key} must be one of {', '.join(allowed)}")
    if lead is not None and lead not in schools:
        raise UserError(f"{where}: lead school {lead} is not among its schools")
    known = [f.name for f in fields(ZoneSpec)]
    for key in raw:
        if key not in known or key == "sources":
            raise no_such(f"{where}: {key}", "entry", key, known[:-1])
    if ("east" in raw) != ("north" in raw):
        raise UserError(f"{where}: a place on the map is east and north, got one of them")
    values, sources = _own_values(raw, where)
    return ZoneSpec(
        name, LEVELS.index(raw["level"]), FORMS.index(raw["form"]), lead, tuple(schools), **values, sources=sources
    )


def _check_names(zones: Sequence[ZoneSpec], district: str, path: Path) -> None:
    """Refuse names by which results could not be told apart; a nine-year school stands in a zone of each level."""
    zone_of: dict[tuple[int, object], str] = {}
    for i, zone in enumerate(zones):
        where = f"{path}: zone {zone.name}"
        level = LEVELS[zone.level]
        if zone.name == district:
            raise UserError(f"{where} has the name of the district; give it a name of its own")
        if (zone.name, zone.level) in [(other.name, other.level) for other in zones[:i]]:
            raise UserError(f"{where}: there is a {level} zone of this name already; give each a name of its own")
        for school in zone.schools:
            if not isinstance(school, str):
                raise UserError(f'{where}: schools must be names, got {shown(school)}; write it in quotes: "{school}"')
            if (zone.level, school) in zone_of:
                other = zone_of[zone.level, school]
                said = "lists it twice" if other == zone.name else f"has it too, and a {level} school is in one zone"
                raise UserError(f"{where}: school {school}: zone {other} {said}; leave one out, or give it another name")
            zone_of[zone.level, school] = zone.name


def _own_values(raw: Mapping[str, Any], where: str) -> tuple[dict[str, float], dict[str, str]]:
    """Value and source of what a zone states of itself."""
    values: dict[str, float] = {}
    sources: dict[str, str] = {}
    for f in fields(ZoneSpec):
        if not f.metadata or f.name not in raw:
            continue
        stated: Any = raw[f.name]
        source = "not stated"
        if isinstance(stated, Mapping):
            stated, source = stated.get("value"), str(stated.get("source", source))
        values[f.name] = number(stated, f"{where}: {f.name}", f.metadata["low"], f.metadata["high"])
        sources[f.name] = source
    return values, sources


def _outside(raw: object, zones: Sequence[ZoneSpec], path: Path) -> tuple[OutsideSchool, ...]:
    """The public schools in no zone, listed by level."""
    where = f"{path}: outside"
    example = "[{level: primary, schools: [...]}]"
    if not isinstance(raw, list) or not all(isinstance(group, Mapping) for group in raw):
        raise UserError(f"{where} must be a list such as {example}, got {shown(raw)}")
    known = {(school, zone.level) for zone in zones for school in zone.schools}
    found: list[OutsideSchool] = []
    for group in raw:
        level, schools = group.get("level"), group.get("schools")
        if level not in LEVELS or not isinstance(schools, list) or not all(isinstance(name, str) for name in schools):
            raise UserError(f"{where}: each needs a level ({', '.join(LEVELS)}) and a list of schools, as in {example}")
        for name in schools:
            if (name, LEVELS.index(level)) in known:
                raise UserError(f"{where}: {name}: there is a {level} school of this name already")
            known.add((name, LEVELS.index(level)))
            found.append(OutsideSchool(name, LEVELS.index(level)))
    return tuple(found)


def _private_schools(
    raw: object, zones: Sequence[ZoneSpec], outside: Sequence[OutsideSchool], path: Path
) -> tuple[PrivateSchool, ...]:
    """The private schools as listed; a nine-year school stands once under each level."""
    where = f"{path}: private_schools"
    if not isinstance(raw, list) or not all(isinstance(school, Mapping) for school in raw):
        raise UserError(f"{where} must be a list of {{name, level}}, got {shown(raw)}")
    public = {school for zone in zones for school in zone.schools} | {school.name for school in outside}
    schools: list[PrivateSchool] = []
    for given in raw:
        name, level = given.get("name"), given.get("level")
        if not isinstance(name, str) or level not in LEVELS or len(given) > 2:
            raise UserError(f"{where}: each needs a name and a level ({', '.join(LEVELS)}), got {shown(dict(given))}")
        school = PrivateSchool(name, LEVELS.index(level))
        if name in public or school in schools:
            other = "a public school has this name too" if name in public else f"it is listed twice as {level}"
            raise UserError(f"{where}: {name}: {other}; give it a name of its own")
        schools.append(school)
    return tuple(schools)


def _check_private(private: Sequence[PrivateSchool], values: Mapping[str, float], path: Path) -> None:
    """Private schools and the shares that speak of them must go together."""
    for kind, level in enumerate(LEVELS):
        key, exist = f"private_share_{level}", any(school.level == kind for school in private)
        if exist and values[key] == 0:
            raise UserError(f"{path}: private_schools lists {level} schools: {key} must say for what share of entrants")
        if not exist and values[key] > 0:
            raise UserError(f"district.{key}={values[key]:g}: the district lists no private {level} school; use 0")
    if not private and values["migrant_public_share"] < 1:
        raise UserError(
            f"district.migrant_public_share={values['migrant_public_share']:g}: the district lists no private schools, "
            "and all its children go to public ones; use 1"
        )

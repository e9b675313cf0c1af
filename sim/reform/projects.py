"""Projects at a place: a school or the schools of a zone, a year in which it starts, and its money."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, YEARS, Schools
from sim.apportion import apportion
from sim.district.spec import DistrictSpec
from sim.noise import Floats
from sim.reform.lever import CALENDAR_YEAR, Settings, setting
from sim.userinput import UserError, no_such

if TYPE_CHECKING:
    from sim.model import ZoneReform


class MissingPlace(UserError):
    """A plan names a school or zone that the district lacks; without its `projects` it runs there."""

    def __init__(self, message: str, projects: str) -> None:
        super().__init__(message)
        self.projects = projects
        """The setting that lists them, such as `policy.building.projects`."""


@dataclass(frozen=True, kw_only=True)
class Project(Settings):
    """What is done at one school, or shared over the schools of one zone by their students."""

    school: str | None = setting(None, unit="", meaning="name of the school", source="definition")
    zone: str | None = setting(None, unit="", meaning="name of the zone whose schools share it", source="definition")
    start_year: int = setting(
        unit=CALENDAR_YEAR, low=1900, high=2200, meaning="year in which work and costs start", source="definition"
    )
    money: float | None = setting(
        None,
        unit="yuan",
        low=0,
        meaning="what it costs in all; null: what the prices say",
        source="definition: what the project costs",
    )

    @classmethod
    def where(cls) -> str:
        return f"policy.{cls.__name__.lower()}.projects"

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.school is None) == (self.zone is None):
            raise UserError(f"{self.where()}: each needs either a school or a zone, and not both")

    def rows(self, model: "ZoneReform") -> Array:
        """Rows of the schools it is for; a nine-year school has two."""
        if self.school is not None:
            return rows_named(model.schools, self.school)
        zone = np.flatnonzero(model.zones.name == self.zone)
        return np.flatnonzero(np.isin(model.schools.zone, zone))

    def weights(self, model: "ZoneReform") -> Floats:
        """Children who live in the catchments of its schools, by which they share it."""
        return children(model.schools, self.rows(model))


def children(schools: Schools, rows: Array) -> Floats:
    """Children of compulsory school age who live in the catchments of these schools."""
    return np.asarray(schools.residents[rows] * np.array(YEARS, np.float64)[schools.level[rows]])


def shared_by_level(schools: Schools, rows: Array, yuan: int) -> Floats:
    """What schools that share so many yuan by their children cost the primary and the junior level."""
    shares = apportion(yuan, children(schools, rows))
    return np.bincount(schools.level[rows], weights=shares, minlength=len(LEVELS)).astype(np.float64, copy=False)


def rows_named(schools: Schools, name: str) -> Array:
    """Rows of the school of that name, one for each of its levels."""
    return np.flatnonzero(schools.name == name)


def check_projects(projects: Sequence[Project], district: DistrictSpec) -> None:
    """Refuse schools and zones that the district does not have, and a project listed twice."""
    for i, project in enumerate(projects):
        where = f"{project.where()}[{i}]"
        if project in projects[:i]:
            raise UserError(f"{where} is the same as another before it; give one with the seats or money of both")
        if project.school is not None:
            check_school(project.school, district, f"{where}.school")
        elif project.zone not in (names := [zone.name for zone in district.zones]):
            raise _not_here(f"{where}.zone", "zone", project.zone, names)


def check_school(name: str, district: DistrictSpec, where: str) -> None:
    """Refuse a school that the district does not have."""
    if name in [school.name for school in district.private_schools]:
        raise UserError(f"{where}={name}: a private school, on which no policy acts; name a school of a zone")
    if name not in district.public_schools:
        raise _not_here(where, "school", name, district.public_schools)


def _not_here(where: str, kind: str, name: str | None, names: Sequence[str]) -> MissingPlace:
    """The answer to a place that the district lacks; a plan of another district runs there without its places."""
    answer = no_such(f"{where}={name}", f"{kind} in the district", name, names)
    projects = where.partition("[")[0]
    return MissingPlace(f"{answer}; {projects}=[] runs the policy without such places", projects)


def pay(model: "ZoneReform", lever: str, project: Project, yuan: float, years: int) -> None:
    """Book this year's part of a project's money: equal parts over its years, what is overdue at once.

    A policy that begins after the project did pays for all of it, since all of it is its work.
    """
    years = max(1, years)
    due = round(yuan * min(years, model.year - project.start_year + 1) / years)
    more = due - model.paid.get(project, 0)
    if more > 0:
        model.spend(lever, shared_by_level(model.schools, project.rows(model), more))
        model.paid[project] = due

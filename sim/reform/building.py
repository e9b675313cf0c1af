"""Building (学校建设): places and rooms that open some years after work on them starts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.school import LEVELS, YEARS
from sim.apportion import apportion
from sim.district.spec import DistrictSpec
from sim.indicators.standards import RESOURCES, load_standard
from sim.reform.lever import Lever, setting
from sim.reform.projects import Project, check_projects, pay
from sim.userinput import UserError

if TYPE_CHECKING:
    from sim.model import ZoneReform

AREA_STANDARD = "youzhi_junheng"
"""What is built has the teaching area for a student that this standard asks for."""


@dataclass(frozen=True, kw_only=True)
class Campus(Project):
    """A wing or a campus of a school; one for a zone is shared out over its schools."""

    seats: int = setting(
        unit="students",
        low=1,
        high=100_000,
        meaning="students for whom it has places, all grades",
        source="QS33: 增加中小学学位",
    )

    @classmethod
    def where(cls) -> str:
        return "policy.building.projects"


@dataclass(frozen=True)
class Building(Lever):
    """Adds places in the entry grade, and teaching area at the official standard, once a project opens.

    A project costs its `money`, or the price `seat` for each place, in equal parts over the years until it opens.
    Catchments stay as they are: new places are taken by those who apply from elsewhere and by overflow.
    """

    step: ClassVar[str] = "enrolment"
    group: ClassVar[str] = "building"
    channels: ClassVar[tuple[str, ...]] = ("teachers_place", "teachers_learning", "peers", "class_size", "digital")

    projects: tuple[Campus, ...] = setting(
        (),
        unit="projects",
        meaning="what is built: school or zone, start_year, seats, money",
        source="QS33, QS34: 增加中小学学位",
    )
    lag: int = setting(
        2, unit="years", low=0, high=20, meaning="years from a project's start until it opens", source="QS35: 两年投用"
    )

    def check(self, district: DistrictSpec) -> None:
        check_projects(self.projects, district)
        for i, project in enumerate(self.projects):
            self._check_seats(project, district, f"{project.where()}[{i}]")

    def _check_seats(self, project: Campus, district: DistrictSpec, where: str) -> None:
        """Refuse places of which a grade of the schools that share them would get none."""
        zones = [zone for zone in district.zones if project.school in zone.schools or zone.name == project.zone]
        levels = [zone.level for zone in zones for school in zone.schools if project.school in (None, school)]
        levels += [school.level for school in district.outside if school.name == project.school]
        grades = sum(YEARS[level] for level in levels)
        if project.seats < grades:
            schools = "one school" if project.school is not None else f"{len(levels)} schools"
            raise UserError(
                f"{where}.seats={project.seats}: for {grades} grades of {schools}, so that some would get no place for "
                f"the money; build {grades} at least, or name a single school"
            )

    def apply(self, model: "ZoneReform", year: int) -> None:
        for project in self.projects:
            if year < project.start_year:
                continue
            price = model.prices["seat"] * project.seats
            pay(model, self.group, project, price if project.money is None else project.money, self.lag)
            if year >= project.start_year + self.lag and project not in model.opened:
                model.opened.add(project)
                self._open(model, project)

    def _open(self, model: "ZoneReform", project: Campus) -> None:
        schools, rows = model.schools, project.rows(model)
        seats = apportion(project.seats, project.weights(model))
        level = schools.level[rows]
        for kind, years in enumerate(YEARS):
            of = level == kind
            if of.any():
                schools.seats[rows[of]] += apportion(round(int(seats[of].sum()) / years), seats[of]).astype(np.int32)
        area = load_standard(AREA_STANDARD).least[: len(LEVELS), RESOURCES.index("teaching_area")]
        schools.teaching_area[rows] += area[level] * seats

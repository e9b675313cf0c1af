"""Showcase schools (示范校, 特色项目): equipment and multimedia rooms for some."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sim.apportion import apportion
from sim.district.spec import DistrictSpec
from sim.reform.lever import Lever, setting
from sim.reform.projects import Project, check_projects, pay

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True, kw_only=True)
class Display(Project):
    """Money for one school, or for the schools of a zone, to show what can be done."""

    rooms_share: float = setting(
        0.5, unit="share", low=0, high=1, meaning="part of the money for multimedia rooms", source="assumed"
    )

    @classmethod
    def where(cls) -> str:
        return "policy.showcase.projects"


@dataclass(frozen=True)
class Showcase(Lever):
    """Buys whole multimedia rooms at the price `multimedia_room`, and equipment for all the other money.

    A project costs its `money`, or the price `showcase`, in the year it starts. What it buys has no effect on
    learning; it moves the official spreads of resources, apart or together.
    """

    step: ClassVar[str] = "funding"
    group: ClassVar[str] = "showcase"
    channels: ClassVar[tuple[str, ...]] = ()

    projects: tuple[Display, ...] = setting(
        (),
        unit="projects",
        meaning="who is equipped: school or zone, start_year, money, rooms_share",
        source="QS32: 窗口示范校, 给予资金支持",
    )

    def check(self, district: DistrictSpec) -> None:
        check_projects(self.projects, district)

    def apply(self, model: "ZoneReform", year: int) -> None:
        for project in self.projects:
            if year < project.start_year or project in model.opened:
                continue
            model.opened.add(project)
            yuan = round(model.prices["showcase"] if project.money is None else project.money)
            pay(model, self.group, project, yuan, years=1)
            rows, room = project.rows(model), model.prices["multimedia_room"]
            money = apportion(yuan, project.weights(model))
            rooms = money * project.rooms_share // room
            model.schools.multimedia_rooms[rows] += rooms
            model.schools.equipment[rows] += money - rooms * room

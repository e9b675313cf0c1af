"""Digital classrooms (三个课堂): devices in lessons, and live classes from a better teacher."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.activities import schools_reached
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform

LIVE_SOURCE = {
    "dedicated": "lead",
    "synchronous": "lead",
    "master_teacher": "zone_best",
    "network_school": "district_best",
}
"""Whose lessons are broadcast: the lead school's, those of the zone's best team, or of the district's."""


@dataclass(frozen=True)
class Digital(Lever):
    """Equips schools; what a live class is worth depends on who is heard (`sim.agents.learning`).

    A school equipped for live classes costs `live_room` once, and stays equipped if it stops; one that uses the
    platform above the status quo costs `platform` every year.
    """

    step: ClassVar[str] = "learning"
    group: ClassVar[str] = "digital"
    channels: ClassVar[tuple[str, ...]] = ("peers", "digital")

    kind: str | None = setting(
        None,
        unit="",
        choices=tuple(LIVE_SOURCE),
        meaning="专递课堂, 名师课堂, 名校网络课堂 or 同步课堂: whose lessons are broadcast",
        source="ZG26: 三个课堂; WK16: 同步课堂",
    )
    school_coverage: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="schools that use digital teaching",
        source="WK13, WK15: 智慧教育实际应用学校覆盖率",
    )
    lesson_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="lessons of these schools that use it",
        source="WK14: 其中课堂教学应用",
    )
    live_class_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="schools that take or give live classes",
        source="WK16: 同步课堂全覆盖",
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        terms, schools = model.terms, model.schools
        if self.kind is not None:
            terms.live_source = LIVE_SOURCE[self.kind]
        if self.lesson_share is not None:
            terms.digital_lesson_share = self.lesson_share
        if self.school_coverage is not None:
            more = schools_reached(self.school_coverage, schools) - schools_reached(
                terms.digital_school_share, schools
            )
            model.spend(self.group, np.maximum(0, more) * model.prices["platform"])
            terms.digital_school_share = self.school_coverage
        if self.live_class_share is not None:
            new = schools_reached(self.live_class_share, schools) - schools.count_by_level(schools.live_room)
            model.spend(self.group, np.maximum(0, new) * model.prices["live_room"])
            terms.live_class_share = self.live_class_share

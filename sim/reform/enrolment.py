"""Enrolment (招生): who may choose a school, who gets a seat, and how large classes and schools may be."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.school import ENTRY_GRADE, LEVELS
from sim.agents.terms import by_level
from sim.district.spec import DistrictSpec
from sim.reform.lever import Lever, setting
from sim.userinput import UserError

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class Enrolment(Lever):
    """Rules of admission; classes that exist keep their size, the caps hold for the entry grades.

    A lottery costs `lottery` for every entrant, as all are registered for it. The other rules cost nothing that is
    booked: posts go by students and not by classes, so that smaller classes are paid for in larger loads and classes
    that are not covered.
    """

    step: ClassVar[str] = "enrolment"
    group: ClassVar[str] = "enrolment"
    channels: ClassVar[tuple[str, ...]] = (
        *("teachers_place", "teachers_learning", "peers", "class_size"),
        *("digital", "incentives"),
    )

    catchment_enforcement: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="share of families who may not choose (划片就近入学); those who may are the better-off first",
        source="100 % primary, at least 95 % junior, national_standards 1.4 no. 13; ZG43, ZG44",
    )
    lottery: bool = setting(
        False,
        unit="",
        meaning="who apply to a public school from elsewhere, more than it has places left once its residents are in, "
        "draw lots (摇号); otherwise it takes those with the best marks (掐尖)",
        source="QS40: 报名超计划电脑随机录取; for public schools assumed",
    )
    class_cap_primary: float | None = setting(
        None,
        unit="students",
        low=10,
        high=100,
        meaning="largest size of a new primary class",
        source="45, national_standards 1.4 no. 5; ZG06",
    )
    class_cap_junior: float | None = setting(
        None,
        unit="students",
        low=10,
        high=100,
        meaning="largest size of a new junior class",
        source="50, national_standards 1.4 no. 5; ZG07",
    )
    school_cap: float | None = setting(
        None,
        unit="students",
        low=10,
        high=10000,
        meaning="largest school; a grade's part of it bounds the places in the entry grade",
        source="2000, national_standards 1.4 no. 4; ZG09",
    )
    high_school_quota: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="elite senior-high places given to junior schools by students (指标到校)",
        source="at least 50 %, national_standards 1.4 no. 14; QS41",
    )
    private_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="entrants of a level for whom its private schools (民办) have places",
        source="assumed: what a plan wants; that they draw lots at the same time as public ones, QS40",
    )
    migrant_public_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="migrant children given a public place, by lot; the others take private ones while any are left",
        source="at least 85 %, with places bought at private schools, national_standards 1.4 no. 15",
    )

    def check(self, district: DistrictSpec) -> None:
        if district.private_schools:
            return
        if self.private_share:
            raise UserError(
                f"policy.enrolment.private_share={self.private_share:g}: {district.name} has no private schools; use "
                "0 or null, or list some under private_schools in the district's YAML"
            )
        if self.migrant_public_share is not None and self.migrant_public_share < 1:
            raise UserError(
                f"policy.enrolment.migrant_public_share={self.migrant_public_share:g}: {district.name} has no private "
                "schools, so that all its migrant children go to public ones; use 1 or null, or list some under "
                "private_schools in the district's YAML"
            )

    def apply(self, model: "ZoneReform", year: int) -> None:
        terms = model.terms
        if self.catchment_enforcement is not None:
            terms.may_choose = 1.0 - self.catchment_enforcement
        terms.class_cap = by_level(terms.class_cap, self.class_cap_primary, self.class_cap_junior)
        if self.school_cap is not None:
            terms.school_cap = self.school_cap
        if self.high_school_quota is not None:
            terms.high_school_quota = self.high_school_quota
        if self.private_share is not None:
            terms.private_share = np.full(len(LEVELS), self.private_share)
        if self.migrant_public_share is not None:
            terms.migrant_public_share = self.migrant_public_share
        if self.lottery:
            terms.lottery = True
            entrants = np.array([np.count_nonzero(model.students.grade == grade) for grade in ENTRY_GRADE])
            model.spend(self.group, entrants * model.prices["lottery"])

"""Enrolment (招生): who may choose a school, who gets a seat, and how large classes and schools may be."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.school import ENTRY_GRADE
from sim.agents.terms import by_level
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class Enrolment(Lever):
    """Rules of admission; classes that exist keep their size, the caps hold for the entry grades.

    A lottery costs `lottery` for every entrant. The other rules cost nothing that is booked: posts go by students and
    not by classes, so that smaller classes are paid for in larger loads and classes that are not covered.
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
        meaning="share of families whose wish to choose is refused (划片就近入学)",
        source="100 % primary, at least 95 % junior, national_standards 1.4 no. 13; ZG43, ZG44",
    )
    lottery: bool = setting(
        False,
        unit="",
        meaning="all who apply to a school draw lots for it (摇号), its residents included",
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

    def apply(self, model: "ZoneReform", year: int) -> None:
        terms = model.terms
        if self.catchment_enforcement is not None:
            terms.may_choose = 1.0 - self.catchment_enforcement
        terms.class_cap = by_level(terms.class_cap, self.class_cap_primary, self.class_cap_junior)
        if self.school_cap is not None:
            terms.school_cap = self.school_cap
        if self.high_school_quota is not None:
            terms.high_school_quota = self.high_school_quota
        if self.lottery:
            terms.lottery = True
            entrants = int(np.isin(model.students.grade, ENTRY_GRADE).sum())
            model.spend(self.group, entrants * model.prices["lottery"])

"""Training (培训): courses for teachers, contests for the young ones, ICT."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.activities import public_teachers, share_of
from sim.agents.columns import Array
from sim.filing import counted
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform

PLAN_YEARS = 5
"""Years that `hours_5y` is for: training is asked for and counted in plans of five years."""


@dataclass(frozen=True)
class Training(Lever):
    """Pays for generic training and says who takes part in contests and ICT courses.

    The hours are those of `hours_5y` or those that `fund_share` of the public-use funds buys, if more. Above the
    status quo, a young teacher in a contest costs `contest` a year, one newly trained in ICT `ict_course`.
    """

    step: ClassVar[str] = "joint_teaching"
    group: ClassVar[str] = "training"
    channels: ClassVar[tuple[str, ...]] = ("teachers_learning", "peers")

    hours_5y: float = setting(
        0.0,
        unit="hours",
        low=0,
        high=5000,
        meaning="hours of training a teacher gets in five years, above today's",
        source="360, national_standards 1.4 no. 9; ZG39",
    )
    fund_share: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="share of public-use funds spent on training, above today's",
        source="at least 5 % of the public-use budget, national_standards 1.5; ZG40",
    )
    young_teacher_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="young teachers in the zone's teaching contests (技能比武)",
        source="WK08: 青年教师参与学区教学技能比武比率",
    )
    ict_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="teachers of each school trained in ICT",
        source="WK17: 学区内教师参加信息技术类培训率",
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        terms, teachers, employed = model.terms, model.teachers, public_teachers(model)
        schools = len(model.schools)
        if self.young_teacher_share is not None:
            young = counted(teachers.school, employed & (teachers.age < model.district.young_age), schools)
            usual = share_of(terms.young_contest_share, young)
            self._book(model, "contest", share_of(self.young_teacher_share, young) - usual)
            terms.young_contest_share = self.young_teacher_share
        staff = counted(teachers.school, employed, schools)
        if self.ict_share is not None:
            trained = counted(teachers.school, employed & teachers.ict_trained, schools)
            usual = np.maximum(trained, share_of(terms.ict_share, staff))
            self._book(model, "ict_course", share_of(self.ict_share, staff) - usual)
            terms.ict_share = self.ict_share
        if self.hours_5y > 0 or self.fund_share > 0:
            yuan_per_hour = model.prices["training_hour"] * model.schools.sum_by_level(staff) / PLAN_YEARS
            students = model.classes.students_by_school(schools)
            public = model.schools.sum_by_level(np.where(model.schools.private, 0, students))
            funds = float((terms.quota * public).sum())
            bought = self.fund_share * funds / float(yuan_per_hour.sum())
            terms.training_hours = max(self.hours_5y, bought)
            model.spend(self.group, terms.training_hours * yuan_per_hour)

    def _book(self, model: "ZoneReform", price: str, more: Array) -> None:
        """Pay for those whom a school has above the status quo, (S,)."""
        model.spend(self.group, model.schools.sum_by_level(np.maximum(0, more)) * model.prices[price])

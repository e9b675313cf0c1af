"""Recruitment (补充教师): how many posts, in which subjects, for whom, and who gets the best hires and titles."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.staffing import posts_by_norm
from sim.agents.teacher import SUBJECTS
from sim.agents.terms import by_level
from sim.indicators.standards import RESOURCES, load_standard
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform

STANDARD = "youzhi_junheng"
"""Where the number of PE and arts teachers stands up to which `subject_priority` goes; science and IT have none of
their own, so that the same is assumed."""


@dataclass(frozen=True)
class Recruitment(Lever):
    """Says who is hired where; posts and people above the status quo cost.

    Each post a school has above the status quo costs a teacher's pay (`new_teacher_pay`) a year; posts that a norm
    takes from one school do not pay for those of another. A surplus teacher who moves costs `move`, a hire with a
    master's degree `graduate_hire`; an agency teacher costs `agency_pay` in place of a teacher's pay, and the
    difference is booked as a saving. When a setting ends its teachers stay, and neither their pay nor the saving is
    booked.
    """

    step: ClassVar[str] = "staffing"
    group: ClassVar[str] = "recruitment"
    channels: ClassVar[tuple[str, ...]] = ("teachers_place", "teachers_learning", "peers")

    fill_norm: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="closed share of each school's shortfall against the plain norm",
        source="ZG30: 补足配齐义务教育教师",
    )
    norm_primary: float | None = setting(
        None,
        unit="students a teacher",
        low=5,
        high=60,
        meaning="establishment norm, primary",
        source="1 : 19, national_standards 5; ZG31",
    )
    norm_junior: float | None = setting(
        None,
        unit="students a teacher",
        low=5,
        high=60,
        meaning="establishment norm, junior",
        source="1 : 13.5, national_standards 5; ZG31",
    )
    district_managed: bool = setting(
        False,
        unit="",
        meaning="teachers above a school's establishment move to schools below theirs, of the level (区管校聘)",
        source="QS24: 区管校聘; posts allotted across schools within the total, national_standards 1.4 no. 10",
    )
    weak_school_priority: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="hires placed against schools' standing: at 0.5 it does not matter, at 1 the least sought after get "
        "the best",
        source="QS23: weak schools first, said of newly promoted heads; for hires assumed",
    )
    subject_priority: tuple[str, ...] = setting(
        (),
        unit="",
        choices=("pe_arts", "science_it"),
        meaning="subjects that posts go to first, up to the standard of PE and arts teachers per 100 students",
        source="ZG31: 体音美信息科学优先; 0.9 per 100 students, national_standards 1.2",
    )
    title_weak_priority: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="vacant district and city backbone titles given at schools below the level's density of them",
        source="ZG38: 职称评定向新建、薄弱学校倾斜; for backbone titles assumed",
    )
    agency_share: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="hires through an agency (劳务派遣), paid less and less skilled",
        source="QS26: 人事代理和政府购买服务为辅",
    )
    masters_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="hires with a master's degree or higher; the others keep the predecessor's, or the one below a "
        "master's (no effect on learning)",
        source="QS12: 义务教育专任教师中硕士及以上学历比例",
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        before = posts_by_norm(model)
        terms = model.terms
        terms.fill_norm = max(terms.fill_norm, self.fill_norm)
        terms.norm = by_level(terms.norm, self.norm_primary, self.norm_junior)
        more = np.maximum(0, posts_by_norm(model) - before)
        model.spend(self.group, model.schools.sum_by_level(more) * model.prices["new_teacher_pay"])
        if self.district_managed:
            terms.surplus_pools = {**terms.surplus_pools, "district": self.group}
        terms.weak_school_priority = self.weak_school_priority
        terms.title_weak_priority = self.title_weak_priority
        terms.agency_share = self.agency_share
        terms.masters_share = self.masters_share
        if self.subject_priority:
            standard, resource = load_standard(STANDARD), RESOURCES.index("pe_arts")
            a_student = standard.least[:, resource] / standard.per[resource]
            terms.priority_posts = {SUBJECTS.index(name): a_student for name in self.subject_priority}

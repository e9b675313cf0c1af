"""Research (教科研): schools with a planned project, teachers who take part (no effect on learning)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.activities import schools_reached
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class Research(Lever):
    """Asks for projects; each school's project above the status quo costs `research_project` a year."""

    step: ClassVar[str] = "joint_teaching"
    group: ClassVar[str] = "research"
    channels: ClassVar[tuple[str, ...]] = ()

    school_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="schools with a planned district project (规划课题)",
        source="WK10: 各成员单位承担区级及以上教科研规划课题比例",
    )
    teacher_share: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="teachers of each school who take part in one",
        source="WK11: 教师参与规划课题研究比例",
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        terms, schools = model.terms, model.schools
        if self.school_share is not None:
            more = schools_reached(self.school_share, schools) - schools_reached(
                terms.school_research_share, schools
            )
            model.spend(self.group, np.maximum(0, more) * model.prices["research_project"])
            terms.school_research_share = self.school_share
        if self.teacher_share is not None:
            terms.teacher_research_share = self.teacher_share

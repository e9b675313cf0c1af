"""Joint teaching (联合教研): teachers of a zone prepare and study lessons together, or work in pairs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.joint_learning import MODES
from sim.agents.school import NO_ZONE
from sim.agents.zone import of_zone
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform


SENT = "teaching_sent"


@dataclass(frozen=True)
class JointTeaching(Lever):
    """Decrees joint work; what teachers learn by it is their own rule (`sim.agents.joint_learning`).

    It costs `joint_work` for every teacher of a zone; lessons sent to other schools, of which their students learn
    and not their teachers, cost `sent_teaching` for every class that can be reached; in proportion to the coverage
    decreed.
    """

    step: ClassVar[str] = "joint_teaching"
    group: ClassVar[str] = "joint_teaching"
    channels: ClassVar[tuple[str, ...]] = ("teachers_place", "teachers_learning", "peers")

    coverage: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="share of teaching that is worked on together",
        source="WK16: 同步教研全覆盖",
    )
    mode: str = setting(
        "joint_preparation",
        unit="",
        choices=(*MODES, SENT),
        meaning="whom one learns from: the lead school's teachers (集体备课), a stronger partner (师徒结对), the "
        "zone's best (同课异构 and other lesson study), the lead school's better half, for the weaker half of "
        "the zone (跟岗); or the lead school's better half give lessons at the other members (送教)",
        source="TK02: 组织备课统一; P12506: 联片教研、结对帮扶、送教下乡; ZG25: 跟岗",
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        if self.coverage > 0 and self.mode == SENT:
            model.terms.sent_coverage = self.coverage
            zone = model.schools.zone[model.classes.school].astype(np.int64)
            lead = of_zone(model.zones.lead, zone, NO_ZONE)
            reached = model.classes.school[(lead >= 0) & (lead != model.classes.school)]
            classes = model.schools.count_by_level(reached)
            model.spend(self.group, self.coverage * classes * model.prices["sent_teaching"])
        elif self.coverage > 0:
            model.terms.joint_coverage = self.coverage
            model.terms.joint_mode = self.mode
            schools = model.schools
            staff = model.teachers.count_by_school(len(schools))
            in_zones = schools.sum_by_level(np.where(schools.zone == NO_ZONE, 0, staff))
            model.spend(self.group, self.coverage * in_zones * model.prices["joint_work"])

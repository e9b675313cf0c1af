"""Joint teaching (联合教研): teachers of a zone prepare and study lessons together, or work in pairs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sim.agents.joint_learning import MODES
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class JointTeaching(Lever):
    """Decrees joint work; what teachers learn by it is their own rule (`sim.agents.joint_learning`).

    It costs `joint_work` for every teacher of a zone, in proportion to the coverage decreed.
    """

    step: ClassVar[str] = "joint_teaching"
    group: ClassVar[str] = "joint_teaching"

    coverage: float = setting(
        0.0, unit="share", low=0, high=1, meaning="share of teaching that is worked on together"
    )
    mode: str = setting(
        "joint_preparation",
        unit="",
        choices=MODES,
        meaning="whom one learns from: the lead school's teachers (集体备课), a stronger partner (师徒结对), "
        "the zone's best quarter (同课异构 and other lesson study)",
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        if self.coverage > 0:
            model.terms.joint_coverage = self.coverage
            model.terms.joint_mode = self.mode
            teachers = model.teachers
            in_zones = int((model.schools.zone[teachers.school[teachers.employed]] >= 0).sum())
            model.spend(self.group, self.coverage * in_zones * model.prices["joint_work"])

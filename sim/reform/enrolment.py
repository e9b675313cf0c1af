"""Enrolment (招生): who may choose a school, and how large new classes may be."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sim.agents.terms import by_level
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class Enrolment(Lever):
    """Rules of admission; classes that exist keep their size, the cap holds for those that form."""

    step: ClassVar[str] = "enrolment"
    group: ClassVar[str] = "enrolment"

    catchment_enforcement: float | None = setting(
        None,
        unit="share",
        low=0,
        high=1,
        meaning="share of families whose wish to choose is refused (划片就近入学)",
    )
    class_cap_primary: float | None = setting(
        None, unit="students", low=10, high=100, meaning="largest size of a new primary class"
    )
    class_cap_junior: float | None = setting(
        None, unit="students", low=10, high=100, meaning="largest size of a new junior class"
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        terms = model.terms
        if self.catchment_enforcement is not None:
            terms.may_choose = 1.0 - self.catchment_enforcement
        terms.class_cap = by_level(terms.class_cap, self.class_cap_primary, self.class_cap_junior)

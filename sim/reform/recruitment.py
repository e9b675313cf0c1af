"""Recruitment (补充教师): establishment norms, and how far schools below them are brought up to them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.staffing import establishment
from sim.agents.terms import by_level
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class Recruitment(Lever):
    """Adds posts; each one a school has above the status quo costs a teacher's pay (`new_teacher_pay`) a year.

    Posts that a norm takes from one school do not pay for those of another.
    """

    step: ClassVar[str] = "staffing"
    group: ClassVar[str] = "recruitment"

    fill_norm: float = setting(
        0.0, unit="share", low=0, high=1, meaning="closed share of each school's shortfall against the plain norm"
    )
    norm_primary: float | None = setting(
        None,
        unit="students a teacher",
        low=5,
        high=60,
        meaning="establishment norm, primary",
        source="1 : 19",
    )
    norm_junior: float | None = setting(
        None,
        unit="students a teacher",
        low=5,
        high=60,
        meaning="establishment norm, junior",
        source="1 : 13.5",
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        if self.is_off:
            return
        before = establishment(model)
        terms = model.terms
        terms.fill_norm = max(terms.fill_norm, self.fill_norm)
        terms.norm = by_level(terms.norm, self.norm_primary, self.norm_junior)
        more = int(np.maximum(0, establishment(model) - before).sum())
        if more > 0:
            model.spend(self.group, more * model.prices["new_teacher_pay"])

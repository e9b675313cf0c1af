"""The model's own levers, at the schools alone that a trial drew; the others are its control group.

Zones of a trial are single schools, so that no school has to do with another.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model import ZoneReform
from sim.reform.funding import Funding
from sim.reform.governance import Governance
from sim.reform.joint_teaching import JointTeaching
from sim.reform.lever import setting

AT_ONCE = Governance(fidelity_years=0.1)
"""A trial's own staff see to it that from the first day all is done that ever will be."""


def treated_schools() -> Any:
    """Declare which schools are treated."""
    return setting((), unit="", meaning="rows of the schools in the treatment group", source="the study's assignment")


@dataclass(frozen=True)
class FundingOfTreated(Funding):
    """Money that follows results, of which only the treated schools were told that it is theirs to win."""

    treated: tuple[int, ...] = treated_schools()

    def announce(self, model: ZoneReform, year: int) -> None:
        super().announce(model, year)
        model.schools.stake = np.where(np.isin(np.arange(len(model.schools)), self.treated), model.schools.stake, 0.0)


@dataclass(frozen=True)
class JointTeachingOfTreated(JointTeaching):
    """Joint work that is done at the treated schools, and nowhere else."""

    treated: tuple[int, ...] = treated_schools()

    def apply(self, model: ZoneReform, year: int) -> None:
        super().apply(model, year)
        of_treated = np.unique(model.schools.zone[list(self.treated)])
        there = np.isin(np.arange(len(model.zones)), of_treated)
        model.zones.fidelity = np.where(there, model.zones.fidelity, 0.0)

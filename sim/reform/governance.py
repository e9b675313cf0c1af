"""Governance (治理): how fast a zone does what is decreed, what its director decides, what its schools share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.school import LEVELS
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class Governance(Lever):
    """Powers of the zone; said at the start of the year, because every step may depend on it.

    What is `unified` (一体化) is done as if the zone were one school:

    - `personnel`: teachers above the establishment of one member fill the vacancies of another before any are hired
      (each costs `move`);
    - `money`: what members spend on equipment goes where there is least of it for the students;
    - `teaching`: joint teaching reaches all members as well as a close group's best, however many they are;
    - `appraisal`: schools are assessed by the zone's results alone, as at `funding.bundled` 1.

    Where zones have anything in common, or a director with money, each costs `zone_office` a year.
    """

    step: ClassVar[str] = "demography"
    group: ClassVar[str] = "governance"
    channels: ClassVar[tuple[str, ...]] = ("teachers_place", "teachers_learning", "peers")

    fidelity_years: float | None = setting(
        None,
        unit="years",
        low=0.1,
        high=50,
        meaning="time constant of the growth of fidelity; in place of the effect `tau`",
        source="QS29: 一年建章立制、两年强抓落实、三年初见成效",
    )
    director_share: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="share of the zone's money that its director (学区主任) keeps for joint projects",
        source="WK21: 学区主任经费统筹权, without a share",
    )

    unified: tuple[str, ...] = setting(
        (),
        unit="",
        choices=("personnel", "money", "teaching", "appraisal"),
        meaning="what the schools of every zone have in common (一体化)",
        source="QS31: 人事统一调配、资金统一管理……教研教学统一推进; P12504: 考评管理统一",
    )

    def announce(self, model: "ZoneReform", year: int) -> None:
        terms = model.terms
        if self.fidelity_years is not None:
            terms.fidelity_years = self.fidelity_years
        if self.director_share > 0:
            terms.director_share = self.director_share
        if "personnel" in self.unified:
            terms.surplus_pools = {**terms.surplus_pools, "zone": self.group}
        if "appraisal" in self.unified:
            terms.bundled = 1.0
        terms.unified_money = "money" in self.unified
        terms.unified_teaching = "teaching" in self.unified

    def apply(self, model: "ZoneReform", year: int) -> None:
        """What it decides holds from the start of the year; a zone that is to run something needs an office."""
        if self.unified or self.director_share > 0:
            zones = np.bincount(model.zones.level, minlength=len(LEVELS))
            model.spend(self.group, zones * model.prices["zone_office"])

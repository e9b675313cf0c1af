"""Governance (治理): how fast a zone comes to do what is decreed, and what its director decides."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class Governance(Lever):
    """Powers of the zone; said at the start of the year, because every step may depend on it."""

    step: ClassVar[str] = "demography"
    group: ClassVar[str] = "governance"

    fidelity_years: float | None = setting(
        None,
        unit="years",
        low=0.1,
        high=50,
        meaning="time constant of the growth of fidelity; in place of the effect `tau`",
    )
    director_share: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="share of the zone's money that its director (学区主任) keeps for joint projects",
    )

    def announce(self, model: "ZoneReform", year: int) -> None:
        if self.fidelity_years is not None:
            model.terms.fidelity_years = self.fidelity_years
        if self.director_share > 0:
            model.terms.director_share = self.director_share

    def apply(self, model: "ZoneReform", year: int) -> None:
        """Nothing more: what it decides holds from the start of the year."""

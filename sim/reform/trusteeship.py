"""Trusteeship (托管): a new or weak school is run by a famous one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.district.spec import DistrictSpec
from sim.reform.lever import CALENDAR_YEAR, Lever, Settings, setting
from sim.reform.projects import check_school, rows_named, shared_by_level
from sim.userinput import UserError

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True, kw_only=True)
class Trust(Settings):
    """One contract."""

    school: str = setting(unit="", meaning="name of the school that is run", source="definition")
    trustee: str | None = setting(
        None,
        unit="",
        meaning="name of the school that runs it; null: its zone's lead",
        source="ZG21: 名校; the lead school assumed",
    )
    start_year: int = setting(
        unit=CALENDAR_YEAR, low=1900, high=2200, meaning="first year of the contract", source="definition"
    )
    years: int | None = setting(
        None, unit="years", low=1, high=100, meaning="length of the contract; null: no end", source="assumed"
    )
    money: float | None = setting(
        None,
        unit="yuan a year",
        low=0,
        meaning="its yearly cost; null: what the prices say",
        source="definition: what the contract costs",
    )

    @classmethod
    def where(cls) -> str:
        return "policy.trusteeship.projects"

    def runs(self, year: int) -> bool:
        """Whether the contract is in force."""
        return year >= self.start_year and (self.years is None or year < self.start_year + self.years)


@dataclass(frozen=True)
class Trusteeship(Lever):
    """Brings `b_trust` of the difference in management to the school that is run, by its zone's fidelity.

    Nobody sees management: a trustee that manages worse than the school it runs does harm, and being famous does
    not make it better. The gain ends with the contract.
    """

    step: ClassVar[str] = "learning"
    group: ClassVar[str] = "trusteeship"
    channels: ClassVar[tuple[str, ...]] = ("peers",)

    projects: tuple[Trust, ...] = setting(
        (),
        unit="contracts",
        meaning="who is run by whom: school, trustee, start_year, years, money",
        source="ZG21, ZG22: 名校托管",
    )

    def check(self, district: DistrictSpec) -> None:
        for i, trust in enumerate(self.projects):
            where = f"{trust.where()}[{i}]"
            check_school(trust.school, district, f"{where}.school")
            if trust.school in [school.name for school in district.outside]:
                raise UserError(
                    f"{where}.school={trust.school}: this school is in no zone, which would carry the contract out"
                )
            if trust.school in [other.school for other in self.projects[:i]]:
                raise UserError(f"{where}.school={trust.school}: this school has a contract already")
            if trust.trustee is not None:
                check_school(trust.trustee, district, f"{where}.trustee")
            leads = [zone.lead for zone in district.zones if trust.school in zone.schools]
            if trust.trustee == trust.school or (trust.trustee is None and trust.school in leads):
                raise UserError(f"{where}: {trust.school} cannot be run by itself; name another trustee")
            if trust.trustee is None and None in leads:
                raise UserError(f"{where}: the zone of {trust.school} has no lead school; name a trustee")

    def apply(self, model: "ZoneReform", year: int) -> None:
        schools, zones = model.schools, model.zones
        for trust in self.projects:
            if not trust.runs(year):
                continue
            rows = rows_named(schools, trust.school)
            money = model.prices["trusteeship"] if trust.money is None else trust.money
            model.spend(self.group, shared_by_level(schools, rows, round(money)))
            for row in rows:
                trustee = int(zones.lead[schools.zone[row]])
                if trust.trustee is not None:
                    named = rows_named(schools, trust.trustee)
                    same = named[schools.level[named] == schools.level[row]]
                    trustee = int(np.append(same, named)[0])
                gap = schools.principal[trustee] - schools.principal[row]
                schools.lent[row] = model.effects.b_trust * zones.fidelity[schools.zone[row]] * gap

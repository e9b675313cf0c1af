"""Funding (学区专项经费): the zone fund, the part of it that follows performance, and what schools buy.

A year's fund is budgeted for every zone and its members; a share of it is split among the zones of a level by
last year's measured performance, the rest by students. The director keeps his claim, the schools divide the
rest and spend it by purpose. Every sum is in whole yuan: what zones receive is what was budgeted, what schools
receive is what zones hold less what they keep.

The stake (`announce`) is what schools can win for their results. It is paid to schools, not to teachers, and assumed
to move teachers as a bonus of the same size in their pay would.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, NO_ZONE
from sim.agents.zone import Zones, of_zone
from sim.apportion import apportion_each
from sim.compiled import compiled
from sim.filing import filed
from sim.noise import Floats, Ints
from sim.reform.lever import Lever, setting
from sim.reform.performance import (
    METRICS,
    ROUNDING,
    by_zone,
    claim_per_student,
    luck_share,
    measured,
    rivals,
    standardised,
    zone_means,
)
from sim.userinput import UserError

if TYPE_CHECKING:
    from sim.model import ZoneReform

DIVISIONS = ("equal", "need", "performance")
PURPOSES = ("training", "research", "equipment", "posts")


@dataclass(frozen=True)
class Funding(Lever):
    """Zone fund; the stake teachers face follows from what is paid on performance."""

    step: ClassVar[str] = "funding"
    group: ClassVar[str] = "funding"
    channels: ClassVar[tuple[str, ...]] = (
        *("teachers_place", "teachers_learning", "peers"),
        *("money", "incentives", "inflation"),
    )

    zone_fund: float = setting(
        0.0,
        unit="yuan a zone and year",
        low=0,
        high=1e9,
        meaning="dedicated fund (专项资金) of each zone",
        source="WK22: 专项资金纳入年度预算; SP05 for an amount",
    )
    per_school_fund: float = setting(
        0.0,
        unit="yuan a school and year",
        low=0,
        high=1e9,
        meaning="added to it for each member school",
        source="SP06: 每所小学教育集团校每年预算",
    )
    zone_fund_primary: float | None = setting(
        None,
        unit="yuan a zone and year",
        low=0,
        high=1e9,
        meaning="fund of a primary zone, in place of zone_fund",
        source="SP06: primary groups have no fund of their own",
    )
    zone_fund_junior: float | None = setting(
        None,
        unit="yuan a zone and year",
        low=0,
        high=1e9,
        meaning="fund of a junior zone, in place of zone_fund",
        source="SP05: 每个中学学区共同体每年预算",
    )
    per_school_fund_primary: float | None = setting(
        None,
        unit="yuan a school and year",
        low=0,
        high=1e9,
        meaning="for each member of a primary zone, in place of per_school_fund",
        source="SP06: 每所小学教育集团校每年预算",
    )
    per_school_fund_junior: float | None = setting(
        None,
        unit="yuan a school and year",
        low=0,
        high=1e9,
        meaning="for each member of a junior zone, in place of per_school_fund",
        source="SP05: a community's fund does not grow with its schools",
    )
    performance_share: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="part of the fund split by the zones' measured performance",
        source="WK24: 专项经费投入与学区工作绩效考评挂钩, without a share",
    )
    metric: str = setting(
        "level",
        unit="",
        choices=METRICS,
        meaning="measure of performance",
        source="WK31: 增值性评价; WK04: 合格率; the level, and over how many years, assumed",
    )
    bundled: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="weight of the zone's result in a school's assessment (捆绑考核)",
        source="WK30: 捆绑性考核, without a weight; PC04",
    )
    division: str = setting(
        "equal",
        unit="",
        choices=DIVISIONS,
        meaning="how a zone divides money among its schools",
        source="WK23: 学区统筹; the three rules assumed",
    )
    spending: dict[str, float] = setting(
        {},
        unit="share",
        low=0,
        high=1,
        choices=PURPOSES,
        meaning="what schools buy; training and research have no effect on learning here; equipment adds to its "
        "book value, posts hire for a year, whole ones out of what was put by for them; the rest stays on the account",
        source="PC06: 运转、培训、教研、表彰; equipment and posts assumed",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if sum(self.spending.values()) > 1 + ROUNDING:
            raise UserError(
                f"policy.funding.spending: shares must add up to 1 at most, got {sum(self.spending.values()):g}"
            )

    def announce(self, model: "ZoneReform", year: int) -> None:
        """Tell teachers what is at stake: how much money hangs on results, and how many share it."""
        fund = self.budget(model)
        if self.performance_share == 0 or fund.sum() == 0:
            return
        model.terms.assessed = True
        model.terms.bundled = bundled = self.weight_of_zone(model)
        schools, effects = model.schools, model.effects
        staff = np.maximum(model.teachers.count_by_school(len(schools)), 1)
        zone_staff = by_zone(model, staff)[schools.zone]
        bonus = self.performance_share * fund[schools.zone] / zone_staff
        intensity = np.minimum(1.0, bonus / (effects.stake_pay * model.prices["new_teacher_pay"]))
        own_share = (1.0 - bundled) / staff + bundled / zone_staff
        stake = intensity * np.minimum(1.0, own_share / effects.stake_share)
        schools.stake = np.where(schools.zone == NO_ZONE, 0.0, stake)

    def apply(self, model: "ZoneReform", year: int) -> None:
        """Pay this year's fund, let schools spend it, and award next year's performance money."""
        fund, zones = self.budget(model), model.zones
        of_levels = np.bincount(zones.level, weights=fund, minlength=len(LEVELS)).astype(np.int64)
        model.ledger.budgeted += int(of_levels.sum())
        model.spend(self.group, of_levels)
        students = model.classes.students_by_school(len(model.schools))
        of_zones, measure = by_zone(model, students), measured(model, self.metric, students)
        performance = zone_means(model, measure * students, of_zones)
        zones.account += self.split(zones, of_levels, of_zones)
        self.divide(model, self.claims(model, students, measure, performance))
        self.buy(model, students)
        self.award(model, students, performance, fund)

    def weight_of_zone(self, model: "ZoneReform") -> float:
        """Weight of the zone's results in an assessment; all of it where appraisal is one for the zone."""
        return max(self.bundled, model.terms.bundled)

    def budget(self, model: "ZoneReform") -> Array:
        """Yuan budgeted for each zone, (Z,)."""
        level, members = model.zones.level, model.zones.members
        zone_fund = _of_levels(self.zone_fund, self.zone_fund_primary, self.zone_fund_junior)
        per_school = _of_levels(self.per_school_fund, self.per_school_fund_primary, self.per_school_fund_junior)
        return np.rint(zone_fund[level] + per_school[level] * members).astype(np.int64)

    def split(self, zones: Zones, of_levels: Ints, students: Floats) -> Ints:
        """Yuan of each zone of its level's: the performance share by award (if any was earned), others by students."""
        members, first = filed(zones.level.astype(np.int32), len(LEVELS))
        earned = np.bincount(zones.level, weights=zones.award, minlength=len(LEVELS)) > 0
        performance = np.rint(self.performance_share * of_levels * earned).astype(np.int64)
        yuan = np.empty(len(zones), np.int64)
        yuan[members] = apportion_each(of_levels - performance, students[members], first)
        yuan[members] += apportion_each(performance, zones.award[members], first)
        return yuan

    def divide(self, model: "ZoneReform", claims: Floats) -> None:
        """Zones keep the director's claim and spend it on joint projects; members share the rest by their claims."""
        schools, zones = model.schools, model.zones
        kept = np.rint(model.terms.director_share * zones.account).astype(np.int64)
        members, first = filed(schools.zone, len(zones))
        schools.received[members] = apportion_each(zones.account - kept, claims[members], first)
        model.ledger.spent_by_zones += int(kept.sum())
        zones.account[:] = 0
        schools.account += schools.received

    def claims(self, model: "ZoneReform", students: Array, measure: Floats, performance: Floats) -> Floats:
        """Weight of each school in its zone's division, by what it is measured at and its zone."""
        schools = model.schools
        if self.division == "equal":
            return np.ones(len(schools))
        if self.division == "need":
            return students * claim_per_student(-standardised(schools.score, rivals(schools)))
        bundled = self.weight_of_zone(model)
        mixed = (1.0 - bundled) * measure + bundled * of_zone(performance, schools.zone, 0.0)
        return students * claim_per_student(standardised(mixed, rivals(schools)))

    def buy(self, model: "ZoneReform", students: Array) -> None:
        """Schools spend by purpose; equipment adds to its book value.

        Posts are bought whole and paid for a year, with what was put by for them in earlier years as well.
        """
        schools, together = model.schools, model.terms.unified_money
        held = int(schools.account.sum())
        for purpose, share in sorted(self.spending.items()):
            spent = np.minimum((share * schools.received).astype(np.int64), schools.account)
            if purpose == "posts":
                pay = round(model.prices["new_teacher_pay"])
                saved = np.minimum(schools.post_savings + spent, schools.account)
                schools.bought_posts = saved // pay
                spent = saved // pay * pay
                schools.post_savings = saved - spent
            if purpose == "equipment":
                schools.equipment = schools.equipment + (where_needed(model, spent, students) if together else spent)
            schools.account -= spent
        model.ledger.spent_by_schools += held - int(schools.account.sum())

    def award(self, model: "ZoneReform", students: Array, performance: Floats, fund: Array) -> None:
        """Appraise the zones of each level for next year, and note how much of the award is luck."""
        zones, of_zones = model.zones, by_zone(model, students)
        zones.performance = performance
        zones.award = of_zones * claim_per_student(standardised(zones.performance, zones.level))
        if self.performance_share == 0:
            return
        true = zone_means(model, model.schools.true_effect * students, of_zones)
        deserved = of_zones * claim_per_student(standardised(true, zones.level))
        for level in range(len(LEVELS)):
            of = zones.level == level
            if fund[of].sum() > 0:
                model.fund_luck_share[level] = luck_share(zones.award[of], deserved[of])


def _of_levels(usual: float, *stated: float | None) -> Floats:
    """What is stated for the primary and the junior level, the usual amount for one of which nothing is."""
    return np.array([usual if yuan is None else yuan for yuan in stated])


def where_needed(model: "ZoneReform", spent: Array, students: Array) -> Array:
    """Yuan of equipment that each school gets when zones pool what their members spend on it.

    Those with the least for each student are brought up to one level, as high as the money goes; a school without
    students counts as one student.
    """
    members, first = filed(model.schools.zone, len(model.zones))
    have, heads, got = model.schools.equipment[members], np.maximum(students[members], 1), np.zeros_like(spent)
    totals = by_zone(model, spent).astype(np.int64)
    level = np.repeat(_highest_levels(totals, have, heads, first), np.diff(first))
    got[members] = apportion_each(totals, np.maximum(0.0, level * heads - have), first)
    return got


@compiled()
def _highest_levels(totals: Ints, have: Floats, heads: Ints, first: Ints) -> Floats:
    """What the poorest of each zone have for each student once its money has gone to them, as far as it goes."""
    highest = np.full(len(totals), np.inf)
    for k in range(len(totals)):
        start, end = first[k], first[k + 1]
        yuan, students = 0.0, 0
        for i in np.argsort(have[start:end] / heads[start:end], kind="mergesort"):
            yuan += have[start + i]
            students += heads[start + i]
            highest[k] = min(highest[k], (totals[k] + yuan) / students)  # if the poorest so far share it all
    return highest

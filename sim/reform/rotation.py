"""Rotation (教师交流轮岗): a share of the eligible teachers exchange schools every year."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.agents.columns import Array
from sim.agents.management import management
from sim.agents.school import LEVELS, NO_ZONE
from sim.agents.staffing import may_rotate
from sim.agents.zone import FORMS, of_zone
from sim.compiled import compiled
from sim.filing import counted
from sim.noise import Ints
from sim.reform.exchange import DIRECTIONS, pairs_of_pools
from sim.reform.heads import exchange_managers
from sim.reform.lever import Lever, setting
from sim.turns import by_lot

if TYPE_CHECKING:
    from sim.model import ZoneReform


@dataclass(frozen=True)
class Rotation(Lever):
    """Moves teachers by exchanges of two of one subject and level: norms hold, and subjects stay taught.

    The number of exchanges in a pool (a zone, or a level of the district) is half of `rate` times its
    eligible teachers, rounded up or down by lot so that it is exact on average. Who moves is drawn by id;
    with whom, by a second draw, because the same one would decide twice. `sim.agents.postings` ends postings.
    Every mover costs `move` once, beside the allowance; so do principals and deputies who move
    (`sim.reform.heads`). Itinerant teachers stay on the books and cost `itinerant` a year (`sim.agents.itinerant`).
    """

    step: ClassVar[str] = "rotation"
    group: ClassVar[str] = "rotation"
    channels: ClassVar[tuple[str, ...]] = ("teachers_place", "teachers_learning", "peers")

    rate: float = setting(
        0.0,
        unit="share a year",
        low=0,
        high=1,
        meaning="eligible teachers who move",
        source="at least 10 %, national_standards 5; ZG32",
    )
    backbone_share: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="least share of district backbone teachers among the movers",
        source="at least 20 %, national_standards 5; ZG33",
    )
    eligible_years: int | None = setting(
        None,
        unit="years",
        low=1,
        high=40,
        meaning="years at one school that make a teacher eligible",
        source="six, national_standards 5",
    )
    scope: str = setting(
        "zone",
        unit="",
        choices=("zone", "group", "district"),
        meaning="exchanges within every zone, within close groups (紧密型) only, or across the district",
        source="QS25: 学区内交流、跨校交流、集团交流",
    )
    direction: str = setting(
        "to_weak",
        unit="",
        choices=DIRECTIONS,
        meaning="backbone teachers from schools dense in them to sparse ones, exchanges of equals, or by lot",
        source="ZG36: 骨干向新建、薄弱学校流动; the other two, to compare with, assumed",
    )
    posting_years: int | None = setting(
        None,
        unit="years",
        low=1,
        high=30,
        meaning="length of a posting; for good if not given",
        source="ZG35: 定期交流, without a length",
    )
    relation_moves: bool = setting(
        False,
        unit="",
        meaning="the personnel relation moves too (人走关系动), and nobody returns",
        source="ZG34: 人走关系动",
    )
    selection: str = setting(
        "random",
        unit="",
        choices=("random", "voluntary"),
        meaning="anyone eligible, or only those who seek another school or volunteer for the allowance",
        source="QS27: 全面实施, of all who are eligible; c_tti_elem for volunteers",
    )
    allowance: float = setting(
        0.0,
        unit="yuan a year",
        low=0,
        high=1e6,
        meaning="paid to this year's movers and all on a posting; under voluntary selection it brings volunteers",
        source="WK32: 薪酬 among the incentives, without an amount; c_tti_takeup for what moves volunteers",
    )
    heads_rate: float = setting(
        0.0,
        unit="share a year",
        low=0,
        high=1,
        meaning="principals with two terms at their school (`head_years` of the district) who exchange schools",
        source="after two terms, national_standards 5; QS27",
    )

    deputies_rate: float = setting(
        0.0,
        unit="share a year",
        low=0,
        high=1,
        meaning="deputies (副校长) with as long at their school who exchange schools",
        source="national_standards 5, which asks it of principals; that deputies do the same is assumed",
    )
    itinerant_share: float = setting(
        0.0,
        unit="share",
        low=0,
        high=1,
        meaning="of the teachers whom a school could spare by half, those who teach half the week at a second school "
        "of the pool that is short of their subject (走教)",
        source="ZG35: 定期交流、教师走教; no number in the text",
    )

    def apply(self, model: "ZoneReform", year: int) -> None:
        teachers = model.teachers
        if self.eligible_years is not None:
            model.terms.rotation_years = self.eligible_years
            teachers.eligible = may_rotate(teachers, self.eligible_years)
        if self.rate > 0:
            pairs = self._pairs(model, year)
            self._exchange(model, year, pairs[:, 0], pairs[:, 1])
            movers = model.schools.count_by_level(teachers.school[pairs.ravel()])
            model.spend(self.group, movers * model.prices["move"])
        for role, rate in (("head", self.heads_rate), ("deputy", self.deputies_rate)):
            if rate > 0:
                managers = exchange_managers(model, role, year, rate, *self._pools(model))
                model.spend(self.group, model.schools.count_by_level(managers) * model.prices["move"])
        if self.heads_rate > 0 or self.deputies_rate > 0:  # the management effect goes with the person
            model.schools.principal = management(model, model.schools)
        if self.itinerant_share > 0:
            model.terms.itinerant_share = self.itinerant_share
            model.terms.itinerant_pool = np.where(model.schools.private, -1, self._pools(model)[0])
        if self.allowance > 0:
            paid = counted(teachers.school, teachers.rotated | (teachers.posting_end >= year), len(model.schools))
            model.spend(self.group, self.allowance * model.schools.sum_by_level(paid))

    def _pairs(self, model: "ZoneReform", year: int) -> Array:
        """Rows of the teachers who exchange schools, (n, 2)."""
        teachers, schools, noise = model.teachers, model.schools, model.noise
        pool_of_school, pool_ids = self._pools(model)
        pool_of_school = np.where(schools.private, -1, pool_of_school)
        rows = candidates(teachers.eligible, teachers.posting_end, teachers.school, pool_of_school)
        ids, pool = teachers.id[rows], pool_of_school[teachers.school[rows]]
        order = by_lot(pool, noise.lots("rotation", year, ids), ids)
        rows, ids, pool = rows[order], ids[order], pool[order]
        eligible = np.bincount(pool, minlength=len(pool_ids))
        luck = noise.uniform("rotation number", year, pool_ids)
        counts = np.floor(self.rate * eligible / 2 + luck).astype(np.int64)
        if self.selection == "voluntary":
            willing = (teachers.seeks_school | volunteers(model, year, self.allowance))[rows]
            rows, ids, pool = rows[willing], ids[willing], pool[willing]
        return pairs_of_pools(
            *(rows, pool, noise.lots("rotation place", year, ids)),
            *(teachers.school, teachers.subject, teachers.backbone),
            *(pool_of_school, model.classes.students_by_school(len(schools))),
            *(counts, np.ceil(self.backbone_share * 2 * counts - 1e-9).astype(np.int64)),
            DIRECTIONS.index(self.direction),
        )

    def _pools(self, model: "ZoneReform") -> tuple[Array, Array]:
        """Number of the pool of each school (-1 for none) and the id of each pool."""
        zones, zone = model.zones, model.schools.zone.astype(np.int64)
        if self.scope == "district":
            return model.schools.level.astype(np.int64), np.arange(len(LEVELS))
        if self.scope == "group":
            zone = np.where(of_zone(zones.form, zone, NO_ZONE) == FORMS.index("group"), zone, NO_ZONE)
        return zone, zones.id

    def _exchange(self, model: "ZoneReform", year: int, first: Array, second: Array) -> None:
        teachers = model.teachers
        movers = np.concatenate((first, second))
        before, after = teachers.school[movers], teachers.school[np.concatenate((second, first))]
        teachers.school[movers] = after
        teachers.years_here[movers] = 0
        teachers.moved[movers] = teachers.rotated[movers] = True
        if self.relation_moves:
            teachers.home_school[movers] = after
        elif self.posting_years is not None:
            teachers.home_school[movers] = before
            teachers.posting_end[movers] = year + self.posting_years - 1


@compiled()
def candidates(eligible: Array, posting_end: Ints, school: Ints, pool_of_school: Ints) -> Ints:
    """Rows of the eligible teachers of schools in a pool who are on no posting."""
    rows, found = np.empty(len(school), np.int64), 0
    for t in range(len(school)):
        rows[found] = t  # who is none is overwritten by the next
        found += eligible[t] & (posting_end[t] == 0) & (pool_of_school[school[t]] >= 0)
    return rows[:found]


def volunteers(model: "ZoneReform", year: int, allowance: float) -> NDArray[np.bool_]:
    """Teachers who would rotate for an allowance (yuan a year) though they seek no other school, (T,).

    The share is `volunteers` at `volunteer_pay` of a year's pay or more, and in proportion below; each teacher has a
    price of his own for the year, so that who volunteers for less volunteers for more.
    """
    effects = model.effects
    enough = effects.volunteer_pay * model.prices["new_teacher_pay"]
    share = effects.volunteers * min(1.0, allowance / enough)
    return model.noise.chance("volunteers", year, model.teachers.id, share)

"""Rotation (教师交流轮岗): a share of the eligible teachers exchange schools every year."""

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS, NO_ZONE
from sim.agents.staffing import may_rotate
from sim.agents.teacher import DISTRICT_BACKBONE, SUBJECTS
from sim.agents.zone import FORMS, of_zone
from sim.reform.heads import exchange_managers
from sim.reform.lever import Lever, setting

if TYPE_CHECKING:
    from sim.model import ZoneReform

Pair = tuple[int, int]


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
        choices=("to_weak", "swap", "any"),
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
        meaning="anyone eligible, or only those who seek another school",
        source="QS27: 全面实施, of all who are eligible; c_tti_elem for volunteers",
    )
    allowance: float = setting(
        0.0,
        unit="yuan a year",
        low=0,
        high=1e6,
        meaning="paid to this year's movers and all on a posting",
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
        if self.itinerant_share > 0:
            model.terms.itinerant_share = self.itinerant_share
            model.terms.itinerant_pool = np.where(model.schools.private, -1, self._pools(model)[0])
        if self.allowance > 0:
            paid = teachers.school[teachers.rotated | (teachers.employed & (teachers.posting_end >= year))]
            model.spend(self.group, self.allowance * model.schools.count_by_level(paid))

    def _pairs(self, model: "ZoneReform", year: int) -> Array:
        """Rows of the teachers who exchange schools, (n, 2)."""
        teachers, schools, noise = model.teachers, model.schools, model.noise
        pool_of_school, pool_ids = self._pools(model)
        rows = np.flatnonzero(teachers.eligible & (teachers.posting_end == 0))
        rows = rows[~schools.private[teachers.school[rows]] & (pool_of_school[teachers.school[rows]] >= 0)]
        rows = rows[np.argsort(noise.rank("rotation", year, teachers.id[rows]))]
        place = noise.rank("rotation place", year, teachers.id[rows])
        pool_of_row = pool_of_school[teachers.school[rows]]
        luck = noise.uniform("rotation number", year, pool_ids)
        standing = Standing.of(model)
        pairs: list[Pair] = []
        for pool in np.unique(pool_of_row):
            inside = pool_of_row == pool
            count = floor(self.rate * int(inside.sum()) / 2 + float(luck[pool]))
            if self.selection == "voluntary":
                inside &= teachers.seeks_school[rows]
            candidates = Candidates(model, rows[inside], place[inside], standing)
            least = ceil(self.backbone_share * 2 * count - 1e-9)
            pairs += choose_pairs(candidates, count, least, self.direction)
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

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


@dataclass
class Standing:
    """How schools stand when rotation begins, (S,); `backbone` follows the exchanges."""

    students: Array
    backbone: Array  # district backbone teachers

    @classmethod
    def of(cls, model: "ZoneReform") -> "Standing":
        teachers, n = model.teachers, len(model.schools)
        backbone = teachers.employed & (teachers.backbone >= DISTRICT_BACKBONE)
        return cls(
            students=np.bincount(model.students.school, minlength=n),
            backbone=np.bincount(teachers.school[backbone], minlength=n),
        )


class Candidates:
    """The teachers of one pool who may be moved, in the order in which they are asked."""

    def __init__(self, model: "ZoneReform", rows: Array, place: Array, standing: Standing) -> None:
        teachers = model.teachers
        self.rows = rows
        self.place = place
        self.school = teachers.school[rows]
        self.subject = teachers.subject[rows]
        self.backbone = teachers.backbone[rows] >= DISTRICT_BACKBONE
        self.free = np.ones(len(rows), dtype=bool)
        self.standing = standing

    def pair(self, among: Array, partners: Array, *, alike: bool = False) -> Pair | None:
        """First of `among` in turn who has a partner, and of his possible partners the first by place.

        Parameters
        ----------
        among, partners : array of bool
            Who may be the one and the other.
        alike : bool
            Both or neither are backbone teachers.
        """
        for one in np.flatnonzero(among & self.free):
            fits = partners & self.free & (self.subject == self.subject[one]) & (self.school != self.school[one])
            if alike:
                fits &= self.backbone == self.backbone[one]
            if fits.any():
                return int(one), self._first_by_place(fits)
        return None

    def backbone_to_weak(self) -> Pair | None:
        """A backbone teacher from the school with the highest density for an ordinary one from the lowest.

        Density is district backbone teachers per student, now. Of the pairs of schools that can exchange, and
        in which the giver stays at least as well off as the receiver becomes, the one furthest apart.
        """
        schools = np.unique(self.school[self.free])
        students, backbone = self.standing.students[schools], self.standing.backbone[schools]
        density = backbone / np.maximum(students, 1)
        levels = (backbone[:, None] - 1) * students >= (backbone + 1) * students[:, None]
        levels &= students[:, None] > 0  # a school without students is no giver, and takes none
        levels &= (self._supply(schools, self.backbone) @ self._supply(schools, ~self.backbone).T) > 0
        if not levels.any():
            return None
        difference = np.where(levels, density[:, None] - density, -np.inf)
        giver, receiver = np.unravel_index(np.argmax(difference), difference.shape)
        there = ~self.backbone & (self.school == schools[receiver])
        pair = self.pair(self.backbone & (self.school == schools[giver]), there)
        self.standing.backbone[schools[giver]] -= 1
        self.standing.backbone[schools[receiver]] += 1
        return pair

    def _first_by_place(self, mask: Array) -> int:
        found = np.flatnonzero(mask)
        return int(found[np.argmin(self.place[found])])

    def _supply(self, schools: Array, mask: Array) -> Array:
        """Free candidates by school and subject."""
        mask = mask & self.free
        cell = np.searchsorted(schools, self.school[mask]) * len(SUBJECTS) + self.subject[mask]
        return np.bincount(cell, minlength=len(schools) * len(SUBJECTS)).reshape(len(schools), len(SUBJECTS))


def choose_pairs(candidates: Candidates, count: int, least_backbone: int, direction: str) -> list[Pair]:
    """Rows of up to `count` pairs to exchange, with at least so many backbone teachers if there are enough.

    Under `to_weak` backbone teachers move as far as the least share asks, from dense to thin schools until
    these are equal, then against each other; the rest are ordinary teachers, by lot: nobody sees their skill.
    """
    pairs: list[Pair] = []
    missing = least_backbone
    while len(pairs) < count:
        pair = None
        if missing > 0:
            pair = _backbone_pair(candidates, direction, both=missing > count - len(pairs))
        if pair is None:
            pair = _other_pair(candidates, direction)
        if pair is None:
            break
        missing -= int(candidates.backbone[list(pair)].sum())
        candidates.free[list(pair)] = False
        pairs.append((int(candidates.rows[pair[0]]), int(candidates.rows[pair[1]])))
    return pairs


def _backbone_pair(candidates: Candidates, direction: str, both: bool) -> Pair | None:
    """An exchange that moves one backbone teacher, or two if there is no other way to the least share."""
    backbone = candidates.backbone
    if direction == "swap":
        return candidates.pair(backbone, backbone)
    pair = candidates.pair(backbone, backbone) if both else None
    if pair is None:
        everyone = np.ones(len(backbone), dtype=bool)
        pair = candidates.backbone_to_weak() if direction == "to_weak" else candidates.pair(backbone, everyone)
    if pair is None and direction == "to_weak":
        pair = candidates.pair(backbone, backbone)
    return pair


def _other_pair(candidates: Candidates, direction: str) -> Pair | None:
    """An exchange by lot: of ordinary teachers, of equals, or of anyone."""
    if direction == "to_weak":
        return candidates.pair(~candidates.backbone, ~candidates.backbone)
    everyone = np.ones(len(candidates.rows), dtype=bool)
    return candidates.pair(everyone, everyone, alike=direction == "swap")

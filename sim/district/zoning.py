"""Zones made by distance: schools that lie near one another, as many in each zone as in any other, or one more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import LEVELS
from sim.agents.zone import FORMS
from sim.apportion import apportion
from sim.district.given_tables import GivenSchool
from sim.district.listed_places import ZoneSpec
from sim.district.numbered import WORDS
from sim.noise import Floats, Ints
from sim.userinput import UserError, number, shown

if TYPE_CHECKING:
    from sim.district.spec import DistrictSpec

AUTO = "auto"
"""As many zones as give each about `schools_a_zone` schools."""
SHOWN = 3
"""Schools that a message lists."""
ANGLES = (0.0, 22.5, 45.0, 67.5)
"""Degrees by which the map is turned before it is first cut; a right angle would give the same cuts again."""
CLOSE = 1e-9
"""How close counts as equal."""

Member = tuple[str, int]
"""Name and level of a public school; one of both levels is two members."""


def rezoned(spec: "DistrictSpec", asked: object, leads: Collection[Member]) -> "DistrictSpec":
    """The district with all its public schools in zones made by distance, in place of those it lists, if any.

    What listed zones state of themselves goes with them.

    Parameters
    ----------
    asked : object
        What was typed as `district.zones`: a number of zones, those of both levels together, or `auto`.
    leads : collection of (name, level)
        Schools that are said to lead, by name and level.

    Raises
    ------
    UserError
        Another value, or a school whose place the district does not state.
    """
    public: list[Member] = [(name, zone.level) for zone in spec.zones for name in zone.schools]
    public += [(school.name, school.level) for school in spec.outside]
    zones = zones_by_distance(public, spec.given, leads, asked, spec.schools_a_zone)
    said = f"assumed: district.zones={asked}, by distance and of equal size; the largest school of a zone leads it"
    return replace(spec, zones=zones, outside=(), sources={**spec.sources, "zones": said})


def zones_by_distance(
    public: Sequence[Member],
    given: Mapping[Member, GivenSchool],
    leads: Collection[Member],
    asked: object,
    schools_a_zone: float,
) -> tuple[ZoneSpec, ...]:
    """Zones of each level, numbered from north to south, whatever the order of the schools.

    The largest school of a zone leads it (assumed), or the largest of those in it that led one already.

    Parameters
    ----------
    public : sequence of (name, level)
        Public schools, each once under each of its levels.
    given : mapping
        What is known of them; all need their places.
    leads : collection of (name, level)
        Schools that are said to lead.
    asked : object
        Number of zones of the district, shared among its levels by their schools, or `auto`.
    schools_a_zone : float
        Mean number of schools in a zone, for `auto`.
    """
    kinds = [kind for kind in range(len(LEVELS)) if any(level == kind for _, level in public)]
    members = {kind: sorted(name for name, level in public if level == kind) for kind in kinds}
    how_many = _how_many(asked, [len(members[kind]) for kind in kinds], schools_a_zone)
    _check_places(public, given, asked)
    listed: list[ZoneSpec] = []
    for kind, zones in zip(kinds, how_many, strict=True):
        names = np.array(members[kind], dtype=object)
        known = [given[name, kind] for name in names]
        zone = balanced_zones([one.east for one in known], [one.north for one in known], zones)  # type: ignore[misc]
        for i in range(zones):
            schools = tuple(names[zone == i])
            standing = {name: ((name, kind) in leads, _students(given[name, kind])) for name in schools}
            lead = max(schools, key=standing.__getitem__)
            of_zone, _ = WORDS[kind]
            listed.append(ZoneSpec(f"第{i + 1}{of_zone}学区", kind, FORMS.index("zone"), lead, schools))
    return tuple(listed)


def balanced_zones(east: Sequence[float] | Array, north: Sequence[float] | Array, zones: int) -> Ints:
    """Zone of each school, 0 ... zones - 1 from north to south: near one another, and of equal size but for one school.

    Sought is the least sum of squared distances to the middle of the zone. Balanced k-means: schools go to the middles
    such that the sum is least while every zone has its share of them (an assignment problem), the middles move to their
    schools, and so on until it no longer falls (Bradley, Bennett & Demiriz 2000, Constrained k-means clustering,
    MSR-TR-2000-65; Malinen & Fränti 2014, LNCS 8621:32-41). It begins from halves of halves, cut in several
    directions; the best of these is mended until no two schools may change places to advantage, nor one move (Späth
    1980, Cluster analysis algorithms). Nothing is drawn. Sizes are in schools, not students. The order of the schools
    does not matter unless two have the same place: then the earlier counts as the more western.

    Parameters
    ----------
    east, north : (n,) arrays
        Places, km or any other unit.
    zones : int
        1 ... n.
    """
    given = np.column_stack((np.asarray(east, np.float64), np.asarray(north, np.float64)))
    order = np.lexsort((given[:, 1], given[:, 0]))
    at = given[order] - given.min(axis=0)
    starts = (_halves_of_halves(_turned(at, angle), zones, more) for angle in ANGLES for more in (False, True))
    settled = [_settled(at, start, zones) for start in starts]
    zone = _mended(at, min(settled, key=lambda zone: _spread(at, zone, zones)), zones)
    middles = _middles(at, zone, zones)
    number_of = np.argsort(np.lexsort((middles[:, 0], -middles[:, 1])))
    found = np.empty(len(at), np.int64)
    found[order] = number_of[zone]
    return found


def _how_many(asked: object, schools: Sequence[int], schools_a_zone: float) -> list[int]:
    """Zones of each level, at least one and at most one a school."""
    if asked == AUTO:
        return [max(1, round(many / schools_a_zone)) for many in schools]
    if isinstance(asked, str):
        raise UserError(f"district.zones must be a number of zones or {AUTO}, got {shown(asked)}")
    zones = int(number(asked, "district.zones", len(schools), sum(schools), whole=True))
    return [1 + int(more) for more in apportion(zones - len(schools), np.array(schools) - 1)]


def _check_places(public: Sequence[Member], given: Mapping[Member, GivenSchool], asked: object) -> None:
    unknown = [one for one in public if one not in given or given[one].east is None or given[one].north is None]
    if not unknown:
        return
    needed = f"district.zones={asked}: zones by distance need the place of every school, and"
    if not given:
        mend = "leave district.zones out, or give a folder whose table of schools says where they lie"
        raise UserError(f"{needed} this district draws them anew in each replicate; {mend}")
    names = ", ".join(dict.fromkeys(name for name, _ in unknown[:SHOWN]))
    more = f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
    raise UserError(f"{needed} {names}{more} state none; add them to the table of schools, or leave district.zones out")


def _students(school: GivenSchool) -> int:
    return sum(school.students_by_grade) if school.students_by_grade else school.students or 0


def _turned(at: Floats, angle: float) -> Floats:
    """Places on a map that is turned by so many degrees."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.column_stack((at[:, 0] * cos - at[:, 1] * sin, at[:, 0] * sin + at[:, 1] * cos))


def _halves_of_halves(at: Floats, zones: int, more: bool) -> Ints:
    """A first set of zones: the longer side is cut where the schools of half of the zones lie, and so are the parts.

    `more`: where the schools do not go into the zones, the first half has the school that is left, not the second.
    """
    if zones == 1:
        return np.zeros(len(at), np.int64)
    longer = int(np.argmax(np.ptp(at, axis=0)))
    order = np.argsort(at[:, longer], kind="stable")
    half = zones // 2
    cut = -(-len(at) * half // zones) if more else len(at) * half // zones
    zone = np.empty(len(at), np.int64)
    zone[order[:cut]] = _halves_of_halves(at[order[:cut]], half, more)
    zone[order[cut:]] = half + _halves_of_halves(at[order[cut:]], zones - half, more)
    return zone


def _middles(at: Floats, zone: Ints, zones: int) -> Floats:
    """Mean place of the schools of each zone, (zones, 2)."""
    schools = np.bincount(zone, minlength=zones)
    return np.column_stack([np.bincount(zone, weights=side, minlength=zones) / schools for side in at.T])


def _spread(at: Floats, zone: Ints, zones: int) -> float:
    """Sum of squared distances to the middles."""
    off = at - _middles(at, zone, zones)[zone]
    return float((off * off).sum())


def _squares(at: Floats, to: Floats) -> Floats:
    """Squared distance of each place to each other, (n, m)."""
    off = at[:, None, :] - to
    return np.asarray((off * off).sum(axis=2))


def _settled(at: Floats, zone: Ints, zones: int) -> Ints:
    """Zones after schools have gone to the middles, and the middles to the schools, until the sum no longer falls."""
    while True:
        moved = _nearest_with_room(_squares(at, _middles(at, zone, zones)))
        if not _spread(at, moved, zones) < _spread(at, zone, zones) * (1.0 - CLOSE):
            return zone
        zone = moved


def _nearest_with_room(squares: Floats) -> Ints:
    """Zones with n // zones schools or one more, such that the sum of squared distances to the middles is least.

    Each zone has that many places to be filled and one that may stay empty, which imaginary schools, as many as there
    are places too many, take at no cost.
    """
    from scipy.optimize import linear_sum_assignment  # slow to import, and few districts need it

    schools, zones = squares.shape
    least = schools // zones
    spare = zones * (least + 1) - schools
    cost = np.zeros((schools + spare, zones * (least + 1)))
    cost[:schools] = np.tile(squares, least + 1)
    cost[schools:, : zones * least] = np.inf
    place = linear_sum_assignment(cost)[1]
    return np.asarray(place[:schools] % zones)


def _mended(at: Floats, zone: Ints, zones: int) -> Ints:
    """Zones after every change that helps: two schools change places, or one leaves a larger zone for a smaller.

    The most helpful first. What a change does to the sum counts that both middles move with it.
    """
    zone, apart = zone.copy(), _squares(at, at)
    helps = -CLOSE * apart.max()
    while True:
        size, away = np.bincount(zone, minlength=zones), _squares(at, _middles(at, zone, zones))
        own, of_zone = np.take_along_axis(away, zone[:, None], axis=1), size[zone][:, None]
        further = away[:, zone] - own
        swap = further + further.T - apart * (1.0 / of_zone + 1.0 / of_zone.T)
        swap[zone[:, None] == zone] = 0.0
        move = away * size / (size + 1) - own * of_zone / np.maximum(1, of_zone - 1)
        move[of_zone <= size] = 0.0
        if min(swap.min(), move.min()) >= helps:
            return zone
        if swap.min() <= move.min():
            one, other = np.unravel_index(np.argmin(swap), swap.shape)
            zone[[one, other]] = zone[[other, one]]
        else:
            one, there = np.unravel_index(np.argmin(move), move.shape)
            zone[one] = there

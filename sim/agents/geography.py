"""Where schools stand to one another, which a family's choice, admission and catchments go by. It never changes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.agents.columns import Array
from sim.agents.school import JUNIOR, LEVELS, PRIMARY, Schools
from sim.apportion import apportion
from sim.compiled import loops
from sim.noise import Floats, Ints

BLOCK = 256
"""Schools whose distances to all others are held at a time."""


class Geography:
    """Kilometres between schools, ``geography[here, there]`` as of an (S, S) table, worked out where they are read.

    Parameters
    ----------
    considered : int
        Public schools of a level that a family compares: those nearest to its own.
    """

    def __init__(self, schools: Schools, considered: int) -> None:
        self.x, self.y = schools.x, schools.y
        self._level, self._private = schools.level, schools.private
        self.considered = considered

    def __getitem__(self, pair: tuple[Any, Any]) -> Floats:
        here, there = pair
        return np.asarray(np.hypot(self.x[here] - self.x[there], self.y[here] - self.y[there]))

    @cached_property
    def nearest_first(self) -> Ints:
        """Those that families compare (`near`), the nearest first, (S, k)."""
        return np.take_along_axis(self.near, np.argsort(self.near_kilometres, axis=1, kind="stable"), axis=1)

    @cached_property
    def near(self) -> Ints:
        """Rows of the public schools that families of each catchment compare, own included, (S, k), in order.

        Where a level has fewer than the other, the rest is filled with the catchment's own.
        """
        public = [np.flatnonzero((self._level == level) & ~self._private) for level in range(len(LEVELS))]
        most = min(self.considered, max(1, *map(len, public)))
        near = np.repeat(np.arange(len(self.x))[:, None], most, axis=1)
        for rows in public:
            for block in (rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK)):
                if len(rows) <= most:
                    near[block, : len(rows)] = rows
                else:
                    order = np.argsort(self[block[:, None], rows], axis=1, kind="stable")[:, :most]
                    near[block] = np.sort(rows[order], axis=1)
        return near

    @cached_property
    def near_kilometres(self) -> Floats:
        """How far these are, (S, k)."""
        return self[np.arange(len(self.x))[:, None], self.near]

    @cached_property
    def near_by_level(self) -> tuple[tuple[Ints, Floats], ...]:
        """`near` and `near_kilometres` by level, without what fills up the rows of all its schools."""
        public = np.bincount(self._level[~self._private], minlength=len(LEVELS))
        return tuple(
            (np.ascontiguousarray(self.near[:, :most]), np.ascontiguousarray(self.near_kilometres[:, :most]))
            for most in np.maximum(public, 1).tolist()
        )

    @cached_property
    def feeders(self) -> Ints:
        """Public primary schools, whose catchments feed junior ones."""
        return np.flatnonzero((self._level == PRIMARY) & ~self._private)

    @cached_property
    def fed(self) -> Ints:
        """Public junior schools."""
        return np.flatnonzero((self._level == JUNIOR) & ~self._private)

    @cached_property
    def nearest_pairs(self) -> Ints:
        """Pairs of a feeder and a fed school, ``feeder * len(fed) + fed`` in places of those lists, nearest first."""
        return np.argsort(self[self.feeders[:, None], self.fed], axis=None, kind="stable")


@dataclass(frozen=True)
class Feeding:
    """The junior catchments in which each primary catchment's children live.

    Attributes
    ----------
    junior, share : (S, k) arrays
        Rows of junior schools in order, and the share of the catchment's children in each; beyond them the last again,
        without a share.
    """

    junior: Ints
    share: Floats

    @classmethod
    def of(cls, geography: Geography, residents: Array) -> "Feeding":
        """Nearest pairs are filled first until the junior catchments' places are gone.

        A catchment without children (now: an older cohort may have some) goes with the nearest.

        Parameters
        ----------
        residents : (S,) array
            Children of each catchment.
        """
        feeders, fed = geography.feeders, geography.fed
        if len(fed) == 0:
            return cls(np.zeros((len(residents), 1), np.int64), np.zeros((len(residents), 1)))
        leavers = residents[feeders].astype(np.int64)
        places = apportion(int(leavers.sum()), residents[fed]).astype(np.int64)
        fast = loops()
        fill = _fill_pairs if fast is None else fast.fill_pairs
        pair, moved = fill(geography.nearest_pairs, leavers, places)
        childless = np.flatnonzero(leavers == 0)
        nearest = np.argmin(geography[feeders[childless][:, None], fed], axis=1)
        pair = np.concatenate((pair, childless * len(fed) + nearest))
        moved = np.concatenate((moved, np.ones(len(childless), np.int64)))
        return cls.from_flows(len(residents), feeders[pair // len(fed)], fed[pair % len(fed)], moved)

    @classmethod
    def from_flows(cls, schools: int, primary: Array, junior: Array, children: Array) -> "Feeding":
        """From how many children of a primary catchment live in a junior one, a row for each pair."""
        order = np.lexsort((junior, primary))
        primary, junior, children = primary[order], junior[order], children[order]
        place = np.arange(len(primary)) - np.searchsorted(primary, primary)
        widest = int(place.max(initial=0)) + 1
        rows, share = np.zeros((schools, widest), np.int64), np.zeros((schools, widest))
        total = np.bincount(primary, weights=children, minlength=schools)
        last = np.ones(len(primary), dtype=bool)
        last[:-1] = primary[1:] != primary[:-1]
        rows[primary[last]] = junior[last][:, None]
        rows[primary, place] = junior
        share[primary, place] = children / np.maximum(total, 1.0)[primary]
        return cls(rows, share)

    @cached_property
    def edges(self) -> Floats:
        """Where a catchment's children, by number, pass to the next junior school, in shares of them, (S, k - 1)."""
        return np.asarray(np.cumsum(self.share, axis=1)[:, :-1] - 1e-12)

    @property
    def main(self) -> Ints:
        """The junior catchment of most of each primary catchment's children, (S,)."""
        return np.asarray(self.junior[np.arange(len(self.junior)), np.argmax(self.share, axis=1)])

    def table(self) -> Floats:
        """Shares of all pairs, (S, S)."""
        shares = np.zeros((len(self.junior), len(self.junior)))
        np.add.at(shares, (np.arange(len(shares))[:, None], self.junior), self.share)
        return shares


def _fill_pairs(pairs: Ints, leavers: Ints, places: Ints) -> tuple[Ints, Ints]:
    """Pairs in turn take as many leavers as there are places; those with some, and how many."""
    left, free, junior = leavers.copy(), places.copy(), len(places)
    kept, moved = [], []
    for pair in pairs.tolist():
        p, j = divmod(pair, junior)
        if (here := min(left[p], free[j])) > 0:
            left[p] -= here
            free[j] -= here
            kept.append(pair)
            moved.append(here)
    return np.array(kept, np.int64), np.array(moved, np.int64)

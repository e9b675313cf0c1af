"""Part of rotation: who of a pool exchanges schools with whom.

The rule is written once, in loops over the pool's candidates that run compiled or as they stand (`sim.compiled`).
"""

import numpy as np

from sim.agents.columns import Array
from sim.agents.teacher import DISTRICT_BACKBONE, SUBJECTS
from sim.compiled import compiled
from sim.filing import filed
from sim.noise import Bits, Ints

DIRECTIONS = ("to_weak", "swap", "any")
TO_WEAK, SWAP, ANY = range(len(DIRECTIONS))
ANYONE, ORDINARY, BACKBONE = -1, 0, 1
"""Whom one looks for; also for the school of a candidate, -1 is any."""
_SUBJECTS = len(SUBJECTS)


def _first_pair(
    supply: Ints,
    free: Array,
    school: Ints,
    subject: Ints,
    backbone: Ints,
    lot: Bits,
    mates: Ints,
    first_mate: Ints,
    who: int,
    partner: int,
    at: int,
    partner_at: int,
    alike: bool,
) -> tuple[int, int]:
    """First in turn who has a partner of his subject at another school, and of his partners the first by lot.

    Neither is free after that, and `supply` counts them no more; (-1, -1) where there is no such pair.

    Parameters
    ----------
    mates, first_mate : array
        Candidates by subject.
    who, partner : int
        Whom to look for: ANYONE, ORDINARY or BACKBONE.
    at, partner_at : int
        School of either, -1 for any.
    alike : bool
        Both or neither are backbone teachers.
    """
    for one in range(len(school)):
        if not free[one] or (who >= 0 and backbone[one] != who) or (at >= 0 and school[one] != at):
            continue
        best = -1
        for other in mates[first_mate[subject[one]] : first_mate[subject[one] + 1]]:
            if not free[other] or school[other] == school[one]:
                continue
            if (partner >= 0 and backbone[other] != partner) or (partner_at >= 0 and school[other] != partner_at):
                continue
            if alike and backbone[other] != backbone[one]:
                continue
            if best < 0 or lot[other] < lot[best]:
                best = other
        if best >= 0:
            for taken in (one, best):
                free[taken] = False
                supply[backbone[taken], school[taken], subject[taken]] -= 1
            return one, best
    return -1, -1


def _widest_gap(supply: Ints, students: Ints, experts: Ints) -> tuple[int, int]:
    """Schools of which one gives a backbone teacher to the other: that with the highest density and the lowest.

    Density is district backbone teachers per student, now. Of the pairs of schools that can exchange, and
    in which the giver stays at least as well off as the receiver becomes, the one furthest apart. A school without
    students gives none and takes none.
    """
    widest, giver, receiver = -np.inf, -1, -1
    for a in range(len(students)):
        for b in range(len(students)):
            levels = students[a] > 0 and (experts[a] - 1) * students[b] >= (experts[b] + 1) * students[a]
            apart = experts[a] / max(students[a], 1) - experts[b] / max(students[b], 1)
            if levels and apart > widest and _can_exchange(supply[BACKBONE, a], supply[ORDINARY, b]):
                widest, giver, receiver = apart, a, b
    return giver, receiver


def _can_exchange(offered: Ints, sought: Ints) -> bool:
    """Whether two schools have free candidates of one subject."""
    for subject in range(len(offered)):
        if offered[subject] > 0 and sought[subject] > 0:
            return True
    return False


def _pairs_of_pool(
    school: Ints,
    subject: Ints,
    backbone: Ints,
    lot: Bits,
    students: Ints,
    experts: Ints,
    count: int,
    least_backbone: int,
    direction: int,
) -> Ints:
    """Up to `count` pairs of candidates who exchange, with at least so many backbone teachers if there are enough.

    Under `to_weak` backbone teachers move as far as the least share asks, from dense to thin schools until
    these are equal, then against each other; the rest are ordinary teachers, by lot: nobody sees their skill.
    """
    free, supply = np.ones(len(school), dtype=np.bool_), np.zeros((2, len(students), _SUBJECTS), dtype=np.int64)
    for one in range(len(school)):
        supply[backbone[one], school[one], subject[one]] += 1
    mates, first_mate = filed(subject, _SUBJECTS)
    pool = supply, free, school, subject, backbone, lot, mates, first_mate
    pairs = np.empty((count, 2), dtype=np.int64)
    found, missing = 0, least_backbone
    while found < count:
        one, other = -1, -1
        if missing > 0:
            both = direction == SWAP or missing > count - found
            if both:
                one, other = _first_pair(*pool, BACKBONE, BACKBONE, -1, -1, False)
            if one < 0 and direction == ANY:
                one, other = _first_pair(*pool, BACKBONE, ANYONE, -1, -1, False)
            elif one < 0 and direction == TO_WEAK:
                giver, receiver = _widest_gap(supply, students, experts)
                if giver >= 0:
                    experts[giver] -= 1
                    experts[receiver] += 1
                    one, other = _first_pair(*pool, BACKBONE, ORDINARY, giver, receiver, False)
                else:
                    one, other = _first_pair(*pool, BACKBONE, BACKBONE, -1, -1, False)
        if one < 0:
            who = ORDINARY if direction == TO_WEAK else ANYONE
            one, other = _first_pair(*pool, who, who, -1, -1, direction == SWAP)
        if one < 0:
            break
        missing -= backbone[one] + backbone[other]
        pairs[found, 0], pairs[found, 1] = one, other
        found += 1
    return pairs[:found]


@compiled(filed, _first_pair, _widest_gap, _can_exchange, _pairs_of_pool)
def pairs_of_pools(
    turn: Ints,
    pool: Ints,
    lot: Bits,
    school: Ints,
    subject: Ints,
    backbone: Ints,
    pool_of_school: Ints,
    students: Ints,
    count: Ints,
    least_backbone: Ints,
    direction: int,
) -> Ints:
    """Rows of the pairs of teachers who exchange, pool by pool, (n, 2).

    Parameters
    ----------
    turn, pool, lot : (n,) arrays
        Rows of the candidates by pool and in the order in which they are asked, their pool, and their lot for the order
        in which partners are taken.
    school, subject, backbone : (T,) arrays
        Of all teachers.
    pool_of_school, students : (S,) arrays
    count, least_backbone : (pools,) arrays
        How many pairs there are to be, and how many backbone teachers at least if there are enough.
    """
    members, first_school = filed(pool_of_school, len(count))
    number = np.empty(len(pool_of_school), np.int64)  # of each school among those of its pool
    for i in range(len(members)):
        number[members[i]] = i - first_school[pool_of_school[members[i]]]
    experts, expert = np.zeros(len(students), np.int64), np.zeros(len(turn), np.int64)
    for t in range(len(school)):
        experts[school[t]] += (school[t] >= 0) & (backbone[t] >= DISTRICT_BACKBONE)
    at, of_subject = np.empty(len(turn), np.int64), np.empty(len(turn), np.int64)
    for i in range(len(turn)):
        t = turn[i]
        at[i], of_subject[i], expert[i] = number[school[t]], subject[t], backbone[t] >= DISTRICT_BACKBONE
    pairs, found, begin = np.empty((count.sum(), 2), dtype=np.int64), 0, 0
    for p in range(len(count)):
        end, schools = begin, members[first_school[p] : first_school[p + 1]]
        while end < len(pool) and pool[end] == p:
            end += 1
        of = slice(begin, end)
        chosen = _pairs_of_pool(
            *(at[of], of_subject[of], expert[of], lot[of], students[schools], experts[schools]),
            *(count[p], least_backbone[p], direction),
        )
        for one, other in chosen:
            pairs[found, 0], pairs[found, 1] = turn[begin + one], turn[begin + other]
            found += 1
        begin = end
    return pairs[:found]

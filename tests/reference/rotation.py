"""Rotation again, teacher by teacher: who exchanges with whom, and what it changes in them."""

import math
from dataclasses import dataclass


@dataclass
class Teacher:
    row: int
    id: int
    school: int
    home_school: int
    subject: int
    backbone: bool
    turn: int
    place: int
    bought: bool
    seeks_school: bool
    eligible: bool
    posted: bool
    posting_end: int
    years_here: int
    moved: bool
    rotated: bool


class District:
    """Plain objects made from the tables of a model."""

    def __init__(self, model):
        self.year, self.noise = model.year, model.noise
        ids = model.teachers.id
        turn = self.noise.rank("rotation", self.year, ids)
        place = self.noise.rank("rotation place", self.year, ids)
        self.teachers = [
            Teacher(
                row=row,
                id=int(t.id),
                school=int(t.school),
                home_school=int(t.home_school),
                subject=int(t.subject),
                backbone=int(t.backbone) >= 2,
                turn=int(turn[row]),
                place=int(place[row]),
                bought=bool(t.bought),
                seeks_school=bool(t.seeks_school),
                eligible=bool(t.eligible),
                posted=int(t.posting_end) != 0,
                posting_end=int(t.posting_end),
                years_here=int(t.years_here),
                moved=bool(t.moved),
                rotated=bool(t.rotated),
            )
            for row, t in enumerate(model.teachers)
        ]
        self.schools = list(model.schools)
        self.zones = list(model.zones)
        self.students = [
            sum(1 for s in model.students if s.school == row) for row in range(len(self.schools))
        ]

    def backbone_at(self, school):
        return sum(1 for t in self.teachers if t.school == school and t.backbone)


def rotate(
    district,
    rate,
    backbone_share=0.0,
    eligible_years=None,
    scope="zone",
    direction="to_weak",
    posting_years=None,
    relation_moves=False,
    selection="random",
):
    """Let the teachers of every pool exchange schools."""
    if eligible_years is not None:
        for teacher in district.teachers:
            enough = teacher.years_here >= eligible_years
            teacher.eligible = teacher.school >= 0 and enough and not teacher.bought
    for pool_id, schools in pools(district, scope):
        candidates = [t for t in district.teachers if t.school in schools and t.eligible and not t.posted]
        candidates = [t for t in candidates if not district.schools[t.school].private]
        lot = float(district.noise.uniform("rotation number", district.year, [pool_id])[0])
        count = math.floor(rate * len(candidates) / 2 + lot)
        missing = math.ceil(backbone_share * 2 * count - 1e-9)
        candidates = [t for t in candidates if t.seeks_school or selection == "random"]
        candidates.sort(key=lambda t: t.turn)
        for left in range(count, 0, -1):
            pair = next_pair(district, candidates, direction, missing, left)
            if pair is None:
                break
            missing -= pair[0].backbone + pair[1].backbone
            candidates = [t for t in candidates if t not in pair]
            exchange(*pair, district.year, posting_years, relation_moves)


def exchange_managers(model, role, rate, scope="zone"):
    """Principal ("head") or deputy of each school, and years there; a pair is two who follow in the order of a lot."""
    stream = {"head": "rotation heads", "deputy": "rotation deputies"}[role]
    district, noise, schools = District(model), model.noise, list(model.schools)
    heads = [[int(getattr(s, role)), int(getattr(s, f"{role}_years"))] for s in schools]
    for pool_id, members in pools(district, scope):
        ready = [row for row in members if heads[row][1] >= model.district.head_years]
        ready = [row for row in ready if not schools[row].private]
        ids = {row: int(schools[row].id) for row in ready}
        ready.sort(key=lambda row: (float(noise.uniform(stream, model.year, [ids[row]])[0]), ids[row]))
        lot = float(noise.uniform(f"{stream} number", model.year, [pool_id])[0])
        for _ in range(math.floor(rate * len(ready) / 2 + lot)):
            if len(ready) < 2:
                break
            one, other = ready.pop(0), ready.pop(0)
            heads[one], heads[other] = [heads[other][0], 0], [heads[one][0], 0]
    return heads


def pools(district, scope):
    """Each pool's id and the rows of its schools."""
    rows = range(len(district.schools))
    if scope == "district":
        return [(level, {row for row in rows if district.schools[row].level == level}) for level in (0, 1)]
    return [
        (int(zone.id), {row for row in rows if district.schools[row].zone == number})
        for number, zone in enumerate(district.zones)
        if scope == "zone" or zone.form == 0
    ]


def next_pair(district, candidates, direction, missing, left):
    """The next two to exchange, backbone teachers while any are missing."""
    tries = []
    if missing > 0 and direction == "swap":
        tries = [both_backbone]
    elif missing > 0:
        one = to_weak if direction == "to_weak" else one_backbone
        tries = [both_backbone, one] if missing > left else [one]
        tries += [both_backbone] if direction == "to_weak" else []
    tries.append({"to_weak": ordinary, "swap": equals, "any": anyone}[direction])
    for way in tries:
        pair = way(district, candidates)
        if pair is not None:
            return pair
    return None


def first(candidates, rule):
    for one in candidates:
        partners = [
            other
            for other in candidates
            if other.subject == one.subject and other.school != one.school and rule(one, other)
        ]
        if partners:
            return one, min(partners, key=lambda t: t.place)
    return None


def both_backbone(district, candidates):
    return first(candidates, lambda one, other: one.backbone and other.backbone)


def one_backbone(district, candidates):
    return first(candidates, lambda one, other: one.backbone)


def anyone(district, candidates):
    return first(candidates, lambda one, other: True)


def equals(district, candidates):
    return first(candidates, lambda one, other: one.backbone == other.backbone)


def ordinary(district, candidates):
    return first(candidates, lambda one, other: not one.backbone and not other.backbone)


def to_weak(district, candidates):
    best, furthest = None, -math.inf
    schools = sorted({t.school for t in candidates})
    for giver in schools:
        for receiver in schools:
            pupils = district.students[giver], district.students[receiver]
            if 0 in pupils:
                continue
            have = district.backbone_at(giver), district.backbone_at(receiver)
            if (have[0] - 1) * pupils[1] < (have[1] + 1) * pupils[0]:
                continue
            pair = first(
                candidates,
                lambda one, other, giver=giver, receiver=receiver: (
                    one.backbone and one.school == giver and not other.backbone and other.school == receiver
                ),
            )
            apart = have[0] / pupils[0] - have[1] / pupils[1]
            if pair and apart > furthest:
                best, furthest = pair, apart
    return best


def exchange(one, other, year, posting_years, relation_moves):
    before = one.school, other.school
    one.school, other.school = other.school, one.school
    for teacher, old in zip((one, other), before, strict=True):
        teacher.years_here, teacher.moved, teacher.rotated = 0, True, True
        if relation_moves:
            teacher.home_school = teacher.school
        elif posting_years is not None:
            teacher.home_school, teacher.posting_end = old, year + posting_years - 1


def end_postings(district):
    """Everyone whose posting is over looks for the one to exchange back with."""

    def in_turn():
        return sorted(
            (t for t in district.teachers if 0 < t.posting_end < district.year and t.school >= 0),
            key=lambda t: (t.posting_end, t.id),
        )

    for one in in_turn():
        others = [
            o
            for o in in_turn()
            if o.school == one.home_school and o.home_school == one.school and o.subject == one.subject
        ]
        if one.posting_end > 0 and others:
            back(one, others[0])
    for one in in_turn():
        heirs = [
            h
            for h in district.teachers
            if h.school == one.home_school and h.posting_end == 0 and h.subject == one.subject
            if not h.moved and not h.bought
        ]
        if heirs:
            heir = min(heirs, key=lambda t: (t.years_here, t.id))
            heir.home_school = one.school
            back(one, heir)


def back(*pair):
    for teacher in pair:
        teacher.school, teacher.posting_end, teacher.years_here = teacher.home_school, 0, 0
        teacher.moved = True

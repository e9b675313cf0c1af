"""Enrolment again, child by child: where each lives, what each family wants, who gets a seat, who sits with whom."""

import math
from collections import defaultdict
from dataclasses import dataclass, field

from reference.funding import share_out
from reference.luck import deviate
from reference.roll import PlainRoll

ENTRY_GRADE = {0: 1, 1: 7}


@dataclass
class Child:
    row: int
    id: int
    catchment: int
    migrant: bool
    ses: float
    score: float
    trait: float
    home: int = -1
    wants: int = -1
    school: int = -1


@dataclass
class Room:
    id: int
    school: int
    grade: int
    members: list[int] = field(default_factory=list)  # ids of the students
    was: int | None = None  # row among last year's classes


class Enrolment:
    """The entrants of a level, from home to class."""

    def __init__(self, model, level):
        self.model, self.level, self.noise = model, level, model.noise
        self.schools = [row for row, school in enumerate(model.schools) if school.level == level]
        self.public = [row for row in self.schools if not model.schools.private[row]]
        self.private = [row for row in self.schools if model.schools.private[row]]
        self.children = [
            Child(row, int(s.id), int(s.catchment), bool(s.migrant), float(s.ses), float(s.score), float(s.trait))
            for row, s in enumerate(model.students)
            if s.grade == ENTRY_GRADE[level]
        ]
        self.roll = None if model.roll is None else PlainRoll(model.roll)
        number = round(model.terms.private_share[level] * len(self.children))
        places = share_out(number, [int(model.schools.intake[row]) for row in self.private])
        if self.roll:
            listed = self.roll.places(level, model.year)
            places = [listed[row] for row in self.private]
        self.private_places = dict(zip(self.private, places, strict=True))
        self.seats = {row: int(self.places(row)) for row in self.public} | self.private_places
        for child in self.children:
            child.home = self.home_school(child)
            child.wants = self.chosen_school(child)
        self.admit_privately()
        self.admit()
        if self.roll:
            self.keep_to_roll(listed)
        self.rooms = [room for school in self.schools for room in self.form_classes(school)]

    def draw(self, stream, year, agent_id):
        return float(self.noise.uniform(stream, year, [agent_id])[0])

    def home_school(self, child):
        """Children of a catchment, in the order of their numbers, are shared out over the junior catchments."""
        if self.level == 0:
            return child.catchment
        neighbours = sum(1 for other in self.children if other.catchment == child.catchment)
        number = int(str(child.id)[-5:])
        passed = 0.0
        for school, share in enumerate(self.model.feeding[child.catchment]):
            passed += share
            if (number + 0.5) / neighbours < passed - 1e-12:
                return school
        raise AssertionError("the child lives in no junior catchment")

    def chosen_school(self, child):
        """Any family may apply to a private school with places; to a public one beside its own, few may."""
        private = [row for row in self.private if self.private_places[row] > 0]
        options = [child.home, *private]
        if self.may_choose(child):
            options = [*self.near(child.home), *private]
        return max(options, key=lambda school: self.utility(child, school))

    def near(self, home):
        """The public schools that a family compares."""
        nearest = sorted(self.public, key=lambda school: self.model.kilometres[home][school])
        return nearest[: int(self.model.district.schools_considered)]

    def may_choose(self, child):
        """The better-off are the likelier to be among the share who may."""
        share, effects = self.model.terms.may_choose, self.model.effects
        if share in (0, 1):
            return share == 1
        own = float(self.noise.normal("may choose", self.model.year, [child.id])[0])
        opens = effects.choice_status * child.ses + math.sqrt(1 - effects.choice_status**2) * own
        return opens > -deviate(share)

    def utility(self, child, school):
        model = self.model
        minds = model.choice_weight[self.level] * max(0.0, 1.0 + child.ses)
        if self.level == 1:  # with elite places by quota a junior school's name matters less
            minds *= 1.0 - model.effects.quota_choice * (
                model.terms.high_school_quota - model.district.high_school_quota
            )
        pair = child.id * 10_000 + int(model.schools.id[school])
        taste = -model.effects.taste_scale * math.log(-math.log(self.draw("taste", 0, pair)))
        distance = model.kilometres[child.home][school] / model.effects.distance_scale
        return -distance + minds * model.schools.reputation[school] + model.schools.appeal[school] + taste

    def places(self, row):
        schools, cap = self.model.schools, self.model.terms.school_cap
        seats = schools.intake[row] if self.model.held else schools.seats[row]
        if self.roll:
            seats = self.roll.places(self.level, self.model.year)[row]
        return seats if cap is None else min(seats, math.floor(cap / (6, 3)[self.level]))

    def admit_privately(self):
        """Migrant children for whom there is no public place come first; the other families draw lots.

        Who has no place at the private school it wants goes home.
        """
        year = self.model.year
        migrants = [child for child in self.children if child.migrant]
        migrants.sort(key=lambda child: (self.draw("public place", year, child.id), child.id))
        for child in migrants[round(self.model.terms.migrant_public_share * len(migrants)) :]:
            if free := [row for row in self.private if self.seats[row] > 0]:
                self.try_at(child, min(free, key=lambda row: self.model.kilometres[child.home][row]))
        for child in sorted(self.children, key=lambda child: (self.draw("private place", year, child.id), child.id)):
            if child.wants in self.private and child.school < 0:
                if not child.migrant:
                    self.try_at(child, child.wants)
                if child.school < 0:
                    child.wants = child.home

    def admit(self):
        """A queue, migrants last, is called up four times; who has a place goes in.

        Residents are called first. Without a lottery those from elsewhere are called in the order of merit.
        """
        without = [child for child in self.children if child.school < 0]
        queue = sorted(without, key=lambda c: (c.migrant, self.draw("lottery", self.model.year, c.id)))
        best_first = sorted(without, key=lambda c: (c.migrant, -round(self.merit(c), 9), c.id))
        for child in queue:
            if child.wants == child.home:
                self.try_at(child, child.wants)
        for child in queue if self.model.terms.lottery else best_first:
            if child.wants != child.home:
                self.try_at(child, child.wants)
        for child in queue:
            if child.wants != child.home and child.school < 0:
                self.try_at(child, child.home)
        for child in queue:
            if child.school < 0:
                self.place_nearby(child)

    def merit(self, child):
        """The last score for junior school, an entrance test for primary school."""
        if self.level == 1:
            return 0.0 if math.isnan(child.score) else child.score
        effects = self.model.effects
        error = math.sqrt(1 - min(effects.reliability_grade1, effects.rec_rel))
        return child.trait + error * float(self.noise.normal("entrance", self.model.year, [child.id])[0])

    def try_at(self, child, school):
        if self.seats[school] > 0:
            self.seats[school] -= 1
            child.school = school

    def place_nearby(self, child):
        with_room = [school for school in self.public if self.seats[school] > 0]
        if with_room:
            self.try_at(child, min(with_room, key=lambda school: self.model.kilometres[child.home][school]))
        else:
            child.school = child.home

    def keep_to_roll(self, listed):
        """In turn by lot, those whom their school does not list go to the nearest that still misses some."""
        counted, beyond = dict.fromkeys(self.schools, 0), []
        for child in sorted(self.children, key=lambda c: (self.draw("lottery", self.model.year, c.id), c.id)):
            counted[child.school] += 1
            if counted[child.school] > listed[child.school]:
                beyond.append(child)
        missing = {row: max(0, listed[row] - counted[row]) for row in self.schools}
        for child in beyond:
            with_room = [row for row in self.near(child.home) if missing[row]]
            with_room = with_room or [row for row in self.schools if missing[row]]
            if with_room:
                child.school = min(with_room, key=lambda row: self.model.kilometres[child.home][row])
                missing[child.school] -= 1

    def form_classes(self, school):
        """As few classes as the cap allows; equal runs of an order drawn by lot."""
        entrants = [child.id for child in self.children if child.school == school]
        entrants.sort(key=lambda child: self.draw("class", self.model.year, child))
        number = math.ceil(len(entrants) / self.model.terms.class_cap[self.level])
        stated = self.roll.formed(school, self.level, self.model.year) if self.roll else None
        if stated:
            number = min(stated, len(entrants))
        school_id = int(self.model.schools.id[school])
        rooms = []
        for k in range(number):
            begin, end = (-(-len(entrants) * place // number) for place in (k, k + 1))
            rooms.append(
                Room(
                    id=int(f"{self.model.year}{school_id:05d}{k:04d}"),
                    school=school,
                    grade=ENTRY_GRADE[self.level],
                    members=sorted(entrants[begin:end]),
                )
            )
        return rooms


def file_classes(model, entered):
    """All classes of the district: grade 9 first, new ones by zone, school and number, older ones as they were.

    Students of an older class stand as they did, or by id where anybody stands among those of another class.
    """
    zone, school_id = model.schools.zone, model.schools.id
    together = defaultdict(list)
    stood = {int(student.id): place for place, student in enumerate(model.students)}
    for student in model.students:
        together[int(student.classroom)].append(int(student.id))
    if model.district.classes_reshuffled:
        deal_anew(model, together)
    rooms = []
    for grade in range(9, 0, -1):
        if grade in (1, 7):
            new = entered[0 if grade == 1 else 1].rooms
            rooms += sorted(new, key=lambda room: (zone[room.school], school_id[room.school], room.id))
            continue
        for row, c in enumerate(model.classes):
            if c.grade == grade:
                rooms.append(Room(int(c.id), int(c.school), grade, sorted(together[row], key=stood.get), was=row))
    older = [stood[member] for room in rooms if room.was is not None for member in room.members]
    if older != sorted(older):
        for room in rooms:
            room.members.sort()
    return rooms


def deal_anew(model, together):
    """The students of a grade of a school, in an order drawn by lot, fill its classes again in equal runs."""
    for grade in (2, 3, 4, 5, 6, 8, 9):
        for school in range(len(model.schools)):
            rooms = [row for row, c in enumerate(model.classes) if c.grade == grade and c.school == school]
            students = [student for row in rooms for student in together[row]]
            lot = {student: float(model.noise.uniform("class", model.year, [student])[0]) for student in students}
            students.sort(key=lambda student: (lot[student], student))
            for k, row in enumerate(rooms):
                begin, end = (-(-len(students) * place // len(rooms)) for place in (k, k + 1))
                together[row] = students[begin:end]

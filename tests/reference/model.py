"""The whole model a second time: the calendar of a year over plain agents, each step the twin of one rule.

An executable specification. A step's rule stands in the file of its name here and is told agent by agent; this file
puts them together. A new lever is a function in `levers`, a new step a method.
"""

import math
from struct import pack, unpack

from reference import (
    activities,
    assessment,
    class_assignment,
    demography,
    indicators,
    itinerant,
    joint_learning,
    learning,
    levers,
)
from reference import enrolment as admission
from reference import rotation as rota
from reference import staffing as staff_room
from reference.world import Agents, Classroom, Student, Teacher, World

CALENDAR = (
    "demography enrolment staffing rotation class_assignment joint_teaching learning assessment funding record".split()
)


class ReferenceModel(World):
    """A district under a plan, one year a step; it may also be walked through `take` by `take`."""

    def __init__(self, model, plan):
        super().__init__(model)
        self.plan = plan
        self.frozen = None  # a channel held at what students got in another world, `reference.channels.Frozen`

    def step(self):
        self.begin_year()
        for name in CALENDAR:
            self.take(name)

    def take(self, name):
        """One step of the calendar: its levers first, then its own rule."""
        for group in levers.ACTING.get(name, ()):
            given = self.plan.settings(group, self.year)
            if given is not None:
                getattr(levers, group)(self, given)
        getattr(self, name)()

    def begin_year(self):
        """The status quo holds until levers say otherwise; what was received and bought last year is there to use."""
        self.year += 1
        before, self.terms = self.quota, self.status_quo()
        if self.plan.holds_spending(self.year):
            self.terms.quota = [max(last, now) for last, now in zip(before, self.terms.quota, strict=True)]
        self.quota = self.terms.quota
        self.costs[self.year] = self.terms.costs
        self.fund_luck_share = [math.nan, math.nan]
        for c in self.classes:
            c.extra = 0.0
        for s in self.schools:
            s.stake = s.lent = 0.0
            s.last_received, s.received = s.received, 0
            s.funded_posts, s.bought_posts = s.bought_posts, 0
        for group in levers.ANNOUNCED:
            given = self.plan.settings(group, self.year)
            if given is not None:
                getattr(levers, f"announce_{group}")(self, given)
        for zone in self.zones:
            zone.do_what_is_decreed(self.plan.years_running(self.year))
        self.works.fidelity = [zone.fidelity for zone in self.zones]

    def demography(self):
        """The last grade leaves, the others move up, some families are replaced, a cohort enters."""
        year = demography.Year(self)
        self.classes = Agents(c for c in self.classes if c.grade < year.last)
        for c in self.classes:
            c.grade += 1
        place = {c.id: row for row, c in enumerate(self.classes)}
        stay = [s for s in self.students if s.grade < year.last]
        for one in self.students:
            if one.grade == year.last:
                one.remove()
        newcomers = [Student(self) for _ in year.entered]
        self.students = Agents(stay + newcomers)
        for student, child in zip(self.students, year.children, strict=True):
            student.take_from(child)
            student.ses, student.prior_score = single(child.ses), single(child.prior_score)
            student.classroom = -1 if child.classroom is None else place[child.classroom]
        for school, effect, means in zip(self.schools, year.home_effect, year.home_means, strict=True):
            school.home_effect, school.home_means = effect, means
        self.flows |= {"left": len(year.left), "entered": len(year.entered), "replaced": len(year.replaced)}

    def enrolment(self):
        """Entrants of grades 1 and 7 find a school, then a class; all classes are filed anew."""
        entered = {level: admission.Enrolment(self, level) for level in (0, 1)}
        for level in (0, 1):
            for school, places in entered[level].private_places.items():
                self.schools[school].seats = places
            for child in entered[level].children:
                self.students[child.row].school = child.school
        rooms = admission.file_classes(self, entered)
        by_id = {s.id: s for s in self.students}
        before, self.classes, self.students = self.classes, Agents(), Agents()
        for row, room in enumerate(rooms):
            if room.was is None:
                c = Classroom(self, id=room.id, school=room.school, grade=room.grade, team=[-1, -1, -1])
            else:
                c = before[room.was]
            c.size = len(room.members)
            self.classes.append(c)
            for member in room.members:
                by_id[member].classroom = row
                self.students.append(by_id[member])
        for c in before:
            if c not in self.classes:
                c.remove()

    def staffing(self):
        """A year passes: who retires, who comes, who is promoted, who exchanges schools."""
        staff = staff_room.renew(self)
        for _ in range(len(staff.posts) - len(self.teachers)):
            self.teachers.append(Teacher(self))
        for teacher, post in zip(self.teachers, staff.posts, strict=True):
            teacher.take_from(post)
        for school, after in zip(self.schools, staff.schools, strict=True):
            school.take_from(after)
        for lever, costs in staff.costs.items():
            for level in (0, 1):
                self.spend(lever, level, costs[level])
        self.flows |= {"retired": staff.retired, "contracts_ended": staff.ended, "hired": staff.hired}

    def rotation(self):
        """Who was posted for a time returns; some teach at two schools."""
        after = rota.District(self)
        rota.end_postings(after)
        levers.settle(self, after)
        itinerant.set_out(self)

    def class_assignment(self):
        """Every class gets its team."""
        for c, after in zip(self.classes, class_assignment.assign(self), strict=True):
            c.take_from(after)

    def joint_teaching(self):
        """Teachers learn from one another, and the books are kept."""
        for teacher, (practised, learned) in zip(self.teachers, joint_learning.learned(self), strict=True):
            teacher.practised, teacher.learned = practised, learned
        activities.record_activities(self)

    def learning(self):
        """What a year in each class adds, and what it makes of every student."""
        users, live = learning.adopters(self)
        for row, school in enumerate(self.schools):
            school.digital, school.live = row in users, row in live
            school.live_room = school.live_room or school.live
        parts = learning.parts(self)
        after = learning.students_after(self, parts)
        for c, own in zip(self.classes, parts, strict=True):
            for name, value in own.items():
                setattr(c, name, value)
            c.teachers = c.teachers_place + c.teachers_learning
        for student, (trait, lasting, fading) in zip(self.students, after, strict=True):
            student.trait, student.lasting, student.fading = trait, lasting, fading

    def assessment(self):
        """Tests, what families make of them, and what schools are taken, and known, to have added."""
        effects = self.effects
        for c in self.classes:
            c.inflation = assessment.inflation(c, self)
            c.day = learning.luck(self, c, "class day", effects.class_day_sd, "grade day", effects.school_grade_day_sd)
        before, after = [s.score for s in self.students], assessment.scores(self)
        for student, new in zip(self.students, after, strict=True):
            student.score = new
        means = assessment.school_means(after, self)
        reputations = assessment.reputations(means, self)
        added = assessment.value_added(after, before, self)
        true = assessment.true_effects(self)
        for row, school in enumerate(self.schools):
            school.score, school.reputation, school.true_effect = means[row], reputations[row], true[row]
            school.value_added = [added[row], *school.value_added[:2]]

    def funding(self):
        """Public-use funds by student, as for a hundred at least."""
        counts = [0] * len(self.schools)
        for s in self.students:
            counts[s.school] += 1
        by_law, beyond = self.background.at(self.year).quota, [0, 0]
        for school, count in zip(self.schools, counts, strict=True):
            quota, funded = self.terms.quota[school.level], max(count, self.terms.smallest_funded)
            self.ledger.base_funds += round(funded * quota)
            beyond[school.level] += funded * (quota - by_law[school.level])
        for level in (0, 1):
            self.spend("spending_never_falls", level, beyond[level])

    def record(self):
        """The year's indicators."""
        self.records[self.year] = indicators.record(self)


def single(number):
    """The number as a table keeps it in single precision."""
    return unpack("f", pack("f", number))[0]

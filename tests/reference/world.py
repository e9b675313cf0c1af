"""A district of plain mesa agents: every student, teacher, class, school and zone an object with attributes.

Agents stand in lists in the order of the rows of `sim`'s tables, and point to one another by place in the list, as
the tables do: so a twin of one rule may read either.
"""

from math import exp, hypot, sqrt
from types import SimpleNamespace

import mesa

from reference.luck import Luck
from reference.projects import Works
from sim.agents.classroom import Classes
from sim.agents.school import Schools
from sim.agents.student import Students
from sim.agents.teacher import Teachers
from sim.agents.zone import Zones

BLANK = {"b": False, "i": 0, "f": 0.0, "O": ""}


class Plain(mesa.Agent):
    """An agent with an attribute for each column that `sim` declares of its kind; blank unless given."""

    table = None

    def __init__(self, model, **given):
        super().__init__(model)
        for name, column in self.table.declared().items():
            blank = BLANK[column.dtype.kind]
            setattr(self, name, given.get(name, blank if column.width == 1 else [blank] * column.width))

    def take_from(self, other):
        """Become what a twin has made of a copy."""
        for name in self.table.declared():
            if hasattr(other, name):
                setattr(self, name, getattr(other, name))


class Student(Plain):
    table = Students

    @property
    def achievement(self):
        return self.trait + self.lasting + self.fading


class Teacher(Plain):
    table = Teachers

    @property
    def employed(self):
        return self.school >= 0

    @property
    def young(self):
        return self.employed and self.age < self.model.district.young_age

    @property
    def skill(self):
        return self.base_skill + self.learned


class Classroom(Plain):
    table = Classes


class School(Plain):
    table = Schools

    def be_led(self):
        """The management effect is that of the persons, as much of either as they weigh."""
        effects, noise = self.model.effects, self.model.noise
        self.principal = effects.principal_sd * ways(noise, effects.deputy_weight, self)


def ways(noise, weight, school):
    """How a principal and his deputies lead, in SD of schools."""
    own, theirs = noise.normal("principal", 0, [school.head])[0], noise.normal("deputy", 0, [school.deputy])[0]
    return ((1 - weight) * own + weight * theirs) / sqrt((1 - weight) ** 2 + weight**2)


class Zone(Plain):
    table = Zones

    def do_what_is_decreed(self, years):
        """Share done after so many years: a ceiling by form, lower for many members unless they teach as one."""
        effects, terms = self.model.effects, self.model.terms
        ceiling = (effects.ceiling_group, effects.ceiling_zone, effects.ceiling_alliance)[self.form]
        ceiling = max(0.0, ceiling - effects.ceiling_loss * max(0, self.members - effects.ceiling_members))
        if terms.unified_teaching:
            ceiling = effects.ceiling_group
        tau = effects.tau if terms.fidelity_years is None else terms.fidelity_years
        self.fidelity = ceiling * (1 - exp(-years / tau))


KINDS = {"zones": Zone, "schools": School, "teachers": Teacher, "students": Student, "classes": Classroom}


class Values(list):
    """One attribute of all agents of a list."""

    def tolist(self):
        return list(self)


class Agents(list):
    """Agents of one kind in their order; an attribute of the list is that of each."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        values = [getattr(agent, name) for agent in self]
        return Values(map(list, values) if values and isinstance(values[0], list) else values)

    @property
    def arrays(self):
        return {name: getattr(self, name) for name in self[0].table.declared()} if self else {}

    def view(self, row):
        return self[row]


class World(mesa.Model):
    """The district of a columnar model as it stands, in objects of its own; places and settings are shared."""

    def __init__(self, model):
        super().__init__(rng=0)
        self.year, self.held, self.roll = model.year, model.held, model.roll
        self.district, self.effects, self.prices = model.district, model.effects, model.prices
        self.background, self.baseline_year = model.background, model.district.baseline_year
        self.noise = Luck(model.noise.seed)
        for name, kind in KINDS.items():
            table = getattr(model, name)
            columns = [array.tolist() for array in table.arrays.values()]
            rows = (dict(zip(table.arrays, row, strict=True)) for row in zip(*columns, strict=True))
            setattr(self, name, Agents(kind(self, **row) for row in rows))
        self.kilometres = [[hypot(one.x - other.x, one.y - other.y) for other in self.schools] for one in self.schools]
        self.feeding, self.home_area = model.feeding.table().tolist(), model.home_area.tolist()
        self.choice_weight = model.choice_weight.tolist()
        self.baseline = SimpleNamespace(**vars(model.baseline))
        plain = [self.plain_posts(school) for school in self.schools]
        posts = [school.posts for school in self.schools]
        self.norm_share = [held / norm if norm else 1.0 for held, norm in zip(posts, plain, strict=True)]
        self.works = Works(self.schools, self.zones, self.prices, b_trust=self.effects.b_trust)
        self.quota = list(model.terms.quota)
        self.flows, self.costs, self.records = {}, {}, {}
        self.ledger = SimpleNamespace(base_funds=0, budgeted=0, spent_by_zones=0, spent_by_schools=0)

    def forget(self):
        """Mesa keeps every model alive that numbers agents; let go of this one."""
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def plain_posts(self, school):
        """Posts that the norm gives for the baseline's students."""
        norm = (self.district.norm_primary, self.district.norm_junior)[school.level]
        return school.enrolled / norm

    def status_quo(self):
        """Terms of the year before any lever speaks: the district's, and the law's."""
        place, law = self.district, self.background.at(self.year)
        return SimpleNamespace(
            may_choose=1 - place.catchment_enforcement,
            class_cap=[place.class_cap_primary, place.class_cap_junior],
            high_school_quota=place.high_school_quota,
            private_share=[place.private_share_primary, place.private_share_junior],
            migrant_public_share=place.migrant_public_share,
            norm=[place.norm_primary, place.norm_junior],
            fill_norm=0.0,
            quota=list(law.quota),
            smallest_funded=law.smallest_funded,
            retirement_months=law.retirement_months,
            school_research_share=place.school_research_share,
            teacher_research_share=place.teacher_research_share,
            young_contest_share=place.young_contest_share,
            ict_share=place.ict_trained_share,
            digital_school_share=place.digital_school_share,
            digital_lesson_share=place.digital_lesson_share,
            live_class_share=place.live_class_share,
            live_lesson_share=place.live_lesson_share,
            extra_time_share=place.extra_time_share,
            live_source="lead",
            training_hours=0.0,
            rotation_years=int(place.rotation_years),
            joint_coverage=0.0,
            joint_mode="",
            bundled=0.0,
            assessed=False,
            fidelity_years=None,
            director_share=0.0,
            lottery=False,
            school_cap=None,
            surplus_pools={},
            weak_school_priority=0.0,
            priority_posts={},
            title_weak_priority=0.0,
            agency_share=0.0,
            masters_share=None,
            sent_coverage=0.0,
            unified_teaching=False,
            unified_money=False,
            itinerant_share=0.0,
            itinerant_pool=None,
            entrants=law.entrants,
            tutoring=law.tutoring,
            after_school_hours=law.after_school_hours,
            lesson_weight=list(law.lesson_weight),
            costs={},
        )

    def spend(self, lever, level, yuan):
        """Book whole yuan of one level."""
        if round(yuan) != 0:
            booked = list(self.terms.costs.get(lever, (0, 0)))
            booked[level] += round(yuan)
            self.terms.costs[lever] = tuple(booked)

    @property
    def level_costs(self):
        """This year's costs of all levers, primary and junior."""
        return [sum(costs[level] for costs in self.terms.costs.values()) for level in (0, 1)]

    @property
    def public_budget(self):
        """What the district has for the students of its public schools, primary and junior."""
        before = self.background.at(self.baseline_year).quota
        a_student = [self.district.spending_primary, self.district.spending_junior]
        pupils = [s for s in self.students if not self.schools[s.school].private]
        return [
            (a_student[level] + self.terms.quota[level] - before[level]) * self.count(level, pupils) for level in (0, 1)
        ]

    def level_of(self, agent):
        """That of the school of a student, teacher or class."""
        return self.schools[agent.school].level

    def count(self, level, agents):
        """How many of these are at a school of the level."""
        return sum(self.level_of(agent) == level for agent in agents)

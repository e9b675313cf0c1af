"""WHEN: the calendar of one year, as one readable list, and the model that walks through it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from sim.agents import (
    assessment,
    budget,
    class_assignment,
    demography,
    enrolment,
    joint_learning,
    learning,
    postings,
    staffing,
)
from sim.agents.channels import Frozen
from sim.agents.classroom import Classes
from sim.agents.columns import Array
from sim.agents.geography import Feeding, Geography
from sim.agents.places import School, Zone
from sim.agents.school import ENTRY_GRADE, JUNIOR, LEVELS, Schools, last_grade
from sim.agents.student import Students
from sim.agents.teacher import Teachers
from sim.agents.terms import Terms
from sim.agents.zone import Zones, fidelity
from sim.apportion import apportion
from sim.config import Effects
from sim.district.background import Background
from sim.district.roll import Roll
from sim.district.spec import DistrictSpec
from sim.indicators import record
from sim.indicators.units import Units
from sim.mesa_core import Agent, Model
from sim.noise import Floats, Ints, Noise
from sim.reform import Policy
from sim.reform.lever import act

Rule = Callable[["ZoneReform"], None]
MESA_SEEDS = 2**32
"""Seeds that mesa takes; nothing of ours draws from its generator."""

CALENDAR: tuple[tuple[str, Rule], ...] = (
    ("demography", demography.advance),  # grade 9 leaves, others move up, a new cohort enters
    ("enrolment", enrolment.enrol),  # catchment, choice, seats; classes form in grades 1 and 7
    ("staffing", staffing.renew),  # retirement, exits, hiring, titles, voluntary moves
    ("rotation", postings.settle),  # the policy moves teachers; postings end; some teach at two schools
    ("class_assignment", class_assignment.assign),  # every class gets its team of core teachers
    ("joint_teaching", joint_learning.learn_together),  # teachers learn from one another
    ("learning", learning.learn),  # students learn
    ("assessment", assessment.assess),  # tests, value added, reputation
    ("funding", budget.fund_schools),  # base funds, zone fund, what follows performance
    ("record", record.observe),  # indicators of the year
)
"""The ten steps of a year. In each, the policy's levers that name the step act first, then its own rule."""


@dataclass(frozen=True)
class Baseline:
    """What is fixed in the baseline year and kept: the units of the record, cut scores, who then had what."""

    year: int
    excellent_cut: float
    pass_cut: float
    general_high_cut: float
    award_cut: float
    strong_half: Array
    posts: Array
    """Posts by school and subject, (S, subjects)."""
    units: Units
    """The district, its zones and its schools, by level: the rows of the record."""


@dataclass
class State:
    """Everything that changes from year to year, and the place it happens in."""

    zones: Zones
    schools: Schools
    teachers: Teachers
    students: Students
    classes: Classes
    geography: Geography
    """Kilometres between schools."""
    feeding: Feeding
    """Share of each primary catchment's children who live in each junior catchment."""
    home_area: Array
    """Junior catchment with which each primary catchment shares its children's background, (S,)."""
    choice_weight: Floats
    """Weight of reputation in families' choice, primary and junior."""

    def copy(self) -> Self:
        """A state of its own: what changes is copied, places are shared."""
        return replace(
            self,
            zones=self.zones.copy(),
            schools=self.schools.copy(),
            teachers=self.teachers.copy(),
            students=self.students.copy(),
            classes=self.classes.copy(),
        )


class ZoneReform(Model):
    """A district under a policy, one year a step.

    Parameters
    ----------
    year : int
        Year in which the state stands; the first step simulates the next one.
    held : bool
        Spin-up: enrolment by school and posts are held at the baseline's.
    roll : Roll, optional
        Spin-up of a district whose tables give students: how many each school has in each grade.
    """

    def __init__(
        self,
        state: State,
        *,
        year: int,
        district: DistrictSpec,
        policy: Policy,
        effects: Effects,
        background: Background,
        prices: dict[str, float],
        noise: Noise,
        baseline: Baseline | None = None,
        held: bool = False,
        roll: Roll | None = None,
    ) -> None:
        super().__init__(rng=noise.seed % MESA_SEEDS)
        self.year = year
        self.district, self.policy, self.effects = district, policy, effects
        self.background, self.prices, self.noise = background, prices, noise
        self.baseline = baseline
        self.held, self.roll = held, roll
        self.zones, self.schools, self.teachers = state.zones, state.schools, state.teachers
        self.students, self.classes = state.students, state.classes
        self.geography, self.feeding = state.geography, state.feeding
        self.home_area, self.choice_weight = state.home_area, state.choice_weight
        self.zone_agents = [Zone(self, self.zones, row) for row in range(len(self.zones))]
        self.school_agents = [School(self, self.schools, row) for row in range(len(self.schools))]
        # mesa 3.3 numbers agents in a table keyed by model, which would keep every model alive.
        getattr(Agent, "_ids", {}).pop(self, None)
        self.norm_share = self._norm_share()
        self.ledger = budget.Ledger()
        self.records: dict[int, Floats] = {}
        self.costs: dict[int, dict[str, tuple[int, int]]] = {}
        self.terms = self.status_quo()
        self.fund_luck_share = np.full(len(LEVELS), np.nan)
        self.demand = np.zeros(len(self.schools), dtype=np.int64)
        self.frozen: Frozen | None = None  # a channel, where one is held at what another world gave
        self.paid: dict[object, int] = {}  # yuan, by project of a lever
        self.opened: set[object] = set()  # projects that are finished
        self.flows = {"left": 0, "entered": 0, "replaced": 0, "retired": 0, "contracts_ended": 0, "hired": 0}

    def step(self) -> None:
        """Simulate one year."""
        self.begin_year()
        for lever in self.policy.in_force(self.year):
            act(lever.announce, self, self.year)
        self.zones.fidelity = fidelity(self)
        for name, rule in CALENDAR:
            for lever in self.policy.acting(name, self.year):
                act(lever.apply, self, self.year)
            rule(self)
        if self.frozen is None:  # a world that only tells a channel apart is no plan of anyone's
            budget.keep_to_limit(self)

    def under(self, policy: Policy, *, copied: bool = True) -> "ZoneReform":
        """A copy of this world, as it stands, under another policy; not copied, it goes on with the same state."""
        state = State(
            zones=self.zones,
            schools=self.schools,
            teachers=self.teachers,
            students=self.students,
            classes=self.classes,
            geography=self.geography,
            feeding=self.feeding,
            home_area=self.home_area,
            choice_weight=self.choice_weight,
        )
        world = ZoneReform(
            state.copy() if copied else state,
            year=self.year,
            district=self.district,
            policy=policy,
            effects=self.effects,
            background=self.background,
            prices=self.prices,
            noise=self.noise,
            baseline=self.baseline,
        )
        world.records = dict(self.records)
        world.paid, world.opened = dict(self.paid), set(self.opened)
        return world

    def begin_year(self) -> None:
        """Turn the calendar: the status quo holds until levers say otherwise, last year's money is at hand."""
        self.year += 1
        last_quota, self.terms = self.terms.quota, self.status_quo()
        if self.policy.holds_spending(self.year):
            self.terms.quota = np.maximum(self.terms.quota, last_quota)
        self.costs[self.year] = self.terms.costs
        self.fund_luck_share[:] = np.nan
        self.demand[:] = 0
        self.classes.extra[:] = 0.0
        schools = self.schools
        schools.stake[:] = 0.0
        schools.lent[:] = 0.0
        schools.last_received, schools.received = schools.received, np.zeros(len(schools))
        schools.funded_posts, schools.bought_posts = schools.bought_posts, np.zeros(len(schools))

    def status_quo(self) -> Terms:
        """Terms of this year without any lever: the district's, and the law's."""
        return Terms.status_quo(self.district, self.background.at(self.year))

    def spend(self, lever: str, yuan: ArrayLike) -> None:
        """Book a cost of this year under a lever's name, in whole yuan: that of primary and that of junior schools.

        A single number is a cost of the district as a whole, which the levels share by students.
        """
        by_level = np.rint(yuan)
        if by_level.ndim == 0:
            by_level = apportion(int(by_level), self.level_students)
        primary, junior = (int(part) for part in by_level.tolist())
        if primary or junior:
            before = self.terms.costs.get(lever, (0, 0))
            self.terms.costs[lever] = before[0] + primary, before[1] + junior

    @property
    def level_costs(self) -> Ints:
        """This year's costs of all levers, yuan, primary and junior."""
        return np.asarray(np.sum([(0, 0), *self.terms.costs.values()], axis=0))

    @property
    def level_students(self) -> Ints:
        """Students of primary and of junior grades, but for those at private schools."""
        school, junior = self.students.school, self.students.grade >= ENTRY_GRADE[JUNIOR]
        n_junior = np.count_nonzero(junior)
        count = np.array([len(junior) - n_junior, n_junior])
        if self.schools.private.any():
            at_private = (school >= 0) & self.schools.private[school]  # entrants have no school yet
            count -= np.bincount(junior[at_private], minlength=len(LEVELS))
        return count

    def reference_budget(self) -> Floats:
        """Public budget a student, yuan, primary and junior: the baseline's with the official quota of the year."""
        baseline = self.background.at(self.baseline_year)
        rise = np.array(self.terms.quota) - np.array(baseline.quota)
        return np.asarray(np.array(self.district.by_level("spending")) + rise)

    @property
    def public_budget(self) -> Floats:
        """Public budget for education this year, yuan, primary and junior, once all students are in a class."""
        students = self.classes.students_by_school(len(self.schools))
        return self.reference_budget() * self.schools.sum_by_level(students * ~self.schools.private)

    @cached_property
    def digital_turns(self) -> tuple[Array, Array]:
        """Turn in which each public school of a level takes up digital teaching, and live classes."""
        return learning.digital_turns(self)

    @property
    def baseline_year(self) -> int:
        return self.district.baseline_year

    @cached_property
    def last_grade(self) -> int:
        """Grade after which children leave the district."""
        return last_grade(self.schools.level)

    def seats(self, level: int) -> Array:
        """Places in the entry grade of each school of a level, (S,); 0 at the others."""
        if self.roll is not None:
            return self.roll.entrants(level, self.year)
        places = self.schools.intake if self.held else self.schools.seats
        return np.where(self.schools.level == level, places, 0).astype(np.int64)

    def _norm_share(self) -> Floats:
        """Each school's baseline posts over what the plain norm gives for its baseline students; 1 without any."""
        schools = self.schools
        plain = schools.enrolled / np.array(self.district.by_level("norm"))[schools.level]
        return np.where(plain > 0, schools.posts / np.where(plain > 0, plain, 1.0), 1.0)

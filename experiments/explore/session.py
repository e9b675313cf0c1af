"""What the page asks the model: districts at rest, and what policies made of them, are kept for quick answers."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import sim
from experiments.explore.settings import ExploreSettings
from sim.agents.school import LEVELS, NO_ZONE
from sim.indicators.catalogue import INDICATORS
from sim.noise import Floats, replicate_seed
from sim.reform import Policy
from sim.replicate import Replicate, replicate_from
from sim.result import Result
from sim.scenario import Arm, Scenario
from sim.tables import cost_table, indicator_table
from sim.userinput import UserError, config_root

if TYPE_CHECKING:
    from sim.model import ZoneReform

POLICIES_KEPT = 12
"""Policies whose replicates are kept; of Wuhan's district each replicate takes 0.2 MB."""
ARMS: tuple[Arm, Arm] = ("policy", "counterfactual")
"""What a run calls the two that are compared, A and B."""


@dataclass(frozen=True)
class Place:
    """A public school on the map: kilometres east and north."""

    level: str
    name: str
    zone: str
    lead: bool
    east: float
    north: float


@dataclass(frozen=True)
class Pairs:
    """Two policies on the same districts with the same luck, as far as they are run.

    Attributes
    ----------
    a, b : Scenario
    done : tuple of Replicate
        Each with A as its policy and B as its counterfactual, as a run of these two would leave it.
    """

    a: Scenario
    b: Scenario
    done: tuple[Replicate, ...] = ()

    def are_of(self, a: Scenario, b: Scenario) -> bool:
        """Whether they answer this very question."""
        return self.a is a and self.b is b

    @property
    def keys(self) -> tuple[tuple[str, str, str], ...]:
        """Level, scope and name of each unit."""
        return self.done[0].keys if self.done else ()

    @property
    def years(self) -> range:
        """Simulated years, the baseline first."""
        return range(self.a.baseline_year, self.a.horizon + 1)

    def values(self, arm: Arm, indicator: str) -> Floats:
        """One indicator of all units, (replicates, years, units)."""
        column = list(INDICATORS).index(indicator)
        return np.stack([one.figures[arm][:, :, column] for one in self.done])

    def result(self) -> Result:
        """The same as `sim.run` gives."""
        scenario = replace(self.a, counterfactual=self.b.policy)
        return Result(indicator_table(scenario, self.done), cost_table(self.done), scenario)


class Session:
    """One district, whose replicates start from what is kept; any thread may ask.

    Attributes
    ----------
    as_typed : Scenario
    places : tuple of Place
        Where the schools stand in the first replicate; empty until it is made.
    places_are_drawn : bool
        Whether they stand elsewhere in another replicate, so that a place on the map stands for none in the world.
    """

    def __init__(self, settings: ExploreSettings) -> None:
        self.settings = settings
        self.as_typed = self._load(settings.policy, settings.overrides)
        self.places: tuple[Place, ...] = ()
        self.places_are_drawn = False
        self._rests: dict[int, ZoneReform] = {}
        self._known: OrderedDict[str, dict[int, Replicate]] = OrderedDict()
        self._lock = threading.Lock()

    def scenario(self, moved: Mapping[str, float]) -> Scenario:
        """The policy as it was typed, with the sliders that were moved, by setting (`rotation.rate`)."""
        typed = dict(self.settings.overrides) | {f"policy.{key}": value for key, value in moved.items()}
        return replace(self.as_typed, policy=self._policy(self.settings.policy, typed)) if moved else self.as_typed

    def other(self, policy: str) -> Scenario:
        """Another policy as its file has it, on the same district."""
        overrides = [(key, value) for key, value in self.settings.overrides if not key.startswith("policy.")]
        return replace(self.as_typed, policy=self._load(policy, overrides).policy)

    def others(self) -> list[str]:
        """Policies that fit this district, by name."""
        folders = (config_root(), Path("configs"), *self.settings.config_dirs)
        names = {file.stem for folder in folders for file in (folder / "policy").glob("*.yaml")}
        return sorted(name for name in names if self._fits(name))

    def _fits(self, policy: str) -> bool:
        try:
            self._policy(policy, {})
        except UserError:
            return False
        return True

    def _policy(self, name: str, overrides: Mapping[str, object]) -> Policy:
        """A policy, checked against the district, which is not read again."""
        year, folders = self.as_typed.baseline_year, self.settings.config_dirs
        policy = Policy.load(name, overrides.items(), year, folders)
        for schedule in policy.levers:
            for _, lever in schedule.versions:
                lever.check(self.as_typed.district)
        return policy

    def _load(self, policy: str, overrides: Sequence[tuple[str, object]]) -> Scenario:
        settings = self.settings
        return sim.load(
            settings.district,
            policy,
            effects=settings.effects,
            background=settings.background,
            horizon=settings.run.horizon,
            overrides=overrides,
            config_dirs=settings.config_dirs,
        )

    def at_rest(self, number: int) -> "ZoneReform":
        """The district of a replicate before any reform; it must not be stepped."""
        if number not in self._rests:
            rest = self._rests[number] = self.as_typed.at_rest(replicate_seed(self.settings.run.seed, number))
            places = _places(rest)
            self.places_are_drawn |= bool(self.places) and places != self.places
            self.places = self.places or places
        return self._rests[number]

    def replicate(self, scenario: Scenario, number: int) -> Replicate:
        """A replicate of a scenario's policy; run if it is not known yet."""
        key = repr(scenario.policy.resolved)
        with self._lock:
            known = self._known.setdefault(key, {})
            self._known.move_to_end(key)
            if number not in known:
                known[number] = replicate_from(self.at_rest(number), scenario, ARMS[:1], number)
            while len(self._known) > POLICIES_KEPT:
                self._known.popitem(last=False)
            return known[number]

    def pair(self, a: Replicate, b: Replicate) -> Replicate:
        """Two replicates of the same number as one."""
        policy, counterfactual = ARMS
        figures = {policy: a.figures[policy], counterfactual: b.figures[policy]}
        costs = {policy: a.costs[policy], counterfactual: b.costs[policy]}
        return Replicate(a.number, a.keys, figures, costs, {})


class Answers(threading.Thread):
    """Runs replicates of the latest question, one pair after the other, and drops it when a newer one comes.

    Attributes
    ----------
    latest : Pairs or None
        What stands by now; a new object whenever there is more.
    problem : Exception or None
        Why there will be no more.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(daemon=True, name="replicates")
        self.session = session
        self.latest: Pairs | None = None
        self.problem: Exception | None = None
        self._asked: Pairs | None = None
        self._news = threading.Condition()
        self._closed = False

    def ask(self, a: Scenario, b: Scenario) -> None:
        """Take this question in place of the one before."""
        with self._news:
            self._asked, self.problem = Pairs(a, b), None
            self._news.notify()

    def close(self) -> None:
        """Stop after the replicate that is being run."""
        with self._news:
            self._closed, self._asked = True, None
            self._news.notify()

    @property
    def busy(self) -> bool:
        """Whether there is more to come."""
        return self._asked is not None

    def run(self) -> None:
        while not self._closed:
            with self._news:
                self._news.wait_for(lambda: self._asked is not None or self._closed)
                question = self._asked
            if question is None:
                continue
            try:
                self._answer(question)
            except Exception as problem:  # whatever it is, the page says it and lives on
                self._finish(question, problem)
            else:
                self._finish(question)

    def _answer(self, question: Pairs) -> None:
        done: list[Replicate] = []
        for number in range(self.session.settings.run.replicates):
            halves = []
            for scenario in (question.a, question.b):
                if self._asked is not question:
                    return
                halves.append(self.session.replicate(scenario, number))
            done.append(self.session.pair(*halves))
            with self._news:
                if self._asked is question:
                    self.latest = replace(question, done=tuple(done))

    def _finish(self, question: Pairs, problem: Exception | None = None) -> None:
        with self._news:
            if self._asked is question:
                self._asked, self.problem = None, problem


def _places(rest: "ZoneReform") -> tuple[Place, ...]:
    """Where the public schools stand, by the agents that they are."""
    zones = [str(zone.name) for zone in rest.zone_agents]
    return tuple(
        Place(
            LEVELS[school.level],
            str(school.name),
            "" if school.zone == NO_ZONE else zones[school.zone],
            bool(school.lead),
            float(school.x),
            float(school.y),
        )
        for school in rest.school_agents
        if not school.private
    )

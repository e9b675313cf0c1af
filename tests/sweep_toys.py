"""A world of one district that costs no time: its policies say what becomes of a run. Workers import it by name."""

import ctypes
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from experiments.engines import EngineSettings
from experiments.sweep import feed
from experiments.sweep.execution import execute
from experiments.sweep.parts import SweepFolder
from experiments.sweep.task import Task, part_of, runs_of
from sim.agents.school import NO_ZONE
from sim.indicators.catalogue import INDICATORS
from sim.sweep_parts import read_table

SCHOOLS = SimpleNamespace(
    level=np.array([0, 0, 1]),
    private=np.zeros(3, bool),
    zone=np.full(3, NO_ZONE),
    name=np.array(["一小", "二小", "一中"], dtype=object),
)


@dataclass(frozen=True)
class ToyPolicy:
    """What becomes of a run: `well`, or one of the methods of `ToyModel`."""

    does: str = "well"
    rate: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class ToyScenario:
    policy: ToyPolicy = ToyPolicy()
    counterfactual: ToyPolicy = ToyPolicy()
    at_rest_does: str = "well"
    baseline_year: int = 2020
    horizon: int = 2021
    district: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(name="toy"))

    def at_rest(self, seed):
        getattr(ToyModel, self.at_rest_does)(None)
        return SimpleNamespace(seed=seed, schools=SCHOOLS, zones=SimpleNamespace(name=np.array([])))

    def start(self, rest, arm, *, copied=True):
        return ToyModel(rest.seed, self.policy if arm == "policy" else self.counterfactual)


class ToyModel:
    def __init__(self, seed, policy):
        self.year, self.seed, self.policy = 2020, seed, policy
        self.records, self.costs = {2020: self._figures()}, {2020: {}}

    def step(self):
        self.year += 1
        getattr(self, self.policy.does)()
        if self.policy.seconds:
            time.sleep(self.policy.seconds)
        self.records[self.year] = self._figures()
        self.costs[self.year] = {"rotation": (int(1000 * self.policy.rate), 1)}

    def _figures(self):
        units = 2 + len(SCHOOLS.name)  # two levels
        luck = np.random.default_rng([self.seed % 2**63, self.year]).random((units, len(INDICATORS)))
        return self.policy.rate + luck

    def well(self):
        pass

    def refuse(self):
        raise ValueError("this world\nis refused")

    def leave(self):
        raise SystemExit(3)

    def hang(self):
        while True:
            time.sleep(60)

    def hang_in_c(self):
        ctypes.PyDLL(None).sleep(600)  # which keeps the interpreter's lock

    def eat(self):
        held = []
        while True:
            held.append(np.zeros(4_000_000))

    def exit(self):
        os._exit(7)

    def kill(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def crash(self):
        ctypes.string_at(0)


def task(number, rates=(0.1, 0.2), seconds=0.0, does=(), **scenario):
    """Replicate `number` of a toy world: its counterfactual, a policy of each rate, one of each kind of trouble."""
    policies = [(f"{number}-{rate:g}", ToyPolicy("well", rate, seconds)) for rate in rates]
    policies += [(f"{number}-{what}", ToyPolicy(what)) for what in does]
    return Task(number, ToyScenario(**scenario), 1, number, tuple(policies), f"{number}-without")


def tasks(many, **how):
    return [task(number, **how) for number in range(many)]


class Quiet:
    """A progress that keeps what it is told."""

    def __init__(self):
        self.ok = self.failed = 0
        self.lines = []

    def add(self, ok, failed):
        self.ok += ok
        self.failed += failed

    def tick(self):
        pass

    def line(self, text):
        self.lines.append(text)


def sweep(path, todo, engine="serial", scopes=("district",), told=None, **settings):
    """The folder after a sweep; what it told is `told` of it."""
    folder = SweepFolder(path)
    folder.told = told or Quiet()
    with folder.claimed():
        done = tried(folder)
        left = [part_of(task, set(runs_of(task)) - done) for task in todo]
        execute([*filter(runs_of, left)], folder, EngineSettings(engine, **settings), folder.told, scopes)
    return folder


def tried(folder):
    """Ids of the runs in a folder."""
    return set(folder.runs()["run"])


def many(seconds=0.005):
    """320 runs."""
    return tasks(80, rates=(0.1, 0.2, 0.3), seconds=seconds)


def command(path, engine):
    """A sweep of many runs in short chunks, for a process of its own."""
    feed.SECONDS = 0.1
    sweep(Path(path), many(), engine, workers=1)


def values(path):
    """All that must not depend on how a sweep was computed."""
    runs = read_table(path, "runs")[["run", "status", "reason", "task"]]
    return {"indicators": read_table(path, "indicators"), "costs": read_table(path, "costs"), "runs": runs}


def assert_equal(one, other):
    for name, table in values(one).items():
        pd.testing.assert_frame_equal(table, values(other)[name], check_exact=True)

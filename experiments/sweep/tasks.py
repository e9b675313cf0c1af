"""The tasks of a plan, each made when its turn comes: thousands of scenarios need not be kept."""

from collections.abc import Sequence
from typing import overload

import numpy as np
import pandas as pd

from experiments.sweep.cells import thawed
from experiments.sweep.plan import Plan
from experiments.sweep.resolving import Resolver
from experiments.sweep.task import Task


class Tasks(Sequence[Task]):
    """The tasks of a plan that still have runs to do, each made when it is asked for.

    Parameters
    ----------
    done : set of str
        Runs that are not to be done again.
    """

    def __init__(self, plan: Plan, resolver: Resolver, done: set[str]) -> None:
        missing = plan.runs[~plan.runs["run"].isin(list(done))].drop_duplicates("run")
        missing = missing.sort_values("number", kind="stable")
        self.runs = len(missing)
        self._begin = np.append(np.flatnonzero(~missing["number"].duplicated()), len(missing)).tolist()
        self._rows = missing
        self._settings = plan.cells["settings"].tolist()
        self._cell_of_world = plan.cells.groupby("world")["cell"].first().to_dict()
        self._resolver = resolver

    def __len__(self) -> int:
        return len(self._begin) - 1

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> list[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | list[Task]:
        if isinstance(index, slice):
            return [self._task(i) for i in range(*index.indices(len(self)))]
        return self._task(range(len(self))[index])

    def _task(self, index: int) -> Task:
        rows = self._rows.iloc[self._begin[index] : self._begin[index + 1]]
        first = rows.iloc[0]
        world = thawed(self._settings[self._cell_of_world[first["world"]]])
        policies, counterfactual = [], None
        for run, cell in zip(rows["run"], rows["cell"], strict=True):
            if cell is pd.NA:
                counterfactual = run
            else:
                policies.append((run, self._resolver.cell(thawed(self._settings[cell])).scenario.policy))
        return Task(
            number=int(first["number"]),
            scenario=self._resolver.cell(world).scenario,
            seed=world["run.seed"],
            replicate=int(first["replicate"]),
            policies=tuple(policies),
            counterfactual=counterfactual,
        )

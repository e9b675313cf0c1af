"""What one process of a sweep does at a stretch: one replicate of one world, under some policies."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sim.reform import Policy
from sim.scenario import Scenario


@dataclass(frozen=True)
class Task:
    """One replicate of a world, from one district at rest: its counterfactual and the policies of some cells.

    Attributes
    ----------
    number : int
        Place in the order of the plan; the names of stored parts are ranges of it.
    scenario : Scenario
        The world: district, effects, background, counterfactual and horizon. Its own policy is not run.
    seed, replicate : int
        The luck: `sim.noise.replicate_seed(seed, replicate)`, the same in every cell.
    policies : tuple of (run id, Policy)
        One run each.
    counterfactual : str or None
        Run id of the world without the policies; None if that run is done already.
    """

    number: int
    scenario: Scenario
    seed: int
    replicate: int
    policies: tuple[tuple[str, Policy], ...]
    counterfactual: str | None


def runs_of(task: Task) -> list[str]:
    """Ids of its runs, in the order in which they are run."""
    first = [] if task.counterfactual is None else [task.counterfactual]
    return [*first, *(run for run, _ in task.policies)]


def part_of(task: Task, runs: Collection[str]) -> Task:
    """The task with those of its runs alone."""
    kept = tuple((run, policy) for run, policy in task.policies if run in runs)
    return replace(
        task, policies=kept, counterfactual=task.counterfactual if task.counterfactual in runs else None
    )

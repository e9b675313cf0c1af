"""A batch of replicates of a scenario."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from sim.config import REPLICATES, RunSettings
from sim.replicate import Replicate, run_replicate
from sim.scenario import Arm, Scenario
from sim.userinput import UserError, shown

if TYPE_CHECKING:
    from sim.result import Result

Engine = Callable[[Callable[[int], Replicate], Iterable[int]], Iterator[Replicate]]
"""Anything like the built-in `map`: results in order, computed anywhere."""


def run(
    scenario: Scenario,
    replicates: int = REPLICATES,
    seed: int = 1,
    *,
    counterfactual: bool = True,
    channels: bool = False,
    map: Engine = map,
    first_replicate: int = 0,
) -> "Result":
    """Run a scenario and its counterfactual.

    Parameters
    ----------
    replicates : int
        How many, each with the seed key(seed, number): effects, district and luck are drawn anew for each, the
        same in both arms.
    channels : bool
        Also split the change of the score gap by channel (`Result.channels`), which runs every replicate once more
        for each of `scenario.channels`.
    map : callable
        Like the built-in one; an engine that computes elsewhere.
    first_replicate : int
        Number of the first, to add replicates to a finished run.
    """
    if not isinstance(scenario, Scenario):
        raise UserError(f"sim.run takes what sim.load gives, got {shown(scenario)}")
    RunSettings(replicates=replicates, seed=seed)
    if channels and not counterfactual:
        raise UserError("channels are parts of the change against the counterfactual; run with one")
    arms: tuple[Arm, ...] = ("policy", "counterfactual") if counterfactual else ("policy",)
    numbers = range(first_replicate, first_replicate + replicates)
    reruns = scenario.channels if channels else ()
    done = list(map(partial(run_replicate, scenario, seed, arms, channels=reruns), numbers))
    from sim.result import (
        Result,  # pandas, too, takes half a second to import: an engine's workers need not wait for it
    )
    from sim.tables import cost_table, indicator_table, part_table

    parts = part_table(scenario, done) if channels else None
    return Result(indicator_table(scenario, done), cost_table(done), scenario, parts)

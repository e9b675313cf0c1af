"""What one process of a sweep does at a stretch: one replicate of one world, under some policies."""

from dataclasses import dataclass

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

"""zonesim: agent-based simulation of school-zone reform (学区制, 集团化办学) in compulsory education."""

from sim.model import ZoneReform
from sim.result import Result
from sim.scenario import Scenario, load, run
from sim.userinput import UserError

__all__ = ["Result", "Scenario", "UserError", "ZoneReform", "load", "open_sweep", "run"]


def open_sweep(folder: str) -> Result:
    """Refused: sweeps come in a later release."""
    raise UserError(f"sim.open_sweep({folder!r}): sweeps come in a later release; use sim.run")

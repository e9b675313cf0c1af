"""zonesim: agent-based simulation of school-zone reform (学区制, 集团化办学) in compulsory education."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.batch import run
    from sim.model import ZoneReform
    from sim.result import Result
    from sim.scenario import Scenario, load
    from sim.sweep import open_sweep
    from sim.userinput import UserError

__all__ = ["Result", "Scenario", "UserError", "ZoneReform", "load", "open_sweep", "run"]

_HOME = {
    "Result": "sim.result",
    "Scenario": "sim.scenario",
    "UserError": "sim.userinput",
    "ZoneReform": "sim.model",
    "load": "sim.scenario",
    "open_sweep": "sim.sweep",
    "run": "sim.batch",
}


def __getattr__(name: str) -> object:
    """Import what is asked for, when it is: mesa and pandas take a second or two, which a mistake need not wait for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

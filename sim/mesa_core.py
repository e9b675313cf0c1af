"""mesa's `Model` and `Agent`, on which the model stands, without the rest of mesa until somebody asks for it.

mesa's package imports grids, graphs and data frames, in all half of the time that a worker needs to start. Here it
stands in `sys.modules` with its own path, and runs when anything of it is looked up: `mesa.DataCollector` and all else
are there for who imports mesa as usual, with the same `Model` and `Agent`.
"""

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesa import Agent, Model

__all__ = ["Agent", "Model"]


def _put_off(name: str) -> None:
    """Register a package that is not imported yet as one that runs at the first look at anything of it."""
    spec = find_spec(name)
    if name in sys.modules or spec is None or spec.loader is None:
        return
    package, loader = module_from_spec(spec), spec.loader

    def __getattr__(wanted: str) -> Any:
        if package.__dict__.pop("__getattr__", None) is not None:
            loader.exec_module(package)
        return getattr(package, wanted)

    package.__dict__["__getattr__"] = __getattr__
    sys.modules[name] = package


if not TYPE_CHECKING:
    _put_off("mesa")
    Agent, Model = import_module("mesa.agent").Agent, import_module("mesa.model").Model

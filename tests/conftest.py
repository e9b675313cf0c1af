"""Load every module of the project before any test, and compile its loops once, before there are several workers.

Hypothesis draws some numbers and words from the literals of the modules that are loaded. Were that left to which tests
are collected, derandomised tests would try other examples alone than with the rest.
"""

from importlib import import_module
from pkgutil import walk_packages

import experiments
import sim
import sim.replicate
from sim.compiled import to_compile

for package in (sim, experiments):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)


def pytest_sessionstart(session):
    """In the process that hands tests to the workers: a small replicate, so that they find the loops on disk."""
    if not hasattr(session.config, "workerinput") and to_compile():
        small = sim.load("wuhan_edz", policy="wuhan_edz_2021_2023", overrides=["district.students=900"], horizon=2021)
        sim.replicate.run_replicate(small, 1, ("policy", "counterfactual"), 0)

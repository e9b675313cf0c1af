"""Load every module of the project before any test.

Hypothesis draws some numbers and words from the literals of the modules that are loaded. Were that left to which tests
are collected, derandomised tests would try other examples alone than with the rest.
"""

from importlib import import_module
from pkgutil import walk_packages

import experiments
import sim

for package in (sim, experiments):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)

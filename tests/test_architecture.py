"""Which part may know which: read from the source, and tried where reading is not enough."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.indicators import record

ROOT = Path(__file__).parents[1]
PATHS = (path for part in ("sim", "experiments") for path in (ROOT / part).rglob("*.py"))
MODULES = {path.relative_to(ROOT).as_posix(): path for path in PATHS}
MESAS_OWN = {"random", "rng", "time", "scenario", "agents", "steps", "running"}


def tree_of(module):
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imports(module):
    """Full names of what a module imports, wherever the import stands, and for type checking too."""
    package = module.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, node.module] if node.module else above)
            yield from (f"{source}.{alias.name}" for alias in node.names)


def under(folder):
    found = [module for module in MODULES if module.startswith(f"{folder}/")]
    assert found
    return found


def named(module, *packages):
    return [name for name in imports(module) if any(f"{name}.".startswith(f"{p}.") for p in packages)]


def test_imports_are_seen_wherever_they_stand():
    assert "sim.model.ZoneReform" in imports("sim/indicators/record.py")
    assert "sim.reform.known_levers" in imports("sim/reform/policy.py")
    assert named("sim/model.py", "sim.agents") and not named("sim/model.py", "sim.agent")


@pytest.mark.parametrize("module", under("sim"))
def test_sim_knows_neither_the_command_line_nor_hydra(module):
    assert named(module, "experiments", "hydra", "omegaconf", "rich", "loky") == []


@pytest.mark.parametrize("module", under("sim/agents"))
def test_agents_know_no_lever(module):
    assert named(module, "sim.reform", "sim.scenario", "sim.result", "sim.indicators") == []


@pytest.mark.parametrize("module", under("sim/indicators"))
def test_indicators_know_neither_levers_nor_what_runs_them(module):
    assert named(module, "sim.reform", "sim.scenario", "sim.result", "sim.district") == []


@pytest.mark.parametrize("module", under("sim/indicators"))
def test_indicators_assign_only_to_what_is_their_own(module):
    """Nothing that a function was given is written to, but for the record of the year."""
    for function in (node for node in ast.walk(tree_of(module)) if isinstance(node, ast.FunctionDef)):
        arguments = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
        written = {ast.unparse(target) for target in _written(function) if _root(target) in arguments}
        allowed = {"model.records[model.year]"} if module.endswith("record.py") else set()
        assert written <= allowed, f"{function.name} writes to {written}"


def test_what_indicators_observe_stays_as_it_was():
    model = sim.load(policy="wuhan_edz_2021_2023", overrides=["district.students=1500"]).model(seed=3)
    model.step()
    tables = (model.schools, model.zones, model.teachers, model.students, model.classes)
    before = [table.copy() for table in tables]
    figures, costs = model.records.copy(), dict(model.terms.costs)
    record.observe(model)
    for table, copy in zip(tables, before, strict=True):
        for name in table.arrays:
            np.testing.assert_array_equal(table.arrays[name], copy.arrays[name], err_msg=name)
    assert costs == model.terms.costs and figures.keys() == model.records.keys()
    np.testing.assert_array_equal(figures[2021], model.records[2021])


@pytest.mark.parametrize("module", MODULES)
def test_no_module_takes_a_name_of_the_standard_library(module):
    stem = MODULES[module].stem
    assert stem == "__init__" or stem not in sys.stdlib_module_names


@pytest.mark.parametrize("module", under("sim"))
def test_names_that_mesa_keeps_for_itself_are_not_ours(module):
    """mesa sets `model.random`, `model.rng` and so on; our own luck comes from `model.noise` alone."""
    used = {
        node.attr
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "model"
    }
    if module == "sim/model.py":
        used |= {target.attr for target in _written(tree_of(module)) if isinstance(target, ast.Attribute)}
    assert used & MESAS_OWN == set()


@pytest.mark.parametrize("module", [m for m in under("sim") if m != "sim/noise.py"])
def test_luck_comes_from_noise_alone(module):
    assert named(module, "random", "numpy.random", "secrets", "time", "uuid") == []
    assert "np.random" not in MODULES[module].read_text(encoding="utf-8")


def test_sim_works_where_the_command_lines_packages_are_missing():
    """With hydra, omegaconf, rich, loky and experiments blocked, a district still runs."""
    program = """
import sys
for name in ("hydra", "omegaconf", "antlr4", "rich", "loky", "experiments"):
    sys.modules[name] = None
import sim
scenario = sim.load(policy="wuhan_edz_2021_2023", horizon=2021, overrides=["district.students=900"])
result = sim.run(scenario, replicates=1)
print(len(result.indicators), len(result.targets()) > 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    rows = 2 * 2 * (2 + 12 + 37)  # arms, years, district by level and zones and schools
    assert done.stdout.split() == [str(rows), "True"]


def _written(tree):
    """Targets of the assignments, loops and deletions in a tree that are not plain names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node


def _root(target):
    while isinstance(target, ast.Attribute | ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None

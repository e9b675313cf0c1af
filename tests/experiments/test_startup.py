"""What should be quick is: help and mistakes import nothing that is slow, nor do workers what they do not use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import experiments
import sim

ROOT = Path(experiments.__file__).parents[1]
SLOW = ("mesa", "pandas", "scipy", "matplotlib", "numba", "pyarrow", "networkx", "rich", "loky")
OF_THE_COMMAND = ("hydra", "omegaconf", "rich", "pyarrow.parquet", "matplotlib", "scipy.stats", "experiments.settings")


def imported(program, names, folder):
    """Which of these modules are there after a program ran in a process of its own."""
    code = f"import sys\n{program}\nprint('there:', *[name for name in {names!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1].removeprefix("there:").split()


def test_imports_of_a_program_are_seen(tmp_path):
    assert imported("import sim\nsim.Result", SLOW, tmp_path)[:2] == ["pandas", "scipy"]


@pytest.mark.parametrize("program", ["import sim", "import experiments.cli", "import sim\nsim.load()"])
def test_importing_and_loading_import_nothing_slow(program, tmp_path):
    assert imported(program, SLOW, tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["run", "--help"],
        ["rnu"],
        ["policy.rotaton=1"],
        ["policy.rotation.rate=2"],
        ["district.studnts=3"],
        ["effects.b_peer=many"],
        ["run.horizon=1990"],
        ["engine=thread"],
        ["policy=nobodys"],
        ["experiment=nobodys"],
    ],
    ids=" ".join,
)
def test_help_and_mistakes_import_nothing_slow(words, tmp_path):
    assert imported(f"from experiments.cli import main\nassert main({words!r}) in (0, 2)", SLOW, tmp_path) == []


def test_a_worker_imports_nothing_of_the_command_line(tmp_path):
    program = """
import pickle
from functools import partial
import sim
from sim.replicate import run_replicate
scenario = sim.load(horizon=2021, overrides=["district.students=900"])
work = pickle.loads(pickle.dumps(partial(run_replicate, scenario, 1, ("policy",))))
assert work(0).number == 0
"""
    assert imported(program, OF_THE_COMMAND, tmp_path) == []


def test_analyses_import_their_libraries_when_they_are_called(tmp_path):
    names = ("sensitivity", "discovery", "calibration", "optimisation")
    program = "\n".join(f"import sim.analysis.{name}" for name in names)
    slow = ["SALib", "prim", "sklearn", "optuna", "matplotlib", "scipy.stats", "mesa"]
    assert imported(program, slow, tmp_path) == []


def test_names_of_the_package_are_found_when_they_are_asked_for():
    assert set(sim.__all__) <= set(dir(sim))
    assert all(callable(getattr(sim, name)) for name in sim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'laod'"):
        _ = sim.laod


def test_what_only_hands_replicates_to_workers_does_not_import_what_they_need(tmp_path):
    program = """
import sim
from experiments import engines
scenario = sim.load(horizon=2021, overrides=["district.students=900"])
sim.run(scenario, replicates=1, map=engines.processes(1)).targets()
"""
    assert imported(program, ["mesa", "networkx", "scipy.stats", "matplotlib", "numba"], tmp_path) == []

import os
import subprocess
import sys
from pathlib import Path

import pytest

import experiments
import sim
import toy_world
from experiments import cli, report


@pytest.fixture
def toy(monkeypatch, tmp_path):
    """The toy world in the place of the model, in an empty folder."""
    monkeypatch.setattr(sim, "load", toy_world.load)
    monkeypatch.setattr(sim, "run", toy_world.run)
    monkeypatch.setattr(report, "page", toy_world.page)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def without_report(monkeypatch):
    """The model's own runs, a line in the place of their report, whose pictures take a second or two."""
    monkeypatch.setattr(report, "page", toy_world.page)


@pytest.fixture
def zonesim(capfd):
    """The command in this process: `status, output, messages = zonesim("run.replicates=2")`."""

    def command(*words):
        capfd.readouterr()
        status = cli.main(words)
        return status, *capfd.readouterr()

    return command


@pytest.fixture
def elsewhere(tmp_path):
    """The command in a process of its own, in an empty folder, in the toy world: `Popen` of it."""

    def command(*words, world="", before=""):
        code = (
            "import signal, sys, toy_world\n"
            "for one, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):\n"
            "    signal.signal(one, handler)  # tests that run in the background pass them on as ignored\n"
            f"toy_world.install({world})\n{before}\n"
            f"from experiments.cli import main\nsys.exit(main({list(words)!r}))"
        )
        roots = (Path(experiments.__file__).parents[1], Path(toy_world.__file__).parent)
        return subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return command

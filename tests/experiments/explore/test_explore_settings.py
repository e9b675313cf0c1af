import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import experiments
from experiments.explore import command
from experiments.explore.settings import read
from sim.userinput import UserError, config_root, read_yaml

ROOT = Path(experiments.__file__).parents[1]


def test_defaults_are_those_of_run_but_for_the_number_of_replicates():
    settings, run = read([]), read_yaml(config_root() / "run.yaml")
    names = ("district", "policy", "counterfactual", "effects", "background", "language")
    assert [getattr(settings, name) for name in names] == [run[name] for name in names]
    assert (settings.run.seed, settings.run.horizon) == (run["run"]["seed"], run["run"]["horizon"])
    assert (settings.port, settings.open, settings.run.replicates) == (8765, True, 20)


def test_what_is_typed_is_set():
    settings = read(["explore.port=9000", "explore.open=false", "explore.sliders=[rotation.rate]", "language=zh"])
    assert (settings.port, settings.open, settings.language) == (9000, False, "zh")
    assert settings.sliders == ("rotation.rate",)
    settings = read(["explore.tops={training.hours_5y: 100}", "policy.rotation.rate=0.3", "district.students=900"])
    assert settings.tops == {"training.hours_5y": 100.0}
    assert settings.overrides == (("policy.rotation.rate", 0.3), ("district.students", 900))


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("explore.port=80", "within 1024 ... 65535, got 80"),
        ("explore.open=1", "explore.open must be true or false"),
        ("explore.sliders=rotation.rate", "must be a list such as"),
        ("explore.tops=[1]", "must be settings and numbers"),
        ("explore.indicator=score_gasp", "did you mean 'score_gap'"),
        ("explore.level=both", "known: primary, junior"),
        ("language=de", "known: en, zh"),
        ("explore.prot=1", "did you mean 'explore.port'"),
        ("out=x", "out: no such setting"),
        ("run.replicates=0", "within 1 ... 200, got 0"),
        ("run.replicates=500", "zonesim run takes more"),
    ],
)
def test_a_mistake_says_what_is_allowed(word, told):
    with pytest.raises(UserError, match="^[^\n]+$") as problem:
        read([word])
    assert told in str(problem.value)


def test_a_port_in_use_is_told():
    with socket.socket() as taken:
        taken.bind((command.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"explore.port={port} is in use"):
            command.run([f"explore.port={port}"], (), "zonesim explore")


def test_the_other_verbs_do_not_import_the_page(tmp_path):
    program = "import sys\nimport experiments.cli, experiments.run, experiments.explore.session\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}sys.exit('nicegui' in sys.modules)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0


def test_without_its_package_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"explore needs nicegui: pip install 'zonesim\[explore\]'"):
        command.run([], (), "zonesim explore")


def test_help_names_every_setting():
    told = command.usage()
    config = read_yaml(config_root() / "explore.yaml")
    keys = [f"{group}.{key}" for group in ("run", "explore") for key in config[group]]
    assert [key for key in keys if key not in told] == []
    assert "127.0.0.1" in told

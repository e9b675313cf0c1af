from pathlib import Path

import pytest

from experiments.experiment import Experiment
from experiments.sweep.axes import Axis
from experiments.sweep.settings import read
from sim.userinput import UserError


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    """Writes configs/experiment/mine.yaml."""
    monkeypatch.chdir(tmp_path)
    Path("configs/experiment").mkdir(parents=True)

    def write(text):
        Path("configs/experiment/mine.yaml").write_text(text, encoding="utf-8")

    return write


def test_words_are_fixed_settings_or_axes():
    asked = read(["policy.rotation.rate=0,0.1", "effects.kappa=0.2", "district=tekes", "run.seed=3", "engine=serial"])
    assert asked.axes == (Axis("policy.rotation.rate", (0, 0.1)),)
    assert asked.fixed == {
        "district": "tekes",
        "policy": "wuhan_edz_2021_2023",
        "counterfactual": "none",
        "effects": "evidence",
        "background": "law",
        "run.seed": 3,
        "run.horizon": 2025,
        "effects.kappa": 0.2,
    }
    assert (asked.replicates, asked.scopes) == (20, ("district",))
    assert (asked.engine.name, asked.design.name) == ("serial", "grid")


def test_what_is_swept_is_not_fixed():
    asked = read(["district=tekes,qingshan", "run.seed=range(0,3)", "run.horizon=2022,2023"])
    assert [axis.key for axis in asked.axes] == ["district", "run.seed", "run.horizon"]
    assert not {"district", "run.seed", "run.horizon"} & asked.fixed.keys()


def test_settings_of_a_design_are_its_own():
    asked = read(["design=lhs", "design.cells=9", "design.seed=4", "design.ranges=[policy.rotation.rate]"])
    assert (asked.design.cells, asked.design.seed, asked.design.ranges) == (9, 4, ["policy.rotation.rate"])
    assert read(["design=list", "design.file=a=b, c.csv"]).design.file == "a=b, c.csv"


def test_an_experiment_states_a_sweep_and_words_take_its_place(experiment):
    experiment(
        "title: Mine\n"
        "settings: {district: tekes, policy: tekes_zones, run.replicates: 3}\n"
        "sweep:\n"
        "  policy.rotation.rate: [0, 0.1, {2021: 0.1, 2022: 0.2}]\n"
        "  run.seed: range(1,3)\n"
    )
    asked = read(["experiment=mine", "run.replicates=5"])
    rate, seed = asked.axes
    assert rate.values == (0, 0.1, {2021: 0.1, 2022: 0.2}) and seed.values == (1, 2)
    assert asked.replicates == 5 and asked.fixed["policy"] == "tekes_zones"
    asked = read(["experiment=mine", "policy.rotation.rate=0.3", "design=lhs"])
    assert asked.fixed["policy.rotation.rate"] == 0.3 and asked.design.name == "lhs"


def test_a_table_beside_an_experiment_is_found(experiment):
    experiment("sweep: {design: list, design.file: cells.csv}\n")
    Path("configs/experiment/cells.csv").write_text("run.seed\n1\n")
    assert Path(read(["experiment=mine"]).design.file).read_text() == "run.seed\n1\n"
    assert read(["experiment=mine", "design.file=other.csv"]).design.file == "other.csv"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sweep: {}\n", "sweep must be settings and the values they take"),
        ("sweep: {run.seed: [1, 2]}\npolicies: [{policy: none}]\n", "not both"),
        ("sweeps: {run.seed: [1, 2]}\n", "did you mean 'sweep'"),
        ("settings: {experiment: other}\nsweep: {run.seed: [1, 2]}\n", "this file is one"),
    ],
)
def test_an_experiment_that_is_none_is_refused(experiment, text, told):
    experiment(text)
    with pytest.raises(UserError, match=told):
        Experiment.load("mine")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("run.replicates=1,2", "run.replicates is the same in the whole sweep"),
        ("out=a,b", None),
        ("engine.workers=1,2", "engine.workers is the same in the whole sweep"),
        ("channels=true", "channels is a setting of zonesim run"),
        ("standard=youzhi_junheng", "standard is a setting of zonesim run"),
        ("design=latin", "no such design"),
        ("design.cells=3", "no such setting of design=grid"),
        ("scopes=[zones]", "did you mean 'zone'"),
        ("scopes=zone", "scopes must be a list"),
        ("polcy=none", "did you mean 'policy'"),
        ("run.sed=1", "did you mean 'run.seed'"),
    ],
)
def test_what_a_sweep_does_not_take_is_refused(word, told):
    if told is None:
        assert read([word]).out == "a,b"
        return
    with pytest.raises(UserError, match=told):
        read([word])

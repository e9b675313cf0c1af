"""`zonesim experiment=NAME`, with the model itself, small."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from experiments.settings import read
from sim.userinput import UserError, config_root

WORDS = ("experiment=two", "district.students=2000", "run.horizon=2021", "engine=serial")
SMALL = (*WORDS, "run.replicates=2", "out=here")
OWN = """\
# Two policies on one district.
title: two plans
settings: {district: wuhan_edz, run.replicates: 7, 'policy.rotation.rate': {2021: 0.05, 2023: 0.1}, effects: means}
policies:
  - {policy: tekes_zones, targets: tekes}
  - {policy: pilot_125, targets: pilot_125}
"""


@pytest.fixture(autouse=True)
def own_experiment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = Path("configs/experiment")
    folder.mkdir(parents=True)
    (folder / "two.yaml").write_text(OWN, encoding="utf-8")
    return folder / "two.yaml"


def test_settings_of_the_experiment_hold_where_none_is_typed():
    settings = read(["experiment=two", "run.replicates=3"])
    assert (settings.district, settings.effects, settings.run.replicates) == ("wuhan_edz", "means", 3)
    assert dict(settings.overrides) == {"policy.rotation.rate": {2021: 0.05, 2023: 0.1}}
    assert read(["experiment=two", "policy.rotation.rate=0.2"]).overrides == (("policy.rotation.rate", 0.2),)


@pytest.mark.parametrize(
    ("was", "is_", "told"),
    [
        ("district: wuhan_edz", "distric: wuhan_edz", "two.yaml: distric: no such setting"),
        ("district: wuhan_edz", "district: wuhan_ed", "did you mean 'wuhan_edz'?"),
        ("effects: means", "experiment: two", "settings name no experiment; this file is one"),
        ("title:", "titel:", "two.yaml: titel: no such entry; known: title, verb, settings, policies, sweep"),
        ("policy: pilot_125", "policy: tekes_zones", "policies lists tekes_zones twice"),
        ("policy: pilot_125", "policy: pilot_12", "policy=pilot_12: no such policy"),
        ("targets: pilot_125", "targets: pilot_12", "targets=pilot_12: no such targets"),
        ("targets: tekes", "goals: tekes", "policies: goals: no such entry; known: policy, targets"),
        ("policies:\n", "policies: {}\nx:\n", "no such entry"),
        ("  - {policy: tekes_zones, targets: tekes}", "  - tekes_zones", "must be {policy: NAME, targets: NAME}"),
        ("run.replicates: 7", "run.replicates: 0", "run.replicates must be within 1 ... 100000, got 0"),
    ],
)
def test_what_is_wrong_in_the_file_is_one_line(zonesim, own_experiment, was, is_, told):
    own_experiment.write_text(OWN.replace(was, is_), encoding="utf-8")
    status, output, messages = zonesim("experiment=two", "engine=serial")
    assert (status, output) == (2, "")
    assert told in messages.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["experiment=al_reforms"], "experiment=al_reforms: no such experiment; known: all_reforms, country"),
        (["experiment=null"], "experiment must be a name, got null; leave it out"),
        (["experiment=two", "policy=none"], "policy=none: experiment=two sets the policies of its file side by side"),
        (["experiment=two", "channels=true"], "leave channels out"),
        (["experiment=two", "standard=youzhi_junheng"], "leave standard out"),
    ],
)
def test_what_does_not_go_with_an_experiment_is_refused(words, told):
    with pytest.raises(UserError) as refused:
        read(words)
    assert told in str(refused.value)


def test_an_experiment_is_found_again_and_grows_without_a_trace(zonesim):
    status, output, messages = zonesim(*SMALL)
    assert status == 0
    assert "pilot_125 runs without its policy.building.projects, which name places that wuhan_edz lacks" in messages
    assert output.startswith("\ntwo plans: wuhan_edz against none, 2020-2021, 2 paired replicates of seed 1\n")
    files = {file.name: file.read_bytes() for file in Path("here").iterdir()}
    assert files.keys() == {"run.json", *json.loads(files["run.json"])["files"]}
    again, same, told = zonesim(*SMALL)
    assert (again, same) == (0, output) and "is finished and has 2 replicates" in told
    assert files == {file.name: file.read_bytes() for file in Path("here").iterdir()}
    zonesim(*WORDS, "run.replicates=3", "out=at once")
    assert "this experiment has 2 replicates; 1 more is added" in zonesim(*WORDS, "run.replicates=3", "out=here")[2]
    for name in ("comparison.csv", "indicators.parquet", "effects.csv", "targets.csv"):
        assert (Path("here") / name).read_bytes() == (Path("at once") / name).read_bytes(), name


def test_the_table_has_every_policy_and_the_district_without_any(zonesim):
    _, output, _ = zonesim(*SMALL)
    table = pd.read_csv("here/comparison.csv")
    assert list(table["policy"].unique()) == ["tekes_zones", "pilot_125"]
    lines = [line.split()[0] for line in output.splitlines() if line and not line.startswith(" ")]
    assert lines[1:5] == ["policy", "tekes_zones", "pilot_125", "without"]
    rows = pd.read_parquet("here/indicators.parquet")
    assert set(zip(rows["scenario"], rows["policy"], strict=True)) == {
        ("policy", "tekes_zones"),
        ("policy", "pilot_125"),
        ("counterfactual", ""),
    }


def test_all_reforms_are_the_nine_of_the_documents_with_the_plans_of_their_places():
    raw = yaml.safe_load((config_root() / "experiment" / "all_reforms.yaml").read_text(encoding="utf-8"))
    policies = {path.stem for path in (config_root() / "policy").glob("*.yaml")}
    assert {member["policy"] for member in raw["policies"]} == policies - {"none"}
    assert {member["targets"] for member in raw["policies"]} == {
        path.stem for path in (config_root() / "targets").glob("*.yaml")
    }

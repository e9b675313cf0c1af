import warnings
from pathlib import Path

import pytest

from experiments.engines import EngineSettings
from experiments.limits import Limits
from experiments.settings import read
from sim.config import RunSettings
from sim.userinput import UserError


def test_defaults_are_those_of_the_documentation():
    settings = read([])
    assert settings.district == "wuhan_edz"
    assert settings.policy == "wuhan_edz_2021_2023"
    assert settings.counterfactual == "none"
    assert settings.effects == "evidence"
    assert settings.background == "law"
    assert settings.run == RunSettings(replicates=100, seed=1, horizon=2025)
    assert settings.engine == EngineSettings("processes", None)
    assert settings.out is None
    assert settings.force is False
    assert settings.overrides == ()


@pytest.mark.parametrize("name", ["结果 1", "a=b", "it's [a] {b}, $c \\", "true", "1.5", "./x y/z"])
@pytest.mark.parametrize("key", ["district", "policy", "counterfactual", "effects", "background", "out"])
def test_names_and_paths_are_taken_as_typed(key, name):
    assert getattr(read([f"{key}={name}"]), key) == name


def test_settings_of_the_model_are_passed_on_with_their_values():
    words = {
        "policy.rotation.rate={2021: 0.05, 2023: 0.1}": {2021: 0.05, 2023: 0.1},
        "policy.rotation.relation_moves=true": True,
        "policy.funding.spending={training: 0.5, research: .25}": {"training": 0.5, "research": 0.25},
        "policy.recruitment.subjects=[pe_arts, 'science_it']": ["pe_arts", "science_it"],
        "policy.enrolment.class_cap_primary=null": None,
        "effects.kappa=.3": 0.3,
        "district.students=5000": 5000,
        "policy.digital.kind='同步课堂 a=b'": "同步课堂 a=b",
    }
    read_values = dict(read(list(words)).overrides)
    assert list(read_values.items()) == [(word.partition("=")[0], value) for word, value in words.items()]
    assert isinstance(read_values["district.students"], int)


def test_run_and_engine_settings():
    settings = read(["engine.workers=2", "run.seed=9223372036854775807", "run.horizon=2030", "force=true"])
    assert settings.run == RunSettings(replicates=100, seed=2**63 - 1, horizon=2030)
    assert settings.engine == EngineSettings("processes", 2)
    assert settings.force is True
    assert read(["engine=serial"]).engine == EngineSettings("serial", None)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("run.replicates=0", "within 1 ... 100000, got 0"),
        ("run.replicates=100001", "within 1 ... 100000"),
        ("run.replicates=true", "whole number"),
        ("run.replicates=2.5", "whole number"),
        ("run.replicates=1,2", "sweep"),
        ("run.seed=-1", "0 ... 9223372036854775807"),
        ("run.seed=9223372036854775808", "0 ... 9223372036854775807"),
        ("run.seed=null", "whole number"),
        ("run.horizon=range(2021, 2025)", "sweep"),
        ("run.sed=1", "did you mean 'run.seed'?"),
        ("run=3", "run.replicates, run.seed, run.horizon"),
        ("run={replicates: 3}", "run.replicates, run.seed, run.horizon"),
        ("seed=1", "did you mean 'run.seed'?"),
        ("polcy=none", "did you mean 'policy'?"),
        ("polcy.rotation.rate=0.1", "did you mean 'policy'?"),
        ("out.x=1", "no such setting"),
        ("force=yes", "true or false"),
        ("force=1", "true or false"),
        ("out=", "no value"),
        ("district= ", "no value"),
        ("run.seed=", "no value"),
        ("out=null", "must be a name"),
        ("policy=null", "policy=none"),
        ("run.seed={", "cannot be read"),
        ("run.seed=1 # one", "cannot be read"),
        ("policy.digital.kind=同步", "quotes"),
        ("+policy.rotation.x=1", "type policy.rotation.x=1"),
        ("++policy.rotation.rate=1", "type policy.rotation.rate=1"),
        ("~policy.rotation", "such as policy.rotation={}"),
        ("~policy.rotation.rate", "such as policy.rotation.rate=0"),
        ("policy.rotation.rate={2021: 0.1, 2021: 0.2}", "policy.rotation.rate: 2021 is given twice"),
        ("policy.x.y=[{a: {b: 1, c: 2, b: 3}}]", "policy.x.y: b is given twice"),
        ("language=fr", "known: en"),
        ("channels=maybe", "channels must be true or false, got 'maybe'"),
        ("channels=1", "channels must be true or false, got 1"),
        ("design=lhs", "design is a setting of zonesim sweep"),
        ("design.cells=3", "design.cells is a setting of zonesim sweep"),
        ("policy.rotation.rate=0,0.1", "type zonesim sweep policy.rotation.rate=0,0.1"),
        ("hydra.run.dir=x", "out=DIR"),
        ("hydra/launcher=joblib", "out=DIR"),
        ("engine=nowhere", "known: dask, processes, serial"),
        ("engine.workers=0", "within 1 ... 1024"),
        ("engine.workers=true", "whole number"),
        ("engine.worker=1", "did you mean 'engine.workers'?"),
        ("engine.name=dask", "no such setting"),
        ("wuhan_edz/x", "must be key=value"),
        ("=3", "must be key=value"),
        ("policy.=1", "must be key=value"),
        ("policy@here=none", "must be key=value"),
    ],
)
def test_a_mistake_is_one_line_with_the_way_out(word, told):
    with pytest.raises(UserError) as mistake:
        read([word])
    message = str(mistake.value)
    assert told in message
    assert "\n" not in message
    assert len(message) < 300


def test_the_language_of_the_report_is_english_unless_another_is_typed():
    assert read(["language=en"]) == read([])
    assert read(["language=zh"]).language == "zh"


def test_a_key_typed_twice_is_refused():
    with pytest.raises(UserError, match="run.seed is given twice, as '1' and as '2'"):
        read(["run.seed=1", "run.replicates=3", "run.seed=2"])


def test_workers_are_a_setting_of_processes_only():
    with pytest.raises(UserError, match="no such setting of engine=serial"):
        read(["engine.workers=2", "engine=serial"])


def test_limits_of_a_run_and_where_a_scheduler_is():
    limits = ["engine.time_limit=3", "engine.memory_limit=1.5 GiB"]
    engine = read(["engine=dask", "engine.address=tcp://a:1", *limits]).engine
    assert engine.limits == Limits(3, 3 * 2**29) and engine.address == "tcp://a:1"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["engine.address=tcp://a:1"], "no such setting of engine=processes"),
        (["engine.time_limit=3", "engine=serial"], "no such setting of engine=serial"),
        (["engine.time_limit=0"], "engine.time_limit must be within 0.1"),
        (["engine.memory_limit=2"], "a number with a unit, such as 2GB"),
        (["engine.memory_limit=2XB"], "a number with a unit, such as 2GB"),
        (["engine.memory_limit=1MB"], "engine.memory_limit in bytes must be within 200000000"),
        (["engine=dask", "engine.address=a", "engine.scheduler_file=b"], "keep one"),
        (["engine=dask", "engine.address=a", "engine.workers=2"], "has its own"),
    ],
)
def test_mistakes_of_engines_are_told(words, told):
    with pytest.raises(UserError, match=told):
        read(words)


def test_engines_of_the_users_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "我的 'own' $x"
    (own / "engine").mkdir(parents=True)
    (own / "engine" / "big.yaml").write_text("workers: 3\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(["engine=big"], [own]).engine == EngineSettings("processes", 3)
    for content, told in (
        ("speed: 3", "no such setting"),
        ("a: [", "not valid YAML"),
        ("name: x", "no such"),
    ):
        (own / "engine" / "bad.yaml").write_text(content)
        with pytest.raises(UserError, match=told):
            read(["engine=bad"], [own])


def test_a_config_dir_has_to_be_there():
    with pytest.raises(UserError, match="--config-dir nowhere: no such folder"):
        read([], [Path("nowhere")])


def test_a_primary_config_of_the_users_own_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "run.yaml").write_text("run: {seed: 7}")
    with pytest.raises(UserError, match="configs/run.yaml: the defaults of a command cannot be replaced"):
        read([])

"""What the README shows works as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

import sim

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def block(after: str, language: str) -> str:
    """The first fenced block of a language after a text."""
    found = re.search(rf"```{language}\n(.*?)```", README[README.index(after) :], re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The README's lever and policy where it says they go."""
    (tmp_path / "reading.py").write_text(block("## A lever of your own", "python"), encoding="utf-8")
    policies = tmp_path / "configs" / "policy"
    policies.mkdir(parents=True)
    (policies / "reading_hour.yaml").write_text(block("## A lever of your own", "yaml"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_the_own_lever_fits_in_twenty_lines_and_lifts_primary_schools_only(own_files):
    lines = [line for line in block("## A lever of your own", "python").splitlines() if line.strip()]
    assert len(lines) <= 20
    small = ["district.students=1500"]
    scenario = sim.load("wuhan_edz", "reading_hour", effects="means", overrides=small, horizon=2022)
    effect = sim.run(scenario, replicates=2, seed=1).effect("score_mean")
    assert effect.loc[("primary", 2021), "mean"] == pytest.approx(0.02, abs=1e-3)
    assert effect.loc[("junior", 2021), "mean"] == pytest.approx(0.0, abs=1e-9)


def test_the_own_lever_off_is_absent(own_files):
    common = ["district.students=1500", "policy.reading.gain=0"]
    off = sim.load("wuhan_edz", "reading_hour", overrides=common, horizon=2022)
    figures = sim.run(off, replicates=1, seed=1).indicators.drop(columns="scenario")
    half = len(figures) // 2
    assert figures.iloc[:half].reset_index(drop=True).equals(figures.iloc[half:].reset_index(drop=True))


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_a_mistake_in_an_own_lever_is_told_as_its_writers(own_files, capsys, monkeypatch, engine):
    from experiments import cli

    text = (own_files / "reading.py").read_text(encoding="utf-8")
    (own_files / "broken.py").write_text(text.replace("model.classes.extra", "model.classes.more"), encoding="utf-8")
    policy = own_files / "configs" / "policy" / "reading_hour.yaml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("reading.Read", "broken.Read"), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(own_files))
    small = ["district.students=1500", "run.horizon=2021", "run.replicates=2", f"engine={engine}"]
    assert cli.main(["policy=reading_hour", *small]) == 2
    line = text[: text.index("model.classes.extra")].count("\n") + 1
    told = f"lever ReadingHour stopped in 2021 in apply, line {line} of {own_files / 'broken.py'}: AttributeError: "
    error = capsys.readouterr().err
    assert told in error and error.endswith("; mend it there\n")
    assert not list(own_files.glob("outputs/**/run.json"))


def test_the_python_example_runs():
    code = block("## In Python", "python").replace("replicates=20", "replicates=2")
    names: dict[str, object] = {}
    small = code.replace('overrides=["policy', 'overrides=["district.students=6000", "policy')
    exec(compile(small, "README.md", "exec"), names)  # the README's own lines
    assert len(names["model"].students.to_frame()) > 1000


def test_the_sweep_and_the_lines_that_read_it_run(tmp_path, monkeypatch):
    from experiments import cli

    monkeypatch.chdir(tmp_path)
    small = ["district.students=600", "run.horizon=2021", "run.replicates=2", "engine=serial"]
    begin, look, go_on = (shlex.split(line, comments=True)[2:] for line in block("<!-- sweep -->", "").splitlines())
    words = [word for word in begin if not word.startswith("run.replicates")]
    assert len(words) == len(begin) - 1
    assert cli.main(["sweep", *words, *small]) == 0
    assert cli.main(["sweep", *look]) == 0 and cli.main(["sweep", *go_on]) == 0
    names: dict[str, object] = {"sim": sim}
    code = block("<!-- sweep -->", "python").replace("2025", "2021")
    exec(compile(code, "README.md", "exec"), names)  # the README's own lines
    assert len(names["sweep"].cells) == 6

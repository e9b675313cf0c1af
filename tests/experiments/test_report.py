"""`zonesim report`, in the toy world."""

import json
from pathlib import Path

import pytest

from experiments import report
from stored_sweep import store_with_record


@pytest.fixture(autouse=True)
def toy_world(toy):
    return toy


@pytest.fixture
def run(zonesim):
    zonesim("engine=serial", "run.replicates=2", "out=结果 1")
    return Path("结果 1")


def test_a_run_leaves_its_report_in_the_language_that_was_typed(zonesim):
    zonesim("engine=serial", "run.replicates=2", "out=here", "language=zh")
    assert (
        Path("here/report.html")
        .read_text(encoding="utf-8")
        .startswith("<!DOCTYPE html>\n<html lang='zh'>某区, 3 schools")
    )
    record = json.loads(Path("here/run.json").read_text(encoding="utf-8"))
    assert {"report.html", "places.csv"} <= record["files"].keys()
    assert record["titles"] == {"district": "某区", "policy": "wuhan_edz_2021_2023", "counterfactual": "不改革"}


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_text("mine"), lambda path: None])
def test_a_report_is_written_anew_even_where_it_was_changed_or_lost(zonesim, run, spoil):
    before = (run / "report.html").read_bytes()
    spoil(run / "report.html")
    assert zonesim("report", "结果 1") == (0, "结果 1/report.html\n", "")
    assert (run / "report.html").read_bytes() == before
    assert zonesim("engine=serial", "run.replicates=2", "out=结果 1")[2].endswith("force=true runs it again\n")


def test_a_report_may_be_written_in_the_other_language(zonesim, run):
    tables = {file.name: file.read_bytes() for file in run.iterdir() if file.name not in ("report.html", "run.json")}
    assert zonesim("report", "language=zh", "结果 1")[0] == 0
    assert "lang='zh'" in (run / "report.html").read_text(encoding="utf-8")
    assert tables == {name: (run / name).read_bytes() for name in tables}


def test_help_says_what_can_be_typed(zonesim):
    status, output, _ = zonesim("report", "--help")
    assert status == 0 and "zonesim report DIR [key=value ...]" in output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "report takes one folder: zonesim report DIR [language=zh], got 0"),
        (["a", "b"], "got 2"),
        (["nowhere"], "nowhere is not the folder of a finished run or a sweep: it has no run.json"),
        (["结果 1", "language=fr"], "language=fr: no such language; known: en, zh"),
        (["结果 1", "langage=zh"], "did you mean 'language'?"),
        (["结果 1", "docx=maybe"], "docx must be true or false, got 'maybe'"),
        (["结果 1", "indicators=[score_gap]"], "indicators is for the report of a sweep; 结果 1 is none"),
    ],
)
def test_a_mistake_is_one_line(zonesim, run, words, told):
    status, output, messages = zonesim("report", *words)
    assert (status, output) == (2, "")
    assert told in messages and len(messages.splitlines()) == 1


def test_a_document_stands_beside_the_page_until_the_run_is_another(zonesim, run, monkeypatch):
    monkeypatch.setattr("sim.report.document.write", lambda *_: b"a document")
    assert zonesim("report", "结果 1", "docx=true") == (0, "结果 1/report.html\n结果 1/report.docx\n", "")
    assert (run / "report.docx").read_bytes() == b"a document"
    assert zonesim("report", "结果 1")[0] == 0
    assert (run / "report.docx").is_file()
    (run / "report.docx").write_text("mine")  # which nobody minds
    assert zonesim("engine=serial", "run.replicates=3", "out=结果 1")[0] == 0
    assert not (run / "report.docx").exists()


def test_a_sweep_has_its_report_of_the_indicators_that_are_asked_for(zonesim, tmp_path):
    folder = tmp_path / "sweep"
    store_with_record(folder, cells=2, replicates=2)
    assert zonesim("report", str(folder), "indicators=[cv_backbone]", "language=zh") == (
        0,
        f"{folder / 'report.html'}\n",
        "",
    )
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh"' in page and "骨干教师差异系数" in page and "最好与最差学校的成绩差距" not in page
    assert "docx is for the report of a run" in zonesim("report", str(folder), "docx=true")[2]
    for value, told in (("[cv]", "indicators=cv: no such indicator"), ("cv", "must be a list such as [score_gap]")):
        status, _, messages = zonesim("report", str(folder), f"indicators={value}")
        assert status == 2 and told in messages
    assert (folder / "report.html").read_text(encoding="utf-8") == page


def test_a_folder_of_another_kind_is_refused(zonesim, run):
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    del record["files"]["places.csv"]
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    status, _, messages = zonesim("report", "结果 1")
    assert status == 2 and "holds no single run with a places.csv" in messages
    (run / "run.json").write_text("{", encoding="utf-8")
    assert "run.json is not the record of a run" in zonesim("report", "结果 1")[2]


def test_a_report_is_not_made_of_tables_that_were_changed(zonesim, run):
    (run / "targets.csv").write_text("mine")
    status, _, messages = zonesim("report", "结果 1")
    assert status == 2 and "was changed since its run was saved" in messages


def test_a_disk_that_fails_leaves_the_report_that_was_there(zonesim, run, monkeypatch):
    before = {file.name: file.read_bytes() for file in run.iterdir()}
    monkeypatch.setattr(report, "page", lambda *_: "another")
    monkeypatch.setattr("experiments.store.os.fsync", _full)
    status, _, messages = zonesim("report", "结果 1")
    assert status == 1 and "No space left" in messages
    assert before == {file.name: file.read_bytes() for file in run.iterdir()}


def _full(_):
    raise OSError(28, "No space left on device")


def test_a_report_that_fails_does_not_cost_the_run(zonesim, monkeypatch):
    words = ("engine=serial", "run.replicates=2", "out=here")
    with monkeypatch.context() as broken:
        broken.setattr(report, "page", lambda *_: 1 / 0)
        assert zonesim(*words)[0] == 1
    assert "report.html" not in json.loads(Path("here/run.json").read_text(encoding="utf-8"))["files"]
    status, _, messages = zonesim(*words)
    assert status == 0 and "this run is finished" in messages
    assert Path("here/report.html").is_file()


def test_replicates_that_are_added_come_with_a_report_of_all(zonesim, monkeypatch):
    monkeypatch.setattr(report, "page", lambda result, *_: f"{result.replicates} replicates")
    for replicates in (1, 3):
        zonesim("engine=serial", f"run.replicates={replicates}", "out=here")
        assert Path("here/report.html").read_text(encoding="utf-8") == f"{replicates} replicates"

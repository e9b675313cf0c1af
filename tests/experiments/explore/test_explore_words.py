import ast
import re
from pathlib import Path

import pytest

from experiments.explore import words as module
from experiments.explore.words import Words, own_texts, plain
from sim.indicators.catalogue import INDICATORS
from sim.report.words import texts

SOURCES = sorted(Path(module.__file__).parent.glob("*.py"))
FIELD = re.compile(r"{(\w+)")


def literals():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def asked():
    """Keys that are asked for by a plain text, `words("key")`."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("words"):
                for part in ast.walk(node.args[0]) if node.args else ():
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def test_every_key_that_is_asked_for_is_there():
    keys = set(asked())
    assert len(keys) > 40
    assert keys <= set(own_texts()) | {"school", "status."}


def test_no_text_takes_the_key_of_one_of_the_reports():
    assert own_texts().keys().isdisjoint(texts())


def test_no_text_is_unused():
    by_name = ("unit.",)
    assert {key for key in own_texts() if not key.startswith(by_name)} <= set(literals())


@pytest.mark.parametrize("key", own_texts())
def test_both_languages_say_the_same(key):
    en, zh = own_texts()[key]["en"], own_texts()[key]["zh"]
    assert en.strip() and zh.strip()
    assert set(FIELD.findall(en)) == set(FIELD.findall(zh))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (-0.5, "−0.500"), (5.0, "5"), (55.00000001, "55"), (1234.5, "1234"), (1e-9, "0")],
)
def test_figures_have_three_digits_or_so(value, text):
    assert plain(value) == text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_indicator_has_a_name_and_one_that_the_catalogue_lacks_says_what_it_means(language, monkeypatch):
    assert all(Words(language).indicator(name) for name in INDICATORS)
    monkeypatch.setattr("sim.report.words.texts", dict)
    assert Words(language).indicator("score_gap") == INDICATORS["score_gap"].meaning


def test_values_of_sliders_are_said_in_the_readers_units():
    assert Words("en").setting(0.1, "share a year") == "10 %"
    assert Words("en").setting(500000, "yuan a zone and year") == "500,000 yuan"
    assert Words("zh").setting(500000, "yuan a zone and year") == "50 万元"
    assert Words("zh").setting(36, "hours") == "36 学时"


def test_a_difference_of_percentages_is_in_points():
    assert Words("en").difference(-3.256, "%") == "−3.26 points"
    assert Words("en").difference(0.5, "SD") == "+0.500 SD"
    assert Words("en").difference(float("nan"), "SD") == "–"
    assert Words("en").figure(2.5e6, "yuan") == "2.50 million yuan"

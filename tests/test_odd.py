"""docs/ODD.md: every lever has its part, every question of ODD+D its place; all tables are up to date."""

import importlib.util
import re
from pathlib import Path

import pytest

from sim.reform import known_levers

ROOT = Path(__file__).parents[1]
ODD_D = """
I.i Purpose; I.ii Entities, state variables and scales; I.iii Process overview and scheduling;
II.i Theoretical and empirical background; II.ii Individual decision-making; II.iii Learning; II.iv Individual sensing;
II.v Individual prediction; II.vi Interaction; II.vii Collectives; II.viii Heterogeneity; II.ix Stochasticity;
II.x Observation; III.i Implementation details; III.ii Initialisation; III.iii Input data; III.iv Submodels
"""
"""Headings of Müller et al. (2013)."""


@pytest.fixture(scope="module")
def tables():
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def odd():
    return (ROOT / "docs" / "ODD.md").read_text(encoding="utf-8")


def test_every_table_is_as_it_is_declared(tables):
    for document in tables.DOCUMENTS:
        assert tables.stale(document.read_text(encoding="utf-8")) == [], f"{document}: run python docs/tables.py"


def test_the_page_of_evidence_says_when_and_with_what_its_figures_came(tables):
    text = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    assert re.search(r"repeats: version \d+\.\d+\.\d+, \d{4}-\d\d-\d\d, seed \d+, size \w+, model \w{12}\.\n", text)
    assert tables.stale(text.replace("| V10 | arithmetic |", "| V10 | emerges |")) == ["evidence"]


def test_a_table_that_was_changed_by_hand_is_found(tables, odd):
    changed = odd.replace("| `rate` | share a year | 0 |", "| `rate` | share a year | 0.1 |")
    assert changed != odd
    assert tables.stale(changed) == ["lever rotation"]
    assert tables.rewritten(changed) == odd


def test_a_marker_that_nothing_makes_is_refused(tables):
    with pytest.raises(KeyError, match="weather"):
        tables.rewritten("<!-- table: weather -->\n<!-- end -->")


def test_every_lever_has_a_part_with_a_rule_its_settings_and_its_tests(tables, odd):
    assert tables.TESTS.keys() == known_levers().keys()
    for group in known_levers():
        part = re.search(rf"#### Lever `{group}` \(.+?\)\n\n(.+?)\n\n<!-- table: lever {group} -->", odd, re.DOTALL)
        assert part and len(part[1]) > 40, group


def test_the_files_that_test_a_lever_are_there(tables):
    for file in {file for files in tables.TESTS.values() for file in files}.union(tables.ALL):
        assert (ROOT / file).is_file(), file


def test_markers_come_in_pairs(odd):
    assert odd.count("<!-- table: ") == odd.count("<!-- end -->") == len(set(re.findall("<!-- table: .+? -->", odd)))


def test_every_question_of_odd_d_is_answered_in_a_section_that_is_there(odd):
    sections = set(re.findall(r"^#+ ([0-9.]+?)\.? ", odd, re.MULTILINE))
    for heading in (part.strip() for part in ODD_D.replace("\n", " ").split(";")):
        row = re.search(rf"^\| {re.escape(heading)} \| (.+?) \|$", odd, re.MULTILINE)
        assert row, heading
        for number in re.findall(r"[0-9.]*[0-9]", row[1]):
            assert number in sections, f"{heading}: section {number}"


def test_no_setting_effect_or_price_named_in_the_prose_is_unknown(tables, odd):
    """Names written `group.setting` are those of the code."""
    named = re.findall(r"`([a-z_]+)\.([a-z_]+)`", odd)
    for group, name in named:
        if group in known_levers():
            assert name in known_levers()[group].settings(), f"{group}.{name}"

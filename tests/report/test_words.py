import re
import string
from pathlib import Path

import pytest

from experiments import scoreboard
from experiments.sweep.axes import NAMES
from sim.agents.channels import CHANNELS
from sim.analysis import factors
from sim.analysis.channels import GAP_PARTS
from sim.config import STATUSES, EffectTable
from sim.district import filled as district_filled
from sim.district.spec import DistrictSpec
from sim.indicators.catalogue import INDICATORS
from sim.reform import known_levers
from sim.report import assumptions, filled, findings, run_pictures, words
from sim.report.places import MOMENTS
from sim.report.words import LANGUAGES, Both, Said, Words, texts
from sim.targets import OTHER, Targets
from sim.userinput import UserError, config_root, read_yaml

REPORT = Path(words.__file__).parent
TEMPLATES = sorted((REPORT / "templates").glob("*.j2"))
GROUPS = {  # keys that are made of a part and the name of one of these
    "indicator": set(INDICATORS),
    "channel": set(GAP_PARTS),
    "lever": set(known_levers()),
    "level": {"primary", "junior", "both", OTHER},
    "arm": {"policy", "counterfactual"},
    "moment": {*MOMENTS} - {"change"},
    "status": {"met", "missed", "uncertain", "not simulated", "not a target"},
    "stated": {"decreed", "given", "by_itself"},
    "evidence": set(assumptions.SHAKY),
    "reason": {"after the horizon", "before the first simulated year", "the district has no value for it"},
    "effect": {
        name
        for key, row in EffectTable.load().coefficients.items()
        if row.distribution != "fixed"
        for name in (key, row.draw_with)
        if name
    },
    "setting": {f"{group}.{name}" for group, lever in known_levers().items() for name in lever.settings()},
    "margin": set(DistrictSpec.margins()),
    "group": set(factors.GROUPS.values()),
    "world": {*NAMES, "run.seed", "run.horizon"},
    "phrase": {
        *district_filled.NOTHING_GIVEN,
        *(phrase for pair in district_filled.OF_A_SCHOOL.values() for phrase in pair),
        *district_filled.OF_A_TEACHER,
        *district_filled.OF_A_STUDENT,
        *("classes", "teachers", "students", "schools", "listed teachers", "listed students"),
        *("the staffing margins and a spin-up", "the margins and a spin-up"),
        "junior catchments of the primary schools, from distance and entrants",
        "skill of all teachers, from configs/effects, by experience",
        "traits and knowledge of all students, from configs/effects and a spin-up of nine cohorts",
    },
    "filled": {"also", "all", "some", *(key.removeprefix("filled.") for key in filled.LINES)},
    "fact": {"run", "code", "seed", "finished", "planned", "replicates"},
    "short": {"primary", "junior", "both"},
    "column": {*scoreboard.TEXTS, *scoreboard.NUMBERS, "verdict", "level", "mean", "se", "part", "of_mean", "of_se"},
    "legend": set(scoreboard.LEGEND),
    "outcome": {"change", "cost", "met", "worst tenth", "regret"},
}


def test_every_text_is_there_in_both_languages_and_wants_the_same_values():
    for key, text in texts().items():
        assert set(text) == set(LANGUAGES), key
        assert all(text.values()), key
        if key != "money":  # millions in English, ten thousands in Chinese
            en, zh = ({field for _, field, _, _ in string.Formatter().parse(text[of])} for of in LANGUAGES)
            assert en - {None} == zh - {None}, key


def test_no_text_is_said_twice_over():
    groups = read_yaml(words.CATALOGUE)
    assert len(texts()) == sum(map(len, groups.values()))


@pytest.mark.parametrize("group", GROUPS)
def test_every_name_of_a_group_has_its_text_and_no_other(group):
    assert {key.partition(".")[2] for key in texts() if key.startswith(f"{group}.")} == GROUPS[group]


def test_every_unit_of_indicators_and_targets_has_its_text_and_no_other():
    units = {indicator.unit for indicator in INDICATORS.values()}
    for file in (config_root() / "targets").glob("*.yaml"):
        units |= {row.unit for row in Targets.parse(read_yaml(file)).rows if hasattr(row, "unit")}
    assert {key.partition(".")[2] for key in texts() if key.startswith("unit.")} == units


def test_every_key_that_is_used_exists_and_every_text_is_used():
    asked = set(re.findall(r"""(?:\bt|words)\(\s*["']([^"']+)["'][,)]""", _source()))
    assert asked <= texts().keys()
    named = set(re.findall(r"""["']([a-z0-9_.]+)["']""", _source())) | {f"page.{moment}" for moment in MOMENTS}
    in_groups = {key for key in texts() if key.split(".")[0] in {*GROUPS, "unit", "reading", "section"}}
    assert texts().keys() - named - in_groups == set()


def test_places_and_readings_of_the_page_all_have_their_texts():
    sections = {name for file in TEMPLATES for name in re.findall(r'<h2 id="(\w+)"', file.read_text(encoding="utf-8"))}
    assert {key.partition(".")[2] for key in texts() if key.startswith("section.")} == sections
    readings = set(re.findall(r'"reading\.(\w+)"', _source()))
    assert {key.partition(".")[2] for key in texts() if key.startswith("reading.")} == readings


def _source():
    files = [*REPORT.rglob("*.py"), *TEMPLATES, Path(scoreboard.__file__)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_words_are_of_one_language():
    assert Words("en")("level.primary") == "primary"
    assert Words("zh")("level.primary") == "小学"
    assert Words("zh").sentences(["甲", "乙"]) == "甲。乙。"
    assert Words("en").sentences(["one", "two"]) == "one. two."
    with pytest.raises(UserError, match="language=de: no such language; known: en, zh"):
        Words("de")


def test_a_lever_that_the_catalogue_does_not_know_keeps_its_name():
    assert Words("zh").label("lever", "rotation") == "教师交流轮岗"
    assert Words("zh").label("lever", "reading") == "reading"


def test_both_languages_are_filled_with_their_own_values():
    both = Both()
    said = both("measure_of_level", measure=both("indicator.score_gap"), level=both("level.junior"))
    assert said == "gap between best and worst school, junior secondary"
    assert said.zh == "最好与最差学校的成绩差距，初中"
    assert both.said[str(said)] == said.zh


def test_a_text_of_both_languages_is_two_elements_and_escaped():
    assert Said("a < b", "甲").__html__() == '<span lang="en">a &lt; b</span><span lang="zh">甲</span>'
    assert Said("<b>", "<b>").__html__() == "&lt;b&gt;"


def test_names_that_no_font_shows_are_numbers_always_the_same():
    plain = Words("en", plain_names=True)
    assert [plain.name(name) for name in ("一中", "No. 2", "三中", "一中")] == ["#1", "No. 2", "#2", "#1"]
    assert Words("en").name("一中") == "一中"


def test_statuses_and_channels_are_those_of_the_model():
    assert set(assumptions.SHAKY) <= set(STATUSES)
    assert set(CHANNELS) < GROUPS["channel"]
    assert set(findings.NOTES.values()) <= texts().keys()
    assert set(run_pictures.HEADLINES) <= set(INDICATORS)


def test_wuhans_reasons_are_there_in_chinese():
    rows = read_yaml(config_root() / "targets" / "wuhan_edz.yaml")["targets"].values()
    assert [row["reason"] for row in rows if "reason" in row and not row.get("reason_zh")] == []

"""Shipped configurations: every number says where it is from, and what is quoted stands in the text."""

import re

import pytest
import yaml

from quotes import plain, quotes
from reforms import all_published
from sim.reform import Policy
from sim.userinput import config_root, find, read_yaml

POLICIES = sorted((config_root() / "policy").glob("*.yaml"))
HEADER = {"name", "title", "first_year", "last_year", "ends", "source", "sources", "ranges"}
WUHAN = "wuhan_edz_2021_2023"

PROMISED = {
    ("research.school_share", 2023): "WK10",
    ("research.teacher_share", 2023): "WK11",
    ("training.young_teacher_share", 2023): "WK08",
    ("training.ict_share", 2023): "WK17",
    ("digital.school_coverage", 2021): "WK13",
    ("digital.school_coverage", 2023): "WK15",
    ("digital.live_class_share", 2023): "WK16",
}
"""Settings that the text itself puts a number to: the row of targets.csv that has it."""
CARRIED = {
    "rotation.backbone_share": "WK28",
    "joint_teaching.coverage": "WK16",
    "digital.kind": "WK16",
    "digital.lesson_share": "WK14",
    "funding.zone_fund": "WK22",
    "funding.performance_share": "WK24",
    "funding.division": "WK23",
    "funding.bundled": "WK30",
    "funding.metric": "WK31",
}
"""Settings whose sentence is a row of targets.csv without their number."""
SENTENCES = {(key, row) for (key, _), row in PROMISED.items() if row != "WK16"} | set(CARRIED.items())
OTHER_SENTENCES = {
    "统筹学区所有成员学校的资源优势",
    "加大牵头学校引领辐射力度",
    "充分挖掘课堂教学，抓紧抓实课堂这个主阵地",
    "发挥学区主任在经费使用中的支配作用",
}
"""Quotes of document 000 from sentences that promise nothing, so that no target quotes them too."""


def settings_of(path):
    raw = read_yaml(path)
    return {f"{group}.{name}" for group, block in raw.items() if group not in HEADER for name in block}


def in_order(words, text):
    """Whether the Chinese characters of `words` come in `text`, in this order, others between them."""
    rest = iter(text)
    return all(sign in rest for sign in re.findall(r"[\u4e00-\u9fff]", words))


def policy_sources():
    return read_yaml(find("policy", WUHAN))["sources"]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
class TestPolicies:
    def test_every_setting_has_its_source_and_every_source_its_setting(self, path):
        sources = read_yaml(path).get("sources", {})
        assert sources.keys() == settings_of(path)

    def test_a_source_quotes_the_document_or_says_assumed(self, path):
        for key, source in read_yaml(path).get("sources", {}).items():
            assert quotes(source) or source.startswith("assumed"), key

    def test_it_loads_under_its_own_name_and_is_not_moved(self, path):
        policy = Policy.load(path.stem, baseline_year=read_yaml(path).get("first_year", 2021) - 1)
        assert policy.name == path.stem and policy.title and policy.notes == []


class TestTheWuhanPlan:
    def test_its_period_is_that_of_the_text(self):
        policy, row = Policy.load(WUHAN), all_published()["WK01"]
        assert (policy.first_year, policy.last_year) == (int(row["baseline_year"]), int(row["target_year"]))

    def test_quotes_are_cut_out_of_their_sources(self):
        assert quotes("assumed: “一“二”三……四” and “五”; six") == ["一“二”三", "四", "五"]

    def test_quotes_stand_in_the_sentences_that_the_targets_quote(self):
        rows = read_yaml(find("targets", "wuhan_edz"))["targets"].values()
        sentences = [plain(row["quote"]) for row in rows if row.get("quote")]
        missing = {
            quote
            for source in policy_sources().values()
            for quote in quotes(source)
            if not any(plain(quote) in sentence for sentence in sentences)
        }
        assert missing == OTHER_SENTENCES

    @pytest.mark.parametrize(("key", "row"), sorted(SENTENCES))
    def test_the_sentence_of_a_setting_is_that_of_its_target(self, key, row):
        words = all_published()[row]["indicator_zh"].partition("(")[0]
        assert in_order(words, "".join(quotes(policy_sources()[key])))

    @pytest.mark.parametrize(("key", "year"), PROMISED, ids=str)
    def test_numbers_of_the_text_are_reached_in_their_year(self, key, year):
        group, name = key.split(".")
        row = all_published()[PROMISED[key, year]]
        assert (row["unit"][0], int(row["target_year"])) == ("%", year)
        reached = getattr(Policy.load(WUHAN).lever(group, year), name)
        assert reached == pytest.approx(float(row["target_value"]) / 100)

    def test_half_of_all_lessons_use_digital_teaching_in_the_first_year(self):
        lever, row = Policy.load(WUHAN).lever("digital", 2021), all_published()["WK14"]
        assert 100 * lever.school_coverage * lever.lesson_share == pytest.approx(float(row["target_value"]), abs=3)

    def test_shares_that_are_reached_step_by_step_never_fall(self):
        policy = Policy.load(WUHAN)
        for group, name in (key.split(".") for key, _ in PROMISED):
            by_year = [getattr(policy.lever(group, year), name) for year in (2021, 2022, 2023, 2025)]
            assert by_year == sorted(by_year)


OF_THE_WORLD = ("district", "policy", "targets", "effects", "prices", "background", "standard")
"""Groups whose values say where they are from; the others say what to run, and where."""
WORLD = [path for group in OF_THE_WORLD for path in sorted((config_root() / group).glob("*.yaml"))]
IN_ITS_COMMENT = {"baseline_year", "first_year", "last_year"}
"""Years of the place and the plan, which the comments and the document at the head of the file explain."""


def without_source(raw, group):
    """Where values stand in a file's content that neither they nor a block round them has a source for."""
    if group == "policy":
        stated = {f"{lever}.{name}" for lever, block in raw.items() if lever not in HEADER for name in block}
        return [key for key in stated if not is_text(raw["sources"][key])]
    if group == "targets":
        return [id for id, row in raw["targets"].items() if not is_text(row["quote"])]
    found = []

    def walk(node, place):
        if isinstance(node, dict) and not is_text(node.get("source")):
            for key, value in node.items():
                walk(value, (*place, str(key)))
        elif isinstance(node, list):
            for i, value in enumerate(node):
                walk(value, (*place, str(i)))
        elif isinstance(node, int | float) and not isinstance(node, bool) and place[-1] not in IN_ITS_COMMENT:
            found.append(".".join(place))

    walk(raw, ())
    return found


def is_text(source):
    return isinstance(source, str) and bool(source.strip())


@pytest.mark.parametrize("path", WORLD, ids=lambda path: f"{path.parent.name}/{path.stem}")
class TestSources:
    def test_every_value_has_one(self, path):
        assert without_source(read_yaml(path), path.parent.name) == []

    def test_a_value_without_is_found(self, path):
        raw = read_yaml(path)
        holders = list(with_sources(raw, path.parent.name))
        if not holders:  # nothing of its own but words
            assert path.stem in ("none", "means", "frozen")
        for holder, key in holders:
            source = holder[key]
            for no_source in ("", " ", None):
                holder[key] = no_source
                assert without_source(raw, path.parent.name), (key, source)
            holder[key] = source


def with_sources(raw, group):
    """Each mapping of a file that has a source for some value, and the key of it."""
    if group == "policy":
        yield from ((raw["sources"], key) for key in raw.get("sources", {}))
    elif group == "targets":
        yield from ((row, "quote") for row in raw["targets"].values())
    elif isinstance(raw, dict):
        if "source" in raw and any(isinstance(value, int | float | dict) for value in raw.values()):
            yield raw, "source"
        for value in raw.values():
            yield from with_sources(value, group)
    elif isinstance(raw, list):
        for value in raw:
            yield from with_sources(value, group)


def test_every_file_opens_with_a_comment_that_says_what_it_is():
    for path in config_root().rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# ") and isinstance(yaml.safe_load(text), dict), path.name

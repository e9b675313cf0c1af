import pytest

import sim
from experiments import template
from sim.report.filled import said
from sim.report.words import Both, Words


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """Those of a shipped district, and of a folder that gives some of its figures."""
    folder = tmp_path_factory.mktemp("own") / "ours"
    template.run([str(folder)], [], "")
    scenarios = [sim.load("wuhan_edz", "none"), sim.load(str(folder), "none")]
    return [line for one in scenarios for line in (*one.filled, *one.given)]


def test_every_line_is_said_in_both_languages(lines):
    assert len(lines) > 12
    for line in lines:
        told = said(line, Both())
        assert told == line and told.zh != line and not set("{}") & set(told.zh)


@pytest.mark.parametrize(
    ("line", "chinese"),
    [
        ("sports areas of 3 of 12 schools, from urban_radius", "12 所学校中 3 个的体育运动场馆面积，来自 urban_radius"),
        ("of all 12 schools: classes, numbers of students", "全部 12 所学校：班级数、学生数"),
        ("one by one: 1,200 teachers of 3 of 12 schools", "逐一列出：12 所学校中 3 个的 1,200 名教师"),
        ("age of 7 of 90 listed students, from urban_radius", "90 名已列学生中 7 个的年龄，来自 urban_radius"),
        ("number of frogs of all 12 schools, from a pond", "number of frogs of all 12 schools, from a pond"),
        ("something else", "something else"),
    ],
)
def test_a_line_of_other_words_stays_as_it_is(line, chinese):
    assert said(line, Words("zh")) == chinese
    assert said(line, Words("en")) == line

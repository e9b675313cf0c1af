from io import BytesIO

import pytest

from sim.report import document
from sim.report.figures import figure
from sim.report.findings import judged
from sim.report.run_pictures import drawings
from sim.userinput import UserError

docx = pytest.importorskip("docx")


@pytest.fixture
def one_picture(monkeypatch):
    """Documents come quicker with one picture."""

    def first(content, words):
        found = drawings(content, words)
        return {place: pictures if place == "chances" else [] for place, pictures in found.items()}

    monkeypatch.setattr(document, "drawings", first)


def opened(run, language):
    return docx.Document(BytesIO(document.write(*run, language=language)))


@pytest.mark.parametrize(
    ("language", "title", "heading"),
    [
        ("en", "武汉经开区: 学区制建设 against 不改革", "The answer in short"),
        ("zh", "武汉经开区：学区制建设 与 不改革 的对比", "结论摘要"),
    ],
)
def test_a_document_holds_what_the_page_does(small_run, one_picture, language, title, heading):
    file = opened(small_run, language)
    texts = [paragraph.text for paragraph in file.paragraphs]
    assert texts[0] == title == file.core_properties.title
    assert [p.text for p in file.paragraphs if p.style.name == "Heading 1"][0] == heading
    assert len([p for p in file.paragraphs if p.style.name == "List Number"]) == 5
    assert "zonesim run district.students=6000" in texts
    board, costs, facts = file.tables
    due = judged(small_run[0].targets())
    assert len(board.rows) == len(due) + 1 and len(costs.rows) > 3
    cells = [cell.text for cell in board.rows[1].cells]
    row = due.iloc[0]
    assert (cells[5], cells[6]) == (f"{row['comparator']} {figure(row['target'])}", figure(row["mean"]))
    assert "abcdef012345" in [cell.text for cell in facts.columns[1].cells]


def test_a_picture_is_told_and_a_table_repeats_its_heads(small_run, one_picture):
    file = opened(small_run, "zh")
    (shape,) = file.inline_shapes
    assert shape._inline.docPr.get("descr").startswith("17 项目标在考核年份达成的概率")
    first, second = (row._tr.trPr for row in file.tables[0].rows[:2])
    assert first.xpath("w:tblHeader") and first.xpath("w:cantSplit") and second.xpath("w:cantSplit")
    assert file.sections[0].page_width.mm == pytest.approx(210, abs=1)


def test_without_the_extra_it_says_what_to_install(small_run, one_picture, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    with pytest.raises(UserError, match=r"pip install 'zonesim\[docx\]'"):
        document.write(*small_run)

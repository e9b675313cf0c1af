"""report.docx of a run: the same as its page, in one language, for offices that pass documents on."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import pandas as pd

from sim.report.figures import MILLION, figure, percent
from sim.report.fonts import words_for
from sim.report.pictures import Drawing
from sim.report.run_content import Content
from sim.report.run_pictures import drawings
from sim.report.words import Both, Said, Words, check_language
from sim.result import Result
from sim.userinput import UserError

A4 = (210, 297)
MARGIN, WIDEST, TALLEST = 20, 150, 220
"""Of the page, and sizes of a picture at most, mm."""
DPI = 150
TABLE_POINTS, TEXT_POINTS = 7, 10.5
FONT, CHINESE_FONT = "Arial", "Microsoft YaHei"
"""Word takes another where one is missing."""
SCOREBOARD = (
    *("id", "title_of_target", "measure", "level", "year", "goal", "policy", "interval"),
    *("counterfactual", "chance", "chance_without", "verdict"),
)


def write(result: Result, record: Mapping[str, Any], places: pd.DataFrame, language: str = "en") -> bytes:
    """The document of a run.

    Parameters
    ----------
    result, record, places
        As for `sim.report.page.write`.
    language : str
        `en` or `zh`; pictures are in English where no font shows Chinese.
    """
    check_language(language)
    both = Both()
    content = Content(result, record, places, both)
    return _Writer(content, content.parts(), both, language).written()


class _Writer:
    """Puts the content down, part after part."""

    def __init__(self, content: Content, parts: Mapping[str, Any], both: Both, language: str) -> None:
        self.content, self.parts, self.both, self.language = content, parts, both, language
        self.words, self.of_pictures = Words(language), words_for(language)
        self.file = _empty(language)

    def written(self) -> bytes:
        """The whole file."""
        parts, record = self.parts, self.content.record
        pictures = drawings(self.content, self.of_pictures)
        self.file.core_properties.title = self._said(parts["title"])
        self.file.add_heading(self._said(parts["title"]), 0)
        self._paragraph(parts["ran"])
        self._heading("section.answer")
        for sentence in parts["answer"]:
            self._paragraph(sentence, "List Number")
        self._paragraph(self.words("page.how_to_read"))
        self._heading("section.scoreboard")
        if parts["targets"]:
            self._draw(pictures["chances"])
            self._scoreboard()
        else:
            self._paragraph(self.words("page.no_targets"))
        self._draw(pictures["promises"])
        self._heading("section.course")
        self._draw([*pictures["course"], *pictures["channels"]])
        self._heading("section.schools")
        self._paragraph(self.words("page.schools_note", fewest=parts["fewest"]))
        self._draw(pictures["schools"])
        self._heading("section.costs")
        self._costs()
        self._draw(pictures["costs"])
        self._heading("section.assumed")
        self._assumed()
        self._heading("section.provenance")
        self._paragraph(self.words("page.command"))
        self._paragraph(record["command"], "Quote")
        self._table([], [[self._said(name), fact] for name, fact in parts["facts"]])
        self._paragraph(parts["tables"])
        content = BytesIO()
        self.file.save(content)
        return content.getvalue()

    def _said(self, text: str) -> str:
        """In the document's language."""
        return text.zh if isinstance(text, Said) and self.language == "zh" else str(text)

    def _heading(self, key: str) -> None:
        self.file.add_heading(self.words(key), 1)

    def _paragraph(self, text: str, style: str = "Normal") -> None:
        self.file.add_paragraph(self._said(text), style)

    def _draw(self, pictures: Iterable[Drawing]) -> None:
        """Pictures one below the other, each with what is seen, for those who cannot, and how it is read."""
        from docx.shared import Mm

        for drawing in pictures:
            canvas = drawing.picture.draw(*drawing.data, self.of_pictures).get_figure(root=True)
            assert canvas is not None
            image = BytesIO()
            canvas.savefig(image, format="png", dpi=DPI, bbox_inches="tight")
            shown = self.file.add_picture(image)
            smaller = min(1.0, Mm(WIDEST) / shown.width, Mm(TALLEST) / shown.height)
            shown.width, shown.height = int(shown.width * smaller), int(shown.height * smaller)
            alt = drawing.picture.alt_text(*drawing.data, self.words)
            shown._inline.docPr.set("descr", alt)
            self.file.paragraphs[-1].paragraph_format.keep_with_next = True
            self._paragraph(self.words(drawing.reading), "Caption")

    def _scoreboard(self) -> None:
        heads = [self.words(f"page.{name}") for name in SCOREBOARD]
        rows = []
        for row in self.parts["targets"]:
            unit = self.words("in_unit", what=self._said(row["measure"]), unit=self._said(row["unit"]))
            cells = [row["name"], row["title"], unit, self.words(f"level.{row['level']}"), str(int(row["year"]))]
            cells += [f"{row['comparator']} {figure(row['target'])}", figure(row["mean"])]
            cells += [f"{figure(row['p05'])} … {figure(row['p95'])}", figure(row["mean_counterfactual"])]
            cells += [percent(row["probability"]), percent(row["probability_counterfactual"])]
            rows.append([*cells, self._said(row["verdict"])])
        self._table(heads, rows)
        self._paragraph(self.words("page.targets_note"))

    def _costs(self) -> None:
        for row in self.parts["level_costs"]:
            named = {name: self._said(row[name]) for name in ("money", "ratio", "each")}
            level = self.words(f"level.{row['level']}")
            self._paragraph(self.words("findings.level_cost", level=level, **named), "List Bullet")
        costs = self.parts["lever_costs"]
        if costs["rows"]:
            self._paragraph(self.words("page.costs_caption"))
            heads = [self.words("page.lever"), *map(str, costs["years"]), self.words("page.total")]
            rows = [
                [self._said(row["lever"]), *(figure(yuan / MILLION) for yuan in (*row["yuan"], row["total"]))]
                for row in costs["rows"]
            ]
            self._table(heads, rows)

    def _assumed(self) -> None:
        for key in ("page.given", "page.filled"):
            if lines := self.parts[key.removeprefix("page.")]:
                self._paragraph(self.words(key))
                for line in lines:
                    self._paragraph(line, "List Bullet")
        self._paragraph(self.words("page.limits"))
        for limit in ("limits.effects", "limits.no_study", "limits.synthetic", "limits.officials"):
            self._paragraph(self.words(limit), "List Bullet")

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table whose heads come again on each page, and whose rows are not cut."""
        from docx.oxml import OxmlElement
        from docx.shared import Pt

        lines = [heads, *rows] if heads else rows
        table = self.file.add_table(len(lines), len(lines[0]), "Table Grid")
        for number, line in enumerate(lines):
            row = table.rows[number]
            about = row._tr.get_or_add_trPr()
            about.append(OxmlElement("w:cantSplit"))
            if heads and number == 0:
                about.append(OxmlElement("w:tblHeader"))
            for cell, text in zip(row.cells, line, strict=True):
                written = cell.paragraphs[0].add_run(text)
                written.font.size, written.font.bold = Pt(TABLE_POINTS), bool(heads) and number == 0
        self.file.add_paragraph()


def _empty(language: str) -> Any:
    """An A4 document in this language, with a font for Chinese."""
    try:
        from docx import Document
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt
    except ImportError:
        raise UserError("docx=true needs python-docx: pip install 'zonesim[docx]'") from None
    file = Document()
    for section in file.sections:
        section.page_width, section.page_height = (Mm(side) for side in A4)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    for name in ("Normal", "Title", "Heading 1", "Caption"):
        style = file.styles[name]
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in [each for each in fonts.attrib if each.endswith("Theme")]:
            del fonts.attrib[attribute]  # a theme's font would come before ours
        fonts.set(qn("w:eastAsia"), CHINESE_FONT)
    file.styles["Normal"].font.size = Pt(TEXT_POINTS)
    file.core_properties.language = {"en": "en-GB", "zh": "zh-CN"}[language]
    return file

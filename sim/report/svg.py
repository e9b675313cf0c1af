"""A picture as SVG inside a page: texts stay texts, in both languages, and the page's fonts and language apply."""

import re
from collections.abc import Mapping
from html import escape, unescape
from io import StringIO

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.report.words import Said

TEXT = re.compile(r"(<text\b[^>]*>)([^<]*)(</text>)")
FAMILY = re.compile(r"font-family: [^;\"]*;? ?")
SIZE = re.compile(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>')


def inline(figure: Figure, name: str, said: Mapping[str, str]) -> str:
    """SVG of a figure without a header, to stand in HTML.

    Parameters
    ----------
    name : str
        Unique in the page: all ids begin with it.
    said : mapping
        Chinese text of each English one (`sim.report.words.Both.said`); others are shown as they are in both languages.
    """
    file = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", text)
    text = SIZE.sub(rf'<svg viewBox="\1" role="img" aria-labelledby="{name}-alt" focusable="false">', text, count=1)
    text = FAMILY.sub("", text)
    return TEXT.sub(lambda found: found[1] + _in_both(unescape(found[2]), said) + found[3], text)


def _in_both(text: str, said: Mapping[str, str]) -> str:
    zh = said.get(text, text)
    if zh == text:
        return escape(text)
    return Said(text, zh).__html__().replace("<span", "<tspan").replace("</span", "</tspan")

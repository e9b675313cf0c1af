"""Pictures as SVG: texts stay texts, and who cannot see them finds what is seen in words.

Inside a page texts are there in both languages, and the page's fonts and language apply.
"""

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
    text = _saved(figure, name)
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", text)
    text = SIZE.sub(rf'<svg viewBox="\1" role="img" aria-labelledby="{name}-alt" focusable="false">', text, count=1)
    text = FAMILY.sub("", text)
    return TEXT.sub(lambda found: found[1] + _in_both(unescape(found[2]), said) + found[3], text)


def whole(figure: Figure, title: str, alt: str) -> str:
    """SVG of a figure as a file of its own.

    Parameters
    ----------
    title : str
        What the picture is about, which browsers show and screen readers say first.
    alt : str
        What is seen, for those who cannot see it.
    """
    told = f'<title id="title">{escape(title)}</title>\n<desc id="alt">{escape(alt)}</desc>'
    head, opening, rest = re.split(r"(<svg [^>]*>)", _saved(figure, "zonesim"), maxsplit=1)
    labelled = opening.replace("<svg ", '<svg role="img" aria-labelledby="title alt" ')
    return f"{head}{labelled}\n{told}{rest}"


def _saved(figure: Figure, salt: str) -> str:
    """The figure as SVG, the same bytes each time."""
    file = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return re.sub(r"<metadata>.*?</metadata>", "", file.getvalue(), flags=re.DOTALL)


def _in_both(text: str, said: Mapping[str, str]) -> str:
    zh = said.get(text, text)
    if zh == text:
        return escape(text)
    return Said(text, zh).__html__().replace("<span", "<tspan").replace("</span", "</tspan")

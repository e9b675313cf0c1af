"""Pages: a template filled in both languages, in one file that needs nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.report import assumptions, filled, svg
from sim.report.figures import figure, percent
from sim.report.pictures import Drawing
from sim.report.words import Both, Said, check_language

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Inline:
    """A drawn picture: SVG in both languages, what is seen, and how to read it."""

    id: str
    svg: Markup
    alt: str
    reading: Said


def inline(drawing: Drawing, words: Both) -> Inline:
    """A picture for a page; its id is the beginning of all ids in it."""
    figure = drawing.picture.draw(*drawing.data, words).get_figure(root=True)
    assert figure is not None
    text = Markup(svg.inline(figure, drawing.id, words.said))
    return Inline(drawing.id, text, drawing.picture.alt_text(*drawing.data, words), words(drawing.reading))


def page(template: str, words: Both, language: str, parts: Mapping[str, Any]) -> str:
    """A page from its template.

    Parameters
    ----------
    language : str
        In which it opens; the other one is a click away.
    parts : mapping
        What is filled in, by the names that the template uses.
    """
    check_language(language)
    style, script = (Markup((TEMPLATES / name).read_text(encoding="utf-8")) for name in ("page.css", "page.js"))
    return (
        _environment()
        .get_template(template)
        .render(t=words, figure=figure, percent=percent, language=language, style=style, script=script, **parts)
    )


def assumed(record: Mapping[str, Any], words: Both) -> dict[str, Any]:
    """What a page says of all that is given, filled in and assumed, for its parts."""
    resolved = record["resolved"]
    return {
        "given": [filled.said(line, words) for line in record.get("given", ())],
        "filled": [filled.said(line, words) for line in (*record["filled"], *record.get("notes", ()))],
        "assumed": assumptions.margins(resolved),
        "effects_fixed": assumptions.fixed(resolved),
        "shaky": assumptions.shakiest(resolved),
    }


def facts(record: Mapping[str, Any], names: Iterable[str], words: Both) -> list[tuple[Said, str]]:
    """Where a page comes from: some of what its record says, then machine and versions."""
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    said = [(words(f"fact.{name}"), str(record[name])) for name in names]
    return [*said, (words("page.machine"), record["machine"]["system"]), (words("page.versions"), versions)]


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["english"] = lambda said: str.__str__(said)  # without its markup, for attributes
    return environment

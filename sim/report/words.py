"""What pictures and report say, in English and Chinese, from one catalogue (`texts.yaml`).

A text is asked for by its key and filled with values; no sentence stands in code.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Protocol

from sim.userinput import no_such, read_yaml

LANGUAGES = ("en", "zh")
CATALOGUE = Path(__file__).parent / "texts.yaml"


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text by key and language."""
    return {key: text for group in read_yaml(CATALOGUE).values() for key, text in group.items()}


def check_language(language: object) -> str:
    """The language, or a `UserError` that names the known ones."""
    if language not in LANGUAGES:
        raise no_such(f"language={language}", "language", language, LANGUAGES)
    return str(language)


class Speaker(Protocol):
    """Says texts of the catalogue: `words("level.junior")`."""

    def __call__(self, key: str, /, **values: object) -> str:
        """The text, filled with values."""

    def label(self, group: str, name: str) -> str:
        """The text of one of a group, such as a lever; its plain name where the catalogue does not know it."""

    def sentences(self, parts: Iterable[str]) -> str:
        """Parts as sentences, one after the other."""

    def name(self, name: str) -> str:
        """The name of a place, as it can be shown."""


class Words:
    """Texts of one language.

    Parameters
    ----------
    language : str
        `en` or `zh`.
    plain_names : bool
        Whether no font shows Chinese here: a name that would print as boxes is replaced by a number, always the same.

    Raises
    ------
    UserError
        For another language.
    """

    def __init__(self, language: str = "en", plain_names: bool = False) -> None:
        self.language = check_language(language)
        self._plain_names = plain_names
        self._numbers: dict[str, int] = {}

    def __call__(self, key: str, /, **values: object) -> str:
        return texts()[key][self.language].format(**values)

    def label(self, group: str, name: str) -> str:
        return self(f"{group}.{name}") if f"{group}.{name}" in texts() else name

    def sentences(self, parts: Iterable[str]) -> str:
        return "".join(self("sentence", text=part) for part in parts).strip()

    def name(self, name: str) -> str:
        if not self._plain_names or name.isascii():
            return name
        return f"#{self._numbers.setdefault(name, len(self._numbers) + 1)}"


class Said(str):
    """A text in both languages: the English one, with the Chinese one beside it.

    A template that escapes HTML shows it as two elements, one for each language, with what they hold escaped.
    """

    zh: str

    def __new__(cls, en: str, zh: str) -> "Said":
        said = super().__new__(cls, en)
        said.zh = zh
        return said

    def __reduce__(self) -> tuple[type["Said"], tuple[str, str]]:
        return Said, (str(self), self.zh)

    def __html__(self) -> str:
        en, zh = escape(str(self)), escape(self.zh)
        return en if en == zh else f'<span lang="en">{en}</span><span lang="zh">{zh}</span>'


class Both:
    """Texts of both languages at once, for a page in which a reader chooses.

    `said` keeps the Chinese text of every English one, for pictures, which turn texts into plain strings.
    """

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    def __call__(self, key: str, /, **values: object) -> Said:
        en, zh = (texts()[key][language] for language in LANGUAGES)
        in_chinese = {name: getattr(value, "zh", value) for name, value in values.items()}
        text = Said(en.format(**values), zh.format(**in_chinese))
        self.said[str(text)] = text.zh
        return text

    def label(self, group: str, name: str) -> str:
        return self(f"{group}.{name}") if f"{group}.{name}" in texts() else name

    def sentences(self, parts: Iterable[str]) -> Said:
        said = [self("sentence", text=part) for part in parts]
        return Said("".join(said).strip(), "".join(part.zh for part in said).strip())

    def listed(self, parts: Iterable[Said]) -> Said:
        """Parts of one sentence, one after the other."""
        said, between = list(parts), self("and_then")
        return Said(str(between).join(said), between.zh.join(part.zh for part in said))

    def name(self, name: str) -> str:
        return name

"""What a run says of given and filled-in data, in the words of a reader: its lines are of fixed phrases and counts."""

import re

from sim.report.words import Speaker, texts

PART = r"(?:all (?P<all>[\d,]+)|(?P<some>[\d,]+) of (?P<of>[\d,]+)) (?P<unit>schools|listed teachers|listed students)"
LINES = {
    "filled.one_by_one": re.compile(rf"(?P<what>.+?) of {PART}, one by one, from (?P<source>.+)"),
    "filled.from": re.compile(rf"(?P<what>.+?) of {PART}, from (?P<source>.+)"),
    "filled.listed": re.compile(rf"one by one: (?P<count>[\d,]+) (?P<what>\w+) of {PART}"),
    "filled.given": re.compile(rf"of {PART}: (?P<what>.+)"),
}
"""How lines of `sim.district.filled` are made, by the texts that say them."""


def said(line: str, words: Speaker) -> str:
    """A line of `filled` or `given` of `run.json`; as it stands where it is of other words."""
    if f"phrase.{line}" in texts():
        return words(f"phrase.{line}")
    for key, pattern in LINES.items():
        if found := pattern.fullmatch(line):
            return _filled(key, found.groupdict(), words) or line
    return line


def _filled(key: str, found: dict[str, str | None], words: Speaker) -> str:
    """The text with its parts in other words; nothing where one of them is not known."""
    parts = {name: found[name] for name in ("what", "source") if found.get(name)}
    phrases = {name: (text or "").split(", ") if name == "what" else [text] for name, text in parts.items()}
    if any(f"phrase.{phrase}" not in texts() for group in phrases.values() for phrase in group):
        return ""
    values: dict[str, object] = {}
    for name, group in phrases.items():
        first, *others = (words(f"phrase.{phrase}") for phrase in group)
        for other in others:
            first = words("filled.also", text=first, more=other)
        values[name] = first
    values["part"] = _part(found, words)
    if found.get("count"):
        values["count"] = found["count"]
    return words(key, **values)


def _part(found: dict[str, str | None], words: Speaker) -> str:
    unit = words(f"phrase.{found['unit']}")
    if found["all"]:
        return words("filled.all", count=found["all"], unit=unit)
    return words("filled.some", count=found["some"], of=found["of"], unit=unit)

"""What settings and outcomes are called where a reader sees them, and in which unit."""

from typing import NamedTuple

from sim.analysis.cost_effect import MONEY
from sim.analysis.outcomes import COST, Outcome
from sim.indicators.catalogue import INDICATORS
from sim.report.figures import MILLION
from sim.report.words import Speaker
from sim.userinput import UserError

SHARE = "share"
"""Unit of how often a promise is kept."""


KINDS = {"policy": "setting", "effects": "effect", "district": "margin"}
"""Groups of the catalogue by what settings are below."""
OF_THE_WHOLE = ("world", "group", "effect")
"""Groups that name what is below nothing: of a world, of several settings, of effects that are drawn together."""


class Measure(NamedTuple):
    """A figure's name with its unit, and by how much it is divided to be in that unit."""

    name: str
    scale: float = 1.0


def setting(key: str, words: Speaker) -> str:
    """Of what is varied, as one types it, such as `policy.rotation.rate` or `effects.kappa`; the key if it has none."""
    below, dot, name = key.partition(".")
    kind = KINDS.get(below) if dot else None
    if kind is not None:
        label = words.label(kind, name)
        return key if label == name else label
    for group in OF_THE_WHOLE:
        if (label := words.label(group, key)) != key:
            return label
    return key


def outcome(text: str, words: Speaker) -> Measure:
    """Of an outcome, or an objective over draws of it, such as `change.score_gap.primary, worst tenth`.

    Money of the district is told in millions. A name that is no outcome, as of a function of one's own, stays as it is.
    """
    word, _, over = text.partition(", ")
    try:
        one = Outcome.read(word)
    except UserError:
        return Measure(text)
    if one.target:
        said, unit, scale = words("outcome.met", id=one.target), words(f"unit.{SHARE}"), 1.0
    else:
        unit, scale = unit_of(one.indicator, words)
        said = words("outcome.cost") if word == COST else _indicator(one, words)
    if over:
        said = words("qualified", text=said, more=words(f"outcome.{over}"))
    return Measure(words("in_unit", what=said, unit=unit), scale)


def unit_of(indicator: str, words: Speaker) -> tuple[str, float]:
    """The unit in which an indicator is shown, and its size in the indicator's own."""
    if indicator in MONEY:
        return words("million_yuan"), MILLION
    return words(f"unit.{INDICATORS[indicator].unit}"), 1.0


def _indicator(one: Outcome, words: Speaker) -> str:
    said = words("measure_of_level", measure=words(f"indicator.{one.indicator}"), level=words(f"level.{one.level}"))
    if one.year is not None:
        said = words("qualified", text=said, more=one.year)
    return words("outcome.change", measure=said) if one.change else said

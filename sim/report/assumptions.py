"""What of a run is assumed: margins of the district, and the effects that are least known."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.config import EffectTable
from sim.userinput import UserError

ASSUMED = "assumed"
SHAKY = ("assumed", "unverified")
MOST = 12
"""Effects that are listed."""


class Margin(NamedTuple):
    """A margin of the district that no source gives."""

    name: str
    value: object
    source: str


class Shaky(NamedTuple):
    """An effect that is drawn from a wide range."""

    key: str
    value: float
    low: float
    high: float
    width: float
    status: str


def margins(resolved: Mapping[str, Any]) -> list[Margin]:
    """Margins whose source begins with `assumed`, in the order of the district's file."""
    district = resolved["district"]
    sources: Mapping[str, str] = district.get("sources", {})
    return [Margin(name, district.get(name), source) for name, source in sources.items() if source.startswith(ASSUMED)]


def fixed(resolved: Mapping[str, Any]) -> tuple[int, int]:
    """How many effects have one value only, and how many there are."""
    rows = _coefficients(resolved)
    return sum(row["low"] == row["high"] for row in rows.values()), len(rows)


def shakiest(resolved: Mapping[str, Any]) -> list[Shaky]:
    """Effects with the widest ranges for their size, among those that are assumed or unverified.

    The status of an effect comes from the installed table of the same name; of a table of the user's own, which is not
    found again, all effects are taken.
    """
    try:
        table = EffectTable.load(resolved["effects"]["name"]).coefficients if _coefficients(resolved) else {}
    except UserError:
        table = {}
    found = []
    for key, row in _coefficients(resolved).items():
        told = table.get(key)
        status = told.status if told else ""
        size = max(abs(row["value"]), abs(row["low"]), abs(row["high"]))
        if row["high"] > row["low"] and (not told or status in SHAKY):
            width = (row["high"] - row["low"]) / size
            found.append(Shaky(key, row["value"], row["low"], row["high"], width, status))
    return sorted(found, key=lambda one: -one.width)[:MOST]


def _coefficients(resolved: Mapping[str, Any]) -> Mapping[str, Any]:
    effects = resolved.get("effects")
    rows: Mapping[str, Any] = effects.get("coefficients", {}) if isinstance(effects, Mapping) else {}
    return rows

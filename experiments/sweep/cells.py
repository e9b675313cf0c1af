"""What cells set: as one text that tells them apart, in few words, and as columns of a table."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from experiments.sweep.designs import Cell

SHOWN = 3
"""Settings of a cell that a message names."""
_UNSET = object()


def frozen(settings: Any) -> str:
    """Settings, or the value of one, as one text; the same for the same settings."""
    return json.dumps(_canonical(settings), sort_keys=True, ensure_ascii=False)


def thawed(text: str) -> dict[str, Any]:
    """The settings that were `frozen`; years are numbers again."""

    def pairs(items: list[tuple[str, Any]]) -> dict[Any, Any]:
        return {int(key) if key.isdigit() else key: value for key, value in items}

    settings: dict[str, Any] = json.loads(text, object_pairs_hook=pairs)
    return settings


def described(settings: Mapping[str, Any], axes: Sequence[str]) -> str:
    """What sets a cell apart, in few words."""
    words = [f"{axis}={typed(settings[axis])}" for axis in axes if axis in settings]
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more


def typed(value: Any) -> str:
    """A value as it is typed."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {typed(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(typed, value))}]"
    return str(value)


def varied(cells: Sequence[Cell]) -> list[str]:
    """Settings that differ between cells."""
    keys = sorted({key for cell in cells for key in cell})
    first = cells[0]
    return [key for key in keys if any(cell.get(key, _UNSET) != first.get(key, _UNSET) for cell in cells)]


def column(values: Sequence[Any]) -> "pd.Series[Any]":
    """Numbers as numbers, anything else as it is typed."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values if value is not None):
        whole = all(isinstance(value, int) for value in values)
        return pd.Series(values, dtype="int64" if whole else "float64")
    texts = [None if value is None else typed(value) for value in values]
    return pd.Series(texts, dtype="string")


def _canonical(value: Any) -> Any:
    """The value in which 1.0 is 1, for a range and a list of the same numbers are the same axis."""
    if isinstance(value, Mapping):
        return {key: _canonical(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value

"""Rows of a table as plain objects, which a twin may do with as it likes, and what sets the two apart."""

from types import SimpleNamespace

import numpy as np


def plain(table):
    """An object for each row, with an attribute for each column."""
    columns = [array.tolist() for array in table.arrays.values()]
    return [SimpleNamespace(**dict(zip(table.arrays, row, strict=True))) for row in zip(*columns, strict=True)]


def differences(table, objects):
    """Columns in which a table and objects in the same order differ; floats by more than 1e-9."""
    if len(table) != len(objects):
        return [f"{len(table)} rows against {len(objects)}"]
    return [name for name, array in table.arrays.items() if not _same(array, [getattr(o, name) for o in objects])]


def _same(array, values):
    if array.dtype.kind == "f":
        return np.allclose(array, values, rtol=0, atol=1e-9)
    return array.tolist() == values

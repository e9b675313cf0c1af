"""Roots of functions of one number, by Brent's method (Brent 1973, Algorithms for Minimization without Derivatives).

`scipy.optimize.brentq` finds the same ones, to the bit, but takes as long to import as a worker takes for all else.
"""

from collections.abc import Callable

import numpy as np

FINEST = 4.0 * float(np.finfo(np.float64).eps)
"""How exactly a root is told at best, as a share of it."""
STEPS = 100


def root(function: Callable[[float], float], low: float, high: float, xtol: float) -> float:
    """Where the function is 0 between two numbers at which it has different signs, to `xtol` or as floats allow.

    Each step goes where the straight line or the inverse parabola through the last values is 0, or to the middle of
    the interval, where that shrinks too slowly.
    """
    before, here = low, high
    f_before, f_here = function(before), function(here)
    if f_before == 0.0:
        return before
    if f_here == 0.0:
        return here
    if (f_before < 0.0) == (f_here < 0.0):
        raise ValueError(f"the function has the same sign at {low} and at {high}")
    other, f_other, last_step, step = before, f_before, here - before, here - before
    for _ in range(STEPS):
        if (f_before < 0.0) != (f_here < 0.0):
            other, f_other = before, f_before
            last_step = step = here - before
        if abs(f_other) < abs(f_here):
            before, here, other = here, other, here
            f_before, f_here, f_other = f_here, f_other, f_here
        close = (xtol + FINEST * abs(here)) / 2.0
        half = (other - here) / 2.0
        if f_here == 0.0 or abs(half) < close:
            return here
        tried = np.inf
        if abs(last_step) > close and abs(f_here) < abs(f_before):
            if before == other:
                tried = -f_here * (here - before) / (f_here - f_before)
            else:
                slope, other_slope = (f_before - f_here) / (before - here), (f_other - f_here) / (other - here)
                curved = f_other * other_slope - f_before * slope
                tried = -f_here * curved / (other_slope * slope * (f_other - f_before))
        if 2.0 * abs(tried) < min(abs(last_step), 3.0 * abs(half) - close):
            last_step, step = step, tried
        else:
            last_step = step = half
        before, f_before = here, f_here
        here += step if abs(step) > close else (close if half > 0.0 else -close)
        f_here = function(here)
    raise ArithmeticError(f"no root was found between {low} and {high} in {STEPS} steps")

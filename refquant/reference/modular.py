"""Products modulo a number, by what fits a lane."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refquant.reference.bits import Lane

U = np.uint64
Modular = Callable[[Lane, Lane, Lane], Lane]  #: of two numbers below a modulus, and that


def short_product(x: Lane, y: Lane, modulus: Lane) -> Lane:
    """Return x * y % modulus for one of 32 digits at most."""
    product: Lane = x * y % modulus
    return product


def long_product(x: Lane, y: Lane, modulus: Lane) -> Lane:
    """Return x * y % modulus for one of 53 digits at most, by ten digits of y after the other.

    A rest times 2**10, and x times ten digits, are both below 2**63.
    """
    rest = np.zeros_like(x)
    for i in range(50, -10, -10):
        rest = ((rest << U(10)) + x * ((y >> U(i)) & U(1023))) % modulus
    return rest

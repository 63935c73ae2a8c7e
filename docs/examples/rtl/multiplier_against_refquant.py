"""A cocotb test: every pair of operands through the multiplier, each product compared with refquant, byte by byte."""

import math

import cocotb
import numpy as np
from cocotb.triggers import Timer

import refquant as rq

FORMAT = "float8_e4m3fn"
CODES = 256
SHOWN = 5
VALUES = rq.decode(np.arange(CODES, dtype=np.uint8), FORMAT, dtype=object)  # Fractions; NaN and -0 are Python floats


def exact_product(x, y):
    """Return x * y, as a Fraction where it is a number that is not zero."""
    if math.isnan(x) or math.isnan(y):
        return math.nan
    return x * y if x and y else math.copysign(0.0, math.copysign(1, x) * math.copysign(1, y))


def expected_products():
    """Return the right code of every pair: the exact product, encoded once by refquant."""
    products = np.array([exact_product(x, y) for x in VALUES for y in VALUES], object)
    return rq.encode(products, FORMAT).reshape(CODES, CODES)


async def delivered_products(dut):
    """Return the bits that the multiplier gives for every pair, as text: 8 characters of 0, 1, X and Z."""
    bits = []
    for pair in range(CODES * CODES):
        dut.a.value, dut.b.value = divmod(pair, CODES)
        await Timer(1, "ns")
        bits.append(str(dut.product.value))
    return bits


def shown(code):
    """Return a code with its value, which a float holds exactly."""
    return f"{code:#04x} ({float(VALUES[code])!r})"


def line_of(pair, bits, right):
    """Return one wrong product as a line of the report."""
    a, b = divmod(pair, CODES)
    got = shown(int(bits, 2)) if set(bits) <= {"0", "1"} else f"0b{bits}"
    exact = float(exact_product(VALUES[a], VALUES[b]))
    return f"  {shown(a)} x {shown(b)} = {exact!r}: got {got}, expected {shown(right)}"


@cocotb.test()
async def every_product_is_rounded_once(dut):
    """The code of each product is that of the exact product; NaN and the sign of zero are compared by byte."""
    expected = expected_products().reshape(-1).tolist()
    delivered = await delivered_products(dut)
    wrong = [pair for pair, (bits, code) in enumerate(zip(delivered, expected, strict=True)) if bits != f"{code:08b}"]
    report = [line_of(pair, delivered[pair], expected[pair]) for pair in wrong[:SHOWN]]
    if wrong:
        raise AssertionError("\n".join([f"{len(wrong):,} of {len(expected):,} products are wrong; the first {len(report)}:", *report]))
    cocotb.log.info("%s products, all as refquant has them", f"{len(expected):,}")

"""The figures, drawn from what refquant computes."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

import refquant as rq

GRIDS = ("float8_e8m0fnu", "float8_e5m2", "float8_e4m3fn", "float6_e3m2fn", "float6_e2m3fn", "float4_e2m1fn", "int8", "mxint8")
BLUE, ORANGE, RED = "#1f5fa8", "#d1661c", "#b3261e"
STYLE = {"svg.hashsalt": "refquant", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False}


def value_grids() -> plt.Figure:
    """Every positive value of several formats on one logarithmic axis."""
    figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
    for row, name in enumerate(reversed(GRIDS)):
        f = rq.get_format(name)
        values = [float(f.magnitude(i)) for i in range(1, f.grid.max_positive + 1)]
        small = [v for v in values if v < f.min_normal]
        axes.vlines([v for v in values if v >= f.min_normal], row - 0.32, row + 0.32, color=BLUE, linewidth=0.7)
        axes.vlines(small, row - 0.32, row + 0.32, color=ORANGE, linewidth=0.7)
    axes.set_yticks(range(len(GRIDS)), list(reversed(GRIDS)))
    axes.set_xscale("log", base=2)
    axes.set_xlim(2.0**-20, 2.0**18)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("positive values (orange: subnormal)")
    return figure


def double_rounding() -> plt.Figure:
    """A number just above a tie, rounded once, and through float32."""
    f = rq.get_format("float8_e4m3fn")
    x = 1 + 2.0**-4 + 2.0**-30
    once = rq.round(x, f)
    twice = rq.round(x, f, dialect=rq.get_dialect("default").replace(via="float32"))
    assert (once, twice) == (1.125, 1.0)
    figure, axes = plt.subplots(figsize=(7.6, 2.7), layout="constrained")
    axes.hlines(0, 0.985, 1.14, color="black", linewidth=1)
    for value, label in ((1.0, "1\n0x38, even"), (1.125, "1.125\n0x39, odd")):
        axes.plot(value, 0, "o", color=BLUE, markersize=9)
        axes.annotate(label, (value, 0), (0, -14), textcoords="offset points", ha="center", va="top")
    place = 1.0715  # drawn apart from the tie, so that both can be seen
    axes.vlines(1.0625, -0.1, 0.1, color="grey")
    axes.vlines(place, -0.1, 0.1, color=ORANGE, linewidth=2)
    axes.annotate("the tie\n1 + 2⁻⁴", (1.0625, 0), (-4, -14), textcoords="offset points", ha="right", va="top", color="grey")
    axes.annotate("x = 1 + 2⁻⁴ + 2⁻³⁰\n(not to scale)", (place, 0), (-4, -14), textcoords="offset points", ha="left", va="top", color=ORANGE)
    _arrow(axes, place, 1.125, BLUE)
    _arrow(axes, place, 1.0625, RED)
    _arrow(axes, 1.0625, 1.0, RED)
    axes.text(1.1, 0.52, "once: x is above the tie,\nso up", color=BLUE, ha="center", va="bottom")
    axes.text(1.03, 0.52, "through float32: x becomes the tie,\nand the tie goes to even, so down", color=RED, ha="center", va="bottom")
    axes.set_ylim(-0.6, 1.0)
    axes.set_xlim(0.98, 1.145)
    axes.axis("off")
    return figure


def _arrow(axes: plt.Axes, start: float, end: float, colour: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "connectionstyle": f"arc3,rad={0.35 if end < start else -0.35}"}
    axes.annotate("", (end, 0.06), (start, 0.06), arrowprops=style)


def stochastic() -> plt.Figure:
    """The share of all random integers that step up, counted, for each v and mode."""
    n = 2
    v = np.arange(0, 257) / 256
    x = 1 + v / 8  # between the codes 0x38 and 0x39 of float8_e4m3fn
    figure, axes = plt.subplots(1, 3, figsize=(8, 2.7), sharey=True, layout="constrained")
    for panel, letter in zip(axes, "abc", strict=True):
        share = np.zeros(v.size)
        for r in range(1 << n):
            bits = rq.RandomBits(np.full(v.size, r, np.uint8), n)
            share += (rq.encode(x, "float8_e4m3fn", rounding=f"stochastic_{letter}", random=bits) == 0x39) | (v == 1)
        panel.plot([0, 1], [0, 1], color="lightgrey")
        panel.step(v, share / (1 << n), where="post", color=BLUE)
        panel.set_title(f"stochastic_{letter}, N = {n}", fontsize=10)
        panel.set_xlabel("v, the discarded fraction")
    axes[0].set_ylabel("probability of a step up")
    return figure


def write_all(folder: Path) -> None:
    """Write every figure as SVG."""
    with mpl.rc_context(STYLE):
        for draw in (value_grids, double_rounding, stochastic):
            figure = draw()
            figure.savefig(folder / f"{draw.__name__}.svg", metadata={"Date": None})
            plt.close(figure)

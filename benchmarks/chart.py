"""A bar chart of the casts for the docs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.casts import LIMIT, PEERS
from benchmarks.casts import ONE as OURS

COLOURS = {OURS: "#1f6f8b", "torch": "#e07a5f", "ml_dtypes": "#81b29a", "numpy": "#f2cc8f", "gfloat": "#8d99ae"}


def draw(rows: list[dict[str, Any]], size: int, path: Path, where: str) -> None:
    """Write a PNG: million elements per second of each contender, one group of bars per case that has a peer, a line at the limit."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    shown = [row for row in rows if any(row[name] for name in PEERS if name != "gfloat")]  # one row of gfloat says it for all
    figure, axes = plt.subplots(figsize=(10, 0.75 + 0.62 * len(shown)), layout="constrained")
    height = 0.8 / (1 + len(PEERS))
    for k, name in enumerate((OURS, *PEERS)):
        places = [(i + (k - 2) * height, size / row["seconds"][name] / 1e6, name in row["differs"]) for i, row in enumerate(shown) if name in row["seconds"]]
        axes.barh([p for p, _, _ in places], [v for _, v, _ in places], height, color=COLOURS[name], label=name)
        for place, value, differs in places:
            axes.annotate(f"{value:,.0f}{' ≠' if differs else ''}", (value, place), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7)
    for i, row in enumerate(shown):
        axes.plot([size / row["seconds"][LIMIT] / 1e6] * 2, [i - 0.42, i + 0.42], color="#333333", lw=1.2, label="limit: the copy" if not i else None)
    axes.set_yticks(range(len(shown)), [row["case"] for row in shown])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("million elements per second, one thread (logarithmic); ≠: does something else, see benchmarks/README.md")
    axes.set_title(f"{size >> 20} Mi elements; {where}", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncol=6, frameon=False, fontsize=8)
    figure.savefig(path, dpi=120)
    plt.close(figure)

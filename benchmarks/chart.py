"""A bar chart of the casts for the docs."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from benchmarks.casts import LIMIT, PEERS, TWO
from benchmarks.casts import ONE as OURS

COLOURS = {OURS: "#1f6f8b", TWO: "#8fbfd0", "torch": "#e07a5f", "ml_dtypes": "#81b29a", "numpy": "#e9b949", "gfloat": "#8d99ae"}
GAP = 0.9  # bars between two cases
WORDS = "million elements per second, one thread where nothing else is said; ≠: does something else, see benchmarks/README.md"


def draw(rows: list[dict[str, Any]], size: int, path: Path, where: str) -> None:
    """Write a PNG: million elements per second of each contender, one group of bars per case, a line at the limit."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    places, ticks, place = [], [], 0.0
    for row in (row for row in rows if _shown(row)):
        names = [name for name in COLOURS if name in row["seconds"]]
        ticks.append((place + (len(names) - 1) / 2, row["case"]))
        places += [(place + k, name, row) for k, name in enumerate(names)]
        place += len(names) + GAP
    figure, axes = plt.subplots(figsize=(10, 0.6 + 0.155 * place), layout="constrained")
    for name, colour in COLOURS.items():
        of = [(p, size / row["seconds"][name] / 1e6, name in row["differs"]) for p, n, row in places if n == name]
        axes.barh([p for p, _, _ in of], [v for _, v, _ in of], 0.92, color=colour, label=name)
        for p, value, differs in of:
            text = f"{value:,.0f}{' ≠' if differs else ''}"
            axes.annotate(text, (value, p), xytext=(3, 0), textcoords="offset points", va="center", fontsize=6.5, bbox=_BEHIND)
    _limits(axes, places, size)
    axes.set_yticks([p for p, _ in ticks], [name for _, name in ticks], fontsize=8)
    axes.invert_yaxis()
    axes.margins(y=0.01)
    axes.set_xlabel(WORDS, fontsize=8)
    axes.set_title(textwrap.fill(f"{size >> 20} Mi elements; {where}", 110), fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncol=7, frameon=False, fontsize=8)
    figure.savefig(path, dpi=120)
    plt.close(figure)


_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
_ALONE = ("6 digits", "binary8p3se", "stochastic")  # cases that no compiled peer has, and that are worth a look


def _shown(row: dict[str, Any]) -> bool:
    return any(row[name] for name in PEERS if name != "gfloat") or any(word in row["case"] for word in _ALONE)


def _limits(axes: Any, places: list[tuple[float, str, dict[str, Any]]], size: int) -> None:
    for k, case in enumerate(dict.fromkeys(row["case"] for _, _, row in places)):
        own = [p for p, _, row in places if row["case"] == case]
        limit = next(row["seconds"][LIMIT] for _, _, row in places if row["case"] == case)
        label = "limit: the copy" if not k else None
        axes.plot([size / limit / 1e6] * 2, [min(own) - 0.6, max(own) + 0.6], color="#333333", lw=1.3, label=label, zorder=0.5)

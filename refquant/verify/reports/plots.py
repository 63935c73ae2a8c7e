"""The plots of the page, by matplotlib, as inline SVG: no script, no font, no link, the same bytes for the same numbers."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from refquant.errors import PackageMissingError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK = "#010203"  #: stands for the colour of the text around, whatever that is
_COLOURS = {
    "nan": "#8a6fd1", "inf": "#b05fb0", "signed zero": "#7f7f7f", "double rounding": "#c2571a", "overflow": "#d1495b", "tie": "#2f7ed8",
    "subnormal": "#1d8a6b", "other": "#8c7416",
}  # fmt: skip
_WIDTH = 7.2  #: inches, of 72 units each


def check_matplotlib() -> None:
    """Raise PackageMissingError where the plots could not be drawn."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise PackageMissingError("the HTML page has plots by matplotlib: python -m pip install 'refquant[report]'") from None


def map_svg(found: dict[str, Any], ticks: dict[int, str], key: str, title: str, description: str) -> str:
    """Return the mismatch map: a row for each class; the height says how many of the codes in a part of the axis are wrong, on a logarithmic scale."""

    def draw(axes: Axes) -> None:
        for row, (name, pairs) in enumerate(reversed(found["counts"].items())):
            heights, edges = _steps(pairs, found["bins"])
            axes.stairs(row + heights, edges, baseline=row, fill=True, color=_COLOURS.get(name, _INK))
            axes.axhline(row, color=_INK, linewidth=0.5, alpha=0.5)
        axes.set_yticks(np.arange(len(found["counts"])) + 0.4, list(reversed(found["counts"])))
        axes.set_xlim(0, found["bins"])
        axes.set_ylim(-0.1, len(found["counts"]))
        axes.set_xticks(list(ticks), list(ticks.values()))
        axes.set_xlabel("input code (its value below)")
        axes.tick_params(axis="y", length=0)

    return _svg(draw, 0.95 + 0.42 * len(found["counts"]), key, title, description)


def _steps(pairs: list[list[int]], bins: int) -> tuple[Any, Any]:
    """Return the heights of a row and where they change."""
    heights = np.zeros(bins)
    most = max(count for _, count in pairs)
    for part, count in pairs:
        heights[part] = 0.25 + 0.6 * np.log2(1 + count) / np.log2(1 + most)
    first = np.flatnonzero(np.diff(heights, prepend=-1))
    return heights[first], np.append(first, bins)


def distances_svg(found: dict[str, int], key: str, title: str, description: str) -> str:
    """Return the histogram of distances, on a logarithmic scale."""

    def draw(axes: Axes) -> None:
        places = np.arange(len(found))[::-1]
        axes.barh(places, list(found.values()), height=0.65, color="#2f7ed8")
        axes.set_xscale("log")
        axes.set_xlim(0.5, 10 * max(found.values()))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set_yticks(places, [f"{name} ulp" if name[0].isdigit() else name for name in found])
        for place, count in zip(places, found.values(), strict=True):
            axes.text(count * 1.15, place, f"{count:,}", va="center")
        axes.set_xlabel("mismatches")
        axes.tick_params(axis="y", length=0)
        axes.minorticks_off()

    return _svg(draw, 0.75 + 0.26 * len(found), key, title, description)


def _svg(draw: Any, height: float, key: str, title: str, description: str) -> str:
    """Return a drawing as an SVG element with a text in its place; `key` begins its ids."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        settings: Any = _settings()
        matplotlib.rcParams.update(settings)
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.add_subplot()
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        draw(axes)
        return _inline(_saved(figure), key, title, description)


def _settings() -> dict[str, Any]:
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return {"svg.hashsalt": "refquant", "svg.fonttype": "none", "font.family": ["sans-serif"], "font.size": 9.5, **dict.fromkeys(inks, _INK)}


def _saved(figure: Figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return out.getvalue()


def _inline(text: str, key: str, title: str, description: str) -> str:
    """Return what stands between <svg> and </svg>, ids made those of one drawing among others, in an element that names itself."""
    from refquant.verify.reports.markup import Html, element

    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text[text.index("<svg") :], flags=re.DOTALL)
    body = re.sub(r"(\d+\.\d\d)\d+", r"\1", body)  # hundredths of a unit are enough
    head, _, body = body.partition(">")
    view = re.search(r'viewBox="([^"]*)"', head)
    assert view is not None
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = re.sub(r'(url\(#|xlink:href="#|href="#)', rf"\1{key}-", body).replace("xlink:href", "href").replace(_INK, "currentColor")
    body = body[: body.rindex("</svg>")]
    return element("svg", Html(body), viewBox=view[1], role="img", aria_label=f"{title}. {description}")

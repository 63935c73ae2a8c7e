"""The coverage table at the end of a text file."""

from __future__ import annotations

from refquant.golden.coverage import crossed
from refquant.golden.golden_set import GoldenSet
from refquant.golden.text import plain_text


def coverage_lines(made: GoldenSet, prefix: str) -> str:
    """Return the table as lines of comments: id, name, number of vectors, meaning or the reason why there are none."""
    lines = ["coverage: class, name, vectors, what they have or why there are none"]
    lines += [f"{c.id:2} {c.name:24} {c.count:9} {(c.reason and '- ' + c.reason) or c.meaning}" for c in made.coverage]
    pairs = crossed(made)
    lines += [f"crossed: {pairs.reached} of {pairs.possible} pairs of classes of a and b"] if pairs else []
    return "".join(f"{prefix}{plain_text(line)}\n" for line in lines)

"""One conversion on the page: what was found, the witnesses, the plots."""

from __future__ import annotations

from typing import Any

from refquant.errors import UnknownNameError
from refquant.golden.sources import width_of
from refquant.golden.text import hex_value
from refquant.verify.comparison import MEANINGS
from refquant.verify.reports.markup import Html, element, joined, table
from refquant.verify.reports.plots import distances_svg, map_svg

_MEANINGS = {**MEANINGS, "unknown": "the answer has digits that are no bits (X or Z)", "flags": "the code is right, the exception flags are not"}


def label(verdict: dict[str, Any]) -> str:
    """Return what is converted to what."""
    conversion = f"{verdict['source']} → {verdict['target']}"
    return conversion if is_conversion(verdict) else f"{verdict['operation']} {conversion}"


def is_conversion(verdict: dict[str, Any]) -> bool:
    """Return whether a verdict is on a conversion."""
    return verdict["operation"] in ("encode", "decode", "convert", "round")


def says(verdict: dict[str, Any]) -> str:
    """Return what the implementation says it does."""
    return ", ".join([verdict["dialect"], *(f"{k}={v}" for k, v in verdict["knobs"].items()), f"NaNs by {verdict['nan_by']}"])


def verdict_article(verdict: dict[str, Any], key: str) -> Html:
    """Return all that was found of one conversion."""
    facts = [(name, text) for name, text in _facts(verdict) if text]
    listed = element("dl", *(part for name, text in facts for part in (element("dt", name), element("dd", text))))
    content = [element("h3", label(verdict)), element("p", _sentence(verdict)), listed, _witnesses(verdict), _map(verdict, key), _distances(verdict, key)]
    if verdict["stderr"]:
        content += [element("p", "Its stderr ends with:"), element("pre", verdict["stderr"])]
    return element("article", *content, id=key, class_=verdict["status"])


def _sentence(verdict: dict[str, Any]) -> str:
    if verdict["status"] == "known":
        return f"Known: {verdict['diagnosis']}; {verdict['message']}."
    return f"{verdict['status'].capitalize()}: {verdict['message']}."


def _facts(verdict: dict[str, Any]) -> list[tuple[str, str]]:
    failure, flags, unknown = verdict["failure"], verdict["flags"], verdict["unknown"]
    return [
        ("says", says(verdict)),
        ("compared", f"{verdict['cases']:,} inputs, {verdict['mismatches']:,} wrong"),
        ("left out", f"{verdict['left_out']:,} inputs that its policies refuse" if verdict["left_out"] else ""),
        ("no answer", f"{verdict['unanswered']:,} inputs" if verdict["unanswered"] else ""),
        ("diagnosis", verdict["diagnosis"] or ""),
        ("failed by", failure["what"] if failure else ""),
        ("on input", failure["input"] if failure else ""),
        ("answered", failure["answer"] if failure else ""),
        ("wrong flags", f"{flags['count']:,}" if flags else ""),
        ("unknown digits", f"{unknown['count']:,}" if unknown else ""),
        ("notes", "; ".join(verdict["notes"])),
    ]


def _witnesses(verdict: dict[str, Any]) -> Html | str:
    rows = [_witness(kind, verdict["by_class"].get(kind, 0), witness) for kind, witness in verdict["witnesses"].items()]
    if not rows:
        return ""
    made = table("Smallest witness of each class", ("class", "count", "input", "got", "right", "apart"), rows, numbers=("count",))
    return joined((made, element("p", "Below a code: its fields (sign | exponent | trailing significand) in hex, and its exact value.", class_="soft")))


def _witness(kind: str, count: int, w: dict[str, Any]) -> tuple[Any, ...]:
    name = element("span", joined((element("strong", kind), element("span", _MEANINGS.get(kind, ""), class_="soft"))), class_="cell")
    return name, f"{count:,}", *(_code(w, end) for end in ("input", "got", "expected")), w["apart"]


def _code(w: dict[str, Any], end: str) -> Html:
    """Return a cell: the code, its fields, its value."""
    several = isinstance(w["fields"][end], list)
    fields = [_fields(f) for f in (w["fields"][end] if several else [w["fields"][end]]) if f]
    exact = [e for e in (w["exact"][end] if several else [w["exact"][end]]) if e]
    value = w[f"{end}_value"]
    said = ", ".join(exact)
    lines = [element("span", w[end], class_="code"), element("span", ", ".join(fields), class_="code soft") if fields else ""]
    lines += [element("span", value), element("span", f"= {said}", class_="soft") if said and said != value else ""]
    return element("span", joined(lines), class_="cell codes")


def _fields(fields: dict[str, str]) -> str:
    return " | ".join(text.removeprefix("0x") for text in fields.values() if text)


def _map(verdict: dict[str, Any], key: str) -> Html | str:
    found = verdict["map"]
    if not found:
        return ""
    title = f"Mismatch map of {label(verdict)}"
    counts = "; ".join(f"{kind}: {sum(n for _, n in pairs):,} in {len(pairs)} of {found['bins']} parts" for kind, pairs in found["counts"].items())
    size = f"{found['codes_per_bin']:,} codes" if found["codes_per_bin"] > 1 else "one code"
    which = "input codes" if len(verdict["operands"]) == 1 else "codes of the first operand"
    text = f"Which {which} fail, by class. The axis has {found['bins']} parts of {size} each; taller is more, on a logarithmic scale."
    drawn = map_svg(found, _ticks(verdict["operands"][0], found), f"{key}-map", title, f"Mismatches along the axis of the {which}: {counts}.")
    return element("figure", drawn, element("figcaption", text))


def _ticks(source: str, found: dict[str, Any]) -> dict[int, str]:
    """Return codes, with their values where the source is a format by name, at eighths of the axis."""
    codes = range(0, found["bins"], max(found["bins"] // 8, 1))
    return {part: _tick(source, part * found["codes_per_bin"], found["bins"] * found["codes_per_bin"]) for part in codes}


def _tick(source: str, code: int, size: int) -> str:
    text = f"0x{code:0{-(-(size - 1).bit_length() // 4)}x}"
    text = text if len(text) <= 6 else f"{text[:4]}…"
    try:
        value = hex_value(code, source) if size == 1 << width_of(source) else ""
    except UnknownNameError:
        return text
    return f"{text}\n{value}"


def _distances(verdict: dict[str, Any], key: str) -> Html | str:
    found = verdict["distances"]
    if not found:
        return ""
    title = f"Distances of wrong results of {label(verdict)}"
    counts = "; ".join(f"{name}{' ulp' if name[0].isdigit() else ''}: {count:,}" for name, count in found.items())
    text = "How far wrong results are from what is right, in ulp of the target (steps from value to value); both axes by powers."
    return element("figure", distances_svg(found, f"{key}-ulp", title, f"Number of mismatches by distance: {counts}."), element("figcaption", text))

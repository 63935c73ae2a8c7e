"""One self-contained HTML page: no script, nothing from the network, the same bytes for the same findings."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from refquant.verify.report import as_records
from refquant.verify.reports.html_verdict import is_conversion, label, says, verdict_article
from refquant.verify.reports.markup import Html, element, table
from refquant.verify.reports.plots import check_matplotlib
from refquant.verify.verdict import Judgement

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_WORDS = {"exact": "exact", "known": "known deviation", "new": "new deviation", "gone": "known deviation is gone", "failed": "could not be judged to the end"}


def as_html(judgements: Iterable[Judgement], *, command: str | None = None) -> str:
    """Return judgements as an HTML page that needs nothing else: verdicts, the smallest witness of each class, where mismatches lie and how far off they are,
    known deviations with their reasons, coverage, versions.

    Parameters
    ----------
    judgements, command
        As in `refquant.verify.as_records`.

    Returns
    -------
    str

    Raises
    ------
    PackageMissingError
        If matplotlib is not installed, which draws the plots.

    Examples
    --------
    >>> from refquant import verify
    >>> page = verify.as_html([verify.judge("numpy", random=1000)])
    >>> page.splitlines()[0], "<script" in page
    ('<!DOCTYPE html>', False)
    """
    return page_of(as_records(judgements, command=command))


def page_of(record: dict[str, Any]) -> str:
    """Return the records of `as_records` as a page."""
    check_matplotlib()
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", f"refquant verify: {_outcome(record)}"),
        Html(f"<style>\n{(files('refquant.verify.reports') / 'page.css').read_text('utf-8')}</style>"),
    )
    targets = [_target(target, f"t{i}") for i, target in enumerate(record["targets"])]
    body = element("body", _header(record), element("main", *targets, _deviations(record), _coverage(record), _software(record), _reproduce(record)))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _outcome(record: dict[str, Any]) -> str:
    return "nothing unexpected" if record["ok"] else "something unexpected was found"


def _verdicts(record: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(target, verdict) for target in record["targets"] for verdict in target["verdicts"]]


def _counted(verdicts: list[dict[str, Any]]) -> str:
    counts = {status: sum(v["status"] == status for v in verdicts) for status in _WORDS}
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "none"


def _kind(verdicts: list[dict[str, Any]]) -> str:
    return "operations" if verdicts and not any(map(is_conversion, verdicts)) else "conversions"


def _header(record: dict[str, Any]) -> Html:
    every = [v for _, v in _verdicts(record)]
    numbers = {
        _kind(every): f"{len(every):,}: {_counted(every)}",
        "cases": f"{sum(v['cases'] for v in every):,}",
        "mismatches": f"{sum(v['mismatches'] for v in every):,}",
    }
    outcome = element("p", element("strong", _outcome(record), class_=f"verdict {'exact' if record['ok'] else 'new'}"))
    links = [element("li", element("a", _title(target), href=f"#t{i}")) for i, target in enumerate(record["targets"])]
    links += [element("li", element("a", text, href=f"#{key}")) for key, text in _SECTIONS.items()]
    listed = element("dl", *(part for name, text in numbers.items() for part in (element("dt", name), element("dd", text))))
    return element("header", element("h1", "refquant verify"), outcome, listed, element("nav", element("ul", *links), aria_label="Contents"))


_SECTIONS = {"deviations": "Known deviations", "coverage": "Coverage", "software": "Software", "reproduce": "How to reproduce"}


def _section(key: str, title: str, *content: Any) -> Html:
    return element("section", element("h2", title, id=f"{key}-title"), *content, id=key, aria_labelledby=f"{key}-title")


def _title(target: dict[str, Any]) -> str:
    return f"{target['name']} {target['version']}".strip()


def _target(target: dict[str, Any], key: str) -> Html:
    verdicts = target["verdicts"]
    summary = f"{target['judged']} of {target['announced']} announced {_kind(verdicts)} judged: {_counted(verdicts)}."
    rows = [_row(verdict, f"{key}-v{i}") for i, verdict in enumerate(verdicts)]
    headers = (_kind(verdicts).removesuffix("s"), "says", "cases", "mismatches", "classes", "verdict")
    overview = table(f"Verdicts on {_title(target)}", headers, rows, numbers=("cases", "mismatches"))
    articles = [verdict_article(verdict, f"{key}-v{i}") for i, verdict in enumerate(verdicts) if verdict["status"] != "exact"]
    lost = [element("p", text[:1].upper() + text[1:] + ".") for text in target["unmatched"]]
    return _section(key, _title(target), element("p", summary), *lost, overview if rows else "", *articles)


def _row(verdict: dict[str, Any], key: str) -> tuple[Any, ...]:
    name = label(verdict)
    linked = element("a", name, href=f"#{key}") if verdict["status"] != "exact" else name
    classes = ", ".join(f"{kind} {count:,}" for kind, count in verdict["by_class"].items())
    status = element("span", _WORDS[verdict["status"]], class_=f"verdict {verdict['status']}")
    return linked, says(verdict), f"{verdict['cases']:,}", f"{verdict['mismatches']:,}", classes, status


def _deviations(record: dict[str, Any]) -> Html:
    rows: dict[tuple[str, ...], list[str]] = {}
    for target, verdict in _verdicts(record):
        if (known := verdict["known"]) is not None:
            key = (target["name"], known["versions"], known["diagnosis"], known["reason"], known["reference"])
            rows.setdefault(key, []).append(f"{label(verdict)} ({_WORDS[verdict['status']]})")
    kind = _kind([verdict for _, verdict in _verdicts(record)])
    if not rows:
        return _section("deviations", _SECTIONS["deviations"], element("p", f"None is known of these {kind}."))
    listed = [(diagnosis, f"{name} {versions}", reason, reference, "; ".join(found)) for (name, versions, diagnosis, reason, reference), found in rows.items()]
    headers = ("what it does", "package and versions", "reason", "source", kind)
    return _section("deviations", _SECTIONS["deviations"], table(f"Known deviations of these {kind}", headers, listed))


def _coverage(record: dict[str, Any]) -> Html:
    rows = [_covered(target, verdict) for target, verdict in _verdicts(record)]
    text = "Classes of inputs, as golden vectors have them: how many were among the inputs, and which were not though nothing rules them out."
    kind = _kind([verdict for _, verdict in _verdicts(record)])
    headers = (kind.removesuffix("s"), "kinds of inputs", "classes reached", "not reached", "there are none")
    made = table(f"Coverage of each {kind.removesuffix('s')}", headers, rows, numbers=("classes reached", "there are none")) if rows else ""
    return _section("coverage", _SECTIONS["coverage"], element("p", text), made)


def _covered(target: dict[str, Any], verdict: dict[str, Any]) -> tuple[Any, ...]:
    found, sizes = verdict["coverage"], ", ".join(f"{name} {count:,}" for name, count in verdict["sizes"].items())
    name = f"{target['name']}: {label(verdict)}"
    if found is None:
        return name, sizes, "", "", ""
    missed = [name for name, reason in found["empty"].items() if reason == "none of these vectors has it"]
    said = f"{', '.join(missed)} (looked for among {found['examined']:,})" if missed else ""
    return name, sizes, len(found["reached"]), said, len(found["empty"]) - len(missed)


def _software(record: dict[str, Any]) -> Html:
    rows = [*record["software"].items(), *((f"target {t['name']}", t["version"] or "no version") for t in record["targets"])]
    return _section("software", _SECTIONS["software"], table("Versions of all software", ("software", "version"), rows))


def _reproduce(record: dict[str, Any]) -> Html:
    if not record["command"]:
        said = element("p", "The report was made from Python; refquant.verify.judge with the same target, seed and number of random inputs gives it again.")
        return _section("reproduce", _SECTIONS["reproduce"], said)
    text = "The same command with the software above gives this page again, byte for byte:"
    return _section("reproduce", _SECTIONS["reproduce"], element("p", text), element("pre", element("code", record["command"])))

"""JUnit XML: a test suite for each target, a test case for each conversion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from refquant.verify.report import as_records
from refquant.verify.reports.safe_text import escaped
from refquant.verify.verdict import Judgement


def as_junit(judgements: Iterable[Judgement], *, command: str | None = None) -> str:
    """Return judgements as JUnit XML.

    A conversion that is exact, or deviates as is known, passes; a new deviation, or a known one that is gone or speaks of no conversion, is a failure; one that
    could not be judged to the end an error. There are no times in it: the same findings give the same bytes.

    Parameters
    ----------
    judgements, command
        As in `refquant.verify.as_records`.

    Returns
    -------
    str

    Examples
    --------
    >>> from refquant import verify
    >>> text = verify.as_junit([verify.judge("numpy", random=1000)])
    >>> text.splitlines()[1]
    '<testsuites name="refquant verify" tests="11" failures="0" errors="0">'
    """
    return junit_of(as_records(judgements, command=command))


def junit_of(record: dict[str, Any]) -> str:
    """Return the records of `as_records` as JUnit XML."""
    suites = [(target, [v["status"] for v in target["verdicts"]] + ["gone" for _ in target["unmatched"]]) for target in record["targets"]]
    every = [status for _, statuses in suites for status in statuses]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{_attributes(name='refquant verify', **_numbers(every))}>"]
    for target, statuses in suites:
        lines += _suite(target, statuses, record)
    return "\n".join([*lines, "</testsuites>", ""])


def _numbers(statuses: list[str]) -> dict[str, str]:
    failures, errors = sum(s in ("new", "gone") for s in statuses), statuses.count("failed")
    return {"tests": str(len(statuses)), "failures": str(failures), "errors": str(errors)}


def _suite(target: dict[str, Any], statuses: list[str], record: dict[str, Any]) -> list[str]:
    title = f"{target['name']} {target['version']}".strip()
    lines = [f"  <testsuite{_attributes(name=title, **_numbers(statuses), skipped='0')}>", "    <properties>"]
    properties = {**record["software"], **({"command": record["command"]} if record["command"] else {})}
    lines += [f"      <property{_attributes(name=name, value=value)}/>" for name, value in properties.items()]
    lines.append("    </properties>")
    for verdict in target["verdicts"]:
        lines += _case(target["name"], verdict)
    for text in target["unmatched"]:
        lines += [
            f"    <testcase{_attributes(name=text, classname=target['name'])}>",
            f"      <failure{_attributes(message=text, type='gone')}/>",
            "    </testcase>",
        ]
    return [*lines, "  </testsuite>"]


def _case(name: str, verdict: dict[str, Any]) -> list[str]:
    opened = f"    <testcase{_attributes(name=_label(verdict), classname=name)}"
    said = _outcome(verdict)
    out = "\n".join(_account(verdict))
    return [f"{opened}>", *said, f"      <system-out>{escaped(out)}</system-out>", "    </testcase>"]


def _label(verdict: dict[str, Any]) -> str:
    says = ", ".join([verdict["dialect"], *(f"{k}={v}" for k, v in verdict["knobs"].items())])
    return f"{verdict['operation']} {verdict['source']} -> {verdict['target']} ({says})"


def _outcome(verdict: dict[str, Any]) -> list[str]:
    if verdict["status"] in ("exact", "known"):
        return []
    kind = "error" if verdict["status"] == "failed" else "failure"
    wrong = f"{verdict['mismatches']:,} of {verdict['cases']:,} wrong" if verdict["mismatches"] else ""
    message = ": ".join(filter(None, (wrong, verdict["message"])))
    return [f"      <{kind}{_attributes(message=message, type=verdict['status'])}>{escaped(_smallest(verdict))}</{kind}>"]


def _smallest(verdict: dict[str, Any]) -> str:
    return "\n".join(
        f"{name} {verdict['by_class'].get(name, 0)}: {w['input']} ({w['input_value']}) gives {w['got']} ({w['got_value']}), "
        f"right {w['expected']} ({w['expected_value']}); {w['apart']}".removesuffix("; ")
        for name, w in verdict["witnesses"].items()
    )


def _account(verdict: dict[str, Any]) -> list[str]:
    """Return what was compared, line by line."""
    lines = [f"status {verdict['status']}", f"cases {verdict['cases']}", f"mismatches {verdict['mismatches']}"]
    lines += [f"{name} {count}" for name, count in verdict["by_class"].items()]
    if verdict["known"] and verdict["status"] == "known":
        lines.append(f"known deviation: {verdict['known']['diagnosis']}; {verdict['known']['reason']} ({verdict['known']['reference']})")
    return lines


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{escaped(value)}"'.replace("\n", "&#10;").replace("\t", "&#9;") for name, value in values.items())

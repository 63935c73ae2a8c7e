"""``--json FILE``, ``--junit FILE``, ``--html FILE``: refused before the work where FILE could not be written, written whole when there is something to say."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import click

from refquant.golden.whole_files import why_not_writable, write_whole
from refquant.verify import Judgement, as_records
from refquant.verify.reports.html_page import page_of
from refquant.verify.reports.junit import junit_of
from refquant.verify.reports.plots import check_matplotlib

STDOUT = "-"
STDERR_LINES = 10  #: of a program, that are printed


def _checked(_context: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
    if path is None or (path == STDOUT and parameter.name == "report"):
        return path
    if reason := why_not_writable(path):
        raise click.UsageError(f"{parameter.opts[0]}: {reason}")
    if parameter.name == "html":
        check_matplotlib()
    return path


report_option = click.option("--json", "report", metavar="FILE", callback=_checked, help="Write the report as JSON; - for stdout, and all else to stderr.")


_junit_option = click.option("--junit", metavar="FILE", callback=_checked, help="Write the report as JUnit XML, a test case for each conversion.")
_html_option = click.option("--html", metavar="FILE", callback=_checked, help="Write the report as one HTML page, with plots (pip install 'refquant[report]').")


class Reports(NamedTuple):
    """The files that the options name."""

    json: str | None
    junit: str | None
    html: str | None


def report_options(command: Any) -> Any:
    """Add ``--json``, ``--junit`` and ``--html`` to a command."""
    return report_option(_junit_option(_html_option(command)))


def write_reports(reports: Reports, judgements: list[Judgement]) -> None:
    """Write judgements to the files that the options name."""
    write_report(reports.json, write_pages(reports, judgements))


def write_pages(reports: Reports, judgements: list[Judgement]) -> dict[str, Any]:
    """Write what is made for people and CI systems, and return the records that it is made of."""
    record = as_records(judgements, command=click.get_current_context().find_root().obj)
    for path, write in ((reports.junit, junit_of), (reports.html, page_of)):
        if path is not None:
            write_whole(path, write(record))
    return record


def write_report(path: str | None, record: dict[str, Any]) -> None:
    """Write a record to the file that --json names; without --json nothing."""
    text = json.dumps(record, indent=2) + "\n"
    if path == STDOUT:
        click.echo(text, nl=False)
    elif path is not None:
        write_whole(path, text)

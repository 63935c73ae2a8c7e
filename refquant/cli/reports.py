"""``--json FILE``: refused before the work where FILE could not be written, and written whole when there is something to say."""

from __future__ import annotations

import json
from typing import Any

import click

from refquant.golden.whole_files import why_not_writable, write_whole

STDOUT = "-"
STDERR_LINES = 10  #: of a program, that are printed


def _checked(_context: click.Context, _parameter: click.Parameter, path: str | None) -> str | None:
    if path not in (None, STDOUT) and (reason := why_not_writable(path)):
        raise click.UsageError(f"--json: {reason}")
    return path


report_option = click.option("--json", "report", metavar="FILE", callback=_checked, help="Write the report as JSON; - for stdout, and all else to stderr.")


def write_report(path: str | None, record: dict[str, Any]) -> None:
    """Write a record to the file that --json names; without --json nothing."""
    text = json.dumps(record, indent=2) + "\n"
    if path == STDOUT:
        click.echo(text, nl=False)
    elif path is not None:
        write_whole(path, text)

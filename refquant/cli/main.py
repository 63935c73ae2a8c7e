"""Entry point: says in one line what is missing where the packages of the command line are not installed."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the `refquant` command."""
    try:
        from refquant.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("click", "rich"):
            raise
        sys.exit(f"error: the command line needs {error.name}: pip install 'refquant[cli]'")
    app(prog_name="refquant")

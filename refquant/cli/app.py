"""The click group: commands, and errors as one line."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any

import click

import refquant
from refquant.cli.explain import explain_command
from refquant.cli.formats import formats
from refquant.cli.golden import golden
from refquant.cli.options import in_options
from refquant.cli.show import show
from refquant.cli.verify import verify
from refquant.errors import RefquantError


class OneLineErrors(click.Group):
    """A group that prints every error as ``error: ...`` on stderr and exits with 2."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See click.Command.parse_args; the command as it was given is kept for reports."""
        ctx.obj = shlex.join(["refquant", *args])
        return super().parse_args(ctx, args)

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """See click.Command.main."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **extra)
        try:
            sys.exit(super().main(args, prog_name, standalone_mode=False, **extra) or 0)
        except click.exceptions.Exit as stop:
            sys.exit(stop.exit_code)
        except click.exceptions.NoArgsIsHelpError as needed:
            click.echo(needed.format_message())
            sys.exit(2)
        except click.ClickException as error:
            _fail(error.format_message(), 2)
        except RefquantError as error:
            _fail(in_options(str(error)), 2)
        except (click.Abort, KeyboardInterrupt) as stop:
            _fail(str(stop.__cause__ or "") or "interrupted", 130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered goes nowhere
            sys.exit(1)
        except OSError as error:
            _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), 2)


def _fail(message: str, code: int) -> None:
    click.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(code)


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(refquant.__version__, prog_name="refquant")
def app() -> None:
    """Low-precision number formats, exact to the bit: their limits, single values, and other people's conversions."""


for command in (explain_command, formats, golden, show, verify):
    app.add_command(command)

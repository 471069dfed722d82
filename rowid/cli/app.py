"""The commands, put together; their help is in ``rowid.cli.help``."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from rowid.cli import check, diff, keys, lint, profile, run, runs, serve, sql, tune, users, verify
from rowid.cli import help as text
from rowid.cli.boundary import Invocation, report, warnings_shown
from rowid.cli.signals import signals_raise
from rowid.cli.version import version as version_line


class _Guarded(TyperGroup):
    """The one boundary: whatever a command raises becomes a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  a face's boundary: it reports
            raise typer.Exit(report(error, ctx.obj)) from None


def commands() -> typer.Typer:
    """The command line as a Typer application."""
    app = typer.Typer(
        cls=_Guarded,
        name="rowid",
        help=text.ROWID,
        epilog=text.EXIT_CODES,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
        invoke_without_command=True,
    )
    app.callback()(_rowid)
    app.command("run", help=text.RUN, epilog=text.EXIT_CODES)(run.run)
    app.command("profile", help=text.PROFILE)(profile.profile)
    app.command("keys", help=text.KEYS)(keys.keys)
    app.command("check", help=text.CHECK, epilog=text.EXIT_CODES)(check.check)
    app.command("lint", help=text.LINT, epilog=text.EXIT_CODES)(lint.lint)
    app.command("verify", help=text.VERIFY)(verify.verify)
    app.command("diff", help=text.DIFF)(diff.diff)
    app.command("sql", help=text.SQL, epilog=text.EXIT_CODES)(sql.sql)
    app.command("runs", help=text.RUNS)(runs.runs)
    app.command("tune", help=text.TUNE)(tune.tune)
    app.command("app", help=text.APP)(serve.app)
    app.command("users", help=text.USERS)(users.users)
    return app


def invoke(args: Sequence[str]) -> int:
    """Runs a command line and returns its exit code; signals and warnings are told like errors, in one line."""
    how = Invocation.of(args)
    with signals_raise(), warnings_shown():
        try:
            return commands()(list(args), prog_name=_name(), standalone_mode=False, obj=how) or 0
        except typer.Abort:
            return report(KeyboardInterrupt(), how)
        except typer.TyperException as error:
            return report(error, how)


def _name() -> str:
    """The name the program was called by, for usage messages and completion."""
    name = Path(sys.argv[0]).stem
    return name if name == "row-id-generator" else "rowid"


def _rowid(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Show what runs here, and exit.")] = False,
) -> None:
    if version:
        typer.echo(version_line())
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())

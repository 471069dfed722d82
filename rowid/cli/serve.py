"""``rowid app``: the web app."""

from importlib.util import find_spec
from typing import Annotated

import typer

from rowid.cli.output import tell
from rowid.errors import UsageError
from rowid.settings import Settings

_NEEDED = ("streamlit", "starlette", "uvicorn", "plotly", "pandas")


def app(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on; else `ROWID_HOST`, else 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="The port to listen on; else `ROWID_PORT`, else 8501.")
    ] = None,
) -> None:
    """Starts the web app."""
    settings = Settings.load()
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the web app is not installed ({', '.join(missing)} is missing)", hint="Run: pip install 'rowid[app]'."
        )
    from rowid import server

    host, port = host or settings.host, port or settings.port
    tell(f"the web app is at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C stops it)")
    try:
        server.serve(settings, host, port)
    except KeyboardInterrupt:  # how a server is meant to end
        tell("stopped")

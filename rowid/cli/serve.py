"""``rowid app``: the web app."""

import os
import socket
from importlib.util import find_spec
from typing import Annotated

import typer

from rowid.cli.output import tell
from rowid.errors import UsageError
from rowid.settings import Settings

_NEEDED = ("streamlit", "starlette", "uvicorn", "plotly", "pandas", "bcrypt", "itsdangerous")


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
    host, port = host or settings.host, port or settings.port
    _require_free(host, port)

    from rowid import server

    served = server.app(settings)
    tell(f"the web app is at http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C stops it)")
    try:
        server.serve(served, host, port)
    except KeyboardInterrupt:  # how a server is meant to end
        tell("stopped")


def _require_free(host: str, port: int) -> None:
    """Finds out before the app is loaded, and in our own words, that nobody can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as one:
            if os.name == "posix":  # elsewhere it would share a port that is in use
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(address)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise UsageError(
            f"the web app cannot listen on port {port} of {host} ({reason})",
            hint="Choose another --port or --host.",
        ) from None

"""The web app as an ASGI application: the pages, ``/healthz``, ``/metrics`` and the results, on one port."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.pages_manager import PagesManager

import rowid
from rowid import bootstrap
from rowid.errors import SourceError, UsageError
from rowid.gate import Gate, LoginPage, Sessions, Users
from rowid.observers.log import logger
from rowid.settings import Settings
from rowid.ui import frame, problems, retention
from rowid.ui.jobs import process
from rowid.ui.workspace import Workspace

GRACE_S = 5

log = logging.getLogger("rowid.app")


def app(settings: Settings) -> ASGIApp:
    """The application, behind a login if the settings name a users file.

    ``settings`` are those that the pages read from the environment of this process.

    Raises:
        UsageError: the users file cannot be used.
    """
    users = None if settings.users is None else Users(settings.users)
    keeper = Workspace(settings)

    async def result(request: Request) -> Response:
        run_id, name = request.path_params["run_id"], request.path_params["name"]
        path = await run_in_threadpool(keeper.result, run_id, name)
        if path is None:
            raise HTTPException(404)
        return FileResponse(
            path, filename=name, headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        )

    async def metrics(request: Request) -> Response:
        accept = request.headers.get("accept", "")
        try:
            body, kind = await run_in_threadpool(bootstrap.metrics, settings, accept, _open_jobs)
        except SourceError as error:
            log.error("%s", error)
            return PlainTextResponse("the ledger of runs cannot be read; the log says why\n", 503)
        return Response(body, headers={"Content-Type": kind, "Cache-Control": "no-store"})

    made = st.App(
        script(),
        routes=[
            Route("/healthz", _healthz),
            Route("/metrics", metrics),
            Route("/connect", _first_page),  # Streamlit knows its first page by no other name than /
            Route("/results/{run_id}/{name}", result),
        ],
        lifespan=partial(_lifespan, settings),
        on_script_error=_script_error,
    )
    _configure(settings)
    return made if users is None else _gated(made, users, settings)


def serve(served: ASGIApp, host: str, port: int) -> None:
    """Serves the application until SIGINT or SIGTERM; jobs are stopped then, and leave no half-written file."""
    server = uvicorn.Server(
        uvicorn.Config(
            served,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=GRACE_S,
            ws_max_size=config.get_option("server.maxMessageSize") * 1_000_000,
            forwarded_allow_ips="",
        )
    )
    server.run()


def script() -> Path:
    """The script of the app: beside the package in a checkout, inside it where a wheel was installed."""
    package = Path(__file__).parent
    for folder in (package / "_app", package.parent):
        if (folder / "streamlit_app.py").is_file():
            return folder / "streamlit_app.py"
    raise UsageError("the pages of the web app are not installed", hint="Install rowid anew: pip install 'rowid[app]'.")


def _open_jobs() -> int:
    return len(process().jobs.open_keys())


def _gated(behind: ASGIApp, users: Users, settings: Settings) -> ASGIApp:
    sessions = Sessions(settings.state_dir / "login", users)
    login = LoginPage(Path(frame.LOGO).read_text(encoding="utf-8"), Path(frame.ICON).read_text(encoding="utf-8"))
    reload_page = ForwardMsg()
    reload_page.auth_redirect.url = ""  # the address that the page has already; the gate then asks to log in
    process().has_gate = True
    return Gate(behind, users, sessions, login, farewell=reload_page.SerializeToString(), tell=_log_of_logins(settings))


def _log_of_logins(settings: Settings) -> Callable[..., object]:
    lines = logger(settings.log_format, settings.log_level)
    return lambda event, **facts: lines.info(event, at=datetime.now(UTC).isoformat(), **facts)


async def _first_page(request: Request) -> Response:
    return RedirectResponse(str(request.url.replace(path="/").replace(scheme="", netloc="")), 307)


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok", "version": rowid.__version__}, headers={"Cache-Control": "no-store"})


@asynccontextmanager
async def _lifespan(settings: Settings, _: st.App) -> AsyncIterator[None]:
    await run_in_threadpool(retention.tidy, settings)
    process().serves_results = True
    yield
    process().serves_results = False
    await run_in_threadpool(process().jobs.close)


def _script_error(error: Exception) -> bool:
    """What the boundary of the pages did not see: an error in a callback or in a fragment's own run."""
    problems.show(error)
    return True


def _configure(settings: Settings) -> None:
    """Streamlit's options that hold whatever folder the server is started from.

    Until a first run of the script names the pages, Streamlit would make pages of a folder called ``pages``, and tell
    the first visitor who follows a link that there is no such page.

    ``streamlit`` may have read its configuration when it was imported; now that an ``App`` told it where the script
    is, it is to find the file beside that too (the theme).
    """
    PagesManager.uses_pages_directory = False
    config.get_config_options(
        force_reparse=True,
        options_from_flags={
            "browser.gatherUsageStats": False,
            "client.showErrorDetails": "none",
            "client.toolbarMode": "minimal",
            "server.headless": True,
            "server.fileWatcherType": "none",
            "server.enableXsrfProtection": True,
            "server.enableCORS": True,
            "server.maxUploadSize": settings.max_upload_mb,
            "global.developmentMode": False,
        },
    )

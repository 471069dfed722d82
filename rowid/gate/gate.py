"""The gate: ASGI middleware that lets through who is logged in, and tells the app who that is."""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rowid.gate import page
from rowid.gate.attempts import Attempts, Key, address_key
from rowid.gate.sessions import DEVICE_LIFE_S, LIFE_S, Sessions
from rowid.gate.users import Users

USER_HEADER = "x-rowid-user"
"""The header in which the app finds the user's name, percent-encoded. Only the gate sets it; a client's is removed."""

OPEN = frozenset({"/healthz", "/metrics"})
SESSION, DEVICE = "rowid_session", "rowid_device"
CHECK_S = 2.0
_PAGE = re.compile(r"/(?:[^/.]+/?)?")
_LOCAL = re.compile(r"/(?:[A-Za-z0-9_-]+/?)?(?:\?[!-\[\]-~]*)?")  # no backslash, which browsers take for a slash
_MOST_BYTES, _MOST_WAITING, _AT_ONCE = 8192, 32, 2


class Gate:
    """Lets requests through to ``app`` that have a session, and those for ``OPEN``, which tell nothing of the data.

    Others are sent to the login page if they ask for a page, and else refused. A web socket lasts as long as its
    session: within ``CHECK_S`` seconds of the session's end it is closed.

    Args:
        app: what lies behind.
        users: who may log in.
        sessions: who did.
        login: the login page.
        farewell: what an open web socket is sent before it is closed, if anything.
        tell: writes a line to the log, of an event's name and its facts.
    """

    def __init__(
        self,
        app: ASGIApp,
        users: Users,
        sessions: Sessions,
        login: page.LoginPage,
        *,
        farewell: bytes = b"",
        tell: Callable[..., object] = lambda event, **facts: None,
    ) -> None:
        self._app, self._users, self._sessions = app, users, sessions
        self._login, self._farewell, self._tell = login, farewell, tell
        self._attempts = Attempts()
        self._threads = CapacityLimiter(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] == "websocket":
            await self._web_socket(scope, receive, send)
        elif scope["type"] == "http":
            await (await self._answer(scope, receive))(scope, receive, send)
        else:  # the server starts and stops what lies behind
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> ASGIApp:
        request, path = Request(scope, receive), scope["path"]
        if path in OPEN:
            return partial(_inside, self._app, "")
        if path == "/login":
            return await self._at_login(request)
        if path == "/logout":
            return self._at_logout(request)
        session = self._sessions.of(request.cookies.get(SESSION))
        if session:
            return partial(_inside, self._app, session.user)
        if request.method in {"GET", "HEAD"} and _PAGE.fullmatch(path):
            query = scope["query_string"].decode("latin-1")
            here = quote(f"{path}?{query}" if query else path, safe="")
            return _redirect("/login" if here == "%2F" else f"/login?next={here}")
        # a page that is open shows this text when it finds no server that will have it
        return JSONResponse("You are logged out. Reload this page to log in.", 401, headers=page.HEADERS)

    async def _at_login(self, request: Request) -> Response:
        if request.method in {"GET", "HEAD"}:
            after = _local(request.query_params.get("next", ""))
            known = self._sessions.of(request.cookies.get(SESSION))
            return _redirect(after) if known else self._login.response(after)
        if request.method != "POST":
            return _refused("This is not how to log in.", 405)
        if not _same_origin(request):
            return _refused("The request came from another site.", 403)
        form = await _form(request)
        if form is None:
            return _refused("This is no login form.", 400)
        return await self._log_in(request, *form)

    async def _log_in(self, request: Request, name: str, password: str, after: str) -> Response:
        again = partial(self._login.response, after, user=name)
        if self._threads.statistics().tasks_waiting >= _MOST_WAITING:
            return again(problem=page.BUSY, status=503)
        known = self._users.known(name)
        keys = self._keys(request, name, known)
        user = None
        if self._attempts.admit(*keys):
            user = await to_thread.run_sync(self._users.verify, name, password, limiter=self._threads)
            # nobody who is known is not named: it may be a password that was entered in the wrong field
            self._tell("LoggedIn" if user else "LoginFailed", user=known, address=_host(request))
        if user is None:
            return again(problem=page.FAILED, status=401)
        self._attempts.succeeded(*keys)
        self._end_session(request)
        return self._welcome(request, user, after)

    def _keys(self, request: Request, name: str, known: str | None) -> list[Key]:
        device = self._sessions.device(request.cookies.get(DEVICE), known) if known else None
        return [("device", device)] if device else [("user", known or name[:100]), address_key(_host(request))]

    def _welcome(self, request: Request, user: str, after: str) -> Response:
        response = _redirect(after)
        secure = request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
        session, device = self._sessions.begin(user), self._sessions.remember(user)
        for name, value, life_s in ((SESSION, session, LIFE_S), (DEVICE, device, DEVICE_LIFE_S)):
            response.set_cookie(name, value, max_age=life_s, httponly=True, samesite="lax", secure=secure)
        return response

    def _at_logout(self, request: Request) -> Response:
        if request.method != "POST":
            return _refused("Log out with the button in the app.", 405)
        if not _same_origin(request):
            return _refused("The request came from another site.", 403)
        self._end_session(request)
        response = _redirect("/login")
        response.delete_cookie(SESSION, httponly=True, samesite="lax")
        return response

    def _end_session(self, request: Request) -> None:
        session = self._sessions.of(request.cookies.get(SESSION))
        if session:
            self._sessions.end(session)
            self._tell("LoggedOut", user=session.user, address=_host(request))

    async def _web_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        cookie = HTTPConnection(scope).cookies.get(SESSION)
        session = self._sessions.of(cookie)
        if session is None:
            await send({"type": "websocket.close", "code": 1008})  # before it was accepted: the server answers 403
            return
        inside = asyncio.ensure_future(_inside(self._app, session.user, scope, receive, send))
        try:
            while not (await asyncio.wait({inside}, timeout=CHECK_S))[0]:
                if self._sessions.of(cookie) is None:
                    break
        finally:
            ended = inside.done()
            inside.cancel()
        if ended:
            inside.result()
            return
        await asyncio.wait({inside})
        if self._farewell:
            await send({"type": "websocket.send", "bytes": self._farewell})
        await send({"type": "websocket.close", "code": 1008, "reason": "logged out"})


async def _inside(app: ASGIApp, user: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Calls the app, which finds the user's name in the header, and never one that a client sent."""
    name = USER_HEADER.encode()
    headers = [(key, value) for key, value in scope["headers"] if key.lower().replace(b"_", b"-") != name]
    if user:
        headers.append((name, quote(user, safe="").encode()))
    await app({**scope, "headers": headers}, receive, send)


async def _form(request: Request) -> tuple[str, str, str] | None:
    """User name, password and where to go of a login form; None if it is none, or a huge one."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return None
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=10)
        user, password, after = (fields.get(name, [""])[0] for name in ("user", "password", "next"))
    except (ValueError, ClientDisconnect):
        return None
    return user, password, _local(after)


def _local(address: str) -> str:
    """The address if it is a page of this app, else the first page: a login leads to no other site."""
    return address if _LOCAL.fullmatch(address) else "/"


def _same_origin(request: Request) -> bool:
    """Whether a page of ours sent the form: what the browser says of it, or else the origin and the host agree."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    if site is not None:
        return site == "same-origin"
    return origin.partition("://")[2] == request.headers.get("host", "none")


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def _redirect(to: str) -> Response:
    return RedirectResponse(to, 303, headers=page.HEADERS)


def _refused(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers=page.HEADERS)

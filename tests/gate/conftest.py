"""A users file with cheap hashes, and a gate before a small application, called as a server calls it."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import bcrypt
import pytest
import yaml

from rowid.gate import Gate, LoginPage, Sessions, Users

PASSWORDS = {"ada": "correct horse", "zoë": "Größe 12 €"}


def write_users(path: Path, passwords: dict[str, str]) -> Path:
    """A users file, with hashes that cost a millisecond each."""
    names = {
        name: {"name": name, "password": bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=4)).decode()}
        for name, password in passwords.items()
    }
    beside = path.with_name("beside.yaml")
    beside.touch(mode=0o600)
    beside.write_text(yaml.safe_dump({"credentials": {"usernames": names}}), encoding="utf-8")
    beside.replace(path)
    return path


@pytest.fixture(autouse=True)
def cheap(monkeypatch) -> None:
    """New hashes cost a millisecond, too."""
    monkeypatch.setattr(bcrypt, "gensalt", partial(bcrypt.gensalt, rounds=4))


@pytest.fixture
def file(tmp_path) -> Path:
    return write_users(tmp_path / "users.yaml", PASSWORDS)


@pytest.fixture
def users(file) -> Users:
    return Users(file)


@pytest.fixture
def sessions(tmp_path, users) -> Sessions:
    return Sessions(tmp_path / "login", users)


def finished(coroutine: Coroutine) -> None:
    """Runs a coroutine to its end, in a thread of its own: tests of the browser leave a loop running in theirs."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: str

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that are set, as the browser will send them."""
        set_ = [value for name, value in self.headers if name == "set-cookie"]
        return dict(each.split(";")[0].split("=", 1) for each in set_)


@dataclass
class Client:
    """Talks ASGI to the gate; ``behind`` are the scopes that came through."""

    gate: Callable
    behind: list[dict] = field(default_factory=list)
    address: str = "192.0.2.1"

    def ask(self, path, method="GET", headers=(), cookies=None, body=b"", query="") -> Answer:
        sent = []
        received = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive():
            return next(received)

        async def send(message):
            sent.append(message)

        finished(self.gate(self.scope("http", path, headers, cookies, method=method, query=query), receive, send))
        start, *rest = sent
        pairs = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return Answer(start["status"], pairs, b"".join(each.get("body", b"") for each in rest).decode())

    def scope(self, kind, path, headers=(), cookies=None, method="GET", query="") -> dict:
        cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        pairs = [("host", "rowid.example"), *headers, *([("cookie", cookie)] if cookie else [])]
        scope = {"type": kind, "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": ""}
        scope |= {"scheme": "http", "client": (self.address, 1), "server": ("127.0.0.1", 80), "method": method}
        return scope | {"headers": [(name.encode(), value.encode()) for name, value in pairs]}

    def post(self, path, fields=(), headers=(("origin", "http://rowid.example"),), cookies=None) -> Answer:
        return self.ask(path, "POST", headers, cookies, urlencode(dict(fields)).encode())

    def log_in(self, user="ada", password=PASSWORDS["ada"], after="/", **more) -> Answer:
        return self.post("/login", {"user": user, "password": password, "next": after}, **more)


@pytest.fixture
def told() -> list[tuple]:
    """What the gate wrote to the log."""
    return []


@pytest.fixture
def client(users, sessions, told) -> Client:
    behind: list[dict] = []

    async def application(scope, receive, send):
        behind.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"behind"})

    def tell(event, **facts):
        told.append((event, facts["user"], facts["address"]))

    return Client(Gate(application, users, sessions, LoginPage("<svg/>", "<svg/>"), tell=tell), behind)

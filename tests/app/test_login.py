"""The login before the real app: a real server, real web sockets, a real Chromium."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from rowid.ui import visitor
from rowid.ui.jobs import process
from tests.app.conftest import ROOT, Server
from tests.app.test_browser import downloaded, next_step, press, upload
from tests.gate.conftest import write_users

PASSWORDS = {"ada": "correct horse", "gone": "battery staple"}


@dataclass(frozen=True)
class Answer:
    status: int
    cookies: list[str]
    body: bytes


class Guarded(Server):
    """The app behind a login."""

    def __init__(self, folder) -> None:
        self.users = write_users(folder / "users.yaml", PASSWORDS)
        super().__init__(folder, ROWID_USERS=str(self.users))

    def ask(self, method, path, cookie="", body=None, **headers) -> Answer:
        """An answer as it is: no redirection is followed."""
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)) as connection:
            connection.request(method, path, body, {"Cookie": cookie, **headers})
            got = connection.getresponse()
            return Answer(got.status, got.headers.get_all("Set-Cookie") or [], got.read())

    def log_in(self, user="ada", **more) -> Answer:
        body = urlencode({"user": user, "password": PASSWORDS.get(user, "wrong one"), **more})
        return self.ask("POST", "/login", body=body, Origin=self.url)

    def cookie(self, user="ada") -> str:
        """The cookie of a fresh session, as a header."""
        made = SimpleCookie("\n".join(self.log_in(user).cookies))
        return f"rowid_session={made['rowid_session'].value}"

    def web_socket(self, cookie):
        address = self.url.replace("http", "ws") + "/_stcore/stream"
        return connect(address, additional_headers={"Cookie": cookie}, subprotocols=["streamlit"], origin=self.url)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory) -> Iterator[Guarded]:
    running = Guarded(tmp_path_factory.mktemp("guarded"))
    yield running
    running.stop()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("/", 303), ("/monitoring", 303), ("/healthz", 200), ("/login", 200)),
        *(("/_stcore/health", 401), ("/_stcore/host-config", 401), ("/results/0/x.csv", 401), ("/static/js/a.js", 401)),
    ],
)
def test_without_a_session_the_health_and_the_login_are_all_there_is(guarded, path, status):
    answer = guarded.ask("GET", path, **{"X-Rowid-User": "ada"})
    assert answer.status == status
    assert b"streamlit" not in answer.body.lower()


def test_an_upload_without_a_session_is_refused(guarded):
    assert guarded.ask("PUT", "/_stcore/upload_file/1/2", body=b"id\n1\n").status == 401


def test_with_a_session_the_app_is_there(guarded):
    answer = guarded.ask("GET", "/monitoring", guarded.cookie())
    assert (answer.status, b"<title>Streamlit</title>" in answer.body) == (200, True)


def test_a_login_from_another_site_is_refused(guarded):
    body = urlencode({"user": "ada", "password": PASSWORDS["ada"]})
    assert guarded.ask("POST", "/login", body=body, Origin="http://evil.example").status == 403


def test_the_log_names_users_and_nothing_else_that_was_entered(guarded):
    assert guarded.log_in("s3cret", next="/n3xt").status == 401
    assert guarded.log_in("ada").status == 303
    said = guarded.log.read_text()
    assert "LoggedIn" in said
    assert "LoginFailed" in said
    assert not re.search(r"s3cret|n3xt|wrong one|correct horse", said)


def test_a_web_socket_without_a_session_is_refused(guarded):
    with pytest.raises(InvalidStatus) as refused:
        guarded.web_socket("rowid_session=x")
    assert refused.value.response.status_code == 403


def test_a_user_who_is_removed_is_out_within_seconds(guarded):
    cookie, other = guarded.cookie("gone"), guarded.cookie("ada")
    with guarded.web_socket(cookie) as removed, guarded.web_socket(other) as stays:
        write = guarded.users.read_text()
        guarded.users.write_text(write.replace("  gone:", "  another:"))
        assert removed.recv(timeout=10), "the page is told to load itself again"
        with pytest.raises(ConnectionClosed):
            removed.recv(timeout=10)
        assert removed.close_code == 1008
        assert guarded.ask("GET", "/connect", cookie).status == 303
        assert guarded.log_in("gone").status == 401
        with pytest.raises(InvalidStatus):
            guarded.web_socket(cookie)
        stays.ping().wait(10)
        assert stays.close_code is None


@pytest.mark.browser
def test_a_visitor_logs_in_uploads_runs_downloads_and_logs_out_of_both_tabs(guarded, browser):
    errors = []
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, base_url=guarded.url)
    context.set_default_timeout(20_000)
    # a page looks for its server in two places, and once more when it was logged out
    expected = re.compile("/_stcore/(health|host-config)$")
    context.on("console", lambda one: expected.search(one.location["url"]) or one.type != "error" or errors.append(one))
    page = context.new_page()
    page.goto("/report?nothing=1")
    page.get_by_label("User name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORDS["ada"])
    press(page, "Log in")
    expect(page.get_by_role("heading", name="Quality report", exact=True)).to_be_visible()
    page.get_by_role("link", name="Connect", exact=True).first.click()
    upload(page, "people.csv", b"id,name\n1,Ann\n2,Bob\n")
    expect(page.get_by_text("Logged in as ada")).to_be_visible()
    next_step(page, "Choose columns", "Columns")
    next_step(page, "Run", "Run")
    press(page, "Start")
    assert pq.read_table(downloaded(page, "Download people.row_id.parquet")).num_rows == 2

    other = context.new_page()
    other.goto("/monitoring")
    expect(other.get_by_role("button", name="Log out")).to_be_visible()
    result = page.get_by_role("link", name="Download people.row_id.parquet").get_attribute("href")
    press(page, "Log out")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(other.get_by_role("heading", name="Log in")).to_be_visible()
    assert other.url == f"{guarded.url}/login?next=%2Fmonitoring"
    assert context.request.get(result).status == 401
    context.close()
    assert errors == []


@pytest.mark.parametrize("has_gate", [False, True])
def test_the_pages_alone_refuse_whoever_did_not_come_through_the_gate(app: AppTest, monkeypatch, has_gate):
    monkeypatch.setenv("ROWID_USERS", str(ROOT / "users.yaml"))
    monkeypatch.setattr(process(), "has_gate", has_gate)
    app.run()
    (error,) = app.error
    assert "A login is set up, and this page was reached past it" in error.value
    assert "rowid app" in error.value
    assert not app.title
    assert not app.button


def test_without_a_login_a_header_says_nothing(settings):
    assert visitor.user() is None

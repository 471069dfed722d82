"""The gate: nothing passes without a session, and what passes says who it is."""

import asyncio

import bcrypt
import pytest
from itsdangerous import URLSafeTimedSerializer

from rowid.gate import USER_HEADER, gate
from tests.gate.conftest import PASSWORDS, finished, write_users


@pytest.mark.parametrize("path", ["/", "/connect", "/a-page_2/", "/login/", "/Überblick"])
def test_a_page_sends_its_visitor_to_the_login(client, path):
    answer = client.ask(path)
    assert answer.status == 303
    assert answer["location"].startswith("/login")
    assert client.behind == []


@pytest.mark.parametrize(
    "path",
    [
        *("/_stcore/health", "/_stcore/host-config", "/results/0/x.csv", "/static/js/a.js", "/media/a.csv"),
        *("/favicon.png", "//evil.example", "/healthz/../connect", "/login/x", "/metrics/x"),
    ],
)
def test_all_else_is_refused(client, path):
    assert client.ask(path).status == 401
    assert client.behind == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_reading_a_page_leads_to_the_login(client, method):
    assert client.ask("/connect", method).status == 401


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_health_and_metrics_are_open_and_know_no_user(client, path):
    answer = client.ask(path, headers=[(USER_HEADER, "ada")])
    assert answer.body == "behind"
    assert USER_HEADER.encode() not in dict(client.behind[0]["headers"])


def test_a_login_opens_everything_and_the_app_learns_the_name_from_the_gate_alone(client):
    cookies = client.log_in("Zoë ", PASSWORDS["zoë"]).cookies
    forged = [(name, "eve") for name in (USER_HEADER, USER_HEADER.title(), USER_HEADER.replace("-", "_"))]
    assert client.ask("/_stcore/host-config", headers=forged, cookies=cookies).body == "behind"
    named = [value for name, value in client.behind[0]["headers"] if b"user" in name.lower()]
    assert named == [b"zo%C3%AB"]


def test_a_deep_link_arrives_where_it_was_going(client):
    to = client.ask("/columns", query="table=1&run=%C3%A4")["location"]
    assert to == "/login?next=%2Fcolumns%3Ftable%3D1%26run%3D%25C3%25A4"
    form = client.ask("/login", query=to.partition("?")[2]).body
    assert 'name="next" value="/columns?table=1&amp;run=%C3%A4"' in form
    assert client.log_in(after="/columns?table=1&run=%C3%A4")["location"] == "/columns?table=1&run=%C3%A4"


@pytest.mark.parametrize(
    "after",
    [
        *("//evil.example", "/\\evil", "https://evil.example/", "\\\\evil", "/\t/evil", "javascript:alert(1)"),
        *("/a\r\nx: y", "/columns/..//evil", " //evil", "/%2f/evil", "/?\\evil\n", "evil", "/a:b@evil", "/\u2028/evil"),
    ],
)
def test_a_login_leads_to_no_other_site(client, after):
    assert client.log_in(after=after)["location"] == "/"


def test_the_cookies_are_out_of_reach_for_scripts_and_other_sites(client):
    set_ = [value for name, value in client.log_in().headers if name == "set-cookie"]
    assert len(set_) == 2
    assert all("HttpOnly" in each and "SameSite=lax" in each and "Path=/" in each for each in set_)
    assert "Max-Age=43200" in set_[0]
    assert not any("Secure" in each for each in set_)


def test_they_are_for_https_alone_where_the_browser_came_by_https(client):
    answer = client.log_in(headers=[("origin", "https://rowid.example")])
    assert all("Secure" in value for name, value in answer.headers if name == "set-cookie")


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer_and_the_same_work(client, monkeypatch, told):
    done = []
    real = bcrypt.checkpw
    monkeypatch.setattr(bcrypt, "checkpw", lambda *given: done.append(given) or real(*given))
    wrong, unknown = client.log_in("ada", "wrong"), client.log_in("eve", "wrong")
    assert (wrong.status, wrong.cookies) == (401, {})
    assert wrong.body.replace("ada", "eve") == unknown.body
    assert [(name, value) for name, value in wrong.headers] == unknown.headers
    assert len(done) == 2
    assert done[1][1].decode().startswith("$2b$04$")
    assert told == [("LoginFailed", "ada", "192.0.2.1"), ("LoginFailed", None, "192.0.2.1")]


def test_logins_and_logouts_are_logged_by_a_known_name(client, told):
    cookies = client.log_in().cookies
    client.post("/logout", cookies=cookies)
    assert [event[:2] for event in told] == [("LoggedIn", "ada"), ("LoggedOut", "ada")]


def test_what_was_entered_comes_back_as_text(client):
    body = client.log_in('"><script>', "$style ${next}").body
    assert "<script>" not in body
    assert "&quot;&gt;&lt;script&gt;" in body
    assert "${next}" not in body


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("origin", "null")],
        [("origin", "http://evil.example")],
        [("origin", "http://rowid.example.evil")],
        [("origin", "http://rowid.example"), ("sec-fetch-site", "cross-site")],
        [("origin", "http://rowid.example"), ("sec-fetch-site", "same-site")],
    ],
)
def test_a_form_of_another_site_is_refused(client, headers):
    cookies = client.log_in().cookies
    answer = client.log_in(headers=headers)
    assert (answer.status, answer.cookies) == (403, {})
    assert client.post("/logout", headers=headers, cookies=cookies).status == 403
    assert client.ask("/connect", cookies=cookies).status == 200


@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_other_methods_do_nothing(client, path):
    assert client.ask(path, "PUT").status == 405
    assert client.ask("/logout").status == 405


@pytest.mark.parametrize("body", [b"user=" + b"a" * 9000, b"&".join([b"a=b"] * 20), b"user=%ff&password=x", b"\xff"])
def test_a_form_that_is_none_is_refused(client, body):
    assert client.ask("/login", "POST", [("origin", "http://rowid.example")], body=body).status == 400


def test_a_browser_that_goes_away_while_it_sends_is_no_error(client):
    scope = client.scope("http", "/login", [("origin", "http://rowid.example")], method="POST")
    sent = []

    async def gone():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    finished(client.gate(scope, gone, send))
    assert sent[0]["status"] == 400


def test_the_login_page_loads_nothing_and_is_not_kept(client):
    answer = client.ask("/login")
    assert answer["cache-control"] == "no-store"
    assert "default-src 'none'" in answer["content-security-policy"]
    assert "frame-ancestors 'none'" in answer["content-security-policy"]
    assert 'autocomplete="current-password"' in answer.body
    assert "<script" not in answer.body


def test_whoever_is_logged_in_needs_no_login_page(client):
    cookies = client.log_in().cookies
    assert client.ask("/login", query="next=/run", cookies=cookies)["location"] == "/run"


def test_logging_out_ends_the_session_and_not_only_the_cookie(client):
    cookies = client.log_in().cookies
    answer = client.post("/logout", cookies=cookies)
    assert (answer.status, answer["location"]) == (303, "/login")
    assert answer.cookies["rowid_session"] == '""'
    assert client.ask("/connect", cookies=cookies).status == 303


def test_logging_in_again_ends_the_earlier_session_of_that_browser(client):
    first = client.log_in().cookies
    second = client.log_in(cookies=first).cookies
    assert [client.ask("/connect", cookies=each).status for each in (first, second)] == [303, 200]


def test_a_cookie_that_was_changed_or_signed_elsewhere_is_worth_nothing(client, tmp_path):
    cookies = client.log_in().cookies
    good = cookies["rowid_session"]
    foreign = URLSafeTimedSerializer("x" * 64, salt="rowid session").dumps(["ada", "0" * 32, "0" * 32])
    swapped = ("A" if good[10] != "A" else "B").join((good[:10], good[11:]))
    for forged in ("", "x", foreign, swapped, good[:-1], cookies["rowid_device"]):
        assert client.ask("/connect", cookies={"rowid_session": forged}).status == 303
    assert client.ask("/connect", cookies={"rowid_session": good}).status == 200


def test_failures_lock_a_name_and_not_the_browser_in_which_its_user_logged_in_before(client):
    device = client.log_in().cookies
    device.pop("rowid_session")
    for _ in range(5):
        assert client.log_in(password="wrong").status == 401
    assert client.log_in().status == 401, "the right password, from a browser that is not known"
    client.address = "198.51.100.7"
    assert client.log_in().status == 401, "nor from another address"
    assert client.log_in("zoë", PASSWORDS["zoë"]).status == 303
    assert client.log_in(cookies=device).status == 303
    assert client.log_in("zoë", "wrong", cookies=device).status == 401, "it is another user's browser"


def test_failures_lock_an_address_for_all_names(client):
    for at in range(20):
        client.log_in(f"user{at}", "wrong")
    assert client.log_in().status == 401
    client.address = "198.51.100.7"
    assert client.log_in().status == 303


def test_no_more_wait_for_bcrypt_than_a_few(client, monkeypatch):
    monkeypatch.setattr(gate, "_MOST_WAITING", 0)
    answer = client.log_in()
    assert (answer.status, answer.cookies) == (503, {})


def converse(client, cookies, on_open=lambda: None):
    """Opens a web socket; returns what the gate sent. The application behind accepts it and waits."""
    sent = []

    async def run():
        started = asyncio.Event()

        async def waits(scope, receive, send):
            client.behind.append(scope)
            await send({"type": "websocket.accept"})
            started.set()
            await asyncio.Event().wait()

        client.gate._app = waits

        async def send(message):
            sent.append(message)

        scope = client.scope("websocket", "/_stcore/stream", cookies=cookies)
        talk = asyncio.ensure_future(client.gate(scope, None, send))
        await asyncio.wait({talk, asyncio.ensure_future(started.wait())}, return_when=asyncio.FIRST_COMPLETED)
        on_open()
        await asyncio.wait_for(talk, 5)

    finished(run())
    return [message["type"] for message in sent]


def test_a_web_socket_without_a_session_is_refused(client):
    for cookies in ({}, {"rowid_session": "x"}):
        assert converse(client, cookies) == ["websocket.close"]
    assert client.behind == []


def test_an_open_web_socket_is_closed_when_its_session_ends(client, monkeypatch, file):
    monkeypatch.setattr(gate, "CHECK_S", 0.01)
    cookies = client.log_in().cookies
    gone = {name: password for name, password in PASSWORDS.items() if name != "ada"}
    assert converse(client, cookies, lambda: write_users(file, gone)) == ["websocket.accept", "websocket.close"]


def test_an_error_behind_an_open_web_socket_is_not_swallowed(client):
    async def fails(scope, receive, send):
        raise ZeroDivisionError

    cookies = client.log_in().cookies
    client.gate._app = fails
    with pytest.raises(ZeroDivisionError):
        finished(client.gate(client.scope("websocket", "/", cookies=cookies), None, None))

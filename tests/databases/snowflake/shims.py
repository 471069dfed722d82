"""Faults of fakesnow 0.12.1, made good for the tests: each here with its reason, and listed in docs/snowflake.md.

Nothing of this is in the package: the connector, and all of rowid, are the real ones and speak to it over HTTP.
"""

import base64
import contextlib
import gzip
import json
from collections.abc import Awaitable, Callable, Iterator
from string import Template
from typing import Any
from unittest import mock
from urllib.parse import parse_qs

import pyarrow as pa

PASSWORD = "sn0w & ice"
CHUNK = 1000
"""Rows of one part of a result."""


@contextlib.contextmanager
def server() -> Iterator[tuple[int, "Gate"]]:
    """The server with its faults made good: its port, and the gate in front of it."""
    import fakesnow

    start = fakesnow.server  # the function: importing the module of the same name, as below, puts that in its place
    import fakesnow.arrow
    import fakesnow.copy_into
    import fakesnow.cursor
    import fakesnow.info_schema
    import fakesnow.server
    import fakesnow.transforms

    gate = Gate(fakesnow.server.app)
    with contextlib.ExitStack() as stack:
        for target, name, made_good in (  # and SUM of a column is made of floats, whatever the column's type
            (fakesnow.arrow, "timestamp_to_sf_struct", _null_timestamps(fakesnow.arrow.timestamp_to_sf_struct)),
            (fakesnow.copy_into, "_get_table_columns", _exact_columns),
            (fakesnow.copy_into, "_describe_table", _quoted_describe),
            (fakesnow.cursor, "SQL_CREATED_TABLE", _Escaped(fakesnow.cursor.SQL_CREATED_TABLE.template)),
            (fakesnow.cursor, "SQL_DROPPED", _Escaped(fakesnow.cursor.SQL_DROPPED.template)),
            (fakesnow.info_schema, "insert_table_comment_sql", _no_comment),
            (fakesnow.info_schema, "insert_text_lengths_sql", _escaped(fakesnow.info_schema.insert_text_lengths_sql)),
            (fakesnow.transforms, "numeric_agg_implicit_cast", lambda expression: expression),
            (fakesnow.transforms, "merge", _aliased(fakesnow.transforms.merge)),
            (fakesnow.transforms, "to_decimal", _hexadecimal(fakesnow.transforms.to_decimal)),
            (fakesnow.server, "app", gate),
        ):
            stack.enter_context(mock.patch.object(target, name, made_good))
        yield stack.enter_context(start())["port"], gate


def _null_timestamps(original: Callable[[Any], pa.StructArray]) -> Callable[[Any], pa.StructArray]:
    """A null timestamp comes back as 1970-01-01: the struct that stands for it lacks the nulls."""

    def made_good(column: Any) -> pa.StructArray:
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        struct = original(whole.fill_null(0))
        return pa.StructArray.from_arrays(struct.flatten(), fields=list(struct.type), mask=whole.is_null())

    return made_good


def _exact_columns(table: Any, duck: Any, database: str | None, schema: str | None) -> list[str]:
    """MATCH_BY_COLUMN_NAME = CASE_SENSITIVE knows capitals alone: a column of small letters is filled with nulls."""
    return [name for name, _ in _quoted_describe(table, duck, database, schema)]


def _quoted_describe(table: Any, duck: Any, database: str | None, schema: str | None) -> list[tuple[str, str]]:
    """COPY INTO looks its table up without quotes, and a temporary one where none is: neither is found."""
    temporary = duck.execute(
        "SELECT 1 FROM duckdb_tables() WHERE temporary AND table_name = ?", [table.name]
    ).fetchall()
    parts = ("temp", "main", table.name) if temporary else (table.catalog or database, table.db or schema, table.name)
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in parts)
    return [(row[0], row[1]) for row in duck.execute(f"DESCRIBE {quoted}").fetchall()]


def _aliased(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """MERGE does not know the alias of the table that it merges from; that of a query it knows."""
    from sqlglot import exp

    def made_good(expression: Any) -> Any:
        source = expression.args.get("using") if isinstance(expression, exp.Merge) else None
        if isinstance(source, exp.Table) and (alias := source.args.get("alias")):
            plain = source.copy()
            plain.set("alias", None)
            query = exp.select("*").from_(plain)
            expression.set("using", exp.Subquery(this=query, alias=alias.copy()))
        return original(expression)

    return made_good


def _no_comment(*_: Any) -> str:
    """MERGE fails in a transaction: it makes a table of its own, whose comment is kept in another DuckDB database."""
    return "SELECT 1"


class _Escaped(Template):
    """The same of the words with which CREATE and DROP say that they are done."""

    def substitute(self, /, **given: Any) -> str:  # type: ignore[override]
        return super().substitute(**{key: value.replace("'", "''") for key, value in given.items()})


def _escaped(original: Callable[..., str]) -> Callable[..., str]:
    """CREATE TABLE fails for a name with an apostrophe: it is put between two as it is."""

    def made_good(catalog: str, schema: str, table: str, lengths: list[tuple[str, int]]) -> str:
        twice = [(name.replace("'", "''"), size) for name, size in lengths]
        return original(*(part.replace("'", "''") for part in (catalog, schema, table)), twice)

    return made_good


def _hexadecimal(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """TO_NUMBER knows no format, so not the hexadecimal one, 'XXX'."""
    from sqlglot import exp

    def made_good(expression: Any) -> Any:
        written = expression.args.get("format") if isinstance(expression, exp.ToNumber) else None
        if written is None or set(written.name) != {"X"}:
            return original(expression)
        digits = exp.DPipe(this=exp.Literal.string("0x"), expression=expression.this)
        return exp.cast(digits, "bigint")

    return made_good


class Gate:
    """In front of fakesnow: what its server lacks, and what the tests want to know of it.

    - Any password is accepted: here one is the right one, and a wrong one is refused with Snowflake's own number.
    - A result comes in one piece, however large: here it has parts to be fetched, as Snowflake's have.
    - What was sent is kept: the number of logins, and each statement with its parameters.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self.waiting: dict[str, bytes] = {}  # parts of results that nobody has fetched
        self.logins: list[dict[str, Any]] = []
        self.statements: list[dict[str, Any]] = []
        self.outages = 0  # how many logins to answer with 'service unavailable'
        self.ended = 0  # how many statements to answer with 'the session does not exist any more'

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path = scope["path"]
        if path.startswith("/chunk/"):
            part = self.waiting.pop(path, None)
            return await _reply(send, part or b"", "application/octet-stream", 404 if part is None else 200)
        if path not in {"/session/v1/login-request", "/queries/v1/query-request"}:
            return await self._app(scope, receive, send)
        body = await _whole(receive)
        told = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        if "login" in path:
            return await self._login(scope, body, told["data"], send)
        self.statements.append(told)
        if self.ended:
            self.ended -= 1
            return await _refuse(send, "390111", "Session no longer exists. New login required to access the service.")
        return await self._app(scope, _again(body), _Rewritten(send, self._parted, scope))

    async def _login(self, scope: Any, body: bytes, data: dict[str, Any], send: Any) -> None:
        self.logins.append(data)
        if self.outages:
            self.outages -= 1
            return await _reply(send, b"", "text/plain", 503)
        if data.get("AUTHENTICATOR", "SNOWFLAKE") == "SNOWFLAKE" and data.get("PASSWORD") != PASSWORD:
            return await _refuse(send, "390100", "Incorrect username or password was specified.")
        return await self._app(scope, _again(body), send)

    def _parted(self, answer: bytes, scope: Any) -> bytes:
        told = json.loads(answer)
        data = told.get("data") or {}
        if data.get("queryResultFormat") != "arrow" or not data.get("rowsetBase64") or data["total"] <= CHUNK:
            return answer
        table = pa.ipc.open_stream(base64.b64decode(data["rowsetBase64"])).read_all()
        host = dict(scope["headers"])[b"host"].decode()
        query = parse_qs(scope["query_string"].decode())["requestId"][0]
        data["chunks"] = []
        for start in range(CHUNK, table.num_rows, CHUNK):
            part, where = ipc(table.slice(start, CHUNK)), f"/chunk/{query}/{start}"
            self.waiting[where] = part
            rows = min(CHUNK, table.num_rows - start)
            sizes = {"uncompressedSize": len(part), "compressedSize": len(part)}
            data["chunks"].append({"url": f"http://{host}{where}", "rowCount": rows, **sizes})
        data["rowsetBase64"] = base64.b64encode(ipc(table.slice(0, CHUNK))).decode()
        data["chunkHeaders"] = {}
        return json.dumps(told).encode()


class _Rewritten:
    """Sends an answer when it is whole, as ``change`` makes it."""

    def __init__(self, send: Any, change: Callable[[bytes, Any], bytes], scope: Any) -> None:
        self._send, self._change, self._scope, self._body = send, change, scope, b""

    async def __call__(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            return
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            body = self._change(self._body, self._scope) if self._status == 200 else self._body
            await _reply(self._send, body, "application/json", self._status)


def ipc(table: pa.Table) -> bytes:
    """A table as Snowflake sends a part of a result."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


async def _whole(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _again(body: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _refuse(send: Any, code: str, message: str) -> None:
    told = {"data": {}, "code": code, "message": message, "success": False}
    await _reply(send, json.dumps(told).encode(), "application/json")


async def _reply(send: Any, body: bytes, kind: str, status: int = 200) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

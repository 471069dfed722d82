"""The ledger: every run of this installation, in one SQLite file that any number of processes may share."""

import json
import os
import platform
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from rowid.errors import SinkError, SourceError
from rowid.events import BatchHashed, Event, RunFailed, RunFinished, RunStarted
from rowid.model import RunRecord, RunTotals

BEAT_S = 0.5
"""Seconds between two records of a run's progress."""

SILENCE = timedelta(hours=24)
"""How long a run of another host, whose processes cannot be seen from here, is believed in after its last word."""

_BUSY_S = 10.0
_MIGRATIONS = (
    """CREATE TABLE runs (
        run_id TEXT PRIMARY KEY,
        started_at TEXT NOT NULL,
        heard_at TEXT NOT NULL,
        status TEXT NOT NULL,
        host TEXT NOT NULL,
        pid INTEGER NOT NULL,
        pid_started REAL NOT NULL,
        source TEXT NOT NULL,
        sink TEXT NOT NULL,
        recipe TEXT NOT NULL,
        recipe_fingerprint TEXT NOT NULL,
        output_fingerprint TEXT NOT NULL DEFAULT '',
        rows INTEGER NOT NULL DEFAULT 0,
        rows_total INTEGER,
        distinct_ids INTEGER,
        duplicate_rows INTEGER,
        null_ids INTEGER,
        elapsed_s REAL NOT NULL DEFAULT 0,
        error TEXT NOT NULL DEFAULT '',
        message TEXT NOT NULL DEFAULT '',
        phases TEXT NOT NULL DEFAULT '{}'
    )""",
    "ALTER TABLE runs ADD COLUMN receipt TEXT NOT NULL DEFAULT '{}'",
)
"""Statement n takes the file from ``user_version`` n to n + 1."""

_FINISHED = "FROM runs WHERE status = 'finished'"
_FAILED = "SELECT error, COUNT(*), MAX(heard_at) FROM runs WHERE status = 'failed' GROUP BY error"
_PHASES = "SELECT key, SUM(value) FROM runs, json_each(phases) WHERE status = 'finished' GROUP BY key"
_LOADED = """SELECT key, SUM(value) FROM runs, json_each(receipt) WHERE status = 'finished'
    AND json_extract(receipt, '$.verified') IS NOT NULL
    AND key IN ('inserted', 'updated', 'unchanged', 'rejected', 'removed') GROUP BY key"""


class Ledger:
    """An observer that records runs in the SQLite file at ``path``, and answers what ran. Holds no connection open.

    The file is made at the first run that is recorded. SQLite's own journal is kept (not WAL, which a home directory
    on a network disk does not bear): writes are few and small, and who meets a lock waits for it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._beats: dict[str, float] = {}  # the runs this object saw start, and when it last wrote of each

    def __call__(self, event: Event) -> None:
        """Records the event.

        Of a run whose start could not be recorded nothing more is tried: one failure is told once, not with each batch.
        """
        if isinstance(event, RunStarted):
            self._start(event)
        elif event.run_id in self._beats:
            if not isinstance(event, BatchHashed):
                self._end(event)
            elif monotonic() - self._beats[event.run_id] >= BEAT_S:
                self._beat(event)

    def runs(self, limit: int = 200) -> list[RunRecord]:
        """The last ``limit`` runs, newest first."""
        return self._select("ORDER BY started_at DESC, rowid DESC LIMIT ?", limit)

    def run(self, run_id: str) -> RunRecord | None:
        """The run of this identifier, or None."""
        return next(iter(self._select("WHERE run_id = ?", run_id)), None)

    def totals(self, bounds: Sequence[float]) -> RunTotals:
        """What all runs came to; ``bounds`` are seconds (see ``RunTotals.took``)."""
        counts = "COUNT(*), TOTAL(rows), TOTAL(duplicate_rows), TOTAL(null_ids), TOTAL(elapsed_s), MAX(heard_at)"
        took = "".join(", TOTAL(elapsed_s <= ?)" for _ in bounds)
        with self._reading() as connection:
            if connection is None:
                return RunTotals(0, {}, 0, 0, 0, 0, 0.0, (0,) * len(bounds), {}, {}, {})
            sums = connection.execute(f"SELECT {counts}{took} {_FINISHED}", bounds).fetchone()
            failures, phases, loaded = (connection.execute(sql).fetchall() for sql in (_FAILED, _PHASES, _LOADED))
            started = [_record(row) for row in connection.execute("SELECT * FROM runs WHERE status = 'running'")]
        failed = Counter({error: count for error, count, _ in failures})
        failed.update(run.error for run in started if run.status == "failed")
        ends = {"finished": sums[5], "failed": max((at for *_, at in failures), default=None)}
        return RunTotals(
            finished=sums[0],
            failed=dict(failed),
            running=sum(run.status == "running" for run in started),
            rows=int(sums[1]),
            duplicate_rows=int(sums[2]),
            null_ids=int(sums[3]),
            elapsed_s=sums[4],
            took=tuple(int(number) for number in sums[6:]),
            phases=dict(map(tuple, phases)),
            loaded=dict(map(tuple, loaded)),
            last_end={status: datetime.fromisoformat(at).timestamp() for status, at in ends.items() if at},
        )

    def _start(self, event: RunStarted) -> None:
        pid = os.getpid()
        self._write(
            "INSERT INTO runs (run_id, started_at, heard_at, status, host, pid, pid_started, source, sink, recipe,"
            " recipe_fingerprint, rows_total) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?)",
            event.run_id,
            _iso(event.at),
            _iso(event.at),
            platform.node(),
            pid,
            _process_started(pid) or 0.0,
            event.source,
            event.sink,
            json.dumps(dict(event.recipe), ensure_ascii=False),
            event.recipe_fingerprint,
            event.rows_total,
        )
        self._beats[event.run_id] = monotonic()

    def _beat(self, event: BatchHashed) -> None:
        self._beats[event.run_id] = monotonic()
        self._write(
            "UPDATE runs SET heard_at = ?, rows = ?, rows_total = ?, elapsed_s = ? WHERE run_id = ?",
            _iso(event.at),
            event.rows_done,
            event.rows_total,
            event.elapsed_s,
            event.run_id,
        )

    def _end(self, event: RunFinished | RunFailed) -> None:
        del self._beats[event.run_id]
        if isinstance(event, RunFailed):
            self._write(
                "UPDATE runs SET status = 'failed', heard_at = ?, rows = ?, elapsed_s = ?, error = ?, message = ?"
                " WHERE run_id = ?",
                _iso(event.at),
                event.rows_done,
                event.elapsed_s,
                event.error,
                event.message,
                event.run_id,
            )
            return
        self._write(
            "UPDATE runs SET status = 'finished', heard_at = ?, rows = ?, rows_total = ?, distinct_ids = ?,"
            " duplicate_rows = ?, null_ids = ?, output_fingerprint = ?, elapsed_s = ?, phases = ?, receipt = ?"
            " WHERE run_id = ?",
            _iso(event.at),
            event.rows,
            event.rows,
            event.distinct_ids,
            event.duplicate_rows,
            event.null_ids,
            event.output_fingerprint,
            event.elapsed_s,
            json.dumps(dict(event.phases)),
            json.dumps(dict(event.receipt)),
            event.run_id,
        )

    def _write(self, statement: str, *values: object) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._transaction() as connection:
                connection.execute(statement, [_storable(value) for value in values])
        except (OSError, sqlite3.Error) as error:
            raise SinkError(
                f"the ledger of runs cannot be written ({error})",
                where=str(self.path),
                hint="The run is not recorded; ROWID_STATE_DIR names another place for it.",
            ) from error

    def _select(self, rest: str, *values: object) -> list[RunRecord]:
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(f"SELECT * FROM runs {rest}", values).fetchall()  # noqa: S608  ours
        return [_record(row) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """A transaction that reads; None where no run was ever recorded."""
        if not self.path.exists() and not self.path.parent.is_file():
            yield None
            return
        try:
            with self._transaction() as connection:
                connection.row_factory = sqlite3.Row
                yield connection
        except sqlite3.Error as error:
            raise SourceError(f"the ledger of runs cannot be read ({error})", where=str(self.path)) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction in a file of the present schema; takes the write lock at once, so that no two upgrade it."""
        with closing(sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > len(_MIGRATIONS):
                raise sqlite3.DatabaseError("a newer version of rowid wrote it")
            for migration in _MIGRATIONS[version:]:
                connection.execute(migration)
            if version < len(_MIGRATIONS):
                connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")
            yield connection
            connection.execute("COMMIT")  # a connection that is closed before this rolls back


def _record(row: sqlite3.Row) -> RunRecord:
    plain: dict[str, Any] = dict(row)
    heard_at = datetime.fromisoformat(plain.pop("heard_at"))
    host, pid, pid_started = plain.pop("host"), plain.pop("pid"), plain.pop("pid_started")
    del plain["output_fingerprint"]
    plain |= {name: json.loads(plain[name]) for name in ("recipe", "phases", "receipt")}
    if plain["status"] == "running" and not _alive(host, pid, pid_started, heard_at):
        plain |= {"status": "failed", "error": "ProcessEnded", "message": "The process ended without a word."}
    return RunRecord(**plain)


def _alive(host: str, pid: int, pid_started: float, heard_at: datetime) -> bool:
    """Whether a running run can still be: its process is there, or cannot be seen from here and spoke lately."""
    if host != platform.node():
        return datetime.now(UTC) - heard_at < SILENCE
    started = _process_started(pid)
    return started is not None and abs(started - pid_started) < 2  # a process number is given again, in time


def _process_started(pid: int) -> float | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def _storable(value: object) -> object:
    """A file's name may hold bytes that are no text; SQLite takes text alone."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

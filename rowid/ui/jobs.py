"""Work that takes longer than a page may: done in threads that anyone who knows a job's key can watch and stop."""

import logging
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cache
from typing import Any, Generic, TypeVar

import pyarrow as pa

from rowid import stream
from rowid.errors import Cancelled
from rowid.model import Progress, SourceInfo
from rowid.ports import Source

AT_ONCE = 4
KEPT = 64

T = TypeVar("T")
log = logging.getLogger("rowid.app")


class Job(Generic[T]):
    """A piece of work: how far it is, what came of it. ``work`` is called with the job, in a thread of its own.

    ``about`` are the IDs of the tables and runs that it needs until it ends.
    """

    def __init__(self, work: "Callable[[Job[T]], T]") -> None:
        self._work = work
        self.about: set[str] = set()
        self.stop_asked = threading.Event()
        self._ended = threading.Event()
        self.started = time.monotonic()
        self.progress: Progress | None = None
        self.result: T | None = None
        self.error: Exception | None = None

    def report(self, progress: Progress) -> None:
        """Remembers how far the work is; to be passed on as a progress callback."""
        self.progress = progress

    def should_stop(self) -> bool:
        """Whether someone asked the work to stop; to be passed on as a ``should_stop``."""
        return self.stop_asked.is_set()

    def cancel(self) -> None:
        """Asks the work to stop; it does so at the next rows."""
        self.stop_asked.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the end, at most ``timeout`` seconds; returns whether it has come."""
        return self._ended.wait(timeout)

    @property
    def ended(self) -> bool:
        """Whether there is a result or an error."""
        return self._ended.is_set()

    @property
    def elapsed_s(self) -> float:
        """Seconds since it was asked for."""
        return time.monotonic() - self.started

    def run(self, slots: threading.Semaphore) -> None:
        """Does the work when a slot is free. Whatever it raises is kept for whoever asks for the result.

        Work that was stopped while it waited begins nevertheless: it alone knows how to end, and does so at once.
        """
        has_slot = False
        while not has_slot and not self.should_stop():
            has_slot = slots.acquire(timeout=0.2)
        try:
            self.result = self._work(self)
        except Exception as error:  # noqa: BLE001  the boundary of the thread: a page shows it
            self.error = error
        finally:
            if has_slot:
                slots.release()
            self._ended.set()


class Jobs:
    """The jobs of this process by their keys: one per key, the last ``KEPT`` that ended are remembered."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[Hashable, Job[Any]] = OrderedDict()
        self._lock = threading.Lock()
        self._slots: defaultdict[str, threading.Semaphore] = defaultdict(lambda: threading.BoundedSemaphore(AT_ONCE))

    def ask(self, key: Hashable, work: Callable[[Job[T]], T], *, about: Iterable[str] = (), lane: str = "") -> Job[T]:
        """The job of this key, started now if there is none; it waits for others of its ``lane`` at most.

        ``about``: the tables and runs that whoever asks wants it for, by their IDs.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                job = self._jobs[key] = Job(work)
                # a daemon: a process that is told to end does not wait for a job that nobody will read
                threading.Thread(
                    target=job.run, args=(self._slots[lane],), name=f"job-{len(self._jobs)}", daemon=True
                ).start()
            job.about.update(about)
            self._jobs.move_to_end(key)
            ended = [key for key, job in self._jobs.items() if job.ended]
            for old in ended[: max(0, len(ended) - KEPT)]:
                del self._jobs[old]
            return job

    def get(self, key: Hashable) -> Job[Any] | None:
        """The job of this key, or None."""
        return self._jobs.get(key)

    def forget(self, job: Job[Any]) -> None:
        """Stops a job and lets its key be asked for again."""
        job.cancel()
        with self._lock:
            for key in [key for key, known in self._jobs.items() if known is job]:
                del self._jobs[key]

    def forget_keys(self, *starts: tuple[str, ...]) -> None:
        """Forgets the jobs whose key is a tuple that begins like one of ``starts``."""
        with self._lock:
            jobs = [
                job
                for key, job in self._jobs.items()
                if isinstance(key, tuple) and any(key[: len(start)] == start for start in starts)
            ]
        for job in jobs:
            self.forget(job)

    def running(self, kind: str) -> list[tuple[Hashable, Job[Any]]]:
        """Keys and jobs that have not ended and whose key is a tuple that starts with ``kind``."""
        with self._lock:
            return [
                (key, job)
                for key, job in self._jobs.items()
                if not job.ended and isinstance(key, tuple) and key[0] == kind
            ]

    def open_keys(self) -> list[Hashable]:
        """The keys of the jobs that have not ended."""
        with self._lock:
            return [key for key, job in self._jobs.items() if not job.ended]

    def needed(self) -> set[str]:
        """The IDs of the tables and runs that jobs which have not ended are about."""
        with self._lock:
            return {one for job in self._jobs.values() if not job.ended for one in job.about}

    def close(self, timeout: float = 10.0) -> None:
        """Stops all jobs and waits for them, at most ``timeout`` seconds in all."""
        with self._lock:
            open_jobs = [job for job in self._jobs.values() if not job.ended]
        for job in open_jobs:
            job.cancel()
        until = time.monotonic() + timeout
        for job in open_jobs:
            job.wait(max(0.0, until - time.monotonic()))


class Process:
    """What all sessions of this process share."""

    def __init__(self) -> None:
        self.jobs = Jobs()
        self.serves_results = False
        """Whether the server has the route from which a result is downloaded; ``streamlit run`` alone has not."""
        self.has_gate = False
        """Whether nobody reaches the pages but through the login."""


@cache
def process() -> Process:
    """The one ``Process`` there is."""
    return Process()


class Watched:
    """A source whose reading a job reports and can stop, for work that takes no progress callback of its own."""

    def __init__(self, source: Source, job: Job[Any], phase: str) -> None:
        self._source, self._job, self._phase = source, job, phase

    @property
    def name(self) -> str:
        """The source's name."""
        return self._source.name

    def info(self) -> SourceInfo:
        """What the source understood."""
        return self._source.info()

    def open(self) -> pa.RecordBatchReader:
        """A fresh reader that reports each batch."""
        rows = self._source.open()
        return stream.reader(rows.schema, self._batches(rows))

    def _batches(self, rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        done, total, started = 0, self._source.info().rows, time.perf_counter()
        for batch in rows:
            if self._job.should_stop():
                raise Cancelled("it was stopped")
            yield batch
            done += batch.num_rows
            self._job.report(Progress(done, total, time.perf_counter() - started, self._phase))

"""From a batch to the digests of its rows, by the reference or by the kernel; both give the same."""

import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid import canonical, digest, tuning
from rowid.errors import CanonicalError, UsageError
from rowid.lanes import processors
from rowid.recipe import Recipe
from rowid.stream import taken

STRATEGIES = ("auto", "simple", "batch", "parallel", "stream")

_ENOUGH = 10_000  # rows of the reference that tell what the next ones will cost
_SMALL = 32_768
_LARGE = 1 << 22  # hexadecimal IDs of so many rows fit into an Arrow array with 32-bit offsets
_STREAMED = 1 << 17
_HELD = 96  # bytes of a row's digest and of its hexadecimal digits
_SURELY_SMALL = 1 << 26
_SHARE = 4  # a table that takes more than one part in so many of the free memory streams
_FUTURE = 3  # runs like this one that are taken to come


@dataclass(slots=True)
class Digested:
    """Digests of n rows, uint8 (n, 32), empty if they were not wanted; their hexadecimal digits if they are at hand.

    ``nulls`` counts the null key fields of each row, (n,); None if there is none in the batch. The seconds are those
    that went into texts and messages, and into hashing; the kernel does both at once and counts them as hashing.
    """

    digests: np.ndarray
    hexes: pa.Buffer | None
    nulls: np.ndarray | None
    canonicalise_s: float = 0.0
    hash_s: float = 0.0


class Hasher:
    """Makes digests by a recipe, the way that is expected to be the faster one.

    ``strategy``: ``simple`` is the reference, ``batch`` the kernel on one thread, ``parallel`` the kernel on all
    processors, ``stream`` the same on few rows at a time, so that what it holds does not grow with the table. ``auto``
    takes the reference for few rows and without numba, and streams what is large beside the free memory. ``reason``
    says why. Who has many small tables comes to the kernel, too: it is loaded no later than when the reference has
    taken, in this process, as long as loading takes, so that nobody waits more than twice as long as need be.
    """

    spent_s: ClassVar[float] = 0.0
    """Seconds that the reference has taken in this process."""

    def __init__(self, recipe: Recipe, *, strategy: str = "auto", threads: int | None = None) -> None:
        if strategy not in STRATEGIES:
            raise UsageError(f"strategy is {strategy!r}", hint=f"It is one of {', '.join(STRATEGIES)}.")
        self.recipe = recipe
        self.strategy, self.reason = strategy, "asked for"
        self._key = digest.secret(recipe.key_env)
        self._threads = threads or (1 if strategy == "batch" else processors())
        self._fast = strategy in ("batch", "parallel", "stream")
        self._expected = self._done = 0
        self._row_bytes = 0
        self._streams = strategy == "stream"
        self._took = 0.0

    def expect(self, rows: int | None, row_bytes: int = 0) -> None:
        """Says how many rows are to come in all, at least, None if nobody knows; and about how many bytes each has."""
        self._expected = max(self._expected, rows or 0)
        self._row_bytes = max(self._row_bytes, row_bytes)

    @property
    def step(self) -> int:
        """How many rows to give it next: few as long as it may find that the kernel pays after all."""
        self._choose()
        if self._streams:
            return _STREAMED
        return _LARGE if self._fast else _SMALL

    @property
    def used(self) -> str:
        """The strategy that ``auto`` came to, or the one that was asked for."""
        if self.strategy != "auto":
            return self.strategy
        if not self._fast:
            return "simple"
        return "stream" if self._streams else "parallel" if self._threads > 1 else "batch"

    def texts(self, batch: pa.RecordBatch, first_row: int) -> list[pa.Array]:
        """The canonical texts of the key columns, each a large_string array of the batch's length."""
        return [
            canonical.texts(batch.column(name), self.recipe.rule(name), column=name, first_row=first_row)
            for name in self.recipe.columns
        ]

    def messages(self, batch: pa.RecordBatch, rows: np.ndarray) -> list[bytes]:
        """The messages of some rows of a batch, by their positions."""
        return canonical.messages(self.texts(self._key_rows(batch, rows), 1)).to_pylist()

    def digests(self, messages: list[bytes]) -> np.ndarray:
        """The digests of messages, uint8 (n, 32)."""
        return digest.digests(messages, self._key)

    def digested(self, batch: pa.RecordBatch, first_row: int, *, wants_digests: bool = True) -> Digested:
        """The digests of a batch whose first row is number ``first_row``."""
        self.expect(self._done + batch.num_rows)
        self._choose()
        self._done += batch.num_rows
        if self._fast and batch.num_rows:
            return self._by_kernel(batch, first_row, wants_digests)
        return self._by_reference(batch, first_row)

    def _choose(self) -> None:
        """Comes to the kernel as soon as it pays for the rows that are still to come."""
        if self.strategy == "auto" and not self._fast:
            self._fast, self.reason = _is_worth_it(self._expected - self._done, self._row_s, Hasher.spent_s)
            if self._fast and _is_large(self._expected * (self._row_bytes + _HELD)):
                self._streams = True
                self.reason += f"; they take more than 1/{_SHARE} of the free memory, so they stream"

    @property
    def _row_s(self) -> float:
        """Seconds of the reference for a row: of the rows that it has done, if they are enough, else as tuned."""
        return self._took / self._done if self._done >= _ENOUGH else tuning.costs().reference_s

    def _key_rows(self, batch: pa.RecordBatch, rows: np.ndarray) -> pa.RecordBatch:
        """Some rows of the key columns; what else is in the batch may be of a type from which Arrow takes nothing."""
        return taken(batch.select(list(self.recipe.columns)), rows)

    def _by_reference(self, batch: pa.RecordBatch, first_row: int) -> Digested:
        started = time.perf_counter()
        texts = self.texts(batch, first_row)
        messages = canonical.messages(texts).to_pylist()
        between = time.perf_counter()
        with_nulls = [pc.is_null(text).to_numpy(zero_copy_only=False) for text in texts if text.null_count]
        nulls = np.add.reduce(with_nulls, dtype=np.uint16) if with_nulls else None
        digests = self.digests(messages)
        ended = time.perf_counter()
        self._took += ended - started
        Hasher.spent_s += ended - started
        return Digested(digests, None, nulls, between - started, ended - between)

    def _by_kernel(self, batch: pa.RecordBatch, first_row: int, wants_digests: bool) -> Digested:
        from rowid import kernel

        started = time.perf_counter()
        wants_hexes = self.recipe.form == "hex"
        rows = kernel.hashed(
            batch, self.recipe, self._key,
            digests=wants_digests or not wants_hexes, hexes=wants_hexes, first_row=first_row, threads=self._threads,
        )  # fmt: skip
        if rows.any_left:
            left = np.flatnonzero(rows.left)
            try:
                some = self._by_reference(self._key_rows(batch, left), 1)
            except CanonicalError:
                return self._by_reference(batch, first_row)  # which raises it again, and names the right rows
            if rows.digest.size:
                rows.digests[left] = some.digests
            if rows.hex.size:
                rows.hexes[left] = digest.hex_digits(some.digests)
            rows.nulls[left] = 0 if some.nulls is None else some.nulls
            rows.any_null |= some.nulls is not None
        nulls = rows.nulls if rows.any_null else None
        hexes = rows.hex if wants_hexes else None
        took = time.perf_counter() - started
        return Digested(rows.digests, hexes, nulls, rows.planned_s, took - rows.planned_s)


def _is_large(bytes_: int) -> bool:
    """Whether so much is a large share of the memory that is free."""
    if bytes_ < _SURELY_SMALL:
        return False
    import psutil

    return bytes_ * _SHARE > psutil.virtual_memory().available


def _is_worth_it(rows: int, row_s: float, spent_s: float) -> tuple[bool, str]:
    """Whether to give the digests of so many rows by the kernel, and why.

    The reference takes ``row_s`` for each, and has taken ``spent_s`` for others before.
    """
    loaded = sys.modules.get("rowid.kernel")
    if loaded is not None and loaded.is_loaded():
        return True, "the kernel is loaded already"
    costs = tuning.costs()
    took = rows * row_s + spent_s
    if took < costs.load_s:
        return False, f"{rows:,} rows are done before the kernel would be loaded"
    if find_spec("numba") is None:
        return False, "numba is not installed"
    from rowid import kernel

    these = f"{rows:,} rows" if rows * row_s > spent_s else f"{rows:,} rows and those before them"
    if kernel.is_kept():
        return True, f"{these} are worth loading the kernel"
    if took * _FUTURE > costs.compile_s:  # what is compiled is kept, and serves every run to come
        return True, f"{these} are worth compiling the kernel, once"
    return False, f"{rows:,} rows are done before the kernel would be compiled"

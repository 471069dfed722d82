"""A table as integers: equal cells of a column have the same code, and 0 is null."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.errors import CanonicalError, ColumnError
from rowid.recipe import Rule
from rowid.stream import CellType, TextType, characters, values

Texts = Callable[[pa.Array, Rule, str], pa.Array]
"""The canonical texts of an array, by a rule, of the column of that name."""

_LONG = 40  # bytes of a text from which on its SHA-256 stands for it
_THREADS = 2
_NO_RULE = Rule()


@dataclass(frozen=True, slots=True)
class Codes:
    """Some rows of a table as codes, a column each: int32, 0 where null, below the column's ``cards``.

    Two codes of a column are equal where the canonical texts of the values are (rowid v1, section 1). ``rows`` holds
    the rows' numbers, from 0; they are all there is if ``complete``.
    """

    names: tuple[str, ...]
    columns: tuple[np.ndarray, ...]
    cards: tuple[int, ...]
    rows: np.ndarray
    complete: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    def taken(self, keep: np.ndarray) -> "Codes":
        """Some of the rows, by a mask or by positions; what is left out is not complete any more."""
        columns = tuple(column[keep] for column in self.columns)
        return Codes(self.names, columns, self.cards, self.rows[keep], complete=False)

    def selected(self, names: Sequence[str]) -> "Codes":
        """Some of the columns, in the order of ``names``."""
        at = [self.names.index(name) for name in names]
        return Codes(
            tuple(names), tuple(self.columns[one] for one in at), tuple(self.cards[one] for one in at),
            self.rows, self.complete,
        )  # fmt: skip


class Encoder:
    """Takes a table's rows bit by bit and gives their codes.

    ``left_out`` says of columns that cannot be compared why. What it holds in memory is about ``nbytes``: the codes,
    and each column's different values, of which the long ones stand as their SHA-256.
    """

    def __init__(self, schema: pa.Schema, rules: Callable[[str], Rule], texts: Texts, exclude: Sequence[str]) -> None:
        self._left_out: dict[str, str] = {}
        self._texts, self._rules = texts, rules
        self._columns: dict[str, list[pa.DictionaryArray]] = {}
        self._rows: list[np.ndarray] = []
        self._names = names = schema.names
        for field in schema:
            if field.name in exclude:
                continue
            if names.count(field.name) > 1:
                self._left_out[field.name] = "two columns have this name"
            else:
                self._try(field.name, pa.nulls(0, field.type))

    @property
    def names(self) -> list[str]:
        """The columns that can be compared."""
        return list(self._columns)

    @property
    def left_out(self) -> dict[str, str]:
        """The columns that cannot be compared, and why, in the table's order."""
        return {name: self._left_out[name] for name in self._names if name in self._left_out}

    @property
    def nbytes(self) -> int:
        """About how many bytes are held."""
        parts = [part for column in self._columns.values() for part in column]
        return sum(part.indices.nbytes + part.dictionary.nbytes for part in parts) + sum(r.nbytes for r in self._rows)

    @property
    def held(self) -> int:
        """Rows taken so far."""
        return sum(map(len, self._rows))

    def add(self, batch: pa.RecordBatch, rows: np.ndarray) -> None:
        """Takes rows, which have these numbers (from 0)."""
        self._rows.append(rows.astype(np.int64))
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(lambda name: self._try(name, batch.column(name)), list(self._columns) or ()))

    def codes(self, *, complete: bool) -> Codes:
        """The codes of all rows taken so far. If these are ``complete``, the values behind them are given up."""
        names = tuple(self._columns)
        rows = np.concatenate(self._rows) if self._rows else np.zeros(0, np.int64)
        found = []
        for name in names:
            found.append(_unified(self._columns[name]))
            if complete:
                self._columns[name] = []
        return Codes(names, tuple(c for c, _ in found), tuple(card for _, card in found), rows, complete)

    def _try(self, name: str, array: pa.Array) -> None:
        try:
            encoded = self._encoded(name, array)
        except CanonicalError as error:
            self._left_out[name] = f"it holds values that are {error.reason}"
        except ColumnError as error:
            self._left_out[name] = error.what
        else:
            self._columns.setdefault(name, []).append(encoded)
            return
        self._columns.pop(name, None)

    def _encoded(self, name: str, array: pa.Array) -> pa.DictionaryArray:
        rule = self._rules(name)
        array = _carried(array, rule)
        payload = _payload(array)
        if payload is None:  # its type has no canonical text, or so many rules that the values decide
            return self._texts(array, rule, name).dictionary_encode()
        encoded = payload.dictionary_encode()
        if rule == _NO_RULE:
            self._texts(_extremes(array, encoded.dictionary), rule, name)
            return pa.DictionaryArray.from_arrays(encoded.indices, _short(encoded.dictionary))
        different = _like(encoded.dictionary, array.type)
        texts = self._texts(different, rule, name).dictionary_encode()  # a rule may make one text of several values
        return pa.DictionaryArray.from_arrays(texts.indices.take(encoded.indices), _short(texts.dictionary))


def _carried(array: pa.Array, rule: Rule) -> pa.Array:
    """The array without what only carries it; a declared type reads the characters of a cell, all else its value."""
    if isinstance(array.type, CellType):
        return characters(array) if rule.type else values(array)
    if pa.types.is_dictionary(array.type):
        return _carried(array.dictionary_decode(), rule)
    if pa.types.is_run_end_encoded(array.type):
        return _carried(pc.run_end_decode(array), rule)
    return array


def _payload(array: pa.Array) -> pa.Array | None:
    """The array in a type that Arrow can compare, equal where the canonical texts are; None if there is none."""
    type_ = array.type
    if isinstance(type_, TextType | pa.UuidType):
        return array.storage
    if isinstance(type_, pa.BaseExtensionType) or pa.types.is_nested(type_) or pa.types.is_null(type_):
        return None
    if pa.types.is_floating(type_):
        wide = pc.add(array.cast(pa.float64()), 0.0)  # negative zero is zero
        return pc.if_else(pc.is_nan(wide), pa.scalar(None, pa.float64()), wide) if len(wide) else wide
    if pa.types.is_temporal(type_):
        return array.view(pa.int32() if type_.bit_width == 32 else pa.int64())
    if pa.types.is_decimal32(type_) or pa.types.is_decimal64(type_):
        return array.cast(pa.decimal128(type_.precision, type_.scale))
    return _without_view(array)


def _without_view(array: pa.Array) -> pa.Array:
    if pa.types.is_string_view(array.type):
        return array.cast(pa.large_string())
    return array.cast(pa.large_binary()) if pa.types.is_binary_view(array.type) else array


def _extremes(array: pa.Array, different: pa.Array) -> pa.Array:
    """The values of a column whose texts prove that all have one: of times the first and the last."""
    type_ = array.type
    if pa.types.is_string(different.type) or pa.types.is_large_string(different.type):
        return different
    if pa.types.is_temporal(type_) and len(different):
        ends = pc.min_max(different)
        return pa.array([ends["min"].as_py(), ends["max"].as_py()], different.type).view(type_)
    return array.slice(0, 0)


def _like(different: pa.Array, type_: pa.DataType) -> pa.Array:
    """Payloads as values of a column's type again."""
    if isinstance(type_, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(type_, different)
    return different.view(type_) if pa.types.is_temporal(type_) else different


def _short(different: pa.Array) -> pa.Array:
    """The values, long texts replaced by their SHA-256: to be told apart is all that is asked of them."""
    is_ = pa.types
    if is_.is_string(different.type) or is_.is_large_string(different.type) or is_.is_binary(different.type):
        different = different.cast(pa.large_binary())
    if not is_.is_large_binary(different.type):
        return different
    long = pc.greater_equal(pc.binary_length(different), _LONG)
    if not pc.any(long).as_py():
        return different
    digests = [sha256(text).digest() for text in different.filter(long).to_pylist()]
    return pc.replace_with_mask(different, long, pa.array(digests, pa.large_binary()))


def _unified(parts: Sequence[pa.DictionaryArray]) -> tuple[np.ndarray, int]:
    """The codes of a column over all its parts, and how many there may be, the null's among them."""
    if len(parts) == 1:
        return _codes(parts[0].indices, None), 1 + len(parts[0].dictionary)
    every = pa.chunked_array([part.dictionary for part in parts]).combine_chunks().dictionary_encode()
    to = every.indices.to_numpy().astype(np.int32) + np.int32(1)
    found, at = [], 0
    for part in parts:
        found.append(_codes(part.indices, to[at : at + len(part.dictionary)]))
        at += len(part.dictionary)
    return np.concatenate(found) if found else np.zeros(0, np.int32), 1 + len(every.dictionary)


def _codes(indices: pa.Array, to: np.ndarray | None) -> np.ndarray:
    if indices.null_count:
        known = indices.fill_null(-1).to_numpy() if to is None else indices.fill_null(len(to)).to_numpy()
        return known.astype(np.int32) + np.int32(1) if to is None else np.append(to, np.int32(0))[known]
    known = indices.to_numpy()
    return known.astype(np.int32) + np.int32(1) if to is None else to[known]

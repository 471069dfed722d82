"""The fingerprint of IDs is exact, blind to order and pieces, and the one that a database computes."""

import random

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from rowid.databases.duckdb import DuckDBDialect
from rowid.sinks.fingerprint import Fingerprint

FORMS = ["hex", "uuid", "int64", "binary"]


def ids(form, count=1000) -> pa.Array:
    random.seed(form)
    if form == "int64":
        edges = [-(2**63), 2**63 - 1, 0, -1, 1_000_000_007]
        return pa.array([*edges, None, *(random.randrange(-(2**63), 2**63) for _ in range(count))])
    raw = [b"\xff" * 32, b"\0" * 32, *(random.randbytes(32) for _ in range(count))]
    if form == "binary":
        return pa.array([*raw, None], pa.binary(32))
    texts = [one.hex() for one in raw]
    if form == "uuid":
        texts = [f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:32]}" for t in texts]
    return pa.array([*texts, None])


def slowly(array, form) -> Fingerprint:
    """By the definition of ``Dialect.checksums``, one ID at a time."""
    first = last = 0
    found = array.drop_null().to_pylist()
    for one in found:
        if form == "int64":
            first, last = first + one, last + int(np.fmod(one, 1_000_000_007))
        else:
            digits = one.hex() if form == "binary" else one.replace("-", "")
            first, last = first + int(digits[:15], 16), last + int(digits[-15:], 16)
    return Fingerprint(len(found), first, last)


@pytest.mark.parametrize("form", FORMS)
def test_it_is_what_its_definition_says(form):
    array = ids(form)
    assert Fingerprint().with_ids(array, form) == slowly(array, form)
    assert Fingerprint().with_ids(array.slice(3, 10), form) == slowly(array.slice(3, 10), form)
    if form in ("hex", "uuid"):
        assert Fingerprint().with_ids(array.cast(pa.large_string()), form) == slowly(array, form)


@pytest.mark.parametrize("form", FORMS)
def test_it_is_blind_to_order_and_pieces_and_sees_all_else(form):
    array = ids(form)
    whole = Fingerprint().with_ids(array, form)
    mixed = array.take(pa.array(random.sample(range(len(array)), len(array))))
    assert Fingerprint().with_ids(mixed.slice(400), form).with_ids(mixed.slice(0, 400), form) == whole
    assert Fingerprint().with_ids(array.slice(1), form) != whole
    twice = array.take(pa.array([0, 0, *range(2, len(array))]))
    assert Fingerprint().with_ids(twice, form) != whole


@pytest.mark.parametrize("form", FORMS)
def test_it_is_what_duckdb_says(form):
    array = ids(form)
    with duckdb.connect() as connection:
        connection.register("ids", pa.table({"id": array}))
        sums = ", ".join(DuckDBDialect().checksums('"id"', form))
        assert Fingerprint(*connection.execute(f"SELECT count(id), {sums} FROM ids").fetchone()) == slowly(array, form)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_has_the_fingerprint_of_nothing(form):
    array = ids(form)
    for nothing in (array.slice(0, 0), pa.nulls(3, array.type)):
        assert Fingerprint().with_ids(nothing, form) == Fingerprint(0, 0, 0)

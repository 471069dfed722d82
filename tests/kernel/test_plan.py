"""How a call finds the columns of a batch, and that it lets go of them."""

import pyarrow as pa

from rowid import kernel
from rowid.recipe import Recipe
from tests.kernel.test_kernel import reference


def test_the_columns_are_found_whatever_was_hashed_before():
    """The same recipe on other schemas, and other recipes on the same one."""
    names, of_text = Recipe(["a", "b"]), {"a": ["x", None, "z"], "b": ["1", "2", "3"]}
    batches_ = [
        pa.record_batch(of_text),
        pa.record_batch({"b": of_text["b"], "a": of_text["a"]}),
        pa.record_batch({"more": [1, 2, 3], **of_text, "and more": [1.5, None, 2.5]}),
        pa.record_batch({"a": of_text["a"], "b": [1, 2, 3]}),
    ]
    for _ in range(2):
        found = [kernel.hashed(batch, names, None).hexes.tobytes() for batch in batches_]
        assert found[0] == found[1] == found[2] == b"".join(d.hex().encode() for d in reference(batches_[0]))
        assert found[3] == b"".join(d.hex().encode() for d in reference(batches_[3]))
        other = kernel.hashed(batches_[0], Recipe(["b"]), None).hexes.tobytes()
        assert other == b"".join(d.hex().encode() for d in reference(batches_[0].select(["b"])))


def test_a_call_keeps_nothing_of_the_batch():
    schema = pa.schema({"s": pa.string(), "n": pa.int64()})
    kernel.hashed(pa.record_batch([["a"], [1]], schema), Recipe(["s", "n"]), None)
    before = pa.total_allocated_bytes()
    batch = pa.record_batch([["b" * 100] * 1000, range(1000)], schema)
    kernel.hashed(batch, Recipe(["s", "n"]), None, threads=2)
    kernel.hashed(batch, Recipe(["s", "n"], normalise={"s": ["trim"]}), None, threads=2)
    assert pa.total_allocated_bytes() > before
    del batch
    assert pa.total_allocated_bytes() == before

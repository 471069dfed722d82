"""Every test vector of rowid v1, as Python values and as Arrow arrays, down to the ID in every form."""

import base64

import pyarrow as pa
import pytest

import rowid
from rowid import canonical, digest
from rowid.engine import HashingEngine
from rowid.errors import CanonicalError
from rowid.recipe import Recipe, Rule
from tests.vectors import VECTORS, arrow, python


def _named(view: str) -> list:
    return [pytest.param(vector, id=f"{view}{at}") for at, vector in enumerate(VECTORS[view])]


def _batch(row: list) -> tuple[pa.RecordBatch, list[str]]:
    names = [f"c{at:02}" for at in range(len(row))]
    return pa.record_batch([arrow(value) for value in row], names), names


@pytest.mark.parametrize("vector", _named("texts"))
def test_a_value_has_its_canonical_text(vector):
    assert canonical.text(python(vector["value"])) == vector["text"]
    assert canonical.texts(arrow(vector["value"])).to_pylist() == [vector["text"]]


@pytest.mark.parametrize("vector", _named("rows"))
def test_a_row_has_its_message_and_its_id_in_every_form(vector):
    batch, names = _batch(vector["row"])
    values = [python(value) for value in vector["row"]]
    texts = [canonical.texts(column) for column in batch.columns]
    assert canonical.message([canonical.text(value) for value in values]) == vector["message"].encode()
    assert canonical.messages(texts).to_pylist() == [vector["message"].encode()]
    digest_ = bytes.fromhex(vector["hex"])
    expected = {"hex": vector["hex"], "binary": digest_, "uuid": vector["uuid"], "int64": int(vector["int64"])}
    for form, id_ in expected.items():
        recipe = Recipe(names, form=form)
        assert rowid.row_id(values, recipe) == id_
        assert HashingEngine(recipe).hash(batch).to_pylist() == [id_]


@pytest.mark.parametrize("vector", _named("keyed"))
def test_a_keyed_recipe_gives_the_hmac_of_the_message(vector, monkeypatch):
    monkeypatch.setenv("ROWID_TEST_KEY", vector["key_base64"])
    batch, names = _batch(vector["row"])
    recipe = Recipe(names, key_env="ROWID_TEST_KEY")
    assert HashingEngine(recipe).hash(batch).to_pylist() == [vector["hex"]]
    message = canonical.message([canonical.text(python(value)) for value in vector["row"]])
    assert digest.digest(message, base64.b64decode(vector["key_base64"])).hex() == vector["hex"]


@pytest.mark.parametrize("vector", _named("occurrences"))
def test_the_kth_occurrence_of_a_row_has_its_own_id(vector):
    batch, names = _batch(vector["row"])
    k = vector["occurrence"]
    message = canonical.messages([canonical.texts(column) for column in batch.columns])[0].as_py()
    assert digest.digest(canonical.numbered(message, k)).hex() == vector["hex"]
    if k <= 100:  # and so has the engine, on a table of k equal rows
        table = pa.Table.from_batches([batch] * k).combine_chunks().to_batches()[0]
        ids = HashingEngine(Recipe(names, duplicates="number")).hash(table).to_pylist()
        assert ids[-1] == vector["hex"]
        assert len(set(ids)) == k


@pytest.mark.parametrize("vector", _named("normalised"))
def test_normalisers_apply_in_the_order_of_the_specification(vector):
    steps = [step for step in vector["normalise"] if isinstance(step, str)]
    places = dict(("c", step["decimals"]) for step in vector["normalise"] if isinstance(step, dict))  # noqa: C402
    for order in (steps, steps[::-1]):
        rule = Recipe(["c"], normalise={"c": order}, decimals=places).rule("c")
        assert canonical.text(python(vector["value"]), rule) == vector["text"]
        assert canonical.texts(arrow(vector["value"]), rule).to_pylist() == [vector["text"]]


@pytest.mark.parametrize("vector", _named("declared"))
def test_a_declared_type_is_read_or_refused(vector):
    rule = Rule(vector["type"])
    if vector.get("error"):
        with pytest.raises(CanonicalError):
            canonical.text(python(vector["value"]), rule)
        with pytest.raises(CanonicalError):
            canonical.texts(arrow(vector["value"]), rule)
    else:
        assert canonical.text(python(vector["value"]), rule) == vector["text"]
        assert canonical.texts(arrow(vector["value"]), rule).to_pylist() == [vector["text"]]


def test_the_worked_example_of_the_specification():
    id_ = rowid.row_id(["alice@example.com", None, 42])
    assert id_ == "2124eca9a8a8fd387fb3c8287c5bbf9e660cc4ad9a5ae732321cd8be1bad9b45"

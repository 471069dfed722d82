"""The recipe: validated when made, the same after a round trip, one fingerprint for what gives the same IDs."""

import hashlib
import pickle

import pytest

from rowid.errors import RecipeError
from rowid.recipe import Recipe

FULL = Recipe(
    ["b", "a", "é"],
    types={"a": "number", "b": "text"},
    normalise={"b": ["lower", "trim"]},
    decimals={"a": 2},
    form="uuid",
    duplicates="number",
    nulls="null",
    key_env="SECRET",
    id_column="id",
)


@pytest.mark.parametrize("recipe", [Recipe(["a"]), FULL], ids=["smallest", "full"])
def test_a_recipe_survives_yaml_json_files_and_pickle(recipe, tmp_path):
    assert Recipe.from_text(recipe.to_yaml()) == recipe
    assert Recipe.from_text(recipe.to_json()) == recipe
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    assert hash(Recipe.from_text(recipe.to_json())) == hash(recipe)
    (tmp_path / "r.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
    assert Recipe.load(tmp_path / "r.yaml") == recipe


def test_a_recipe_as_text_is_short_and_versioned():
    assert Recipe(["b", "a"]).to_yaml() == "spec: rowid v1\ncolumns:\n- b\n- a\n"


BAD = [
    ({"columns": []}, "columns is empty"),
    ({"columns": "ab"}, "columns is not a list"),
    ({"columns": ["a", "a"]}, "columns names 'a' twice"),
    ({"columns": [1]}, "columns holds 1"),
    ({"columns": [""]}, "columns holds ''"),
    ({"columns": ["\ud800"]}, "can be UTF-8"),
    ({"types": {"c": "number"}}, "types names 'c', which is not a key column"),
    ({"types": {"a": "int"}}, "It is one of text, number, boolean, date, timestamp, timestamp_utc"),
    ({"types": ["a"]}, "types is not a mapping"),
    ({"normalise": {"a": ["lower", "upper"]}}, "both lower and upper"),
    ({"normalise": {"a": ["strip"]}}, "normalise is 'strip'"),
    ({"normalise": {"a": 3}}, "normalise is 3"),
    ({"decimals": {"a": 19}}, "a whole number from 0 to 18"),
    ({"decimals": {"a": True}}, "a whole number from 0 to 18"),
    ({"form": "base64"}, "It is one of hex, binary, uuid, int64"),
    ({"duplicates": "drop"}, "It is one of keep, number, reject"),
    ({"nulls": "skip"}, "It is one of hash, null, reject"),
    ({"id_column": "a"}, "is one of the key columns"),
    ({"id_column": ""}, "id_column holds ''"),
]


@pytest.mark.parametrize(("fields", "message"), [pytest.param(f, m, id=m) for f, m in BAD])
def test_a_recipe_that_no_data_could_satisfy_is_refused(fields, message):
    with pytest.raises(RecipeError) as caught:
        Recipe(**{"columns": ["a"], **fields})
    assert message in str(caught.value)


def test_a_secret_in_the_place_of_its_name_is_refused_and_not_repeated():
    with pytest.raises(RecipeError, match="key_env is not the name") as caught:
        Recipe(["a"], key_env="c2VjcmV0+w==")
    assert "c2VjcmV0" not in str(caught.value)


BAD_TEXTS = [
    ("spec: rowid v1\ncolumns: [a]\nfrom: hex\n", "unknown key 'from'. Did you mean form?"),
    ("columns: [a]\n", "spec is None"),
    ("spec: rowid v2\ncolumns: [a]\n", "This version reads 'rowid v1' only"),
    ("spec: rowid v1\n", "columns is missing"),
    ("spec: rowid v1\ncolumns: [a]\nform: hex\nform: uuid\n", "'form' is written twice"),
    ("- a\n", "a recipe is a mapping"),
    ("", "a recipe is a mapping"),
    ("spec: [", "r.yaml, line 1: neither YAML nor JSON"),
    ("!!python/object/apply:os.getcwd []", "neither YAML nor JSON"),
]


@pytest.mark.parametrize(("text", "message"), [pytest.param(t, m, id=m) for t, m in BAD_TEXTS])
def test_a_text_that_is_no_recipe_is_refused_by_name_and_line(text, message, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text(text)
    with pytest.raises(RecipeError) as caught:
        Recipe.load(path)
    assert message in str(caught.value)
    assert "r.yaml" in str(caught.value)


def test_a_recipe_file_that_is_not_there_is_a_recipe_error(tmp_path):
    with pytest.raises(RecipeError, match="no such file"):
        Recipe.load(tmp_path / "none.yaml")


SAME = [{"id_column": "other"}, {"duplicates": "reject"}, {"nulls": "reject"}, {"normalise": {"a": []}}]
OTHER = [
    {"columns": ["b", "a"]},
    {"columns": ["a", "c"]},
    {"types": {"a": "text"}},
    {"normalise": {"a": ["trim"]}},
    {"decimals": {"a": 0}},
    {"form": "uuid"},
    {"duplicates": "number"},
    {"nulls": "null"},
    {"key_env": "K"},
]


def test_what_changes_no_id_changes_no_fingerprint_and_what_may_does():
    plain = Recipe(["a", "b"]).fingerprint
    for fields in SAME:
        assert Recipe(**{"columns": ["a", "b"], **fields}).fingerprint == plain
    others = [Recipe(**{"columns": ["a", "b"], **fields}).fingerprint for fields in OTHER]
    assert len({plain, *others}) == len(OTHER) + 1
    assert Recipe(["a"], key_env="K").fingerprint == Recipe(["a"], key_env="L").fingerprint


def test_the_fingerprint_is_the_hash_of_json_that_anyone_can_write():
    text = (
        '{"columns":["a","é"],"decimals":{},"form":"hex","keyed":false,"normalise":{"é":["trim","lower"]},'
        '"null_ids":false,"numbered":false,"spec":"rowid v1","types":{"a":"date"}}'
    )
    recipe = Recipe(["a", "é"], types={"a": "date"}, normalise={"é": ["lower", "trim"]})
    assert recipe.fingerprint == hashlib.sha256(text.encode()).hexdigest()


def test_a_recipe_cannot_be_changed():
    with pytest.raises(AttributeError):
        FULL.form = "hex"
    with pytest.raises(TypeError):
        FULL.types["a"] = "date"

"""Personal data in a key: how guessable it is, and that a dictionary finds it."""

import hashlib
import math

import pyarrow as pa
import pytest

from rowid import canonical
from rowid.model import ColumnProfile, Sign
from rowid.recipe import Recipe
from rowid.report.guessing import personal, sampled
from tests.report.tables import source

PEOPLE = pa.table(
    {
        "email": [f"p{at}@example.com" for at in range(500)] + [None],
        "born": pa.array([at * 30 for at in range(501)], pa.date32()),
        "phone": [f"+44 20 7946 {at:04d}" for at in range(501)],
        "pin": [f"{at:04d}" for at in range(501)],
    }
)


def told(recipe, signs=("email",), table=PEOPLE):
    profiles = [
        ColumnProfile(
            name, "string", 0, len(set(table[name].to_pylist()) - {None}), (),
            (Sign("personal", "e-mail addresses"),) if name in signs else (),
        )
        for name in recipe.columns
    ]  # fmt: skip
    return personal(recipe, profiles, 501, sampled(source(table), recipe))


def test_three_plain_ids_are_looked_up_and_the_keyed_ones_are_not():
    found = told(Recipe(["email"])).demonstration
    assert (found.ids, found.found, found.found_keyed) == (3, 3, 0)
    assert 3 <= found.tried <= 500
    for number, (given, email) in zip(found.rows.numbers, found.rows.values, strict=True):
        assert email == PEOPLE["email"][number - 1].as_py()
        assert hashlib.sha256(canonical.message([email])).hexdigest().startswith(given.rstrip("…"))


def test_a_key_of_two_columns_falls_to_the_combinations_of_their_values():
    found = told(Recipe(["email", "born"]), table=PEOPLE.slice(0, 300)).demonstration
    assert found.found == 3
    assert found.tried > 300
    assert "every combination" in found.dictionary


def test_where_there_are_too_many_combinations_a_list_of_the_people_is_tried():
    found = told(Recipe(["email", "born", "pin"])).demonstration
    assert (found.found, found.dictionary) == (3, "a list of the people in these rows")


def test_a_keyed_recipe_is_told_that_it_is_the_answer():
    found = told(Recipe(["email"], key_env="ROWID_NO_SUCH_SECRET"))
    assert found.keyed
    assert found.sentences[-1].startswith("This recipe's IDs are keyed")


def test_a_key_without_personal_data_gets_no_demonstration():
    found = told(Recipe(["pin"]))
    assert found.demonstration is None
    assert found.sentences == ("No column of the key looks personal.",)


@pytest.mark.parametrize(
    ("column", "domain", "known_as"),
    [("born", 36_525, "century"), ("phone", 10**10, "phone"), ("pin", 10_000, "4 digits"), ("email", None, "e-mail")],
)
def test_domains_that_are_known_are_told(column, domain, known_as):
    (guess,) = told(Recipe([column]), signs=(column,)).columns
    assert guess.domain == domain
    assert known_as in guess.known_as
    assert guess.bits == pytest.approx(math.log2(guess.distinct))


def test_the_time_to_try_all_is_told_where_the_domain_is_known():
    assert any("a moment on one processor core" in one for one in told(Recipe(["born"]), signs=("born",)).sentences)


def test_a_normalised_value_is_guessed_as_the_recipe_writes_it():
    recipe = Recipe(["email"], normalise={"email": ["upper"]})
    assert told(recipe).demonstration.found == 3


def test_a_table_of_nulls_gives_nothing_to_guess():
    table = pa.table({"email": pa.array([None, None], pa.string())})
    assert told(Recipe(["email"]), table=table).demonstration is None

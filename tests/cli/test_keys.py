"""``rowid keys``: which columns identify the rows."""

import json

import pytest

ROWS = "id,kind,amount\n" + "".join(f"n{at * 3},{'abc'[at % 3]},{at * 7 % 60}.5\n" for at in range(60))


@pytest.fixture(autouse=True)
def table(folder):
    (folder / "in.csv").write_text(ROWS)


def test_the_verdict_comes_first_and_each_key_has_its_reasons(rowid):
    answer = rowid("keys", "in.csv")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "KEY: id is unique in all 60 rows"
    assert lines[2].split() == ["key", "score", "reasons"]
    assert lines[3].startswith("id")
    assert [line.split()[0] for line in lines[4:]] == ["amount"]


def test_json_has_the_fields_that_are_promised(rowid):
    found = json.loads(rowid("keys", "in.csv", "--json").out)
    assert {"verdict", "rows", "candidates", "near", "not_searched"} <= {*found}
    assert (found["verdict"], found["rows"], found["near"], found["not_searched"]) == ("KEY", 60, [], [])
    best = found["candidates"][0]
    assert {"columns", "distinct", "exact", "score", "reasons"} <= {*best}
    assert (best["columns"], best["distinct"], best["exact"]) == (["id"], 60, True)
    assert 0 < best["score"] <= 1


def test_near_keys_name_their_rows(rowid, folder):
    (folder / "in.csv").write_text(ROWS + "n0,c,3.5\n")
    answer = rowid("keys", "in.csv", "--exclude", "amount")
    assert answer.out.startswith("KEY: id, kind is unique in all 61 rows") or "KEY" in answer.out
    (line,) = [line for line in answer.out.splitlines() if "short of unique" in line]
    assert "equal rows: 1 = 61" in line
    near = json.loads(rowid("keys", "in.csv", "--exclude", "amount", "--json").out)["near"]
    assert [(one["columns"], one["surplus_rows"], one["groups"]) for one in near] == [(["id"], 1, [[1, 61]])]


def test_columns_can_be_left_out_and_must_exist(rowid):
    assert rowid("keys", "in.csv", "--exclude", "id").out.startswith("NO SAFE KEY: whatever is unique here contains")
    answer = rowid("keys", "in.csv", "--exclude", "ids")
    assert (answer.code, "Did you mean 'id'" in answer.err) == (1, True)


def test_what_was_not_searched_is_said(rowid, folder):
    rows = "\n".join(f"{a % 7},{a % 11},{a % 5},{a * a % 13}" for a in range(400))
    (folder / "in.csv").write_text(f"a,b,c,d\n{rows}\n")
    answer = rowid("keys", "in.csv", "--time-limit", "0.000001")
    assert "not searched: " in answer.out
    assert "the search ended before" in answer.out


def test_bad_requests_have_their_exit_codes(rowid):
    assert rowid("keys", "nowhere.csv").code == 3
    assert rowid("keys", "in.csv", "--max-columns", "0").code == 2

"""JSON Lines as a source: one schema for all lines, and nothing lost."""

import gzip
from decimal import Decimal

import pytest

from rowid.errors import SourceError
from tests.files import notes, source, types, values


def lines(folder, *texts: str, **options):
    return source(folder, "\n".join(texts).encode(), "x.jsonl", **options)


def test_a_field_that_comes_late_is_null_before(tmp_path):
    one = lines(tmp_path, '{"a": 1}', "", '{"b": "x", "a": null}', '{"a": 2.5}')
    assert values(one).to_pydict() == {"a": [1, None, 2.5], "b": [None, "x", None]}
    assert (one.info().rows, one.info().format) == (3, "JSON Lines")


def test_strings_that_look_like_times_or_numbers_stay_strings(tmp_path):
    one = lines(tmp_path, '{"a": "2020-01-01", "b": "2020-01-01T00:00:00Z", "c": "1.50"}')
    assert types(one) == ["string"] * 3
    assert values(one).to_pylist() == [{"a": "2020-01-01", "b": "2020-01-01T00:00:00Z", "c": "1.50"}]


@pytest.mark.parametrize(
    ("numbers", "type_"),
    [
        (["1", "-9223372036854775808"], "int64"),
        (["18446744073709551615", "0"], "uint64"),
        (["18446744073709551616"], "decimal128(38, 0)"),
        (["-1", "18446744073709551615"], "decimal128(38, 0)"),
        (["9" * 76], "decimal256(76, 0)"),
        (["9" * 77], "string"),
        (["1", "1.5"], "double"),
        (["NaN", "1", "Infinity"], "double"),
        (["9007199254740993", "1.5"], "string"),
    ],
)  # fmt: skip
def test_whole_numbers_keep_all_their_digits(tmp_path, numbers, type_):
    one = lines(tmp_path, *[f'{{"a": {number}}}' for number in numbers])
    assert types(one) == [type_]
    found = values(one)["a"].to_pylist()
    if "." not in "".join(numbers) and "N" not in numbers[0]:
        assert [Decimal(value) for value in found] == [Decimal(number) for number in numbers]


def test_a_mix_of_kinds_is_text_in_its_canonical_form(tmp_path):
    one = lines(tmp_path, '{"a": 1.50}', '{"a": "x"}', '{"a": true}', '{"a": null}', '{"a": 1e21}')
    assert values(one)["a"].to_pylist() == ["1.5", "x", "true", None, "1e+21"]
    assert notes(one) == ["kept as text: a mix of booleans, decimals and text"]


def test_nested_fields_are_nested_columns_where_they_have_one_shape(tmp_path):
    one = lines(tmp_path, '{"a": {"x": 1}, "b": [1], "c": {"x": 1}}', '{"a": {"y": "z"}, "b": [1.5, null], "c": [1]}')
    assert types(one) == ["struct<x: int64, y: string>", "list<item: double>", "string"]
    assert values(one)["a"].to_pylist() == [{"x": 1, "y": None}, {"x": None, "y": "z"}]
    assert values(one)["c"].to_pylist() == ['{"x": 1}', "[1]"]


def test_columns_named_by_the_user_are_text(tmp_path):
    assert values(lines(tmp_path, '{"a": 1, "b": 2}', text_columns=("a",))).to_pydict() == {"a": ["1"], "b": [2]}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"a": "secret"', "line 2 is not JSON. Each line is one JSON object"),
        ("[1]", "line 2 is not an object. .* This looks like one JSON list"),
        ("5", "line 2 is not an object"),
        ('{"a": 1, "a": 2}', "line 2 holds an object that names a field twice"),
        (r'{"a": "\ud800"}', "line 2 holds a lone surrogate"),
        (r'{"\uDC00": 1}', "line 2 holds a lone surrogate"),
        ('{"a": 1e999}', "line 2 holds a number too large"),
        ('{"a": ' + "9" * 5000 + "}", "line 2 is not JSON"),
        ("[" * 100_000, "line 2 is not JSON"),
    ],
)  # fmt: skip
def test_a_bad_line_is_numbered_and_not_shown(tmp_path, line, message):
    with pytest.raises(SourceError, match=message) as caught:
        lines(tmp_path, '{"a": "x"}', line).info()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"a": 1}', "one object over several lines"),
        ('[\n{"a": 1}]', "one JSON list"),
        ("{}", "no line holds a field"),
        ("\n\n", "no line holds a field"),
    ],
)
def test_json_that_is_not_lines_is_refused_with_advice(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        source(tmp_path, text.encode(), "x.json").info()


def test_bytes_that_are_not_utf8_are_placed(tmp_path):
    with pytest.raises(SourceError, match=r"byte 18 \(line 2\) is not UTF-8"):
        source(tmp_path, b'{"a": "x"}\n{"a":"\xfc"}\n', "x.jsonl").info()


def test_surrogate_pairs_marks_line_ends_and_gzip_are_read(tmp_path):
    content = b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}\r\n{"a": "b"}'
    one = source(tmp_path, gzip.compress(content), "x.jsonl.gz")
    assert values(one)["a"].to_pylist() == ["😀", "b"]
    assert one.info().details == {"compression": "gzip", "encoding": "UTF-8 with BOM"}


def test_many_lines_are_read_in_batches_and_twice(tmp_path):
    one = lines(tmp_path, *[f'{{"a": {i}}}' for i in range(20_000)], '{"a": "late"}')
    assert values(one)["a"].to_pylist() == values(one)["a"].to_pylist() == [*map(str, range(20_000)), "late"]

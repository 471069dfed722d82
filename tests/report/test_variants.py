"""What other spellings would merge or split equals what brute force finds."""

import unicodedata
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from rowid import canonical, report
from rowid.checks import Limits
from rowid.recipe import Recipe
from rowid.report.spellings import TOGETHER
from rowid.report.variants import Watch, variants
from rowid.stream import cells
from tests.doubles import Table
from tests.report.tables import source, tables

WHITE = " \t\u00a0\u3000\n"
TEXT = st.text(st.sampled_from("aAeéb0 1\t\u00a0\u0301İßΣ"), max_size=4)


def _squeezed(text):
    kept = ""
    for char in text:
        one = " " if char in WHITE else char
        kept += "" if one == " " and kept.endswith(" ") else one
    return kept


SPELLED = {
    "trimmed": lambda text: text.strip(WHITE),
    "white space squeezed": _squeezed,
    "in lower case": str.lower,
    "in Unicode NFC": lambda text: unicodedata.normalize("NFC", text),
    "empty text as null": lambda text: text or None,
    "without leading zeros": lambda text: text.lstrip("0") or "0" if set(text) <= set("0123456789") and text else text,
}


def merged(now, then):
    """How many keys of ``then`` hold several of ``now``, and how many keys go."""
    held = defaultdict(set)
    for one, other in zip(now, then, strict=True):
        held[other].add(one)
    several = [len(keys) for keys in held.values() if len(keys) > 1]
    return len(several), sum(several) - len(several)


def found(table, recipe, **how):
    """The variants by column and name."""
    told = report.examine(source(table, **how), recipe).variants
    return {(one.column, one.name): one for one in told.found}


@given(st.lists(st.none() | TEXT, min_size=1, max_size=12), st.lists(st.integers(0, 1), min_size=12, max_size=12))
@example(["007", "7", "07", "x", None], [0] * 12)
@example(["é", "e\u0301", " é", None, ""], [0] * 12)
def test_what_text_would_merge_equals_brute_force(texts, others):
    table = pa.table({"t": pa.array(texts, pa.string()), "n": others[: len(texts)]})
    told = found(table, Recipe(["t", "n"]))
    now = list(zip(texts, others, strict=False))
    for name, spell in SPELLED.items():
        then = [(None if text is None else spell(text), other) for text, other in now]
        groups, keys = merged(now, then)
        one = told.get(("t", name))
        if name == "without leading zeros" and ("t", "as a number") in told:
            continue
        assert (one.groups if one else 0, one.keys if one else 0) == (groups, keys), name
        assert (one.changed_rows if one else 0) == sum(a != b for a, b in zip(now, then, strict=True))
        if groups:
            assert one.effect == "merge"
            assert 1 <= len(one.examples) <= 3
            for pair in one.examples:
                first, second = (row - 1 for row in pair.numbers)
                assert now[first] != now[second]
                assert then[first] == then[second]


@given(
    st.lists(
        st.none() | st.sampled_from(["1", "01", "1.0", " 1", "1e0", "2", "-0", "0", "+2", ".5", "0.5"]), min_size=1
    )
)
def test_texts_that_are_all_numbers_are_compared_as_numbers(texts):
    told = found(pa.table({"t": pa.array(texts, pa.string())}), Recipe(["t"]))
    then = [None if text is None else Decimal(text.strip()) for text in texts]
    one = told.get(("t", "as a number"))
    assert (one.groups if one else 0, one.keys if one else 0) == merged(texts, then)
    assert ("t", "without leading zeros") not in told or one is None


def test_a_text_that_is_no_number_in_a_later_batch_takes_the_switch_away():
    told = found(pa.table({"t": ["1", "01"] * 20 + ["x"]}), Recipe(["t"]))
    assert ("t", "as a number") not in told
    assert told["t", "without leading zeros"].groups == 1
    assert told["t", "without leading zeros"].switch == ""


@given(
    st.lists(
        st.none()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.sampled_from([0.3, 0.1 + 0.2, 1e-9, 0.0, -0.0]),
        min_size=1,
        max_size=10,
    )
)
def test_rounding_equals_brute_force(numbers):
    told = found(pa.table({"f": pa.array(numbers, pa.float64())}), Recipe(["f"]))
    now = [canonical.text(number) for number in numbers]
    for places in (2, 6):
        step = Decimal(1).scaleb(-places)
        then = [
            None if text is None else Decimal(text) if abs(Decimal(text)) > 10**20
            else Decimal(text).quantize(step, ROUND_HALF_UP) + 0
            for text in now
        ]  # fmt: skip
        one = told.get(("f", f"rounded to {places} places"))
        assert (one.groups if one else 0, one.keys if one else 0) == merged(now, then)


def test_times_that_differ_below_a_millisecond_are_told_and_no_switch_is_promised():
    table = pa.table({"at": pa.array([1_000_001, 1_000_002, 2_000_000, None], pa.timestamp("us"))})
    one = found(table, Recipe(["at"]))["at", "cut to milliseconds"]
    assert (one.groups, one.keys, one.changed_rows, one.switch) == (1, 1, 2, "")
    assert "No switch" in one.remark
    assert one.examples[0].numbers == (1, 2)


def test_cells_of_a_csv_would_split_where_their_characters_differ():
    array = cells(pa.array(["1.0", "1.00", "2", None]), pa.float64())
    table = pa.Table.from_batches([pa.record_batch([array], ["c"])])
    one = found(table, Recipe(["c"]))["c", "as its characters"]
    assert (one.effect, one.groups, one.keys, one.switch) == ("split", 1, 1, "types: {c: text}")
    assert one.examples[0].values == (("1.0",), ("1.00",))


def test_a_normaliser_of_the_recipe_that_keeps_rows_together_is_told():
    table = pa.table({"t": ["a", " a", "A", "b"], "z": ["1", "01", "1", "2"]})
    recipe = Recipe(["t", "z"], normalise={"t": ["trim", "lower"]}, types={"z": "number"})
    told = found(table, recipe)
    assert (told["t", "without trim"].effect, told["t", "without trim"].keys) == ("split", 1)
    assert told["t", "without lower"].switch == "normalise: {t: [trim]}"
    assert told["z", "without its type number"].effect == "split"
    assert found(pa.table({"t": ["a", "b"]}), Recipe(["t"], normalise={"t": ["trim"]})) == {}


def test_a_switch_does_what_it_says():
    """The recipe that a switch makes has as many distinct keys as were promised."""
    table = pa.table({"t": ["a", " a", "A", "b", None], "z": ["1", "01", "1.0", "2", "2"]})
    recipe = Recipe(["t", "z"])
    first = report.examine(source(table), recipe)
    for one in first.variants.found:
        changed = Recipe.from_dict({**recipe.to_dict(), **yaml.safe_load(one.switch)})
        again = report.examine(source(table), changed)
        assert again.readings[0].distinct == first.readings[0].distinct - one.keys


def test_texts_that_only_several_normalisers_bring_together_are_told():
    table = pa.table({"yes": ["Ann", " ann", "bob"], "no: #1": ["X", "x ", "y"]})
    told = found(table, Recipe(["yes", "no: #1"]))
    one = told["yes and no: #1", TOGETHER]
    assert (one.groups, one.keys) == (1, 1)
    assert yaml.safe_load(one.switch) == {"normalise": {"yes": ["trim", "lower"], "no: #1": ["trim", "lower"]}}
    assert one.examples[0].numbers == (1, 2)
    assert all(not other.groups for name, other in told.items() if name[1] != TOGETHER)


def test_what_one_normaliser_does_alone_is_not_told_again():
    told = found(pa.table({"t": ["a", "A", " b"]}), Recipe(["t"]))
    assert {name for _, name in told} == {"in lower case", "trimmed"}


def test_a_clean_table_costs_no_further_pass():
    opened = []

    class Counted(Table):
        def open(self):
            opened.append(1)
            return super().open()

    table = Counted(pa.table({"k": ["a", "b"]}), 2)
    watch = Watch(Recipe(["k"]))
    for batch in table.table.to_batches():
        watch(batch)
    told = variants(table, Recipe(["k"]), watch, Limits())
    assert not opened
    assert not told.found
    assert "k trimmed" in told.without_effect


def test_when_time_runs_out_the_rows_counted_until_then_are_told():
    table = pa.table({"t": ["a", "A"] * 100})
    watch = Watch(Recipe(["t"]))
    for batch in table.to_batches():
        watch(batch)
    told = variants(source(table, chunk=50), Recipe(["t"]), watch, Limits(), most_seconds=0)
    assert told.note.startswith("Counted over the first 50 of 200 rows")
    assert (told.found[0].rows, told.found[0].groups) == (50, 1)


@given(tables(), st.lists(st.sampled_from("wvnf"), min_size=1, max_size=3, unique=True))
def test_no_table_makes_it_stumble(table, columns):
    report.examine(source(table), Recipe(columns, normalise={columns[0]: ["lower"]}))


@pytest.mark.parametrize("carrier", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())])
def test_what_carries_the_text_makes_no_difference(carrier):
    texts = pa.array(["a", " a", "A", "007", "7", None], pa.string())
    plain = found(pa.table({"t": texts}), Recipe(["t"]))
    array = texts.dictionary_encode() if pa.types.is_dictionary(carrier) else texts.cast(carrier)
    assert found(pa.table({"t": array}), Recipe(["t"])) == plain


@given(st.lists(st.none() | st.decimals(-999, 999, places=7, allow_nan=False), min_size=1, max_size=10))
@example([Decimal("0.3000001"), Decimal("0.3000004"), Decimal("0.3")])
def test_decimals_are_rounded_as_floats_are(numbers):
    told = found(pa.table({"d": pa.array(numbers, pa.decimal128(10, 7))}), Recipe(["d"]))
    for places in (2, 6):
        step = Decimal(1).scaleb(-places)
        then = [None if number is None else number.quantize(step, ROUND_HALF_UP) for number in numbers]
        one = told.get(("d", f"rounded to {places} places"))
        assert (one.groups if one else 0, one.keys if one else 0) == merged(numbers, then)

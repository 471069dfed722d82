"""The results as Markdown: one table for each question, and what each way does."""

from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.timing import Spread

_RIGHT = "---:"


def markdown(results: dict[str, Any]) -> str:
    """The whole report."""
    parts = [
        "# Benchmarks\n",
        "Made by `make bench` (`python -m benchmarks`); the same figures, and more, are in `results.json`. In every "
        "round each way has one turn; a first round warms up and does not count. Given are medians, and in brackets "
        "the lowest and the highest; a ratio is taken round by round, on the same machine within the same minutes.\n",
        *_machine(results["machine"], results["settings"]),
        *_aims(results.get("aims", [])),
        *(line for table in results.get("side_by_side", []) for line in _side_by_side(table)),
        *_what(results.get("side_by_side", [])),
        *_kinds(results.get("kinds", [])),
        *_scaling(results.get("scaling")),
        *_end_to_end(results.get("end_to_end", [])),
        *_memory(results.get("memory", [])),
        *_start_up(results.get("start_up", [])),
        *_keys(results.get("keys", [])),
        *_merge(results.get("merge", [])),
        *_diff(results.get("diff", [])),
    ]
    return "\n".join(parts)


def _machine(machine: dict[str, Any], settings: dict[str, Any]) -> Iterator[str]:
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items() if number)
    absent = [name for name, number in machine["versions"].items() if not number]
    features = f" ({', '.join(machine['cpu_features'])})" if machine["cpu_features"] else ""
    yield (
        f"{machine['cpu']}{features}, {machine['cores']} cores used, {machine['memory_gib']:g} GiB, "
        f"{machine['system']}. {versions}." + (f" Not installed: {', '.join(absent)}." if absent else "") + "\n"
    )
    if settings["rows_scale"] != 1:
        yield f"**A trial: all numbers of rows were multiplied by {settings['rows_scale']:g}.**\n"


def _aims(aims: list[dict[str, Any]]) -> Iterator[str]:
    if aims:
        yield "## Aims\n"
        rows = ([a["what"], a["limit"], f"{a['value']:,.2f}", "yes" if a["met"] else "**no**"] for a in aims)
        yield _table(["aim", "limit", "measured", "met"], rows, numbers={2})


def _side_by_side(table: dict[str, Any]) -> Iterator[str]:
    yield f"## Table {table['table']}: {table['rows']:,} rows, {table['title']}\n"
    rows = [
        [way["name"], way["missing"], "", "", "", ""]
        if "missing" in way
        else [
            f"**{way['name']}**" if way["ours"] else way["name"],
            f"{way['rows_per_s'] / 1e6:,.3f}",
            _seconds(way["seconds"]),
            _times(way.get("times_fastest_peer")),
            _times(way.get("times_pandas")),
        ]
        for way in table["ways"]
    ]
    head = ["way", "million rows/s", "seconds", f"times {table['fastest_peer']}", "times pandas + hashlib"]
    yield _table(head, (row[: len(head)] for row in rows), numbers={1, 2, 3, 4})


def _what(tables: list[dict[str, Any]]) -> Iterator[str]:
    if tables:
        yield "### What each way does\n"
        yield "\n".join(f"- **{way['name']}**: {way['what']}." for way in tables[0]["ways"])
        yield (
            "\nEach is given the table in its own form, made before the clock starts, and leaves the result in its "
            "own. All of them give 64 hexadecimal digits a row, which is checked. The ways with a separator do less: "
            "their IDs can be forged, and some leave nulls out. Given a pandas frame, rowid also counts repeated "
            "rows.\n"
        )


def _kinds(kinds: list[dict[str, Any]]) -> Iterator[str]:
    if not kinds:
        return
    yield "## Kinds of columns\n"
    yield (
        f"One column of {kinds[0]['rows']:,} rows at a time, all threads; with what the recipe says of it. Objects are "
        "those of a pandas frame, whose repeated rows are counted, too.\n"
    )
    rows = ([kind["kind"], _spread(kind["ns_per_row"], ",.0f")] for kind in kinds)
    yield _table(["column", "ns per row"], rows, numbers={1})


def _scaling(scaling: dict[str, Any] | None) -> Iterator[str]:
    if scaling is None:
        return
    yield "## Scaling\n"
    yield (
        "Table A's rows through one engine, in batches of at most a million. Only the engine's time counts. Before "
        "each of the batches the smaller tables have their turn, each with an engine of its own.\n"
    )
    rows = [
        [
            f"{s['rows']:,}",
            _spread(s["ns_per_row"], ",.0f"),
            _spread(s["ns_per_row_one_thread"], ",.0f"),
            _times(s["times_largest"]),
            str(s["turns"]),
        ]
        for s in scaling["sizes"]
    ]
    yield _table(
        ["rows", "ns per row", "ns per row, one thread", "times the largest", "turns"], rows, numbers={0, 1, 2, 3, 4}
    )
    threads = scaling["threads"]
    yield (
        "A size's cost is compared with that of the largest turn by turn; of the medians, the dearest is "
        f"{scaling['dearest_over_cheapest']:.2f} times the cheapest.\n"
    )
    yield (
        f"Two threads against one, {threads['rows']:,} rows of table A: {_seconds(threads['seconds']['1'])} s with "
        f"one, {_seconds(threads['seconds']['2'])} s with two: {_times(threads['two_times_one'])} times.\n"
    )


def _end_to_end(runs: list[dict[str, Any]]) -> Iterator[str]:
    if not runs:
        return
    yield "## End to end\n"
    yield (
        "Whole processes, start included, from a file to a Parquet file with IDs; peak memory as the operating system "
        "counts it. `rowid run` writes zstd; DuckDB runs `COPY (SELECT *, sha256(concat_ws('|', ...)))` with its "
        "default codec, Snappy, and with zstd. rowid also counts repeated rows.\n"
    )
    rows = [
        [
            f"{run['table']}, {run['rows']:,} rows",
            run["from"],
            f"**{way['name']}**" if way["ours"] else way["name"],
            _seconds(way["seconds"]),
            f"{way['peak_mib']['median']:,.0f}",
            _times(way["times_fastest_peer"]),
        ]
        for run in runs
        for way in run["ways"]
    ]
    yield _table(["table", "from", "way", "seconds", "peak MiB", "times fastest peer"], rows, numbers={3, 4, 5})


def _memory(lines: list[dict[str, Any]]) -> Iterator[str]:
    if lines:
        yield "## Memory\n"
        yield "`rowid run big.parquet -o out.parquet`, distinct rows of table A, uniqueness checked exactly.\n"
        rows = [
            [f"{m['rows']:,}", f"{m['input_mib']:,.0f}", f"{m['peak_mib']:,.0f}", f"{m['wall_s']:,.1f}"] for m in lines
        ]
        yield _table(["rows", "input MiB", "peak MiB", "seconds"], rows, numbers={0, 1, 2, 3})


def _start_up(lines: list[dict[str, Any]]) -> Iterator[str]:
    if lines:
        yield "## Start\n"
        rows = [[s["name"], _seconds(s["seconds"]), f"{s['peak_mib']['median']:,.0f}"] for s in lines]
        yield _table(["process", "seconds", "peak MiB"], rows, numbers={1, 2})


def _keys(lines: list[dict[str, Any]]) -> Iterator[str]:
    if lines:
        sampled = lines[0]["sampled"]
        yield "## Keys\n"
        yield (
            "All minimal keys of up to four columns, ranked, and the near keys, in an Arrow table in memory. "
            f"pandas: `DataFrame.duplicated(subset).any()` of {sampled} combinations of each size, and from their mean "
            "what all combinations would take; that part is extrapolated, not measured.\n"
        )
        rows = [
            [
                line["title"],
                f"{line['rows']:,}",
                f"{line['combinations']:,}",
                f"{line['keys']:,}",
                _seconds(line["seconds"]),
                f"{line['pandas_s']:,.0f}",
                f"{line['times_pandas']:,.0f}",
            ]
            for line in lines
        ]
        head = ["table", "rows", "combinations", "keys", "seconds", "pandas, extrapolated", "times"]
        yield _table(head, rows, numbers={1, 2, 3, 4, 5, 6})


def _merge(lines: list[dict[str, Any]]) -> Iterator[str]:
    if not lines:
        return
    yield "## Merge\n"
    yield (
        "Rows merged into a table of as many, a tenth of them new and a tenth changed, in this process. rowid also "
        "makes the IDs, counts what repeats and what is missing, and verifies the table before it commits; the usual "
        "code has the key as the table's primary key.\n"
    )
    rows = [
        [
            f"{line['database']}, {line['rows']:,} rows",
            f"**{way['name']}**" if way["ours"] else way["name"],
            _seconds(way["seconds"]),
            f"{way['rows_per_s']:,.0f}",
            "1.00" if way["ours"] else _times(way["times"]),
        ]
        for line in lines
        for way in line["ways"]
    ]
    yield _table(["database", "way", "seconds", "rows/s", "times rowid's seconds"], rows, numbers={2, 3, 4})
    yield "\n".join(f"- {one['database']}, **{way['name']}**: {way['what']}." for one in lines for way in one["ways"])
    yield ""


def _diff(lines: list[dict[str, Any]]) -> Iterator[str]:
    if lines:
        yield "## Differences\n"
        yield (
            "Two Parquet files of table A, in opposite orders, with another amount in every row; all differences go to "
            "a Parquet file. The limit is `ROWID_MEMORY_MB`.\n"
        )
        rows = [[f"{d['rows']:,}", str(d["budget_mib"]), f"{d['peak_mib']:,.0f}", f"{d['wall_s']:,.1f}"] for d in lines]
        yield _table(["changed rows", "limit, MiB", "peak MiB", "seconds"], rows, numbers={0, 1, 2, 3})


def _table(head: list[str], rows: Iterable[list[str]], numbers: set[int]) -> str:
    rule = [_RIGHT if at in numbers else "---" for at in range(len(head))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rows]) + "\n"


def _seconds(values: Spread) -> str:
    return _spread(values, ",.3f" if values["median"] < 10 else ",.1f")


def _times(values: Spread | None) -> str:
    return _spread(values, ",.2f") if values else ""


def _spread(values: Spread, form: str) -> str:
    if values["min"] == values["max"]:
        return f"{values['median']:{form}}"
    return f"{values['median']:{form}} ({values['min']:{form}} to {values['max']:{form}})"

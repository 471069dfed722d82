"""Bad inputs, each made for real and given to the command line; run as a program, this prints docs/errors.md."""

import fcntl
import functools
import gzip
import hashlib
import io
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import chdir, closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq

from rowid.cli import main
from rowid.recipe import Recipe

ROOT = Path(__file__).parents[1]
PEOPLE = "name,city,born\nada,London,1815-12-10\nblaise,Paris,1623-06-19\n"


@dataclass(frozen=True)
class Outcome:
    """What a command line answered: its exit code, its last line, and the files that it left behind."""

    code: int
    message: str
    left: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A bad input: what makes its files in the present folder, the command line, and the exit code it is to have."""

    name: str
    prepare: Callable[[], object]
    command: str
    code: int
    env: dict[str, str] = field(default_factory=dict)
    leaves: tuple[str, ...] = ()
    run: Callable[["Case"], tuple[int, str]] | None = None

    @functools.cached_property
    def outcome(self) -> Outcome:
        """Makes the files, runs the command, and looks at what is there afterwards."""
        with tempfile.TemporaryDirectory() as temporary, chdir(temporary):
            Path("work").mkdir()
            clean = {name: value for name, value in os.environ.items() if not name.startswith("ROWID_")}
            env = {**clean, "ROWID_STATE_DIR": str(Path("state").absolute()), "PYTHONPATH": str(ROOT), **self.env}
            with mock.patch.dict(os.environ, env, clear=True), chdir("work"):
                self.prepare()
                before = _files()
                code, told = (self.run or _in_process)(self)
                left = tuple(sorted(_files() - before))
                told = told.replace(str(Path.cwd()), "...")
        assert "Traceback" not in told, told
        return Outcome(code, _normalised(told.splitlines()), left)


def _in_process(case: Case) -> tuple[int, str]:
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(case.command.split()[1:])
    out.flush()
    return code, err.getvalue() or out.buffer.getvalue().decode()


def _normalised(lines: list[str]) -> str:
    """The line that counts: the error or the receipt's first, without what differs from run to run."""
    wanted = [line for line in lines if line.startswith(("error: ", "written ", "DIFFERENT"))] or lines
    return re.sub(r"^written +| in [\d.,]+ s.*$", "", wanted[0])


def _files() -> set[str]:
    return {str(path) for path in Path().rglob("*") if path.is_file()}


def _write(name: str, content: str | bytes) -> Callable[[], object]:
    return lambda: Path(name).write_bytes(content.encode() if isinstance(content, str) else content)


def _parquet(path: str, /, **columns: pa.Array) -> Callable[[], object]:
    return lambda: pq.write_table(pa.table(columns), path)


def _recipe(recipe: Recipe | str, content: str = PEOPLE) -> Callable[[], object]:
    def prepare() -> None:
        Path("in.csv").write_text(content)
        Path("r.yaml").write_text(recipe if isinstance(recipe, str) else recipe.to_yaml())

    return prepare


def _junk() -> bytes:
    return b"".join(hashlib.sha256(bytes([n])).digest() for n in range(64))


def _cut(name: str, whole: Callable[[], object], keep: float) -> Callable[[], object]:
    def prepare() -> None:
        whole()
        content = Path(name).read_bytes()
        Path(name).write_bytes(content[: int(len(content) * keep)])

    return prepare


def _gzip(content: str, damage: bool = False) -> bytes:
    packed = bytearray(gzip.compress(content.encode(), mtime=0))
    if damage:
        packed[-8] ^= 0xFF  # the checksum
    return bytes(packed)


def _invalid_text() -> pa.Array:
    """A string column whose bytes are a lone surrogate, which is no UTF-8."""
    content = b"\xed\xa0\x80"
    offsets = pa.array([0, len(content)], pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(content)])


def _workbook() -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "people"
    book.active.append(["name"])
    book.active.append(["ada"])
    book.save("in.xlsx")


def _sqlite() -> None:
    with closing(sqlite3.connect("in.db")) as database:
        database.execute("CREATE TABLE people (name TEXT)")
        database.commit()


def _with_ids() -> None:
    Path("in.csv").write_text(PEOPLE)
    assert _in_process(Case("", lambda: None, "rowid run in.csv -o ids.csv --save-recipe r.yaml", 0))[0] == 0
    Path("ids.csv").write_text(Path("ids.csv").read_text().replace("Paris", "Rouen"))


def can_mount() -> list[str] | None:
    """The command under which a file system can be mounted, seen by nobody else; None where that is not allowed."""
    for command in (["unshare", "-m"], ["unshare", "-Urm"]):
        with tempfile.TemporaryDirectory() as folder:
            try:
                subprocess.run([*command, "mount", "-t", "tmpfs", "tmpfs", folder], check=True, capture_output=True)
            except (OSError, subprocess.CalledProcessError):
                continue
            return command
    return None


def _on_a_full_disk(case: Case) -> tuple[int, str]:
    """Runs it with ``disk`` a file system of 64 kB; where nothing can be mounted, with files of at most 64 kB."""
    mounted = can_mount()
    if mounted:
        prepare = "mount -t tmpfs -o size=64k tmpfs disk"
    else:
        mounted, prepare = [], "ulimit -f 128"  # blocks of 512 bytes, says POSIX
    python = f"{sys.executable} -m {case.command}"
    script = f"{prepare} && {python}; code=$?; find disk -type f >&2; exit $code"
    done = subprocess.run([*mounted, "sh", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert "disk/" not in done.stderr.replace("disk/out.csv:", ""), done.stderr  # the files that find found
    return done.returncode, done.stderr


def _into_a_full_device(case: Case) -> tuple[int, str]:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", *case.command.split()], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
            check=False,
        )  # fmt: skip
    return done.returncode, done.stderr


def _interrupted(case: Case) -> tuple[int, str]:
    """Sends SIGINT when a first batch of many has its IDs; a log that is not read holds the run up until then."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it may be ignored
    command = [sys.executable, "-m", *case.command.split()]
    try:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, bufsize=0) as run:
            fcntl.fcntl(run.stderr, fcntl.F_SETPIPE_SZ, 4096)
            assert any(b"BatchHashed" in line for line in iter(run.stderr.readline, b""))
            run.send_signal(signal.SIGINT)
            told = run.stderr.read().decode()
            return run.wait(60), told
    finally:
        signal.signal(signal.SIGINT, before)


def _table(content: str = PEOPLE, made_of: str = "name") -> Callable[[], object]:
    """``in.csv``, and a table ``people`` of it in ``x.duckdb``."""

    def prepare() -> None:
        Path("in.csv").write_text(content)
        assert _in_process(Case("", lambda: None, f"rowid run in.csv -o {TABLE} --columns {made_of}", 0))[0] == 0

    return prepare


def _then(*steps: Callable[[], object]) -> Callable[[], object]:
    return lambda: [step() for step in steps]


TABLE = "duckdb:///x.duckdb?table=people"
MERGE = f"rowid run in.csv -o {TABLE} --columns name --write merge"
RUN = "rowid run in.csv -o out.csv"
CASES = (
    Case("no such file", _write("in.csv", PEOPLE), "rowid run inn.csv -o out.csv", 3),
    Case("a directory without Parquet files", lambda: Path("in.csv").mkdir(), RUN, 3),
    Case("an empty file", _write("in.csv", ""), RUN, 3),
    Case("a header only (that is a table without rows)", _write("in.csv", "name,city\n"), RUN, 0, leaves=("out.csv",)),
    Case("binary junk named .csv", _write("in.csv", _junk()), RUN, 3),
    Case("a PNG image named .csv", _write("in.csv", b"\x89PNG\r\n\x1a\n" + _junk()), RUN, 3),
    Case("a CSV named .parquet", _write("in.parquet", PEOPLE), "rowid run in.parquet -o out.csv", 3),
    Case(
        "a truncated Parquet file",
        _cut("in.parquet", _parquet("in.parquet", n=pa.array(range(1000))), 0.6),
        "rowid run in.parquet -o out.csv",
        3,
    ),
    Case(
        "a truncated gzip file",
        _write("in.csv.gz", _gzip(PEOPLE * 50)[:-20]),
        "rowid run in.csv.gz -o out.csv",
        3,
    ),
    Case("a damaged gzip file", _write("in.csv.gz", _gzip(PEOPLE, damage=True)), "rowid run in.csv.gz -o out.csv", 3),
    Case("a row with too many cells", _write("in.csv", PEOPLE + "emmy,Erlangen,1882-03-23,!\n"), RUN, 3),
    Case("a row with too few cells", _write("in.csv", PEOPLE + "emmy,Erlangen\n"), RUN, 3),
    Case("a quote that does not close", _write("in.csv", PEOPLE + '"emmy,Erlangen,1882-03-23\n'), RUN, 3),
    Case(
        "text in another encoding than was said",
        _write("in.csv", PEOPLE.encode("utf-16")),
        f"{RUN} --encoding utf-8",
        3,
    ),
    Case("two columns of one name", _write("in.csv", "name,name\nada,ada\n"), RUN, 1),
    Case("a line that is no JSON", _write("in.jsonl", '{"a": 1}\n{"a": \n'), "rowid run in.jsonl -o out.csv", 3),
    Case("a workbook without that sheet", _workbook, "rowid run in.xlsx -o out.csv --sheet poeple", 3),
    Case("a truncated workbook", _cut("in.xlsx", _workbook, 0.5), "rowid run in.xlsx -o out.csv", 3),
    Case("a missing column", _write("in.csv", PEOPLE), f"{RUN} --columns nmae", 1),
    Case(
        "a lone surrogate in JSON Lines", _write("in.jsonl", '{"a": "\\ud800"}\n'), "rowid run in.jsonl -o out.csv", 3
    ),
    Case(
        "a lone surrogate in Parquet",
        _parquet("in.parquet", name=_invalid_text()),
        "rowid run in.parquet -o out.csv",
        1,
    ),
    Case(
        "a key column of lists",
        _parquet("in.parquet", name=pa.array(["ada"]), tags=pa.array([["a", "b"]])),
        "rowid run in.parquet -o out.parquet",
        1,
    ),
    Case(
        "a column of lists, into a CSV",
        _parquet("in.parquet", name=pa.array(["ada"]), tags=pa.array([["a", "b"]])),
        "rowid run in.parquet -o out.csv --columns name",
        1,
    ),
    Case(
        "a year outside 0001 to 9999",
        _parquet("in.parquet", at=pa.array([0, 253402300800], pa.timestamp("s"))),
        "rowid run in.parquet -o out.csv",
        1,
    ),
    Case(
        "a declared type that does not fit",
        _recipe(Recipe(["city", "born"], types={"city": "number", "born": "date"})),
        f"{RUN} --recipe r.yaml",
        1,
    ),
    Case("a null, and nulls: reject", _write("in.csv", "name,city\nada,\n"), f"{RUN} --nulls reject", 1),
    Case("a repeated row, and duplicates: reject", _write("in.csv", "n\n7\n8\n7\n"), f"{RUN} --duplicates reject", 1),
    Case("an ID column that exists", _write("in.csv", "name,row_id\nada,1\n"), RUN, 1),
    Case("a changed cell in a file with IDs", _with_ids, "rowid verify ids.csv --recipe r.yaml", 1),
    Case("a file without IDs", _recipe(Recipe(["name"])), "rowid verify in.csv --recipe r.yaml", 1),
    Case("a file without a recipe", _write("in.csv", PEOPLE), "rowid verify in.csv", 2),
    Case("a column that is not there", _write("in.csv", PEOPLE), "rowid profile in.csv --column nmae", 1),
    Case(
        "a profile that is none",
        lambda: (Path("in.csv").write_text(PEOPLE), Path("old.json").write_text('{"rows": 2, "columns": [7]}')),
        "rowid profile in.csv --against old.json",
        3,
    ),
    Case("a comparison without a key", _write("in.csv", PEOPLE), "rowid diff in.csv in.csv", 2),
    Case("the SQL that compares two files", _write("in.csv", PEOPLE), "rowid diff in.csv in.csv --sql", 2),
    Case("a master for no Spark", _write("in.csv", PEOPLE), f"{RUN} --master local", 2),
    Case("a CSV file for Spark", _write("in.csv", PEOPLE), f"{RUN} --engine spark --delimiter ;", 2),
    Case("a recipe that is missing", _write("in.csv", PEOPLE), f"{RUN} --recipe r.yaml", 2),
    Case("an unknown key in a recipe", _recipe("spec: rowid v1\ncolums: [name]\n"), f"{RUN} --recipe r.yaml", 2),
    Case("a recipe that is no YAML", _recipe("spec: rowid v1\ncolumns: [name\n"), f"{RUN} --recipe r.yaml", 2),
    Case(
        "a recipe of another specification", _recipe("spec: rowid v9\ncolumns: [name]\n"), f"{RUN} --recipe r.yaml", 2
    ),
    Case("a secret that is missing", _write("in.csv", PEOPLE), f"{RUN} --key-env ROWID_KEY", 2),
    Case("a secret that is no base64", _write("in.csv", PEOPLE), f"{RUN} --key-env KEY", 2, env={"KEY": "not base64!"}),
    Case("a form that does not exist", _write("in.csv", PEOPLE), f"{RUN} --form base64", 2),
    Case("an unknown option", _write("in.csv", PEOPLE), f"{RUN} --fromat hex", 2),
    Case("a database without a table", lambda: None, "rowid run postgresql://me:secret@host/db -o out.csv", 2),
    Case("a scheme of no database", lambda: None, "rowid run nosql://me:secret@host/db?table=t -o out.csv", 2),
    Case(
        "a password that is not escaped",
        lambda: None,
        "rowid run postgresql://me:1/secret@host/db?table=t -o out.csv",
        2,
    ),
    Case(
        "no server",
        lambda: None,
        "rowid run postgresql://me:secret@127.0.0.1:1/db?table=t -o out.csv",
        5,
    ),
    Case("no such table", _sqlite, "rowid run sqlite:///in.db?table=peple -o out.csv", 3),
    Case("a query that is no SELECT", _sqlite, "rowid run sqlite:///in.db?query=DROP%20TABLE%20people -o out.csv", 5),
    Case("a file that is no database", _write("in.db", PEOPLE), "rowid run sqlite:///in.db?table=people -o out.csv", 5),
    Case("no such database", lambda: None, "rowid run sqlite:///in.db?table=people -o out.csv", 5),
    Case("no file of a pattern", lambda: None, "rowid run *.parquet -o out.csv", 3),
    Case(
        "Parquet files of other columns",
        lambda: (
            Path("in").mkdir(),
            _parquet("in/a.parquet", n=pa.array([1]))(),
            _parquet("in/b.parquet", m=pa.array([1]))(),
        ),
        "rowid run in -o out.csv",
        3,
    ),
    Case("a column to leave out that is not there", _write("in.csv", PEOPLE), "rowid keys in.csv --exclude nam", 1),
    Case("keys of no column", _write("in.csv", PEOPLE), "rowid keys in.csv --max-columns 0", 2),
    Case("a setting that makes no sense", _write("in.csv", PEOPLE), RUN, 2, env={"ROWID_PORT": "eighty"}),
    Case("an output of unknown format", _write("in.csv", PEOPLE), "rowid run in.csv -o out.docx", 2),
    Case(
        "an output that exists",
        lambda: (Path("in.csv").write_text(PEOPLE), Path("out.csv").write_text("mine")),
        RUN,
        4,
    ),
    Case("a table that exists", _table(), f"rowid run in.csv -o {TABLE} --columns name", 4),
    Case("a table of another recipe", _table(made_of="city"), MERGE, 1),
    Case("a table of other columns", _then(_table(), _write("in.csv", "name,town\nada,London\n")), MERGE, 1),
    Case(
        "a table whose types would lose something",
        _then(_table("name,n\nada,1\n"), _write("in.csv", "name,n\nada,1.5\n")),
        MERGE,
        1,
    ),
    Case("IDs that repeat, in a merge", _then(_table(), _write("in.csv", PEOPLE + PEOPLE[16:])), MERGE, 1),
    Case(
        "a table in a directory that does not exist",
        _write("in.csv", PEOPLE),
        "rowid run in.csv -o duckdb:///no/x.duckdb?table=people",
        5,
    ),
    Case(
        "a database and no table",
        _write("in.csv", PEOPLE),
        "rowid run in.csv -o duckdb:///x.duckdb",
        2,
    ),
    Case(
        "a column type that no table has",
        _parquet("in.parquet", name=pa.array(["ada"]), tags=pa.array([["a", "b"]])),
        f"rowid run in.parquet -o {TABLE} --columns name",
        1,
    ),
    Case("a file, and how to write to a table", _write("in.csv", PEOPLE), f"{RUN} --write merge", 2),
    Case(
        "rows that are missing, and no merge",
        _write("in.csv", PEOPLE),
        f"rowid run in.csv -o {TABLE} --missing mark",
        2,
    ),
    Case(
        "a disposition that does not exist", _write("in.csv", PEOPLE), f"rowid run in.csv -o {TABLE} --write upsert", 2
    ),
    Case(
        "a report that exists",
        lambda: (_write("in.csv", PEOPLE)(), _write("r.html", "mine")()),
        "rowid check in.csv --columns name --html r.html",
        4,
    ),
    Case(
        "a joined key of an unknown formula",
        _write("in.csv", PEOPLE),
        "rowid lint in.csv --columns name --formula md5",
        2,
    ),
    Case(
        "SQL for what SQL cannot do",
        _write("s.yaml", "price: DOUBLE PRECISION\nname: text\nseen: interval\n"),
        "rowid sql --dialect postgres --table t --schema s.yaml",
        2,
    ),
    Case(
        "SQL without a dialect",
        _write("s.yaml", "name: text\n"),
        "rowid sql --table t --schema s.yaml",
        2,
    ),
    Case("a schema that is none", _write("s.yaml", "[]"), "rowid sql --dialect spark --table t --schema s.yaml", 2),
    Case("a proof without a database", _write("in.csv", PEOPLE), "rowid sql --prove --table in.csv", 2),
    Case(
        "a push-down of a file",
        _write("in.csv", PEOPLE),
        "rowid run in.csv -o duckdb:///x.duckdb?table=t --pushdown",
        2,
    ),
    Case("an output directory that does not exist", _write("in.csv", PEOPLE), "rowid run in.csv -o no/out.csv", 4),
    Case(
        "a full disk",
        lambda: (Path("disk").mkdir(), Path("in.csv").write_text("n\n" + "7\n" * 30_000)),
        "rowid run in.csv -o disk/out.csv",
        4,
        run=_on_a_full_disk,
    ),
    Case(
        "a full device behind standard output",
        _write("in.csv", PEOPLE),
        "rowid run in.csv -o -",
        4,
        run=_into_a_full_device,
    ),
    Case(
        "Ctrl-C in the middle",
        _write("in.csv", "n\n" + "7\n" * 2_000_000),
        RUN,
        130,
        env={"ROWID_LOG_LEVEL": "debug"},
        run=_interrupted,
    ),
)


def page() -> str:
    """docs/errors.md."""
    rows = [
        f"| {case.name} | `{case.command}` | {case.outcome.code} | {_cell(case.outcome.message)} |" for case in CASES
    ]
    return "\n".join([_HEAD, *rows]) + "\n"


def _cell(message: str) -> str:
    return message.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


_HEAD = """\
# Bad inputs, and what they get

Each row was made for real, by `python -m tests.bad_inputs > docs/errors.md`; a test makes them all again and compares.
None leaves an output file, or a part of one, behind. `--json` gives the same as a JSON object, and
[cli.md](cli.md#streams-and-exit-codes) lists the exit codes.

| input | command | exit code | message |
| --- | --- | --- | --- |"""

if __name__ == "__main__":
    sys.stdout.write(page())

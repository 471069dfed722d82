"""Where Spark reads and writes: Parquet under a path, or a table that the session knows. It appears whole."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rowid.databases import Address, TableName
from rowid.errors import SinkError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SCHEME = "spark:///"
_OTHERS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx", ".gz", ".zst")


class Target(Protocol):
    """Somewhere that Spark writes to: ``write`` puts rows aside, ``appear`` gives them their name."""

    name: str

    def write(self, frame: "DataFrame") -> None:
        """Writes the rows where nobody looks."""
        ...

    def written(self) -> "DataFrame":
        """The rows that were written."""
        ...

    def appear(self) -> None:
        """Makes them appear under their name."""
        ...

    def abort(self) -> None:
        """Leaves no trace; harmless after ``appear``."""
        ...


def table_name(uri: str) -> TableName | None:
    """The table that a URI such as ``spark:///?table=db.t`` names; None for a path.

    Raises:
        UsageError: it names none, or it is a file of another format than Parquet.
    """
    if uri.lower().startswith("spark:"):
        table = Address.parse(uri).table if uri.lower().startswith(_SCHEME) else None
        if table is None:
            raise UsageError("it names no table", where="spark", hint="Write spark:///?table=name.")
        return table
    if uri == "-" or uri.lower().endswith(_OTHERS):
        hint = "Give a Parquet file or folder, or spark:///?table=name; other files are read without --engine spark."
        raise UsageError("Spark reads and writes Parquet and tables here", where=uri, hint=hint)
    return None


def sql_name(table: TableName) -> str:
    """A table's name in Spark's quotes."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in table.parts)


def read(session: "SparkSession", uri: str) -> "DataFrame":
    """The rows at a place."""
    table = table_name(uri)
    return session.table(sql_name(table)) if table else session.read.parquet(_located(session, uri))


def target(session: "SparkSession", uri: str, *, force: bool) -> Target:
    """The place to write to.

    Raises:
        SinkError: it exists, and is not to be replaced.
        UsageError: it is none that Spark writes to.
    """
    table = table_name(uri)
    return Folder(session, uri, force=force) if table is None else Table(session, table, force=force)


class Folder:
    """A folder of Parquet files, written beside its place by Spark's committer, then renamed."""

    def __init__(self, session: "SparkSession", path: str, *, force: bool) -> None:
        self.name, self._session, self._force = path, session, force
        paths = _hadoop(session).fs.Path
        self._path = paths(_located(session, path))
        self._files = self._path.getFileSystem(session._jsc.hadoopConfiguration())
        self._path = self._files.makeQualified(self._path)
        mark = secrets.token_hex(4)
        self._aside, self._old = (
            paths(self._path.getParent(), f".{self._path.getName()[:40]}.{mark}.{kind}") for kind in ("part", "old")
        )
        if self._files.exists(self._path) and not force:
            raise SinkError("it exists", where=path, hint="Choose another name, or force replacing it.")
        if not self._files.exists(self._path.getParent()):
            raise SinkError("its directory does not exist", where=path, hint="Create it first.")

    def write(self, frame: "DataFrame") -> None:
        """Writes the rows beside their place."""
        frame.write.parquet(self._aside.toString())

    def written(self) -> "DataFrame":
        """The rows that were written."""
        return self._session.read.parquet(self._aside.toString())

    def appear(self) -> None:
        """Renames the folder; one that is replaced goes when the new one is in its place."""
        exists = self._files.exists(self._path)
        if exists and not self._force:
            hint = "Choose another name, or force replacing it."
            raise SinkError("it appeared while the rows were being written", where=self.name, hint=hint)
        if exists:
            self._renamed(self._path, self._old)
        self._renamed(self._aside, self._path)
        if exists:
            self._files.delete(self._old, True)

    def abort(self) -> None:
        """Removes what was written; puts back what was to be replaced."""
        if self._files.exists(self._old) and not self._files.exists(self._path):
            self._files.rename(self._old, self._path)
        self._files.delete(self._aside, True)

    def _renamed(self, one: Any, other: Any) -> None:
        if not self._files.rename(one, other):
            raise SinkError("it cannot be renamed into its place", where=self.name, hint="Check its permissions.")


class Table:
    """A table of the session's catalogue, made under another name, then renamed."""

    def __init__(self, session: "SparkSession", table: TableName, *, force: bool) -> None:
        self.name, self._session, self._force, self._table = f"{_SCHEME}?table={table}", session, force, table
        self._aside = table.beside(f"rowid_{secrets.token_hex(4)}")
        if self._exists() and not force:
            raise SinkError("the table exists", where=self.name, hint="Choose another name, or force replacing it.")

    def write(self, frame: "DataFrame") -> None:
        """Makes the table under its passing name."""
        frame.write.format("parquet").saveAsTable(sql_name(self._aside))

    def written(self) -> "DataFrame":
        """The rows that were written."""
        return self._session.table(sql_name(self._aside))

    def appear(self) -> None:
        """Gives the table its name; one that is replaced is dropped just before."""
        if self._force:
            self._session.sql(f"DROP TABLE IF EXISTS {sql_name(self._table)}")
        self._session.sql(f"ALTER TABLE {sql_name(self._aside)} RENAME TO {sql_name(self._table)}")

    def abort(self) -> None:
        """Drops it, and what a failed job left of it."""
        self._session.sql(f"DROP TABLE IF EXISTS {sql_name(self._aside)}")
        place = _hadoop(self._session).fs.Path(self._warehouse(), self._aside.name)
        place.getFileSystem(self._session._jsc.hadoopConfiguration()).delete(place, True)

    def _warehouse(self) -> str:
        """Where the tables of its database lie."""
        name = self._table.schema or self._session.catalog.currentDatabase()
        return self._session.catalog.getDatabase(name).locationUri

    def _exists(self) -> bool:
        return self._session.catalog.tableExists(sql_name(self._table))


def _located(session: "SparkSession", path: str) -> str:
    """The path, from this process's folder where Spark's own file system is this machine's: Java keeps its first."""
    default = session._jsc.hadoopConfiguration().get("fs.defaultFS", "file:///")
    return path if "://" in path or not default.startswith("file:") else str(Path(path).absolute())


def _hadoop(session: "SparkSession") -> Any:
    jvm = getattr(session, "_jvm", None)
    if jvm is None:
        hint = "Start it where the driver runs, by spark-submit or with --master."
        raise UsageError("Spark Connect gives no way to its file system", where="spark", hint=hint)
    return jvm.org.apache.hadoop

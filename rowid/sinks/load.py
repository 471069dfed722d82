"""One load of a table: rows go to a temporary table, and from there into the table in one transaction."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from rowid.databases import CatalogColumn, Database, Labelled, TableName, commit
from rowid.errors import Cancelled, ColumnError, DatabaseError, in_place
from rowid.model import Loading, Receipt
from rowid.ports import RECIPE_KEY, RUN_KEY
from rowid.recipe import Recipe
from rowid.sinks.columns import MARKER, Column, matched, new_columns, require_names
from rowid.sinks.dispositions import PLANS, Plan, Task, into_new, prove, recreated, refuse_repeated
from rowid.sinks.fingerprint import Fingerprint
from rowid.sinks.recorded import Record
from rowid.sinks.statements import Statements

_ROWS, _BYTES = 1 << 18, 1 << 26
"""What is sent at a time, about: a database has some work with every piece, and DuckDB shares out large ones."""


@dataclass(frozen=True, slots=True)
class Target:
    """A table that is to be written: its columns if it is there (``existing``), how, and whether that is forced."""

    database: Database
    table: TableName
    existing: tuple[CatalogColumn, ...] | None
    loading: Loading
    force: bool

    @property
    def write(self) -> str:
        """The disposition; a new table without one is to hold exactly the rows."""
        return self.loading.write or "replace"


class DatabaseLoad:
    """Writes to a temporary table; the table itself is not touched before ``commit``.

    Args:
        target: the table.
        schema: the columns of the rows.
        metadata: the recipe and the run, see ``rowid.ports``.
        close: closes the connection.
    """

    def __init__(
        self, target: Target, schema: pa.Schema, metadata: Mapping[str, str], close: Callable[[], None]
    ) -> None:
        self._target, self._database, self._close = target, target.database, close
        self._recipe, self._run_id = Recipe.from_text(metadata[RECIPE_KEY]), metadata[RUN_KEY]
        self._rows, self._ids = 0, Fingerprint()
        self._held: list[pa.RecordBatch] = []
        self._undo: list[str] = []  # what a rollback does not do
        self._is_committed = False
        try:
            if isinstance(self._database, Labelled):
                self._database.label(self._run_id, self._recipe.fingerprint)
            self._record = Record(self._database, target.table)
            self._require_recipe()  # first: another recipe may well make other columns
            require_names(schema.names, self._database.dialect)
            self._recreate = self._must_recreate(schema)
            self._say = self._statements(schema)
            sent = pa.schema([(column.name, column.type) for column in self._say.columns])
            self._compatible = self._database.dialect.compatibility(sent, texts=target.loading.dry_run)
            self._refuse_what_blocks()
            self._database.execute(self._say.create_staging())
            self._undo.append(self._say.drop_staging())
        except BaseException:
            self.abort()
            raise

    def write(self, batch: pa.RecordBatch) -> None:
        """Takes the next rows."""
        if not batch.num_rows:
            return
        self._ids = self._ids.with_ids(batch.column(self._recipe.id_column), self._recipe.form)
        columns = [column.sent(values) for column, values in zip(self._say.columns, batch.columns, strict=True)]
        rows = pa.record_batch(columns, [column.name for column in self._say.columns])
        self._compatible.add(rows)
        self._refuse_what_blocks()
        self._held.append(rows)
        self._rows += batch.num_rows
        if sum(held.num_rows for held in self._held) >= _ROWS or sum(held.nbytes for held in self._held) >= _BYTES:
            self._send()

    def commit(self) -> Receipt:
        """Does to the table what is to be done, all of it or nothing, and says what that was.

        Raises:
            DataError: IDs repeat that are to be merged, or another recipe has made those of the table.
            SinkError: the table did not hold the right IDs afterwards; what was done is taken back.
            DatabaseError: the database refused.
            Cancelled: it was interrupted when the table may hold the rows.
        """
        try:
            self._send()
            task = Task(self._database, self._say, self._rows, self._ids, self._target.loading.missing)
            if self._target.write == "merge":
                refuse_repeated(task, self._recipe.id_column)
            receipt = self._planned(task) if self._target.loading.dry_run else self._done(task)
            self.abort()
        except BaseException as error:
            self.abort()
            if self._is_committed and isinstance(error, KeyboardInterrupt):
                raise in_place(str(self._target.table)) from None
            raise
        return receipt

    def abort(self) -> None:
        """Takes back what is not committed and closes the connection; harmless when there is nothing left to do."""
        undo, self._undo = self._undo, []
        try:
            self._database.rollback()
            for sql in undo:
                self._database.execute(sql)
        except DatabaseError:
            return  # a connection that is broken takes its temporary tables with it
        finally:
            self._close()

    def _send(self) -> None:
        held, self._held = self._held, []
        if held:
            self._database.append(self._say.staging, pa.concat_batches(held))

    def _must_recreate(self, schema: pa.Schema) -> bool:
        """Whether replacing needs a table of other columns."""
        if self._target.existing is None or self._target.write != "replace":
            return False
        try:
            matched(schema, self._target.existing, str(self._target.table))
        except ColumnError:
            if self._database.dialect.transactional_ddl:
                return True
            raise
        return False

    def _statements(self, schema: pa.Schema) -> Statements:
        return Statements(
            self._database.dialect,
            self._target.table,
            TableName(f"rowid_staging_{secrets.token_hex(6)}"),
            self._columns(schema),
            self._recipe.id_column,
            self._recipe.form,
            marker=MARKER not in schema.names and any(one.name == MARKER for one in self._target.existing or ()),
        )

    def _columns(self, schema: pa.Schema) -> tuple[Column, ...]:
        if MARKER in schema.names and self._target.loading.missing == "mark":
            what = "the rows have a column of this name, which is the one that marks missing rows"
            raise ColumnError(what, where=f"column {MARKER!r}", hint="Rename it, or do not mark missing rows.")
        if self._target.existing is None or self._recreate:
            return new_columns(schema, self._database.dialect)
        return matched(schema, self._target.existing, str(self._target.table))

    def _require_recipe(self) -> None:
        if self._target.existing is not None and not (self._target.write == "replace" and self._target.force):
            self._record.require(self._recipe)

    def _refuse_what_blocks(self) -> None:
        """Before it is sent."""
        for one in self._compatible.caveats():
            if one.severity == "blocks":
                raise ColumnError(one.what, where=f"column {one.column!r}", hint=one.hint)

    def _plan(self, task: Task) -> Plan:
        if self._target.existing is None:
            return into_new(task, self._target.write)
        return recreated(task) if self._recreate else PLANS[self._target.write](task)

    def _planned(self, task: Task) -> Receipt:
        """What would be done, with the SQL in its order."""
        self._database.begin()
        plan = self._plan(task)
        self._database.rollback()
        said = (self._say.create_staging(), *self._record.create(), *plan.tables, *self._record.sql(), *plan.sql)
        return self._receipt(plan, sql=said)

    def _done(self, task: Task) -> Receipt:
        ours = self._database.dialect.transactional_ddl
        if not ours:
            task = self._tables_first(task)
        self._database.begin()
        self._execute(self._record.create() if ours else ())
        self._execute(filter(None, [self._database.dialect.lock(task.say.table)] if self._target.existing else ()))
        self._record.claim(self._recipe, self._run_id)
        self._require_recipe()
        plan = self._plan(task)
        self._execute((*(plan.tables if ours else ()), *plan.sql))
        prove(task, plan, self._target.write)
        self._record.keep(self._recipe, plan.rows_after)
        self._commit()
        return self._receipt(plan, verified=True)

    def _commit(self) -> None:
        staging = self._undo[:1]  # tables that were made stay
        try:
            hint = f"It does if its row in rowid_tables has the run_id {self._run_id}; to load again is safe."
            commit(self._database, str(self._target.table), hint)
        except Cancelled:
            self._undo = staging  # they may hold the rows by now
            raise
        self._undo, self._is_committed = staging, True

    def _tables_first(self, task: Task) -> Task:
        """Makes the tables that no transaction could take back; what fails later drops a table of rows again."""
        self._execute(self._record.create())
        if self._target.existing is None:
            self._execute([task.say.create()])
            self._undo.append(task.say.drop())
        elif self._target.loading.missing == "mark" and not task.say.marker:
            self._execute([task.say.add_marker()])
            return replace(task, say=task.say.marked())
        return task

    def _execute(self, statements: Iterable[str]) -> None:
        for sql in statements:
            self._database.execute(sql)

    def _receipt(self, plan: Plan, *, verified: bool | None = None, sql: tuple[str, ...] = ()) -> Receipt:
        counts = (plan.inserted, plan.updated, plan.unchanged, plan.rejected, plan.missing, plan.removed)
        caveats = tuple(self._compatible.caveats())
        return Receipt(self._rows, *counts, verified=verified, sql=sql, caveats=caveats)

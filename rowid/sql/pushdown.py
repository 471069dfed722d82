"""A run inside a database: the table with IDs is made there, and no row leaves it."""

import logging
import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import rowid
from rowid.databases import Address, Database, TableName
from rowid.errors import (
    DatabaseError,
    DataError,
    DuplicateRowError,
    NullKeyError,
    RowIdError,
    SinkError,
    SourceError,
    UsageError,
)
from rowid.events import Event, RunFailed, RunFinished, RunStarted
from rowid.model import AuditTrail, Receipt
from rowid.ports import Observer
from rowid.recipe import SPEC, Recipe
from rowid.sql.refusal import NULL, reason
from rowid.sql.statement import SqlColumn, count_messages, statement
from rowid.sql.words import Words

log = logging.getLogger("rowid")


def columns_of(database: Database, address: Address) -> tuple[SqlColumn, ...]:
    """The columns of the table that ``address`` names, as the catalogue has them.

    Raises:
        SourceError: there is no such table.
    """
    table = _table(address)
    found = database.columns(table)
    if found is None:
        hint = "Check its name; it is taken exactly as written."
        raise SourceError(f"there is no table {table}", where=address.shown, hint=hint)
    return tuple(SqlColumn(column.name, column.declared) for column in found)


def push_down(
    database: Database, words: Words, source: Address, target: Address, recipe: Recipe,
    *, run_id: str, observers: Sequence[Observer] = (), force: bool = False, replace: bool = False,
) -> AuditTrail:  # fmt: skip
    """Makes the table ``target`` from ``source`` and the IDs, in one transaction of ``database``.

    ``force`` drops a table of that name first; ``replace`` leaves out a column of the ID's name. A recipe that rejects
    duplicates is followed by counting.

    Raises:
        RowIdError: whatever stands against it; the database is left as it was.
    """
    run = _PushDown(database, words, source, target, recipe, run_id=run_id, observers=observers)
    return run.go(force=force, replace=replace)


class _PushDown:
    def __init__(
        self, database: Database, words: Words, source: Address, target: Address, recipe: Recipe,
        *, run_id: str, observers: Sequence[Observer],
    ) -> None:  # fmt: skip
        self._database, self._words, self._recipe = database, words, recipe
        self._source, self._target, self._run_id, self._observers = source, target, run_id, observers
        self._started, self._started_at = time.perf_counter(), datetime.now(UTC)

    def go(self, *, force: bool, replace: bool) -> AuditTrail:
        plain, fingerprint = self._recipe.to_dict(), self._recipe.fingerprint
        names = self._source.shown, self._target.shown
        self._tell(RunStarted(self._run_id, self._started_at, *names, plain, fingerprint, None))
        try:
            trail = self._made(force=force, replace=replace)
        except BaseException as error:
            message = str(error) if isinstance(error, RowIdError) else "see the program's own report"
            failed = RunFailed(self._run_id, datetime.now(UTC), type(error).__name__, message, 0, self._elapsed())
            self._tell(failed)
            raise
        self._tell(
            RunFinished(
                self._run_id, datetime.now(UTC), trail.rows_out, trail.distinct_ids, trail.duplicate_rows,
                trail.null_ids, trail.output_fingerprint, trail.elapsed_s, trail.phases, trail.strategy,
                trail.strategy_reason,
            )
        )  # fmt: skip
        return trail

    def _made(self, *, force: bool, replace: bool) -> AuditTrail:
        database, made = self._database, self._require_place()
        columns = columns_of(database, self._source)
        kept = Recipe.from_dict({**self._recipe.to_dict(), "duplicates": "keep"})
        followed = kept if self._recipe.duplicates == "reject" else self._recipe
        source = _table(self._source)
        create = statement(self._words, columns, source, followed, create=made, replace=replace)
        exists = database.columns(made) is not None
        if exists:
            self._require_force(force=force)
        is_made = False
        database.begin()
        try:
            if exists:
                database.execute(f"DROP TABLE {database.dialect.table(made)}")
            self._create(create)
            is_made = True
            trail = self._counted(made, columns, followed)
            if self._recipe.duplicates == "reject" and trail.duplicate_rows:
                rows = trail.duplicate_rows
                raise DuplicateRowError(
                    f"{rows:,} {'row repeats' if rows == 1 else 'rows repeat'} another one, and the recipe rejects it",
                    where=self._source.shown,
                    hint="Choose more columns, or use duplicates: keep.",
                )
            database.commit()
        except BaseException:
            database.rollback()
            if is_made and not database.dialect.transactional_ddl:  # a table that is another's is not ours to drop
                database.execute(f"DROP TABLE {database.dialect.table(made)}")
            raise
        return trail

    def _create(self, sql: str) -> None:
        try:
            self._database.execute(sql)
        except DatabaseError as error:
            why = reason(error)
            if why is None:
                raise
            where = self._source.shown
            if why == NULL:
                hint = "Fill the nulls, choose other columns, or use nulls: hash."
                raise NullKeyError(f"{why}, and the recipe rejects nulls", where=where, hint=hint) from None
            raise DataError(f"a value is {why}", where=where, hint="Mend it, or choose other columns.") from None

    def _require_place(self) -> TableName:
        made, source = _table(self._target), _table(self._source)
        if (self._source.adapter, self._source.url) != (self._target.adapter, self._target.url):
            raise UsageError("both tables have to lie in the same database", where=self._target.shown, hint=_PLAIN)
        if made == source:
            hint = "Name another table; what hangs on this one (keys, indexes, grants) would be lost with it."
            raise UsageError("it is the table that is read", where=self._target.shown, hint=hint)
        return made

    def _require_force(self, *, force: bool) -> None:
        if not self._database.dialect.transactional_ddl:
            what, hint = "the table exists, and replacing it could not be taken back here", "Name another one."
            raise SinkError(what, where=self._target.shown, hint=hint)
        if not force:
            hint = "Name another one, or force replacing it."
            raise SinkError("the table exists", where=self._target.shown, hint=hint)

    def _counted(self, made: TableName, columns: Sequence[SqlColumn], recipe: Recipe) -> AuditTrail:
        """What was made, counted in the database."""
        id_, table = self._words.names.quoted(recipe.id_column), self._words.names.table(made)
        ids = f"SELECT count(*), count({id_}), count(DISTINCT {id_}) FROM {table}"
        ((rows, not_null, distinct),) = self._database.rows(ids)
        kept = [column for column in columns if column.name != recipe.id_column]
        ((messages, with_null),) = self._database.rows(count_messages(self._words, kept, table, recipe))
        elapsed_s = self._elapsed()
        return AuditTrail(
            run_id=self._run_id,
            started_at=self._started_at.isoformat(),
            elapsed_s=elapsed_s,
            recipe=self._recipe.to_dict(),
            recipe_fingerprint=self._recipe.fingerprint,
            source=self._source.shown,
            source_fingerprint="",
            sink=self._target.shown,
            output_fingerprint="",
            rows_in=rows,
            rows_out=rows,
            distinct_ids=distinct,
            duplicate_rows=not_null - messages,
            null_ids=rows - not_null,
            rows_with_null=with_null or 0,
            receipt=Receipt(rows, inserted=rows),
            collisions=messages - distinct,
            strategy="pushdown",
            strategy_reason=f"asked for: {self._words.names.name} computed the IDs where the table lies",
            slice_rows=0,
            phases={"database": elapsed_s},
            bottleneck="database",
            bottleneck_share=1.0,
            advice="the time is the database's own",
            versions={"rowid": rowid.__version__, "spec": SPEC, "python": platform.python_version()},
        )

    def _elapsed(self) -> float:
        return time.perf_counter() - self._started

    def _tell(self, event: Event) -> None:
        for observer in self._observers:
            try:
                observer(event)
            except Exception:
                log.warning("an observer failed at %s of run %s", type(event).__name__, self._run_id, exc_info=True)


_PLAIN = "Leave out the push-down: rows are read, given their IDs and written then."


def _table(address: Address) -> TableName:
    if address.table is None:
        raise UsageError("it names no table", where=address.shown, hint="Put ?table=name behind it.")
    return address.table

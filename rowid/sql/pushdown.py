"""A run inside a database: the table with IDs is made there, and no row leaves it."""

from collections.abc import Sequence

from rowid.audit import Audit
from rowid.databases import Address, Database, Labelled, TableName, columns_of, commit, table_of
from rowid.errors import (
    DatabaseError,
    DataError,
    DuplicateRowError,
    NullKeyError,
    SinkError,
    UsageError,
)
from rowid.model import AuditTrail, Receipt
from rowid.ports import Observer
from rowid.recipe import Recipe
from rowid.sql.refusal import NULL, reason
from rowid.sql.statement import SqlColumn, count_messages, statement
from rowid.sql.words import Words


def sql_columns(database: Database, address: Address) -> tuple[SqlColumn, ...]:
    """The columns of the table that ``address`` names, as a statement takes them.

    Raises:
        SourceError: there is no such table.
    """
    return tuple(SqlColumn(column.name, column.declared) for column in columns_of(database, address))


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
    audit = Audit(run_id, source.shown, target.shown, recipe, observers)
    one = _PushDown(database, words, source, target, recipe, audit=audit)
    return audit.told(lambda: one.go(force=force, replace=replace))


class _PushDown:
    def __init__(
        self, database: Database, words: Words, source: Address, target: Address, recipe: Recipe, *, audit: Audit
    ) -> None:
        self._database, self._words, self._recipe = database, words, recipe
        self._source, self._target, self._audit = source, target, audit

    def go(self, *, force: bool, replace: bool) -> AuditTrail:
        database, made = self._database, self._require_place()
        if isinstance(database, Labelled):
            database.label(self._audit.run_id, self._recipe.fingerprint)
        columns = sql_columns(database, self._source)
        kept = Recipe.from_dict({**self._recipe.to_dict(), "duplicates": "keep"})
        followed = kept if self._recipe.duplicates == "reject" else self._recipe
        source = table_of(self._source)
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
            self._commit(made)
            self._audit.placed()
        except BaseException:
            database.rollback()
            if is_made and not database.dialect.transactional_ddl:  # a table that is another's is not ours to drop
                database.execute(f"DROP TABLE {database.dialect.table(made)}")
            raise
        return trail

    def _commit(self, made: TableName) -> None:
        if not self._database.dialect.transactional_ddl:  # the table is there, and is dropped if this is interrupted
            self._database.commit()
            return
        commit(self._database, str(made), "Look for it; to make it again, force replacing it.")

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
        made, source = table_of(self._target), table_of(self._source)
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
        """What was made, counted in the database and compared with what it was made from."""
        id_, table = self._words.names.quoted(recipe.id_column), self._words.names.table(made)
        ids = f"SELECT count(*), count({id_}), count(DISTINCT {id_}) FROM {table}"
        ((rows, not_null, distinct),) = self._database.rows(ids)
        kept = [column for column in columns if column.name != recipe.id_column]
        ((given, messages, with_null),) = self._database.rows(count_messages(self._words, kept, table, recipe))
        ((read,),) = self._database.rows(f"SELECT count(*) FROM {self._words.names.table(table_of(self._source))}")
        whole = recipe.form in ("hex", "binary")
        if (rows, not_null) != (read, given) or distinct > messages or (whole and distinct < messages):
            raise SinkError(
                "the table did not hold the IDs of the rows that it was made from, so it was taken back",
                where=self._target.shown,
                hint="Something else writes to one of them at the same time.",
            )
        return AuditTrail(
            **self._audit.elsewhere("database"),
            rows_in=rows,
            rows_out=rows,
            distinct_ids=distinct,
            duplicate_rows=not_null - messages,
            null_ids=rows - not_null,
            rows_with_null=with_null or 0,
            receipt=Receipt(rows, inserted=rows, verified=True),
            collisions=messages - distinct,
            strategy="pushdown",
            strategy_reason=f"asked for: {self._words.names.name} computed the IDs where the table lies",
            advice="the time is the database's own",
        )


_PLAIN = "Leave out the push-down: rows are read, given their IDs and written then."

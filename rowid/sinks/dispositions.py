"""Append, replace and merge: what each would do to a table, in numbers and in SQL, and how it is proved to be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rowid.databases import Database
from rowid.errors import DataError, SinkError
from rowid.sinks.fingerprint import Fingerprint
from rowid.sinks.statements import Statements


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: the numbers of rows as in ``Receipt``, the rows that the table has afterwards, and the SQL.

    ``tables`` makes and changes tables, ``sql`` changes rows.
    """

    inserted: int
    updated: int
    unchanged: int
    rejected: int
    missing: int
    removed: int
    rows_after: int
    sql: tuple[str, ...]
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """Rows that lie in the staging table, and what is known of them: their number, and the fingerprint of their IDs."""

    database: Database
    say: Statements
    rows: int
    ids: Fingerprint
    missing: str

    def ask(self, sql: str) -> tuple[int, ...]:
        """The one row of numbers that answers a question; a sum over nothing is 0."""
        return tuple(int(number or 0) for number in self.database.rows(sql)[0])


def into_new(task: Task, write: str) -> Plan:
    """All rows go into a table that is made for them; without an ID only where it is to hold all."""
    keyed = write != "replace"
    written = task.ids.ids if keyed else task.rows
    sql = (task.say.insert_all(with_id=keyed),)
    return Plan(written, 0, 0, task.rows - written, 0, 0, written, sql, (task.say.create(),))


def recreated(task: Task) -> Plan:
    """All rows go into a table of other columns that takes the place of this one."""
    (before,) = task.ask(task.say.rows())
    sql, tables = (task.say.insert_all(with_id=False),), (task.say.drop(), task.say.create())
    return Plan(task.rows, 0, 0, 0, before, before, task.rows, sql, tables)


def append(task: Task) -> Plan:
    """Rows whose ID the table has not are added."""
    (before,) = task.ask(task.say.rows())
    rows, known = task.ask(task.say.to_append())
    new = rows - known
    sql = (task.say.insert_new(),) if new else ()
    return Plan(new, 0, known, task.rows - rows, 0, 0, before + new, sql)


def merge(task: Task) -> Plan:
    """Rows with a new ID are added, rows with a known one take the place of the table's, where they differ."""
    say = task.say
    (before,) = task.ask(say.rows())
    rows, known, changed = task.ask(say.to_merge())
    if rows > task.ids.ids:
        raise DataError(
            "the table holds several rows of the same ID, so it cannot be told which of them a new row is",
            where=str(say.table),
            hint="Remove the repeated rows, or replace the table.",
        )
    if say.marker:
        missing, unmarked = task.ask(say.to_miss())
    else:  # each ID that is known is in one row of the table
        missing = unmarked = task.ask(say.identified())[0] - known
    removed = {"report": 0, "mark": unmarked, "delete": missing}[task.missing]
    new = rows - known
    tables = (say.add_marker(),) if task.missing == "mark" and removed and not say.marker else ()
    sql = [
        *([say.marked().mark_missing() if task.missing == "mark" else say.delete_missing()] if removed else []),
        *([say.update()] if changed else []),
        *([say.insert_new()] if new else []),
    ]
    after = before + new - (removed if task.missing == "delete" else 0)
    return Plan(new, changed, known - changed, task.rows - rows, missing, removed, after, tuple(sql), tables)


def replace(task: Task) -> Plan:
    """The table holds exactly the rows afterwards. Where it does already, nothing is done."""
    come, go, both = task.ask(task.say.to_replace())
    sql = (task.say.delete_all(), task.say.insert_all(with_id=False)) if come or go else ()
    return Plan(come - both, both, task.rows - come, 0, go - both, go - both, task.rows, sql)


PLANS: Mapping[str, Callable[[Task], Plan]] = {"append": append, "merge": merge, "replace": replace}


def refuse_repeated(task: Task, id_column: str) -> None:
    """Raises DataError if an ID occurs twice in rows that are to be merged."""
    (repeated,) = task.ask(task.say.repeated())
    if repeated:
        raise DataError(
            f"{repeated:,} {'IDs are' if repeated > 1 else 'ID is'} in more than one new row, and a merge takes "
            "an ID for one row",
            where=f"column {id_column!r}",
            hint="Add a key column that tells the rows apart, remove the repeated ones, or use duplicates: number.",
        )


def prove(task: Task, plan: Plan, write: str) -> None:
    """Reads back what the table holds now, and compares it with what came by.

    Raises:
        SinkError: it does not hold what it should.
    """
    say = task.say
    if write == "replace":
        rows, *held = task.ask(say.held())
        done = rows == task.rows and Fingerprint(*held) == task.ids
    else:
        *held, different = task.ask(say.merged()) if write == "merge" else (*task.ask(say.arrived()), 0)
        done = Fingerprint(*held) == task.ids and not different and task.ask(say.rows()) == (plan.rows_after,)
    if not done:
        raise SinkError(
            "the table did not hold the IDs that were sent to it, so everything was taken back",
            where=str(say.table),
            hint="Something else writes to it at the same time, or a trigger or a rule changes its rows.",
        )

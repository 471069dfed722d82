"""For scripts: a frame in, the same frame with its IDs out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from rowid import canonical, keys, pipeline, selection
from rowid.engine import HashingEngine
from rowid.errors import ColumnError, UsageError
from rowid.model import Progress
from rowid.ports import Observer
from rowid.recipe import Recipe
from rowid.sinks.memory import IdSink
from rowid.sources.frame import FrameSource, column_names, is_pandas, is_polars, tabular
from rowid.stream import TextType

DEFAULT_ID_COLUMN = "row_id"


def generate_unique_row_ids(
    data: Any,
    columns: Sequence[str] | None = None,
    *,
    recipe: Recipe | None = None,
    id_column_name: str = DEFAULT_ID_COLUMN,
    types: Mapping[str, str] | None = None,
    normalise: Mapping[str, Sequence[str]] | None = None,
    decimals: Mapping[str, int] | None = None,
    form: str = "hex",
    duplicates: str = "keep",
    nulls: str = "hash",
    key_env: str | None = None,
    replace: bool = False,
    observers: Sequence[Observer] = (),
    progress: Callable[[Progress], None] | None = None,
    return_audit_trail: bool = False,
) -> Any:
    """Returns the frame with one column more: the ID of each row.

    Args:
        data: a pandas or Polars DataFrame, an Arrow table or record batch, or anything with ``__arrow_c_stream__``
            (which comes back as an Arrow table). It is not changed; dtypes and index stay as they are.
        columns: the key columns in order. Without them and without a recipe, those of the best candidate key, or, where
            none is safe, all columns, with a warning; sorted by name. The recipe in the audit trail says which.
        recipe: a recipe in place of ``columns`` and of the options from ``types`` to ``key_env``.
        id_column_name: the name of the new column.
        types: as in ``Recipe``, and so are the next six.
        normalise: see ``Recipe``.
        decimals: see ``Recipe``.
        form: see ``Recipe``.
        duplicates: see ``Recipe``.
        nulls: see ``Recipe``.
        key_env: see ``Recipe``.
        replace: put the IDs into an existing column of that name rather than refuse.
        observers: called with each event of the run.
        progress: called with a ``Progress`` after each slice of rows.
        return_audit_trail: return ``(frame, AuditTrail)``.

    Raises:
        RowIdError: see ``rowid.errors``; nothing is returned then.
    """
    data = tabular(data)
    names = column_names(data)
    given: dict[str, Any] = {
        "types": types or {}, "normalise": normalise or {}, "decimals": decimals or {},
        "form": form, "duplicates": duplicates, "nulls": nulls, "key_env": key_env,
    }  # fmt: skip
    nobody_chose = columns is None
    if recipe is None:
        chosen = keys.automatic(names, exclude=(id_column_name,)) if columns is None else _columns(columns)
        recipe = Recipe(chosen, id_column=id_column_name, **given)
    else:
        recipe, nobody_chose = _agreed(recipe, columns, id_column_name, given), False
    if recipe.id_column in names and not replace:
        raise ColumnError(
            "the data has a column of this name already",
            where=f"column {recipe.id_column!r}",
            hint="Pass another id_column_name, or replace=True to replace the column.",
        )
    if nobody_chose:
        recipe = selection.decided(data, recipe)
    sink = IdSink(recipe.id_column)
    trail = pipeline.run(FrameSource(data, recipe), recipe, sink, observers=observers, progress=progress)
    frame = _with_column(data, recipe.id_column, sink.ids)
    return (frame, trail) if return_audit_trail else frame


def row_id(values: Sequence[Any] | Mapping[str, Any], recipe: Recipe | None = None) -> str | bytes | int | None:
    """The ID of one row of Python values; None where the recipe says so.

    ``values`` is a sequence in the order of the key columns, or a mapping from column to value. Without a recipe a
    sequence is taken as it is, and a mapping by its names, sorted.
    """
    if isinstance(values, str | bytes) or not isinstance(values, Sequence | Mapping):
        raise UsageError("values is neither a sequence nor a mapping", hint="For one value, write [value].")
    if isinstance(values, Mapping):
        recipe = recipe or Recipe(keys.automatic(list(values)))
        missing = [name for name in recipe.columns if name not in values]
        if missing:
            raise ColumnError("the row has no value for it", where=f"column {missing[0]!r}")
        row = [values[name] for name in recipe.columns]
    else:
        row = list(values)
        recipe = recipe or Recipe([str(at) for at in range(len(row))])
        if len(row) != len(recipe.columns):
            raise UsageError(f"{len(row)} values for {len(recipe.columns)} key columns")
    texts = [
        canonical.texts_of([value], recipe.rule(name), column=name)
        for name, value in zip(recipe.columns, row, strict=True)
    ]
    final = [pa.ExtensionArray.from_storage(TextType(), text) for text in texts]
    one: str | bytes | int | None = HashingEngine(recipe).hash(pa.record_batch(final, list(recipe.columns)))[0].as_py()
    return one


def _columns(columns: Sequence[Any]) -> Sequence[Any]:
    """Labels as names; what is no list stays as it is, for the recipe to refuse."""
    if isinstance(columns, str) or not isinstance(columns, Iterable):
        return columns
    return [str(label) for label in columns]


def _agreed(recipe: Recipe, columns: Sequence[str] | None, id_column_name: str, given: Mapping[str, Any]) -> Recipe:
    """The recipe, under the column name that was asked for; UsageError where recipe and arguments both decide."""
    defaults = {"types": {}, "normalise": {}, "decimals": {}, "form": "hex", "duplicates": "keep", "nulls": "hash"}
    twice = [name for name, value in given.items() if value != defaults.get(name)]
    if columns is not None:
        twice.insert(0, "columns")
    if twice:
        raise UsageError(f"recipe and {', '.join(twice)} are both given", hint="The recipe decides: change it there.")
    if id_column_name in (DEFAULT_ID_COLUMN, recipe.id_column):
        return recipe
    return Recipe.from_dict({**recipe.to_dict(), "id_column": id_column_name})


def _with_column(data: Any, name: str, ids: pa.ChunkedArray) -> Any:
    """The same kind of frame with the IDs as its last column, or in the place of the column of that name."""
    if is_pandas(data):
        frame = data.copy(deep=False)
        frame[name] = _series(ids).set_axis(data.index)
        return frame
    if is_polars(data):
        import polars

        return data.with_columns(polars.Series(name, ids))
    if isinstance(data, pa.RecordBatch):
        return pipeline.with_ids(data, pa.concat_arrays(ids.chunks), name, replace=True)
    at = data.schema.get_field_index(name)
    return data.append_column(name, ids) if at < 0 else data.set_column(at, name, ids)


def _series(ids: pa.ChunkedArray) -> Any:
    if pa.types.is_int64(ids.type) and ids.null_count:  # NumPy has no null: pandas would make floats of the IDs
        import pandas

        return ids.to_pandas(types_mapper={pa.int64(): pandas.Int64Dtype()}.get)
    return ids.to_pandas()

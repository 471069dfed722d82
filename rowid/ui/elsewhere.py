"""The job of a run elsewhere: as a command, and in Python."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from rowid.model import ReadOptions
from rowid.recipe import Recipe
from rowid.ui.nouns import Run, Target


def recipe_file(run: Run) -> str:
    """The name of the recipe's file."""
    return f"{run.file.removesuffix(Path(run.file).suffix)}.recipe.yaml"


def command_line(run: Run) -> str:
    """The same job as a command."""
    recipe = Recipe.from_dict(run.recipe)
    parts = ["rowid", "run", run.uri or run.source, "-o", run.target.uri if run.target else run.file]
    if set(run.recipe) - {"types", "normalise", "decimals"} == set(run.recipe):
        parts += ["--columns", ",".join(_quoted(name) for name in recipe.columns)]
        for option, value, default in (
            ("--id-column", recipe.id_column, "row_id"),
            ("--form", recipe.form, "hex"),
            ("--duplicates", recipe.duplicates, "keep"),
            ("--nulls", recipe.nulls, "hash"),
            ("--key-env", recipe.key_env, None),
        ):
            parts += [option, str(value)] if value != default else []
    else:  # what the options cannot say, the recipe does
        parts += ["--recipe", recipe_file(run)]
    parts += ["--replace-id"] if run.replace else []
    parts += _writing(run.target) if run.target else []
    parts += _reading(run.options)
    return shlex.join(parts)


def python(run: Run) -> str:
    """The same job in Python."""
    given = {key: value for key, value in _given(run.options).items() if value is not None}
    options = f", ReadOptions({', '.join(f'{key}={value!r}' for key, value in given.items())})" if given else ""
    more = ", replace=True" if run.replace else ""
    loading, forced = _loading(run.target)
    nouns = ", ".join([*(["Loading"] if loading else []), *(["ReadOptions"] if given else [])])
    return "\n".join(
        [
            "from rowid import Recipe, bootstrap, pipeline",
            *([f"from rowid.model import {nouns}"] if nouns else []),
            "",
            f"recipe = Recipe.load({recipe_file(run)!r})",
            f"source = bootstrap.open_source({(run.uri or run.source)!r}{options})",
            f"sink = bootstrap.open_sink({(run.target.uri if run.target else run.file)!r}{forced}{loading})",
            f"trail = pipeline.run(source, recipe, sink{more})",
            'print(f"{trail.rows_out:,} rows, {trail.distinct_ids:,} distinct IDs")',
        ]
    )


def _given(options: ReadOptions) -> dict[str, object]:
    """The reading options that decide what a file's rows are. Text columns are in the recipe where they matter."""
    return {
        "delimiter": options.delimiter,
        "quote": options.quote,
        "encoding": options.encoding,
        "header": options.header,
        "sheet": options.sheet,
    }


def _writing(target: Target) -> Sequence[str]:
    parts = ["--write", target.write] if target.write else []
    parts += ["--missing", target.missing] if target.missing != "report" else []
    return [*parts, *(["--force"] if target.force else [])]


def _loading(target: Target | None) -> tuple[str, str]:
    """How a table is written, as arguments in Python: ``loading`` and ``force``."""
    if target is None or target.write is None:
        return "", ""
    missing = f", {target.missing!r}" if target.missing != "report" else ""
    return f", loading=Loading({target.write!r}{missing})", ", force=True" if target.force else ""


def _reading(options: ReadOptions) -> Sequence[str]:
    parts: list[str] = []
    for key, value in _given(options).items():
        if key == "header" and value is not None:
            parts.append("--header" if value else "--no-header")
        elif value is not None:
            parts += [f"--{key}", "tab" if value == "\t" else str(value)]
    return parts


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(char in name for char in ',"\n') else name

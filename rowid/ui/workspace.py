"""What the app keeps on disk: tables with how they are read and their drafts, and runs with what came of them.

    STATE/tables/ID/table.json        name, where the file is, how it is read, the last draft
    STATE/tables/ID/data/NAME         the file itself, under its own name; of a database, the rows that were read
    STATE/tables/ID/drafts/DRAFT.json each draft of a recipe that a page's address may name
    STATE/results/ID/run.json         what was asked for
    STATE/results/ID/receipt.json     the audit trail; or failure.json
    STATE/results/ID/NAME             the table with its IDs

IDs are random and long: who has one may see what it names, and nobody guesses one.
"""

import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rowid.errors import SourceError, UsageError
from rowid.model import ReadOptions
from rowid.settings import Settings
from rowid.ui.draft import Draft
from rowid.ui.nouns import Earlier, Run, Table, Target

_ID = re.compile(r"[0-9a-f]{32}")
_DRAFT = re.compile(r"[0-9a-f]{16}")
_NAME_BYTES = 200
_SHOWN_FILES = 500


class Workspace:
    """The app's folder, as the settings name it."""

    def __init__(self, settings: Settings) -> None:
        self.data_dir = settings.data_dir
        self._tables, self._results = settings.state_dir / "tables", settings.state_dir / "results"

    def add(self, name: str, chunks: Iterable[bytes]) -> Table:
        """Writes a file under its name, made safe, and returns it as a table. Raises SourceError if it cannot."""
        table_id, name = secrets.token_hex(16), safe_name(name)
        folder = self._tables / table_id / "data"
        try:
            folder.mkdir(parents=True, mode=0o700)
            with (folder / name).open("xb") as file:
                for chunk in chunks:
                    file.write(chunk)
        except OSError as error:
            shutil.rmtree(folder.parent, ignore_errors=True)
            raise _not_kept(error, name) from None
        return self._new(table_id, name, f"data/{name}")

    def add_server_file(self, path: str) -> Table:
        """A file of the server's data folder as a table; the file stays where it is.

        Raises UsageError if it is not inside that folder.
        """
        found = self._in_data_dir(path)
        return self._new(secrets.token_hex(16), found.name, str(found))

    def add_address(self, name: str, uri: str) -> Table:
        """A table or query of a database as a table; its rows are still to be read into its file."""
        table_id = secrets.token_hex(16)
        try:
            (self._tables / table_id / "data").mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise _not_kept(error, name) from None
        return self._new(table_id, name, "data/rows.parquet", uri)

    def server_files(self) -> list[str]:
        """The files of the server's data folder by their paths in it, sorted; at most 500; hidden ones left out."""
        if self.data_dir is None:
            return []
        found = []
        for folder, folders, files in os.walk(self.data_dir):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            found += [
                str((Path(folder) / name).relative_to(self.data_dir))
                for name in sorted(files)
                if not name.startswith(".")
            ]
            if len(found) >= _SHOWN_FILES:
                break
        return found[:_SHOWN_FILES]

    def table(self, table_id: str) -> Table:
        """The table of this ID. Raises UsageError if there is none."""
        plain = self._read(self._tables, table_id, "table.json")
        if plain is None:
            raise UsageError(
                "there is no such table here", where="the address of this page", hint="Choose a table on Connect."
            )
        path = self._tables / table_id / plain["path"]  # an absolute path stands for itself
        if Path(plain["path"]).is_absolute():
            path = self._in_data_dir(plain["path"])
        return Table(table_id, plain["name"], path, _options(plain["options"]), plain.get("uri", ""))

    def read_with(self, table: Table, options: ReadOptions) -> Table:
        """The table, from now on read with ``options``."""
        plain = self._read(self._tables, table.id, "table.json") or {}
        _write(self._tables / table.id / "table.json", {**plain, "options": asdict(options)})
        return replace(table, options=options)

    def keep_draft(self, table: Table, draft: Draft) -> str:
        """Keeps the draft as the table's last one, and returns the ID by which an address may name it."""
        folder = self._tables / table.id
        (folder / "drafts").mkdir(exist_ok=True)
        _write(folder / "drafts" / f"{draft.id}.json", draft.to_dict())
        plain = self._read(self._tables, table.id, "table.json") or {}
        _write(folder / "table.json", {**plain, "draft": draft.id})
        return draft.id

    def draft(self, table: Table, draft_id: str | None = None) -> Draft:
        """The draft of this ID, or the table's last one, or a fresh one."""
        if not (draft_id and _DRAFT.fullmatch(draft_id)):
            draft_id = (self._read(self._tables, table.id, "table.json") or {}).get("draft")
        plain = self._read(self._tables, table.id, f"drafts/{draft_id}.json") if draft_id else None
        return Draft.from_dict(plain) if plain else Draft()

    def in_use(self, table_id: str | None, run_id: str | None) -> None:
        """Notes that somebody has this table and this run in hand; what is not here is passed over."""
        for parent, id_ in ((self._tables, table_id), (self._results, run_id)):
            if id_ and _ID.fullmatch(id_):
                with suppress(OSError):
                    os.utime(parent / id_)

    def new_run(
        self, table: Table, recipe: Mapping[str, Any], file: str, *, replace: bool, target: Target | None = None
    ) -> tuple[Run, Path]:
        """A run that is about to start, and the path of its result, if that is a file."""
        run = Run(
            secrets.token_hex(16),
            table.id,
            table.name,
            table.options,
            recipe,
            safe_name(file),
            datetime.now(UTC).isoformat(),
            replace,
            uri=table.uri,
            target=target,
        )
        folder = self._results / run.id
        folder.mkdir(parents=True, mode=0o700)
        plain = asdict(run)
        del plain["receipt"], plain["failure"]
        _write(folder / "run.json", plain)
        return run, folder / run.file

    def finish(self, run_id: str, receipt: Mapping[str, Any]) -> None:
        """Keeps the audit trail of a run."""
        _write(self._results / run_id / "receipt.json", receipt)

    def fail(self, run_id: str, failure: Mapping[str, str]) -> None:
        """Keeps why a run ended without a result."""
        _write(self._results / run_id / "failure.json", failure)

    def run(self, run_id: str) -> Run | None:
        """The run of this ID, or None."""
        plain = self._read(self._results, run_id, "run.json")
        if plain is None:
            return None
        return Run(
            **{
                **plain,
                "options": _options(plain["options"]),
                "target": Target(**plain["target"]) if plain.get("target") else None,
                "receipt": self._read(self._results, run_id, "receipt.json"),
                "failure": self._read(self._results, run_id, "failure.json"),
            }
        )

    def finished_runs(self, limit: int = 100) -> list[Run]:
        """The runs that finished last, newest first."""
        receipts = sorted(self._results.glob("*/receipt.json"), key=_changed_at, reverse=True)
        return [run for receipt in receipts[:limit] if (run := self.run(receipt.parent.name))]

    def earlier(self, run: Run) -> Earlier | None:
        """The last run before ``run`` that gave IDs by the same recipe and whose result is still there."""
        print_ = (run.receipt or {}).get("recipe_fingerprint")
        for one in self.finished_runs():
            same = one.id != run.id and one.started_at < run.started_at
            if same and print_ and (one.receipt or {}).get("recipe_fingerprint") == print_:
                path = self.result(one.id, one.file)
                if path is not None:
                    return Earlier(one.id, one.started_at, path, str(one.recipe.get("id_column", "row_id")))
        return None

    def has_receipt(self, run_id: str) -> bool:
        """Whether the run of this ID is one of the app's and has finished."""
        return bool(_ID.fullmatch(run_id)) and (self._results / run_id / "receipt.json").is_file()

    def result(self, run_id: str, name: str) -> Path | None:
        """The path of a finished run's result if it is of this name, or None."""
        run = self.run(run_id)
        if run is None or run.receipt is None or run.file != name:
            return None
        path = self._results / run.id / run.file
        return path if path.is_file() else None

    def _new(self, table_id: str, name: str, path: str, uri: str = "") -> Table:
        (self._tables / table_id).mkdir(parents=True, exist_ok=True, mode=0o700)
        plain = {
            "name": name,
            "path": path,
            "options": asdict(ReadOptions()),
            "added_at": datetime.now(UTC).isoformat(),
            "uri": uri,
        }
        _write(self._tables / table_id / "table.json", plain)
        return self.table(table_id)

    def _in_data_dir(self, path: str) -> Path:
        if self.data_dir is None:
            raise UsageError("this server reads no files of its own", hint="Upload the file instead.")
        root = self.data_dir.resolve()
        try:
            found = (root / path).resolve()
        except (OSError, ValueError):
            found = Path("/")
        if not found.is_relative_to(root) or not found.is_file():
            raise UsageError("there is no such file in the server's data folder", hint="Choose one from the list.")
        return found

    def _read(self, parent: Path, id_: str, name: str) -> dict[str, Any] | None:
        if not _ID.fullmatch(id_):
            return None
        try:
            plain: dict[str, Any] = json.loads((parent / id_ / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return plain


def safe_name(name: str) -> str:
    """A file's name that stays in its folder: no path, no control characters, not hidden, not too long; else as it is.

    What names its format, the ending, is kept when the name is cut.
    """
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        char for char in unicodedata.normalize("NFC", name) if unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )
    kept = kept.strip().lstrip(".") or "table"
    endings = "".join(Path(kept).suffixes[-2:])
    endings = endings if len(endings.encode()) <= 20 else ""
    stem = kept[: len(kept) - len(endings)] if endings else kept
    while len((stem + endings).encode()) > _NAME_BYTES:
        stem = stem[:-1]
    return stem + endings


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # it is being deleted
        return 0.0


def _not_kept(error: OSError, name: str) -> SourceError:
    reason = (error.strerror or type(error).__name__).lower()
    what = f"it cannot be kept on the server's disk: {reason}"
    return SourceError(what, where=name, hint="Ask whoever runs this server.")


def _options(plain: Mapping[str, Any]) -> ReadOptions:
    return ReadOptions(**{**plain, "text_columns": tuple(plain["text_columns"])})


def _write(path: Path, plain: Mapping[str, Any]) -> None:
    """Writes JSON under a name that other threads and processes read: whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.write_text(json.dumps(plain, indent=1, default=_plain), encoding="utf-8")
    temporary.replace(path)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)

"""The runs of this installation as rows to show."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rowid import bootstrap
from rowid.model import RunRecord
from rowid.settings import Settings
from rowid.ui.numbers import duration, local

STATES = {"finished": "✓ finished", "failed": "✕ failed", "running": "… running"}
SHOWN = 200


def records(settings: Settings) -> list[RunRecord]:
    """The last runs, newest first."""
    return bootstrap.ledger(settings).runs(SHOWN)


def times(found: Sequence[RunRecord], zone: ZoneInfo) -> list[datetime]:
    """When each run started, on the reader's clock."""
    return [local(record.started_at, zone).replace(tzinfo=None) for record in found]


def rows(found: Sequence[RunRecord], zone: ZoneInfo, has_report: Callable[[str], bool]) -> list[dict[str, object]]:
    """The runs as rows; ``has_report`` tells by its ID whether a run has a quality report."""
    return [
        {
            "Started": started,
            "Status": STATES.get(record.status, record.status),
            "Source": record.source,
            "Rows": record.rows,
            "Duration": duration(record.elapsed_s),
            "Rows/s": round(record.rows / record.elapsed_s) if record.elapsed_s > 0 and record.rows else None,
            "Key columns": ", ".join(str(name) for name in _columns(record)),
            "Error": f"{record.error}: {record.message}" if record.error else "",
            "Report": f"/report?run={record.run_id}" if has_report(record.run_id) else None,
        }
        for record, started in zip(found, times(found, zone), strict=True)
    ]


def _columns(record: RunRecord) -> Sequence[object]:
    columns = record.recipe.get("columns", ())
    return columns if isinstance(columns, Sequence) else ()

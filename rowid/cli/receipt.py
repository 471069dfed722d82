"""The receipt of a run: a few lines for whoever started it."""

from typing import TYPE_CHECKING

from rowid import pipeline

if TYPE_CHECKING:
    from rowid.model import AuditTrail, Receipt

_LONG_S = 10.0  # a run of so many seconds is worth a hint


def receipt(trail: "AuditTrail", missing: str = "report") -> str:
    """What a run did, in a few lines; ``missing``: what was asked to be done with a table's missing rows."""
    rate = f", {trail.rows_out / trail.elapsed_s:,.0f} rows/s" if trail.rows_out and trail.elapsed_s > 0 else ""
    rows = "1 row" if trail.rows_out == 1 else f"{trail.rows_out:,} rows"
    lines = {
        "written": f"{rows} to {trail.sink} in {trail.elapsed_s:,.2f} s{rate}",
        **_table(trail, missing),
        "IDs": f"{trail.distinct_ids:,} different, {trail.null_ids:,} null",
        **pipeline.applied(trail.to_dict()),
        **({"note": "; ".join(trail.notes)} if trail.notes else {}),
        "recipe": trail.recipe_fingerprint,
    }
    if trail.output_fingerprint:  # a database or Spark that made the IDs itself has no order to make it in
        lines["fingerprint"] = f"{trail.output_fingerprint} (of the IDs)"
    if trail.elapsed_s >= _LONG_S:
        lines["slowest"] = f"{trail.bottleneck}, busy {trail.bottleneck_share:.0%} of the time: {trail.advice}"
    if trail.collisions:
        lines["collisions"] = f"{trail.collisions:,} different rows share an ID; use a longer form (hex or binary)"
    return "\n".join(f"{name:<12} {value}" for name, value in lines.items())


def _table(trail: "AuditTrail", missing: str) -> dict[str, str]:
    """What became of the rows in a database's table; nothing of a file, of which that is known."""
    receipt = trail.receipt
    if receipt is None or receipt.verified is None:
        return {}
    done = f"{receipt.inserted:,} inserted, {receipt.updated:,} updated, {receipt.unchanged:,} unchanged"
    rows = "1 row of the table is" if receipt.missing == 1 else f"{receipt.missing:,} rows of the table are"
    left = "it is left as it is" if receipt.missing == 1 else "they are left as they are"
    changes = [f"column {one.column!r}: {one.what}" for one in receipt.caveats if one.severity == "changes"]
    return {
        "rows": done + (f", {receipt.rejected:,} rejected (no ID)" if receipt.rejected else ""),
        **({"missing": f"{rows} not in the input; {_removed(receipt, missing) or left}"} if receipt.missing else {}),
        **({"changes": "; ".join(changes)} if changes else {}),
        "verified": "the table holds these IDs: their number and fingerprint are the same"
        if trail.output_fingerprint
        else "read back, it has as many rows and different IDs as it should",
    }


def _removed(receipt: "Receipt", missing: str) -> str:
    """What was done with missing rows."""
    if not receipt.removed:
        return ""
    return f"{receipt.removed:,} {'marked' if missing == 'mark' else 'deleted'}"

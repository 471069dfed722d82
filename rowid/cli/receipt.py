"""The receipt of a run: a few lines for whoever started it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowid.model import AuditTrail


def receipt(trail: "AuditTrail") -> str:
    """What a run did, in a few lines."""
    rate = f", {trail.rows_out / trail.elapsed_s:,.0f} rows/s" if trail.rows_out and trail.elapsed_s > 0 else ""
    lines = {
        "written": f"{trail.rows_out:,} rows to {trail.sink} in {trail.elapsed_s:,.2f} s{rate}",
        "IDs": f"{trail.distinct_ids:,} different, {trail.null_ids:,} null",
        "duplicates": _duplicates(trail),
        "recipe": trail.recipe_fingerprint,
        "fingerprint": f"{trail.output_fingerprint} (of the IDs)",
    }
    if trail.collisions:
        lines["collisions"] = f"{trail.collisions:,} different rows share an ID; use a longer form (hex or binary)"
    return "\n".join(f"{name:<12} {value}" for name, value in lines.items())


def _duplicates(trail: "AuditTrail") -> str:
    if not trail.duplicate_rows:
        return "no row repeats another"
    what = "and have IDs of their own" if trail.recipe.get("duplicates") == "number" else "and share its ID"
    return f"{trail.duplicate_rows:,} rows repeat an earlier one {what}"

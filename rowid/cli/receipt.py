"""The receipt of a run: a few lines for whoever started it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowid.model import AuditTrail

_LONG_S = 10.0  # a run of so many seconds is worth a hint


def receipt(trail: "AuditTrail") -> str:
    """What a run did, in a few lines."""
    rate = f", {trail.rows_out / trail.elapsed_s:,.0f} rows/s" if trail.rows_out and trail.elapsed_s > 0 else ""
    rows = "1 row" if trail.rows_out == 1 else f"{trail.rows_out:,} rows"
    lines = {
        "written": f"{rows} to {trail.sink} in {trail.elapsed_s:,.2f} s{rate}",
        "IDs": f"{trail.distinct_ids:,} different, {trail.null_ids:,} null",
        "duplicates": _duplicates(trail),
        "recipe": trail.recipe_fingerprint,
        "fingerprint": f"{trail.output_fingerprint} (of the IDs)",
    }
    if trail.elapsed_s >= _LONG_S:
        lines["slowest"] = f"{trail.bottleneck}, busy {trail.bottleneck_share:.0%} of the time: {trail.advice}"
    if trail.collisions:
        lines["collisions"] = f"{trail.collisions:,} different rows share an ID; use a longer form (hex or binary)"
    return "\n".join(f"{name:<12} {value}" for name, value in lines.items())


def _duplicates(trail: "AuditTrail") -> str:
    if not trail.duplicate_rows:
        return "no row repeats another"
    numbered = trail.recipe.get("duplicates") == "number"
    one = trail.duplicate_rows == 1
    what = ("and has an ID of its own" if one else "and have IDs of their own") if numbered else "with the same ID"
    if trail.duplicate_rows == 1:
        return f"1 row repeats an earlier one {what}"
    return f"{trail.duplicate_rows:,} rows repeat an earlier one {what}"

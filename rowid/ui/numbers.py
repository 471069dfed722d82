"""Numbers and times as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS = ("B", "kB", "MB", "GB", "TB")


def count(number: int, one: str, many: str = "") -> str:
    """A number of things: ``1 row``, ``1,704 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(bytes_: float) -> str:
    """A number of bytes with its unit, decimal."""
    at = 0
    while bytes_ >= 1000 and at < len(_UNITS) - 1:
        bytes_, at = bytes_ / 1000, at + 1
    return f"{bytes_:,.0f} {_UNITS[at]}" if at == 0 or bytes_ >= 100 else f"{bytes_:,.1f} {_UNITS[at]}"


def duration(seconds: float) -> str:
    """A duration with its unit."""
    if seconds < 1:
        return f"{seconds * 1000:,.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60:,} h {minutes % 60:02d} min"


def milliseconds(number: float) -> str:
    """A latency."""
    return f"{number:,.0f} ms" if number >= 10 else f"{number:.1f} ms"


def rate(rows: int, seconds: float) -> str:
    """Rows per second, or a dash where nothing was measured."""
    return f"{rows / seconds:,.0f} rows/s" if rows and seconds > 0 else "–"


def share(part: int, whole: int) -> str:
    """A share in per cent; never ``100 %`` or ``0 %`` unless it is exactly that."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %" if part not in (0, whole) else f"{percent:.0f} %"


def zone(name: str | None) -> ZoneInfo:
    """The time zone of a browser by its name; UTC where that is not known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def moment(iso: str, time_zone: ZoneInfo) -> str:
    """A time of the ledger in a reader's zone."""
    return local(iso, time_zone).strftime("%d %b %Y, %H:%M:%S")


def local(iso: str, time_zone: ZoneInfo) -> datetime:
    """A time of the ledger as a datetime of a zone."""
    at = datetime.fromisoformat(iso)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(time_zone)

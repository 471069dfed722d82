"""What is asked of the file of an embedded database before its driver sees it."""

from pathlib import Path

from rowid.errors import DatabaseError


def require_file(path: str, shown: str, *, read_only: bool) -> None:
    """Raises DatabaseError where a driver's own words would be hard to read, or where it would make an empty file."""
    file = Path(path)
    if file.is_dir():
        raise DatabaseError("it is a directory", kind="missing", where=shown, hint="Name a file in it.")
    if not file.parent.is_dir():
        raise DatabaseError(
            "its directory does not exist", kind="missing", where=shown, hint=f"Make {str(file.parent)!r} first."
        )
    if read_only and not file.exists():
        raise DatabaseError("there is no such database", kind="missing", where=shown, hint="Check the path.")

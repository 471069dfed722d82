"""What a run waited for, and what would help."""

from collections.abc import Mapping
from importlib.util import find_spec

from rowid.recipe import Recipe

_TEXT = ("CSV", "TSV", "JSON Lines", "Excel")


def bottleneck(phases: Mapping[str, float], elapsed_s: float) -> tuple[str, float]:
    """The phase that was busy longest, and the share of the run's time in which it was.

    Reading, counting and writing go on beside hashing, so the shares of all phases may add up to more than one.
    """
    phase = max(phases, key=lambda name: phases[name])
    return phase, min(1.0, phases[phase] / elapsed_s) if elapsed_s > 0 else 0.0


def advice(phase: str, recipe: Recipe, *, source_format: str, strategy: str, into_table: bool) -> str:
    """What would make a run faster that waits for this phase; ``into_table``: it writes to a database."""
    if phase == "read":
        return _of_reading(source_format)
    if phase == "check":
        return _of_counting(recipe)
    if phase == "write":
        return _of_loading(recipe) if into_table else _of_writing(recipe)
    return _of_hashing(phase, recipe, strategy)


def _of_reading(source_format: str) -> str:
    if source_format in _TEXT:
        return f"{source_format} has to be parsed; the same table as Parquet is read several times faster"
    return "the source delivers no faster; a disk or a network that does would help"


def _of_hashing(phase: str, recipe: Recipe, strategy: str) -> str:
    ruled = {*recipe.types, *recipe.normalise, *recipe.decimals}
    if phase == "canonicalise" and ruled:
        return f"types, normalisers and decimals of a recipe take longer; here {len(ruled):,} key columns have some"
    if strategy != "simple":
        return "more processors, or fewer and shorter key columns"
    if find_spec("numba") is None:
        return "the compiled kernel is many times faster: pip install 'rowid[fast]'"
    return "the table is too small for the compiled kernel to pay; rowid tune measures from where on it does"


def _of_counting(recipe: Recipe) -> str:
    if recipe.duplicates == "number":
        return "numbering repeated rows counts all of them first; without it, one pass is enough"
    return "more memory for counting (ROWID_MEMORY_MB), or a faster disk for temporary files (TMPDIR)"


def _of_loading(recipe: Recipe) -> str:
    less = "fewer columns" if recipe.form == "binary" else "fewer columns, IDs of the form binary"
    return f"the database takes the rows no faster; less to send would help ({less}), or a database that is nearer"


def _of_writing(recipe: Recipe) -> str:
    if recipe.form == "hex":
        return "IDs of the form binary take half the room of hexadecimal ones, and Parquet is written faster than text"
    return "fewer columns, or Parquet rather than text"

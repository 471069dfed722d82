"""Files that rows come from: CSV, TSV, Parquet, JSON Lines and Excel."""

from rowid.model import ReadOptions
from rowid.ports import Source
from rowid.sources.files import InputFile

_DEFAULT = ReadOptions()

__all__ = ["file_source"]


def file_source(path: str, options: ReadOptions = _DEFAULT) -> Source:
    """The table in a file; ``-`` is standard input. The format is told by the ending, else by the first bytes.

    Raises SourceError if there is no such file, it may not be read, or it is nothing that rows can be read from.
    """
    file = InputFile(path)
    format_ = file.format()
    if format_ == "Parquet":
        from rowid.sources.parquet import ParquetSource

        return ParquetSource(file)
    from rowid.sources.csv import CsvSource

    return CsvSource(file, options, format_)

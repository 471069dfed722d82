"""Files that rows come from: CSV, TSV, Parquet (many as one), JSON Lines and Excel."""

from rowid.model import ReadOptions
from rowid.ports import Source
from rowid.sources.files import InputFile

_DEFAULT = ReadOptions()

__all__ = ["file_source"]


def file_source(path: str, options: ReadOptions = _DEFAULT) -> Source:
    """The table in a file; ``-`` is standard input. The format is told by the ending, else by the first bytes.

    A folder of Parquet files, or a pattern like ``data/*.parquet``, is one table.

    Raises SourceError if there is no such file, it may not be read, or it is nothing that rows can be read from.
    """
    from rowid.sources.folder import ParquetFolder, parquet_files

    if files := parquet_files(path):
        return ParquetFolder(path, files)
    file = InputFile(path)
    format_ = file.format()
    if format_ == "Parquet":
        from rowid.sources.parquet import ParquetSource

        return ParquetSource(file)
    if format_ == "JSON Lines":
        from rowid.sources.jsonl import JsonLinesSource

        return JsonLinesSource(file, options)
    if format_ == "Excel":
        from rowid.sources.excel import ExcelSource

        return ExcelSource(file, options)
    from rowid.sources.csv import CsvSource

    return CsvSource(file, options, format_)

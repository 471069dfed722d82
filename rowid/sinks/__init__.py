"""Files that rows go to: CSV, TSV, Parquet and JSON Lines. A file appears whole or not at all."""

from rowid.sinks.files import file_sink

__all__ = ["file_sink"]

"""The quality report: one object, for the command line, the screen, JSON and one HTML file."""

from rowid.report.examine import examine
from rowid.report.nouns import QualityReport
from rowid.report.page import html
from rowid.report.text import text

__all__ = ["QualityReport", "examine", "html", "text"]

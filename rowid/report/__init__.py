"""The quality report: one object, for the command line, the screen, JSON and one HTML file."""

from rowid.report.examine import examine
from rowid.report.figures import Figure, figures
from rowid.report.lint import LintReport, lint
from rowid.report.nouns import QualityReport
from rowid.report.page import html
from rowid.report.text import text

__all__ = ["Figure", "LintReport", "QualityReport", "examine", "figures", "html", "lint", "text"]

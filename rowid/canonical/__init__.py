"""From values to the message: rowid v1, sections 1 and 2, as a plain reference that cites its clauses.

``text`` and ``texts`` give canonical text for one Python value and for an Arrow array; ``message`` and ``messages``
frame the texts of a row and of a batch. Nothing here is clever but ``columns``, which is held against the texts of
single values, as all faster code is.
"""

from rowid.canonical.arrays import texts
from rowid.canonical.framing import message, messages, numbered
from rowid.canonical.objects import array_of, texts_of
from rowid.canonical.values import text

__all__ = ["array_of", "message", "messages", "numbered", "text", "texts", "texts_of"]

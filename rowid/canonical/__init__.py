"""From values to the message: rowid v1, sections 1 and 2, as a plain reference that cites its clauses.

``text`` and ``texts`` give canonical text for one Python value and for an Arrow array; ``message`` and ``messages``
frame the texts of a row and of a batch. Nothing here is clever: faster code is held against it.
"""

from rowid.canonical.arrays import texts
from rowid.canonical.framing import message, messages, numbered
from rowid.canonical.objects import texts_of
from rowid.canonical.values import text

__all__ = ["message", "messages", "numbered", "text", "texts", "texts_of"]

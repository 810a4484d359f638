"""The journal: every finished stay and every open one in SQLite, so that a bridge killed at any instant counts on.

Modules: `batch` (what goes in and comes out), `schema` (the tables), `store` (a file), `opening` (damage, lock),
`backlog` (what is not on the disk yet), `writer` (when it is written, and what goes wrong), `journal` (the facade and
its thread), `reader` (for others while a bridge writes).
"""

from host_bridge.journal.batch import Batch, DayRow, Restored, shifted, shifted_live
from host_bridge.journal.errors import JournalError
from host_bridge.journal.journal import Journal, open_journal
from host_bridge.journal.reader import read_day, read_days, read_gaps

__all__ = [
    "Batch",
    "DayRow",
    "Journal",
    "JournalError",
    "Restored",
    "open_journal",
    "read_day",
    "read_days",
    "read_gaps",
    "shifted",
    "shifted_live",
]

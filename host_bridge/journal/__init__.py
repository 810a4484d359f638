"""The journal: every finished stay and every open one in SQLite, so that a bridge killed at any instant counts on.

Modules: `batch` (what goes in and comes out), `schema` (the tables), `store` (a file), `backlog` (what is not on the
disk yet), `journal` (the facade), `reader` (for others while a bridge writes). What holds for any file that the bridge
keeps so, the history too: `form` (whose it is), `opening` (damage, lock), `versions` (an older or a newer wallboard's
file), `writer` (when it is written, and what goes wrong), `thread`, `transaction`, `errors`.
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

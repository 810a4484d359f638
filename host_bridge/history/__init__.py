"""The history: what fired, who acknowledged, which boards were offline, which rules held; one SQLite file.

It lies beside the journal, is kept as the journal is (host_bridge.journal has the code that both share), and nothing
that the boards show depends on it. Modules: `entries` (what goes in, a row each), `schema` (the tables), `backlog`,
`store`, `history` (the facade), `reader` (for others while a bridge writes), `spans` (rows made into what people ask).
"""

from host_bridge.history.entries import Ack, BoardEvent, Firing, Outage, Run
from host_bridge.history.history import History, history_file
from host_bridge.history.reader import Applied, Rows, applied_rules, read_rows, rules_text

__all__ = [
    "Ack",
    "Applied",
    "BoardEvent",
    "Firing",
    "History",
    "Outage",
    "Rows",
    "Run",
    "applied_rules",
    "history_file",
    "read_rows",
    "rules_text",
]

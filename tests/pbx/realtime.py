"""Queues that come and go: out of a database (res_config_sqlite3), or out of queues.conf by a reload."""

from __future__ import annotations

import sqlite3

from tests.pbx.asterisk import Asterisk

SETTINGS = {
    "extconfig.conf": """
[settings]
queues => sqlite3,realtime,queues
queue_members => sqlite3,realtime,queue_members
""",
    # Without batches it holds no transaction open, and so no lock.
    "res_config_sqlite3.conf": """
[realtime]
dbfile => /mnt/lib/realtime.sqlite3
batch => 0
""",
}
TABLES = """
CREATE TABLE queues (name TEXT PRIMARY KEY, strategy TEXT, timeout INTEGER, retry INTEGER);
CREATE TABLE queue_members (
    uniqueid INTEGER PRIMARY KEY, queue_name TEXT, interface TEXT, membername TEXT, state_interface TEXT,
    penalty INTEGER, paused INTEGER, reason_paused TEXT
);
"""
NIGHT = """
INSERT INTO queues VALUES ('night', 'rrmemory', 15, 1);
INSERT INTO queue_members VALUES (1, 'night', 'Local/150@agents/n', 'Nina', 'Custom:150', 0, 0, '');
"""
NO_NIGHT = "DELETE FROM queue_members; DELETE FROM queues;"
POPULAR = """
[popular](centre)
member => Local/160@agents/n,0,Paul,Custom:160
"""


def switch_on(pbx: Asterisk) -> None:
    """Give an Asterisk that was not started yet its database, without a queue in it."""
    for name, text in SETTINGS.items():
        (pbx.folder / "etc" / name).write_text(text)
    tell(pbx, TABLES)


def tell(pbx: Asterisk, script: str) -> None:
    """Change the database, as a web interface of the PBX does behind its back."""
    with sqlite3.connect(pbx.folder / "lib/realtime.sqlite3", timeout=5) as database:
        database.executescript(script)


def reload_queues(pbx: Asterisk, queues: str) -> None:
    """The other way: the queues of etc/queues.d are these from now on."""
    (pbx.folder / "etc/queues.d/more.conf").write_text(queues)
    pbx.control.act("Reload", Module="app_queue.so")

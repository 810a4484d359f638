"""`python -m tests.journal_process FILE`: a bridge's writer that journals as fast as the disk takes it, to be killed.

Prints the number of a caller once that caller is on the disk, as the bridge would call it safe.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from itertools import count
from pathlib import Path

from host_bridge.journal.backlog import Backlog
from host_bridge.journal.opening import lock, open_store
from host_bridge.journal.writer import PACE_MS, Writer
from tests.journals import LOG, SITE, a_batch


def main() -> None:
    """Go on after the newest caller that is in the file."""
    path = Path(sys.argv[1])
    held = lock(path, LOG)
    store = open_store(path, SITE, LOG, check=True)
    restored = store.load(0)
    backlog = Backlog()
    backlog.resume(restored.seen_pbx_ms)
    writer = Writer(path, backlog, store, partial(open_store, path, SITE, LOG, check=False), LOG)
    for number in count(restored.next_row):
        batch = a_batch(number)
        backlog.put(batch, 0)
        writer.step(number * PACE_MS)
        if writer.saved_ms == batch.at_ms:
            os.write(1, b"%d\n" % number)
        else:
            os.write(2, f"{writer.problem}\n".encode())
    assert held is not None


if __name__ == "__main__":
    main()

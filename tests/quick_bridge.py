"""`python -m tests.quick_bridge --config bridge.yaml`: the bridge, whose watch over the boards waits for seconds.

Only how long it waits is another; a test with real boards would take minutes otherwise.
"""

from __future__ import annotations

import sys

from host_bridge.boards import talk, twins, watch
from host_bridge.program import main

watch.SETTLE_MS = 8_000
watch.TOLD_MS = talk.TOLD_MS = 4_000
twins.APART_MS = 2_000

if __name__ == "__main__":
    sys.exit(main())

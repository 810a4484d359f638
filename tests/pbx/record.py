"""Record what a bridge's own manager user reads from a real Asterisk: `python -m tests.pbx.record [FOLDER [NAME …]]`.

Writes NAME.ami (the very bytes, banner first) and NAME.queue_log, of every run or of those named, to tests/captures
unless told otherwise. tests/captures/README.md says what is in them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.pbx import outcomes as table
from tests.pbx import realtime
from tests.pbx.ami import Ami, AmiError
from tests.pbx.asterisk import WALLBOARD, Asterisk
from tests.pbx.build import RELEASES, Release, RigError, Tree, build
from tests.pbx.calls import Calls
from tests.pbx.scenario import play

CAPTURES = Path(__file__).parents[1] / "captures"


def refused_and_moved(pbx: Asterisk) -> None:
    """The endings that a waiting caller has no part in. The caller's name (CallerIDName in each event) says which."""
    control, calls = pbx.control, Calls(pbx.control)

    first = calls.call("full", name="first in a queue of one")
    second = calls.call("full", name="FULL")
    calls.settle(second)
    calls.hang_up(first)
    calls.settle(first)

    calls.settle(calls.call("joinempty", name="JOINEMPTY"))

    # With an agent ringing Asterisk looks for a withdrawal only when the ringing ends: nobody serves support here.
    calls.pause("101", reason="coffee")
    calls.pause("102", queue="support")
    withdrawn = calls.call("support", name="WITHDRAW")
    time.sleep(2)
    calls.withdraw(withdrawn)
    calls.settle(withdrawn)

    redirected = calls.call("support", name="Redirect")
    time.sleep(2)
    calls.redirect(redirected)
    time.sleep(1)
    calls.hang_up(redirected)
    calls.settle(redirected)

    stays = calls.call("support", name="waits beside a masquerade")
    replaced = calls.call("support", name="masqueraded")
    time.sleep(2)
    calls.masquerade(replaced)
    time.sleep(25)  # two reconciliations
    calls.pause("101", paused=False)
    calls.pause("102", paused=False)
    calls.hang_up(stays)
    calls.settle(stays)

    transferred = calls.call("sales", ring=1, name="blind transfer")
    control.wait_for("AgentConnect", Uniqueid=transferred.uniqueid)
    time.sleep(2)
    calls.blind_transfer(transferred)
    time.sleep(1)
    calls.hang_up(transferred)
    calls.settle(transferred)

    pause_of_the_queue = calls.call("autopause", patience=4, name="nobody answers, and the queue pauses the agent")
    calls.settle(pause_of_the_queue)
    control.act("Reload", Module="app_queue.so")
    time.sleep(1)


def two_queues(pbx: Asterisk) -> None:
    """The minute of tests/pbx/scenario.py, then an orderly stop of Asterisk with a caller waiting."""
    play(pbx.control)
    Calls(pbx.control).call("support", name="waits when Asterisk stops")
    time.sleep(2)
    pbx.stop()
    time.sleep(0.5)


def outcomes(pbx: Asterisk) -> None:
    """Every row of tests/pbx/outcomes.py at once, and a list or two after it."""
    failed = table.play(pbx)
    if failed:
        raise RigError("; ".join(f"{row}: {problem}" for row, problem in failed.items()))
    time.sleep(21)


def come_and_go(pbx: Asterisk) -> None:
    """A queue out of a database, one by a reload, and a line with priorities that is left from the middle."""
    calls = Calls(pbx.control)
    realtime.tell(pbx, realtime.NIGHT)
    call = calls.call("night", ring=1, talk=12, name="calls a queue that no list has told of")
    calls.hear(call, "AgentConnect")
    time.sleep(9)
    realtime.tell(pbx, realtime.NO_NIGHT)
    calls.settle(call)

    realtime.reload_queues(pbx, realtime.POPULAR)
    calls.settle(calls.call("popular", ring=1, talk=1))
    stays = calls.call("popular", name="waits on when the queue is gone")
    realtime.reload_queues(pbx, "")
    time.sleep(12)
    calls.hang_up(stays)
    calls.settle(stays)

    calls.pause("101")
    calls.pause("102", queue="support")
    line = [calls.call("support", name="", QUEUE_PRIO=priority) for priority in (0, 5, 0, 9, 5)]
    time.sleep(12)
    for gone in (4, 3, 0, 1, 2):
        calls.hang_up(line[gone])
        calls.settle(line[gone])
    time.sleep(12)


def _poll(bridge: Ami, stop: threading.Event) -> None:
    """What a bridge asks: a Ping every 2 s and QueueStatus every 10 s, beginning at once."""
    second = 0
    while not stop.is_set():
        try:
            bridge.act("Ping")
            if second % 10 == 0:
                bridge.items("QueueStatus")
                bridge.items("QueueSummary")
        except AmiError:
            return
        second += 2
        stop.wait(2)


def record(tree: Tree, folder: Path, name: str, scene: Callable[[Asterisk], None], queues: str) -> None:
    """Play `scene` on a fresh Asterisk; write what the bridge's user read, and the queue_log, as `folder`/`name`.*"""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wallboard-pbx-") as run, (folder / f"{name}.ami").open("wb") as tape:
        pbx = Asterisk(tree, Path(run), queues)
        realtime.switch_on(pbx)
        pbx.start()
        stop = threading.Event()
        try:
            bridge = Ami(pbx.port, *WALLBOARD, tape=tape)
            poll = threading.Thread(target=_poll, args=(bridge, stop))
            poll.start()
            time.sleep(1)
            scene(pbx)
            stop.set()
            poll.join()
            bridge.close()
        finally:
            pbx.stop()
        shutil.copyfile(pbx.queue_log, folder / f"{name}.queue_log")


def runs() -> dict[str, tuple[Release, Callable[[Asterisk], None], str]]:
    """Everything to record: the capture's name → on which Asterisk, what, and with which further queues."""
    newest = RELEASES[0]
    return {
        f"{newest.name}_refused_and_moved": (newest, refused_and_moved, ""),
        f"{newest.name}_two_queues": (newest, two_queues, ""),
        **{f"outcomes/{each.name}": (each, outcomes, table.settings()) for each in RELEASES},
        **{f"come_and_go/{each.name}": (each, come_and_go, "") for each in RELEASES},
    }


def main(arguments: list[str]) -> int:
    """Record them; 0 when done, 1 with one clear line when the rig does not run here, 2 for a name that is none."""
    folder = Path(arguments[0]) if arguments else CAPTURES
    all_runs = runs()
    names = arguments[1:] or list(all_runs)
    if strangers := set(names) - set(all_runs):
        print(f"tests/pbx: no recording {', '.join(strangers)}; there are {', '.join(all_runs)}", file=sys.stderr)
        return 2
    try:
        for name in names:
            release, scene, queues = all_runs[name]
            tree = build(release, print)
            print(f"Recording {folder / name}.ami …", flush=True)
            record(tree, folder, name, scene, queues)
    except RigError as problem:
        print(f"tests/pbx: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

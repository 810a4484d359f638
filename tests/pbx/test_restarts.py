"""The bridge killed (-9) and started again at random instants during 200 calls: its counters are queue_log's own.

The seed of the instants stands in the summary; WALLBOARD_SEED repeats them.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.brokers import Broker
from tests.pbx import scenario
from tests.pbx.ami import Ami
from tests.pbx.asterisk import CONTROL, WALLBOARD, Asterisk
from tests.pbx.build import Tree
from tests.pbx.calls import Calls
from tests.pbx.chain import SITE, Listener, Part, noon_zone
from tests.pbx.oracle import stays
from tests.pbx.outcomes import ROWS, agent_of, play_one, settings
from tests.waiting import wait_until

pytestmark = pytest.mark.asterisk

ROUNDS = 6  # with the script's 20 calls some 220
LONGEST_PAUSE_S = 4.0  # between two rounds of a row
RUNS_S, IS_DEAD_S = (1.5, 7.0), (0.0, 4.0)
ENDS = ("answered", "abandoned", "overflowed", "exited", "removed", "unresolved")
QUEUES = ("support", "sales", *ROWS)
# What queue_log calls abandoned of these the bridge may know better, when it was there to see it.
KNOWN_BETTER = {"is_redirected": "removed", "is_redirected_back": "removed", "is_masqueraded": "unresolved"}
SECONDS_DIFFER_MS = 1050
ANSWER_WITHIN_S = SHORT_ABANDON_S = 2

BRIDGE = """
site: {site}
pbx:
  host: 127.0.0.1
  port: {pbx_port}
  username: wallboard
  password_file: {folder}/secret
  queue_log: {queue_log}
mqtt: {{url: "mqtt://127.0.0.1:{mqtt_port}"}}
thresholds: {folder}/thresholds.yaml
journal: {folder}/bridge.journal
"""
THRESHOLDS = f"""
timezone: {noon_zone()}
defaults:
  service_level:
    {{answer_within: {ANSWER_WITHIN_S}s, formula: answered_of_offered, short_abandon: {SHORT_ABANDON_S}s, min_calls: 1}}
wait_limit: {{limit: 6m}}
"""


class Site:
    """A bridge with a journal and queue_log, its broker, and somebody who listens."""

    def __init__(self, folder: Path, pbx: Asterisk) -> None:
        self.folder = folder
        self.pbx = pbx
        self.broker = Broker()
        names = {"site": SITE, "folder": folder, "pbx_port": pbx.port, "mqtt_port": self.broker.port}
        (folder / "secret").write_text(WALLBOARD[1])
        (folder / "secret").chmod(0o600)
        (folder / "bridge.yaml").write_text(BRIDGE.format(queue_log=pbx.queue_log, **names))
        (folder / "thresholds.yaml").write_text(THRESHOLDS)
        config = str(folder / "bridge.yaml")
        self.bridge = Part("bridge", [sys.executable, "-m", "host_bridge", "--config", config], folder)
        self.broker.start()
        self.listener = Listener(self.broker.port)

    def is_up(self) -> bool:
        state = self.listener.last("bridge/state")
        return bool(state.get("online")) and state.get("pbx") == "up"

    def told(self) -> str:
        """For a failed test to show."""
        states = [(round(message.at, 1), message.payload) for message in self.listener.of("bridge/state")[-3:]]
        return f"exit code {self.bridge.exit_code}, now {time.monotonic():.1f}, told {states}\n{self.bridge.log}"

    def figures(self, queue: str) -> dict[str, Any]:
        return self.listener.last(f"queue/{queue}")

    def reconcile(self) -> tuple[int, dict[str, Any]]:
        files = ("--queue-log", self.pbx.queue_log, "--journal", self.folder / "bridge.journal")
        command = ("reconcile", *files, "--thresholds", self.folder / "thresholds.yaml", "--day", "today", "--json")
        done = subprocess.run(
            [sys.executable, "-m", "host_bridge.ctl", *map(str, command)], capture_output=True, timeout=60, check=False
        )
        assert done.returncode in (0, 1), done.stderr.decode()
        found: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, found["queues"]

    def close(self) -> None:
        self.bridge.stop()
        self.listener.close()
        self.broker.close()


@pytest.fixture
def site(tree: Tree, tmp_path: Path) -> Iterator[Site]:
    for name in ("asterisk", "site"):
        (tmp_path / name).mkdir()
    pbx = Asterisk(tree, tmp_path / "asterisk", settings())
    pbx.start()
    started = Site(tmp_path / "site", pbx)
    try:
        yield started
    finally:
        started.close()
        pbx.stop()


def test_killed_again_and_again(site: Site, measured: Callable[[str], None]) -> None:
    seed = int(os.environ.get("WALLBOARD_SEED") or random.randrange(1_000_000))
    told = f"WALLBOARD_SEED={seed}"
    print(told)
    site.bridge.start()
    wait_until(site.is_up, 10, "the bridge does not come up", site.told)
    with ThreadPoolExecutor(len(ROWS) + 1) as everybody:
        people = [everybody.submit(_play_the_script, site)]
        people += [everybody.submit(_play_row, site, row, random.Random(f"{seed} {row}")) for row in ROWS]
        kills = _kill_now_and_then(site, random.Random(seed), people)
    for each in people:
        each.result()

    wait_until(site.is_up, 20, "the bridge does not come back", site.told)
    began = time.monotonic()
    wait_until(lambda: not _unlike(site), 40, "counters differ", lambda: f"{_unlike(site)}\n{site.told()}")
    assert "Traceback" not in site.bridge.log, site.bridge.log
    for queue in QUEUES:
        differs = partial(_unlike_seconds, site, queue)
        wait_until(lambda differs=differs: not differs(), 10, "seconds differ", differs)
    named = _reconcile_names_them(site)
    measured(
        f"{site.pbx.tree.release.name}: bridge killed {kills} times during {_offered(site)} calls ({told}); equal to "
        f"queue_log after {time.monotonic() - began:.1f} s; {named} redirected stays named by reconcile"
    )


def _kill_now_and_then(site: Site, chance: random.Random, people: list[Future[None]]) -> int:
    """For as long as people call; how often. For the main thread: a child dies with the thread that started it."""
    for kills in itertools.count():
        if not wait(people, chance.uniform(*RUNS_S)).not_done:
            return kills
        site.bridge.kill()
        time.sleep(chance.uniform(*IS_DEAD_S))
        site.bridge.start()
    raise AssertionError


def _play_row(site: Site, queue: str, chance: random.Random) -> None:
    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0, LONGEST_PAUSE_S))
        play_one(site.pbx, queue)
        if ROWS[queue].members:  # some rows end with the agent paused
            Calls(site.pbx.control).pause(agent_of(queue), paused=False)


def _play_the_script(site: Site) -> None:
    control = Ami(site.pbx.port, *CONTROL)
    scenario.play(control)
    control.close()


def _offered(site: Site) -> int:
    return sum(len(stays(site.pbx.queue_log, queue)) for queue in QUEUES)


def _unlike(site: Site) -> dict[str, str]:
    """Queue → how its published counters differ from queue_log; empty when all agree."""
    found = {}
    for queue in QUEUES:
        figures = site.figures(queue)
        logged = Counter(stay.outcome for stay in stays(site.pbx.queue_log, queue))
        counted = Counter({end: figures.get(end, 0) for end in ENDS})
        better = counted[KNOWN_BETTER.get(queue, "")]
        known = Counter(logged)
        if better:
            known[KNOWN_BETTER[queue]] += better
            known["abandoned"] -= better
        if +known != +counted or figures.get("offered", 0) != logged.total() or figures.get("waiting") != 0:
            found[queue] = f"published {figures}, queue_log {dict(logged)}"
        elif "approx" in figures:
            found[queue] = "published as an estimate"
    return found


def _unlike_seconds(site: Site, queue: str) -> str:
    """How a queue's seconds differ from queue_log, with its lines; "" when they agree.

    Limits are compared in the PBX's whole seconds, so shares are exact; means are of ms and of whole seconds.
    """
    figures, folded = site.figures(queue), stays(site.pbx.queue_log, queue)
    waits = [stay.wait_s for stay in folded if stay.outcome == "answered"]
    talks = [stay.talk_s for stay in folded if stay.talk_s is not None]
    logged = {}
    if waits:
        logged |= {"avg_wait_ms": 1000 * sum(waits) / len(waits), "aht_ms": 1000 * sum(talks) / len(talks)}
    if folded:
        logged["longest_ms"] = 1000 * max(stay.wait_s for stay in folded)
    same = all(abs(figures[name] - value) < SECONDS_DIFFER_MS for name, value in logged.items())
    if same and (not waits or figures["transferred"] == sum(stay.transferred for stay in folded)):
        return ""
    lines = [line for line in site.pbx.queue_log.read_text(errors="replace").splitlines() if f"|{queue}|" in line]
    return "\n".join((f"{queue}: published {figures}, queue_log {logged}", *lines))


def _reconcile_names_them(site: Site) -> int:
    """What reconcile says: all explained, the bridge's figures those published, redirected stays by their ids."""
    wait_until(lambda: _as_published(site), 5, "the journal does not follow", lambda: str(site.reconcile()))
    failed, queues = site.reconcile()
    differing = {queue: found["differences"] for queue, found in queues.items() if found["differences"]}
    assert not failed, "\n".join(_unexplained(site, differing))
    redirected = sum(int(site.figures(queue)["removed"]) for queue in KNOWN_BETTER)
    named = {
        stay
        for queue in KNOWN_BETTER
        for difference in differing.get(queue, ())
        if difference["figure"] == "removed"
        for reason in difference["reasons"]
        for stay in reason["stays"]
    }
    assert len(named) == redirected
    return redirected


def _unexplained(site: Site, differing: dict[str, Any]) -> Iterator[str]:
    """For a failed test to show: what nothing explains, and all that queue_log and the journal say of those stays."""
    for queue, differences in differing.items():
        for difference in differences:
            if not difference["explained"]:
                yield f"{queue}: {json.dumps(difference)}"
                yield from _lines_of(site, queue, {stay for why in difference["reasons"] for stay in why["stays"]})
    yield site.bridge.log


def _lines_of(site: Site, queue: str, calls: set[str]) -> Iterator[str]:
    log = site.pbx.queue_log.read_text(errors="replace").splitlines()
    yield from (line for line in log if f"|{queue}|" in line and line.split("|")[1] in calls)
    with closing(sqlite3.connect(site.folder / "bridge.journal")) as journal:
        for table in ("stay", "talk"):
            rows = journal.execute(f"SELECT * FROM {table} WHERE queue = ?", (queue,)).fetchall()
            yield from (f"journal: {table} {row}" for row in rows if calls.intersection(map(str, row)))


def _as_published(site: Site) -> bool:
    """Whether reconcile finds the published counters in the journal, which follows within a second."""
    _, queues = site.reconcile()
    journal = {queue: queues.get(queue, {}).get("bridge") or {} for queue in QUEUES}
    return all(journal[queue].get(end, 0) == site.figures(queue)[end] for queue in QUEUES for end in ENDS)

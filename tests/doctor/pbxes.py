"""A PBX for the checks: the demo's centre on loopback, on a busy day that runs fast, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from host_bridge.demo.ami_server import DemoPbx
from host_bridge.demo.centre import Centre

USER, SECRET = "wallboard", "a secret of the demo's"


@contextmanager
def demo_pbx(*, ahead_ms: int = 0, speed: float = 60.0) -> Iterator[int]:
    """Its port. `ahead_ms`: how far its clock is ahead of ours."""
    ports: list[int] = []
    started = threading.Event()
    loop = asyncio.new_event_loop()

    def clock() -> int:
        return time.time_ns() // 1_000_000 + ahead_ms

    async def live() -> None:
        pbx = DemoPbx(Centre(1, clock(), speed=speed, hour=11.0, load=2.5), clock, USER, SECRET)
        ports.append(await pbx.start(0))
        started.set()
        try:
            await pbx.run()
        except asyncio.CancelledError:
            await pbx.stop()

    task = loop.create_task(live())
    thread = threading.Thread(target=lambda: loop.run_until_complete(task), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
        loop.close()

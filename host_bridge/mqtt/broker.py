"""`mqtt.url: embedded`: a broker in a child process, on loopback alone, for a demo or a board beside the bridge.

A process of its own, because a broker in the bridge's event loop would make the AMI reader wait. It lives as long as
the pipe to the bridge: a bridge killed with -9 leaves no broker behind. A company with a broker of its own uses that.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import logging
import os
import signal
import sys

from config.installed import how_to_get

HOST = "127.0.0.1"
START_TIMEOUT_S = 20.0  # importing amqtt takes a slow Pi some seconds
CLOSE_TIMEOUT_S = 2.0
RESTART_DELAY_S = 1.0


class BrokerError(RuntimeError):
    """The embedded broker cannot run; the text says why and what to do."""


class EmbeddedBroker:
    """The child process as the bridge sees it."""

    def __init__(self, port: int, log: logging.Logger) -> None:
        self._port = port
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start and return once it listens. Raises BrokerError."""
        if importlib.util.find_spec("amqtt") is None:
            raise BrokerError(f"mqtt.url: embedded needs the package amqtt: {how_to_get('amqtt')}")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "host_bridge.mqtt.broker",
            str(self._port),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                answer = (await self._process.stdout.readline()).decode().strip()
        except TimeoutError:
            answer = f"it did not start within {START_TIMEOUT_S:.0f} s"
        if answer != "ready":
            await self.close()
            raise BrokerError(f"the embedded broker on {HOST}:{self._port}: {answer or 'it ended at once'}")

    async def watch(self) -> None:
        """Start it again whenever it ends, until cancelled. One log line a death; the link tells of the rest."""
        while self._process is not None:
            code = await self._process.wait()
            self._log.error("the embedded broker ended (%d); starting it again", code)
            await asyncio.sleep(RESTART_DELAY_S)
            try:
                await self.start()
            except BrokerError as error:
                self._log.error("%s", error)

    async def close(self) -> None:
        """End it and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def main() -> None:
    """The child: serve until the parent's end of standard input closes."""
    parser = argparse.ArgumentParser(prog="python -m host_bridge.mqtt.broker", description=__doc__)
    parser.add_argument("port", type=int, help="TCP port on 127.0.0.1")
    port: int = parser.parse_args().port
    # Ctrl-C goes to the whole foreground group, and systemd's SIGTERM to all of a service; the bridge still has its
    # last word to say through this broker, and closes the pipe after it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    logging.basicConfig(level=logging.CRITICAL)
    asyncio.run(_serve(port))


async def _serve(port: int) -> None:
    from amqtt.broker import Broker  # noqa: PLC0415 - an extra of the package, and slow to import
    from amqtt.errors import BrokerError as AmqttError  # noqa: PLC0415

    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), lambda: over.set() if not os.read(sys.stdin.fileno(), 64) else None)
    broker = Broker(config)
    try:
        await broker.start()
    except AmqttError as error:
        taken = "address already in use" in str(error).lower()
        print("the port is taken: stop what uses it, or set mqtt.port" if taken else str(error), flush=True)
        os._exit(1)  # amqtt's tasks are half started: their end would be told as noise
    print("ready", flush=True)
    await over.wait()
    # No polite shutdown: it would disconnect every client in turn, and nothing of it outlives the process.
    os._exit(0)


if __name__ == "__main__":
    main()

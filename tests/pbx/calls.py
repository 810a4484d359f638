"""Makes real calls: callers who wait, hang up, press a key or are moved, and agents who pause.

Both people of a call are Local channels that run a piece of dial plan (etc/extensions.conf); the call's own variables
say when the agent answers and who hangs up. So a call ends as it was meant to, whichever agent gets it.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import NamedTuple

from tests.pbx.ami import Ami, Frame

NEVER = 600  # seconds: longer than any test


class Call(NamedTuple):
    """One caller: `uniqueid` and `channel` of the leg that waits in the queue; `phone` is the caller's own end."""

    queue: str
    uniqueid: str
    channel: str
    phone: str


class Calls:
    """The hand that moves callers and agents, over one control connection."""

    def __init__(self, control: Ami) -> None:
        self._control = control
        self._numbers = itertools.count(1)

    def call(
        self,
        queue: str,
        ring: int = NEVER,
        talk: int = NEVER,
        patience: int | None = None,
        name: str = "Caller",
    ) -> Call:
        """Call a queue, and wait until it has taken the caller in or refused.

        The agent answers after `ring` s and hangs up `talk` s later; the queue gives the caller up after `patience` s.
        """
        number = f"050555{next(self._numbers):04d}"
        since = len(self._control.events)
        self._control.act(
            "Originate",
            Channel="Local/caller@phones",
            Context="callers",
            Exten=queue,
            Priority="1",
            Async="true",
            CallerID=f'"{name}" <{number}>',
            Variable=f"__RING={ring}|__TALK={talk}|PATIENCE={'' if patience is None else patience}",
        )
        # Events of one call do not overlap with another's here: one thread makes all calls.
        placed = self._control.wait_for("OriginateResponse", since=since, Response="Success").frame
        uniqueid, channel = placed["Uniqueid"], placed["Channel"]
        self._control.wait_for_any(partial(_decided, uniqueid), 5, since, f"of {uniqueid} in queue {queue}")
        return Call(queue, uniqueid, channel, channel.removesuffix(";1") + ";2")

    def hang_up(self, call: Call) -> None:
        """The caller puts the receiver down, waiting or talking."""
        self._control.act("Hangup", Channel=call.phone, Cause="16")

    def press(self, call: Call, key: str) -> None:
        """The caller presses a key; in these queues 5 leads out."""
        self._control.act("PlayDTMF", Channel=call.phone, Digit=key)

    def pause(self, agent: str, paused: bool = True, queue: str = "", reason: str = "") -> None:
        """Pause or unpause an agent (`101`), in one queue or in all of theirs."""
        # An empty Queue means all of them, as no Queue does.
        self._control.act(
            "QueuePause",
            Interface=f"Local/{agent}@agents/n",
            Paused="true" if paused else "false",
            Reason=reason,
            Queue=queue,
        )

    def redirect(self, call: Call) -> None:
        """An operator takes the waiting caller out of the queue (AMI Redirect)."""
        self._control.act("Redirect", Channel=call.channel, Context="elsewhere", Exten="200", Priority="1")

    def withdraw(self, call: Call) -> None:
        """The PBX's owner takes the waiting caller out of the queue (QueueWithdrawCaller)."""
        self._control.act("QueueWithdrawCaller", Queue=call.queue, Caller=call.channel)

    def blind_transfer(self, call: Call) -> None:
        """The agent who talks with the caller transfers them to another extension without asking."""
        connected = self._control.wait_for("AgentConnect", Uniqueid=call.uniqueid).frame
        self._control.act("BlindTransfer", Channel=connected["DestChannel"], Context="elsewhere", Exten="200")

    def masquerade(self, call: Call) -> None:
        """Another channel takes the waiting caller's place (AMI Bridge with a call elsewhere): Join, then nothing."""
        since = len(self._control.events)
        self._control.act(
            "Originate",
            Channel="Local/caller@phones",
            Context="elsewhere",
            Exten="200",
            Priority="1",
            Async="true",
        )
        other = self._control.wait_for("OriginateResponse", since=since, Response="Success").frame
        self._control.act("Bridge", Channel1=call.channel, Channel2=other["Channel"], Tone="no")

    def settle(self, call: Call, timeout: float = 20.0) -> None:
        """Wait until the leg that stood in the queue is gone."""
        self._control.wait_for("Hangup", timeout, Uniqueid=call.uniqueid)


def _decided(uniqueid: str, frame: Frame) -> bool:
    """Whether an event says that the queue took this caller, or that it did not."""
    if frame.get("Uniqueid") != uniqueid:
        return False
    return frame["Event"] == "QueueCallerJoin" or (frame["Event"] == "VarSet" and frame["Variable"] == "QUEUESTATUS")

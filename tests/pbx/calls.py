"""Makes real calls: callers who wait, hang up, press a key or are moved, and agents who pause.

Both people of a call are Local channels that run a piece of dial plan (etc/extensions.conf); the call's own variables
say when the agent answers and who hangs up. So a call ends as it was meant to, whichever agent gets it.
"""

from __future__ import annotations

import itertools
import time
from functools import partial
from typing import NamedTuple

from tests.pbx.ami import Ami, Frame

NEVER = 600  # seconds: longer than any test
ASK_A_COLLEAGUE, HAND_OVER = "*2", "*7"  # etc/features.conf


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
        **more: object,
    ) -> Call:
        """Call a queue, and wait until it has taken the caller in or refused.

        The agent answers after `ring` s and hangs up `talk` s later; the queue gives the caller up after `patience` s.
        A caller without a `name` is anonymous. `more` are further variables of the call: OPTIONS and THEN mean
        something to etc/extensions.conf, QUEUE_PRIO to Queue() itself.
        """
        number = f"050555{next(self._numbers):04d}"
        since = len(self._control.events)
        variables = {"__RING": ring, "__TALK": talk, "PATIENCE": "" if patience is None else patience, **more}
        uniqueid, channel = self._originate(
            "callers",
            queue,
            f'"{name}" <{number}>' if name else "",
            "|".join(f"{key}={value}" for key, value in variables.items()),
        )
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

    def redirect(self, call: Call, context: str = "elsewhere", to: str = "200") -> None:
        """An operator takes the waiting caller out of the queue (AMI Redirect)."""
        self._control.act("Redirect", Channel=call.channel, Context=context, Exten=to, Priority="1")

    def withdraw(self, call: Call) -> None:
        """The PBX's owner takes the waiting caller out of the queue (QueueWithdrawCaller)."""
        self._control.act("QueueWithdrawCaller", Queue=call.queue, Caller=call.channel)

    def blind_transfer(self, call: Call) -> None:
        """The agent who talks with the caller transfers them to another extension without asking."""
        agent = self._agent_talking_with(call)
        self._control.act("BlindTransfer", Channel=agent, Context="elsewhere", Exten="200")

    def attended_transfer(self, call: Call, to: str = "200") -> None:
        """The agent who talks with the caller asks another extension first, and hands over when it has answered."""
        agent = self._agent_talking_with(call)
        since = len(self._control.events)
        phone = agent.removesuffix(";1") + ";2"
        for key in ASK_A_COLLEAGUE + to:
            self._control.act("PlayDTMF", Channel=phone, Digit=key)
        # The agent and the colleague are in one bridge.
        together = {"Event": "VarSet", "Variable": "BRIDGEPEER", "Value": agent}
        self._control.wait_for_any(
            lambda frame: together.items() <= frame.items() and frame["Channel"].startswith(f"Local/{to}@elsewhere"),
            10,
            since,
            f"of a consultation with {to}",
        )
        # By keys: after a hang-up it is chance whether queue_log says COMPLETEAGENT, ATTENDEDTRANSFER or both, and in
        # the very moment of the answer Asterisk 16.28 and 22.10 crash of it (bridge_basic.c, "blond" transfer).
        time.sleep(0.3)
        for key in HAND_OVER:
            self._control.act("PlayDTMF", Channel=phone, Digit=key)

    def masquerade(self, call: Call) -> None:
        """Another channel takes the waiting caller's place (AMI Bridge with a call elsewhere): Join, then nothing."""
        _, other = self._originate("elsewhere", "200")
        self._control.act("Bridge", Channel1=call.channel, Channel2=other, Tone="no")

    def hear(self, call: Call, event: str, after: Frame | None = None) -> Frame:
        """The first event of that name about this caller, had or still to come; the first `after` another one."""
        wanted = {"Event": event, "Uniqueid": call.uniqueid}
        since = float(after["Timestamp"]) if after else 0.0

        def fits(frame: Frame) -> bool:
            return wanted.items() <= frame.items() and float(frame["Timestamp"]) > since

        return self._control.wait_for_any(fits, 20, 0, str(wanted)).frame

    def settle(self, call: Call, timeout: float = 20.0) -> None:
        """Wait until the leg that stood in the queue is gone."""
        self._control.wait_for("Hangup", timeout, Uniqueid=call.uniqueid)

    def _agent_talking_with(self, call: Call) -> str:
        """The agent's channel, once both are in one bridge: AgentConnect is said before."""
        agent = self.hear(call, "AgentConnect")["DestChannel"]
        for channel in (agent, call.channel):
            self._control.wait_for("BridgeEnter", Channel=channel)
        return agent

    def _originate(self, context: str, to: str, caller: str = "", variables: str = "") -> tuple[str, str]:
        """Start a caller's telephone and point its far end to the dialplan: Uniqueid and name of that end."""
        since = len(self._control.events)
        asked = self._control.act(
            "Originate",
            Channel="Local/caller@phones",
            Context=context,
            Exten=to,
            Priority="1",
            Async="true",
            CallerID=caller,
            Variable=variables,
        )
        action = asked["ActionID"]
        placed = self._control.wait_for("OriginateResponse", since=since, ActionID=action, Response="Success").frame
        return placed["Uniqueid"], placed["Channel"]


def _decided(uniqueid: str, frame: Frame) -> bool:
    """Whether an event says that the queue took this caller, or that it did not."""
    if frame.get("Uniqueid") != uniqueid:
        return False
    return frame["Event"] == "QueueCallerJoin" or (frame["Event"] == "VarSet" and frame["Variable"] == "QUEUESTATUS")

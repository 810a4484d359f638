"""Every way in which a stay can end, and what may happen on the way: one row each, with what Asterisk must say to it.

Each row has a queue of its own, named after the row, with an agent of its own: so all rows are played at once, and a
queue's counters and its lines in queue_log are that row's alone. `python -m tests.pbx.record` keeps them as captures.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from tests.pbx import scenes
from tests.pbx.ami import Ami, AmiError
from tests.pbx.asterisk import CONTROL, Asterisk
from tests.pbx.calls import Calls

FIRST_AGENT = 110

Play = Callable[[Calls, str], None]


class Row(NamedTuple):
    """One outcome. `counts` are the queue's figures at the end, those not named being 0.

    `log` are the events of the queue in queue_log and `ami` those of its callers on the manager line, both in order;
    AgentComplete is not among them, as its place is left to chance. `settings` and `members` go into queues.conf, AGENT
    in a member being the row's own.
    """

    play: Play
    counts: dict[str, int]
    log: str
    ami: str
    settings: tuple[str, ...] = ()
    members: tuple[str, ...] = ("Local/AGENT@agents/n,0,Agent AGENT,Custom:AGENT",)


NOT_UTF8 = "Local/AGENT@agents/n,0,Ren\udce9,Custom:AGENT"  # René in Latin-1, as an older configuration has it
ANSWERED = {"answered": 1}
ABANDONED = {"abandoned": 1}
ABANDON = "HangupRequest Abandon Leave Hangup"
CONNECT = "Leave Connect Hangup"
SLOW = ("memberdelay = 3",)
POPUP = ("membergosub = popup",)
IMPATIENT = ("timeout = 1", "autopause = yes")
NOBODY: tuple[str, ...] = ()

ROWS = {
    "agent_ends": Row(scenes.agent_ends, ANSWERED, "ENTERQUEUE CONNECT COMPLETEAGENT", f"Join Called {CONNECT}"),
    "caller_ends": Row(
        scenes.caller_ends,
        ANSWERED,
        "ENTERQUEUE CONNECT COMPLETECALLER",
        "Join Called Leave Connect HangupRequest Hangup",
    ),
    "gives_up": Row(scenes.gives_up, ABANDONED, "ENTERQUEUE RINGCANCELED ABANDON", f"Join Called {ABANDON}"),
    "rings_in_vain": Row(
        scenes.rings_in_vain,
        ABANDONED,
        "ENTERQUEUE RINGNOANSWER PAUSE ABANDON",
        f"Join Called RingNoAnswer {ABANDON}",
        IMPATIENT,
    ),
    "times_out": Row(
        scenes.times_out,
        {"overflowed": 1},
        "ENTERQUEUE RINGNOANSWER EXITWITHTIMEOUT",
        "Join Called RingNoAnswer Abandon Leave TIMEOUT Hangup",
    ),
    "presses_a_key": Row(
        scenes.presses_a_key, {"exited": 1}, "ENTERQUEUE RINGCANCELED EXITWITHKEY", "Join Called Leave Hangup"
    ),
    "queue_empties": Row(
        scenes.queue_empties,
        {"overflowed": 1},
        "ENTERQUEUE PAUSE RINGNOANSWER EXITEMPTY",
        "Join Called RingNoAnswer Abandon Leave LEAVEEMPTY Hangup",
        ("timeout = 1", "leavewhenempty = paused"),
    ),
    "is_withdrawn": Row(
        scenes.is_withdrawn, {"removed": 1}, "ENTERQUEUE WITHDRAW", "Join Abandon Leave WITHDRAW Hangup", members=NOBODY
    ),
    "is_redirected": Row(
        scenes.is_redirected,
        {"removed": 1},
        "ENTERQUEUE RINGCANCELED ABANDON",
        "Join Called Abandon Leave HangupRequest Hangup",
    ),
    "is_redirected_back": Row(
        scenes.is_redirected_back,
        {"removed": 1, "abandoned": 1},
        "ENTERQUEUE RINGCANCELED ABANDON ENTERQUEUE RINGCANCELED ABANDON",
        f"Join Called Abandon Leave Join Called {ABANDON}",
    ),
    "finds_it_full": Row(
        scenes.finds_it_full,
        {"rejected": 1, "abandoned": 1},
        "ENTERQUEUE RINGCANCELED ABANDON",
        f"Join Called FULL Hangup {ABANDON}",
        ("maxlen = 1",),
    ),
    "finds_it_empty": Row(scenes.finds_it_empty, {"rejected": 1}, "", "JOINEMPTY Hangup", ("joinempty = no",), NOBODY),
    "is_connected_late": Row(
        scenes.is_connected_late, ANSWERED, "ENTERQUEUE CONNECT COMPLETEAGENT", f"Join Called {CONNECT}", SLOW
    ),
    "agent_drops_first": Row(
        scenes.agent_drops_first, ABANDONED, "ENTERQUEUE AGENTDUMP ABANDON", f"Join Called Dump {ABANDON}", SLOW
    ),
    "caller_drops_first": Row(
        scenes.caller_drops_first, ABANDONED, "ENTERQUEUE ABANDON", f"Join Called {ABANDON}", SLOW
    ),
    "runs_a_popup": Row(
        scenes.is_connected_late, ANSWERED, "ENTERQUEUE CONNECT COMPLETEAGENT", f"Join Called {CONNECT}", POPUP
    ),
    "caller_drops_in_the_popup": Row(
        scenes.caller_drops_in_the_popup,
        ANSWERED,
        "ENTERQUEUE CONNECT COMPLETECALLER",
        "Join Called Leave HangupRequest Connect Hangup",
        POPUP,
    ),
    "transferred_blindly": Row(
        scenes.transferred_blindly,
        {"answered": 1, "transferred": 1},
        "ENTERQUEUE CONNECT BLINDTRANSFER",
        "Join Called Leave Connect HangupRequest Hangup",
    ),
    "transferred_after_asking": Row(
        scenes.transferred_after_asking,
        {"answered": 1, "transferred": 1},
        "ENTERQUEUE CONNECT ATTENDEDTRANSFER",
        "Join Called Leave Connect HangupRequest Hangup",
    ),
    "is_masqueraded": Row(
        scenes.is_masqueraded,
        {"unresolved": 1, "abandoned": 1},
        "ENTERQUEUE ENTERQUEUE ABANDON ABANDON",
        f"Join Join {ABANDON}",
        members=NOBODY,
    ),
    "comes_again": Row(
        scenes.comes_again,
        {"overflowed": 2, "abandoned": 1},
        "ENTERQUEUE EXITWITHTIMEOUT ENTERQUEUE EXITWITHTIMEOUT ENTERQUEUE ABANDON",
        f"Join Abandon Leave TIMEOUT Join Abandon Leave TIMEOUT Join {ABANDON}",
        members=NOBODY,
    ),
    "two_anonymous": Row(
        scenes.two_anonymous,
        {"abandoned": 3},
        "ENTERQUEUE ENTERQUEUE ENTERQUEUE ABANDON ABANDON ABANDON",
        f"Join Join Join {ABANDON} {ABANDON} {ABANDON}",
        members=NOBODY,
    ),
    "in_order_of_priority": Row(
        scenes.in_order_of_priority,
        {"answered": 3},
        "ENTERQUEUE ENTERQUEUE ENTERQUEUE" + 3 * " CONNECT COMPLETEAGENT",
        f"Join Called Join Join {CONNECT} Called {CONNECT} Called {CONNECT}",
    ),
    "agent_of_other_letters": Row(
        scenes.agent_ends, ANSWERED, "ENTERQUEUE CONNECT COMPLETEAGENT", f"Join Called {CONNECT}", members=(NOT_UTF8,)
    ),
    "no_agent_of_other_letters": Row(
        scenes.rings_in_vain,
        ABANDONED,
        "ENTERQUEUE RINGNOANSWER PAUSE ABANDON",
        f"Join Called RingNoAnswer {ABANDON}",
        IMPATIENT,
        (NOT_UTF8,),
    ),
}


def settings() -> str:
    """The rows' queues, for etc/queues.d, each with its own agent."""
    lines = []
    for queue, row in ROWS.items():
        members = [f"member => {member.replace('AGENT', agent_of(queue))}" for member in row.members]
        lines += [f"[{queue}](centre)", *row.settings, *members]
    return "\n".join(lines) + "\n"


def agent_of(queue: str) -> str:
    """The row's own agent, if it has one."""
    return str(FIRST_AGENT + list(ROWS).index(queue))


def play_one(pbx: Asterisk, queue: str) -> None:
    """Play a row on an Asterisk with these `settings`; AmiError when it does not go as scripted."""
    control = Ami(pbx.port, *CONTROL)
    try:
        ROWS[queue].play(Calls(control), queue)
    finally:
        control.close()


def play(pbx: Asterisk) -> dict[str, AmiError]:
    """Play all rows at once, some 8 s; those that did not go as scripted."""
    failed: dict[str, AmiError] = {}

    def attempt(queue: str) -> None:
        try:
            play_one(pbx, queue)
        except AmiError as problem:
            failed[queue] = problem

    with ThreadPoolExecutor(len(ROWS)) as everybody:
        list(everybody.map(attempt, ROWS))
    return failed

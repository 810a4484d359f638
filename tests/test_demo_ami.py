"""The demo's PBX on the wire: what it says is shaped like the captures, and the bridge's own reader understands it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from host_bridge.demo import queue_log
from host_bridge.demo.ami_server import DemoPbx
from host_bridge.demo.ami_talk import BANNER, AmiTalk
from host_bridge.demo.centre import Centre
from host_bridge.demo.frames import frame, frames
from host_bridge.demo.happenings import MembersChanged
from host_bridge.demo.lists import params
from host_bridge.demo.people import Line
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.ami_wire import AmiParser, Frame
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth

CAPTURES = Path(__file__).parent / "captures"
START_MS = 1_800_000_000_250
USER, SECRET, CHALLENGE = "wallboard", "a secret of the demo's", "378091977"

Shape = tuple[str, ...]


def shape_of(frame: Frame) -> Shape:
    """The keys of a frame in their order, without the ActionID that only some requests have."""
    return tuple(key for key, _ in frame.lines() if key not in ("", "ActionID"))


def value_class(text: str) -> str:
    for name, pattern in (("empty", ""), ("int", r"-?\d+"), ("decimal", r"\d+\.\d+")):
        if re.fullmatch(pattern, text):
            return name
    return "text"


def name_of(frame: Frame) -> str:
    """An event's name, or what tells a response from the others."""
    return frame.event or f"{frame.response} {frame.get('Message') or ' '.join(shape_of(frame))}"


def all_frames(data: bytes) -> list[Frame]:
    return AmiParser().feed(data)


def recorded() -> list[Frame]:
    """All frames of all captures. The first one was taken without `timestampevents`' filters, all with its stamps."""
    return [each for path in sorted(CAPTURES.glob("*.ami")) for each in all_frames(path.read_bytes())]


def ask(action: str, **fields: str) -> bytes:
    lines = [f"Action: {action}", *(f"{key}: {value}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def logged_in(centre: Centre, now_ms: int = START_MS, events: str = "on") -> AmiTalk:
    talk = AmiTalk(centre, USER, SECRET, CHALLENGE)
    talk.receive(ask("Login", Username=USER, Secret=SECRET, Events=events), now_ms)
    assert talk.logged_in
    return talk


def said(talk: AmiTalk, data: bytes, now_ms: int = START_MS) -> bytes:
    return b"".join(answer.data for answer in talk.receive(data, now_ms))


def busy_centre() -> Centre:
    """Half an hour of a very busy day, with callers turned away and agents who come and go."""
    return Centre(1, START_MS, hour=15.5, load=2.5)


def everything() -> bytes:
    """All that a client is sent in a long half hour, and the answers to all that a reader asks."""
    centre = busy_centre()
    data = BANNER
    happenings = centre.advance(START_MS + 5_400_000)
    data += b"".join(event for happening in happenings for _, event in frames(happening))
    now_ms = START_MS + 5_400_000
    talk = AmiTalk(centre, USER, SECRET, CHALLENGE)
    data += said(talk, ask("Challenge", AuthType="MD5", ActionID="1"), now_ms)
    key = hashlib.md5((CHALLENGE + SECRET).encode()).hexdigest()
    data += said(talk, ask("Login", AuthType="MD5", Username=USER, Key=key, Events="on", ActionID="2"), now_ms)
    for action in ("Ping", "QueueStatus", "QueueSummary"):
        data += said(talk, ask(action, ActionID="3"), now_ms)
    return data


# The bytes


def test_every_frame_has_the_keys_of_asterisk_in_its_order() -> None:
    real: dict[str, set[Shape]] = defaultdict(set)
    for each in recorded():
        real[name_of(each)].add(shape_of(each))
    mine: Counter[str] = Counter()
    for each in all_frames(everything()):
        name = name_of(each)
        mine[name] += 1
        assert shape_of(each) in real[name], f"{name}: {shape_of(each)}\nASTERISK: {real[name]}"
    expected = {
        "Newexten", "QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "AgentCalled", "AgentConnect",
        "AgentComplete", "AgentRingNoAnswer", "VarSet", "HangupRequest", "Hangup", "QueueMemberStatus",
        "QueueMemberPause", "QueueMemberAdded", "QueueMemberRemoved", "FullyBooted", "QueueParams", "QueueMember",
        "QueueEntry", "QueueStatusComplete", "QueueSummary", "QueueSummaryComplete",
        "Success Authentication accepted", "Success Queue status will follow",
    }  # fmt: skip
    assert expected <= set(mine)


def test_every_value_is_of_a_class_that_asterisk_sends() -> None:
    real: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in recorded():
        for key, value in each.lines():
            real[name_of(each), key].add(value_class(value))
    # A number that is not known is "<unknown>", which the captures have in other frames (Hangup); a queue has a length.
    free = {"CallerIDName", "ConnectedLineNum", "DestConnectedLineNum", "ConnectedLineName", "DestCallerIDName"}
    free |= {"DestConnectedLineName", "ActionID", "PausedReason", "Exten", "Extension", "DestExten"}
    for each in all_frames(everything()):
        for key, value in each.lines():
            if key == "Timestamp":
                assert re.fullmatch(r"\d{10}\.\d{6}", value)
            if key.startswith("ServicelevelPerf"):
                assert re.fullmatch(r"\d+\.\d", value)
            if key not in free:
                assert value_class(value) in real[name_of(each), key], f"{name_of(each)}: {key}: {value}"


def test_a_talk_whose_caller_was_gone_first_has_no_channel_of_theirs() -> None:
    done = [each for each in all_frames(everything()) if each.event == "AgentComplete"]
    without = [each for each in done if not each.get("Uniqueid")]
    assert without
    assert len(without) < len(done) / 10
    assert all(each.get("DestUniqueid") and each.get("Queue") and each.get("Interface") for each in without)


def test_queue_log_lines_have_the_fields_of_asterisk() -> None:
    def shape(line: str) -> tuple[str, Shape]:
        epoch, call, queue, agent, event, *data = line.split("|")
        return event, tuple(value_class(each) for each in (epoch, call, queue, agent, *data))

    real = {shape(line) for path in CAPTURES.glob("*.queue_log") for line in path.read_text().splitlines()}
    centre = busy_centre()
    happenings = centre.advance(START_MS + 5_400_000)
    mine = [line for happening in happenings for line in queue_log.lines(happening)]
    mine.append(queue_log.started(START_MS))
    for line in mine:
        assert shape(line) in real, line
    assert {line.split("|")[4] for line in mine} == {
        "QUEUESTART", "ENTERQUEUE", "CONNECT", "COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ABANDON",
        "EXITWITHTIMEOUT", "EXITWITHKEY", "RINGNOANSWER", "RINGCANCELED", "ADDMEMBER", "REMOVEMEMBER", "PAUSE",
        "UNPAUSE", "PAUSEALL", "UNPAUSEALL",
    }  # fmt: skip


def test_names_in_hebrew_go_over_the_wire_as_utf8() -> None:
    names = {each.get("MemberName") for each in all_frames(everything()) if each.event == "QueueMemberStatus"}
    assert "נועה" in names or "שירה" in names


@pytest.mark.parametrize("capture", sorted(CAPTURES.glob("*.ami")), ids=lambda path: path.stem)
def test_the_figures_of_a_queue_are_those_that_asterisk_counted(capture: Path) -> None:
    """The events of a capture, counted by a Line, make the QueueParams that stand in the same capture.

    Not where Asterisk counts what it says in no event: a masquerade (an abandon without one), an agent who drops the
    call and one with a delay before the talk (waits without an AgentConnect, or shorter than its HoldTime).
    """
    apart = {"asterisk22_refused_and_moved": {"support"}, "asterisk22_all_outcomes": {"qdump", "qdelay"}}
    lines: dict[str, Line] = {}
    checked = 0
    for each in all_frames(capture.read_bytes()):
        line = lines.setdefault(each.get("Queue"), Line(each.get("Queue"), 0, 20))
        hold_s = int(each.get("HoldTime") or 0)
        if each.event == "AgentConnect":
            line.answered(hold_s)
        elif each.event == "AgentComplete":
            line.finished(hold_s, int(each.get("TalkTime")))
        elif each.event == "QueueCallerAbandon":
            line.gave_up(hold_s, "abandoned")
        elif each.event == "QueueParams" and line.name not in apart.get(capture.stem, ()):
            line.service_level_s = int(each.get("ServiceLevel"))
            mine = dict(params(line))
            for key in ("Holdtime", "TalkTime", "Completed", "Abandoned"):
                assert str(mine[key]) == each.get(key), (line.name, key)
            if capture.stem == "asterisk22_two_queues":  # one service level, and known from the start
                assert mine["ServicelevelPerf"] == each.get("ServicelevelPerf")
                assert mine["ServicelevelPerf2"] == each.get("ServicelevelPerf2")
            checked += line.completed > 0
    assert checked


# The reader of the bridge


class Reader:
    """The bridge's session and truth, fed with the bytes of a talk in pieces of `size`."""

    def __init__(self, centre: Centre, size: int) -> None:
        self.centre = centre
        self.talk = AmiTalk(centre, USER, SECRET, CHALLENGE)
        self.session = AmiSession(USER, SECRET)
        self.truth = Truth(lambda _queue: ServiceLevel(min_calls=1), None)
        self.now_ms = START_MS
        self.asked: set[str] = set()
        self._size = size
        self.session.connected(self.now_ms)
        self.take(BANNER)
        self.converse()

    def take(self, data: bytes) -> None:
        for start in range(0, len(data), self._size):
            for event in self.session.receive(data[start : start + self._size], self.now_ms):
                self.truth.apply(event, self.now_ms)

    def converse(self) -> None:
        """Answer what the session asks; as at the server, everything that happened before is told by then."""
        for queue in self.truth.take_asks():
            self.asked.add(queue)
            self.session.ask_status(queue, self.now_ms)
        while request := self.session.outgoing():
            self.take(b"".join(answer.data for answer in self.talk.receive(request, self.now_ms)))

    def live(self, until_ms: int, step_ms: int = 250) -> Iterator[None]:
        while self.now_ms < until_ms:
            self.now_ms += step_ms
            for happening in self.centre.advance(self.now_ms):
                for kind, data in frames(happening):
                    if self.talk.wants(kind):
                        self.take(data)
            for event in self.session.on_timer(self.now_ms):
                self.truth.apply(event, self.now_ms)
            self.converse()
            yield


@pytest.mark.parametrize(
    ("size", "speed", "minutes"), [(1, 60.0, 1), (7, 6.0, 10), (1_000_000, 60.0, 20)], ids=["bytes", "pieces", "a day"]
)
def test_the_bridge_reads_what_the_centre_knows(size: int, speed: float, minutes: int) -> None:
    centre = Centre(2, START_MS - 100_000, speed=speed, hour=10.0, load=2.0)
    centre.advance(START_MS)
    before = {name: line.outcomes.copy() for name, line in centre.lines.items()}
    assert any(line.callers for line in centre.lines.values())
    reader = Reader(centre, size)
    assert reader.session.state == "up"
    for _ in reader.live(START_MS + minutes * 60_000):
        for name, line in centre.lines.items():
            figures = reader.truth.figures(name, reader.now_ms)
            assert figures["waiting"] == len(line.callers)
            here = [seat for seat in centre.seats if seat.logged_in and name in seat.skills]
            assert figures["agents_in"] == len(here)
            assert figures["agents_paused"] == sum(seat.reason is not None for seat in here)
    assert reader.session.state == "up"
    assert reader.session.problem == ""
    assert reader.session.dropped == 0
    assert reader.asked == set()  # no Count was ever wrong
    for name, line in centre.lines.items():
        figures = reader.truth.figures(name, reader.now_ms)
        counted = line.outcomes - before[name]
        for outcome in ("answered", "abandoned", "overflowed", "exited", "rejected"):
            assert figures.get(outcome, 0) == counted[outcome], (name, outcome)
        assert figures.get("removed", 0) == figures.get("unresolved", 0) == 0
        assert figures.get("transferred", 0) == counted["transferred"]


def test_the_longest_wait_of_those_already_in_line_is_known_from_the_first_list() -> None:
    centre = Centre(2, START_MS - 100_000, speed=6.0, load=3.0)
    centre.advance(START_MS)
    reader = Reader(centre, 1_000_000)
    lines = [line for line in centre.lines.values() if line.callers]
    assert lines
    for line in lines:
        age_ms = START_MS - min(caller.joined_ms for caller in line.callers)
        oldest_ms = reader.truth.figures(line.name, START_MS)["oldest_ms"]
        assert abs(oldest_ms - age_ms) <= 1_000


# What it answers: every text was said by a real Asterisk 22 to a user who may only read


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (ask("Ping", ActionID="1"), "Response: Error|ActionID: 1|Message: Permission denied||"),
        (ask("Nonsense"), "Response: Error|Message: Permission denied||"),
        (b"ActionID: 2\r\n\r\n", "Response: Error|ActionID: 2|Message: Missing action in request||"),
        (b"\r\n", "Response: Error|Message: Missing action in request||"),
        (ask("Challenge", ActionID="3"), "Response: Error|ActionID: 3|Message: Must specify AuthType||"),
        (ask("Challenge", AuthType="SHA"), "Response: Error|Message: Must specify AuthType||"),
        (b"action: challenge\r\nauthtype: md5\r\n\r\n", f"Response: Success|Challenge: {CHALLENGE}||"),
        (ask("Logoff", ActionID="9"), "Response: Goodbye|ActionID: 9|Message: Thanks for all the fish.||"),
    ],
)
def test_before_the_login(request_: bytes, answer: str) -> None:
    talk = AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE)
    assert said(talk, request_).decode() == answer.replace("|", "\r\n")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (ask("Ping", ActionID="x"), "Response: Success|ActionID: x|Ping: Pong|Timestamp: 1800000000.250000||"),
        (
            ask("Nonsense"),
            "Response: Error|Message: Invalid/unknown command: Nonsense. "
            "Use Action: ListCommands to show available commands.||",
        ),
        (ask("Originate", ActionID="x"), "Response: Error|ActionID: x|Message: Permission denied||"),
        (ask("QueuePause", Queue="sales"), "Response: Error|Message: Permission denied||"),
        (ask("QueueReset"), "Response: Error|Message: Permission denied||"),  # a real one obeys even a reader
        (ask("Events"), "Response: Error|Message: Invalid event mask||"),
        (ask("Events", EventMask="off"), "Response: Success|Events: Off||"),
        (ask("Login", Username="a", Secret="b"), "Response: Success|Message: Already authenticated||"),
        (
            ask("QueueStatus", Queue="nope", ActionID="x"),
            "Response: Success|ActionID: x|EventList: start|Message: Queue status will follow||"
            "Event: QueueStatusComplete|ActionID: x|EventList: Complete|ListItems: 0||",
        ),
        (
            ask("QueueSummary", Queue="nope"),
            "Response: Success|EventList: start|Message: Queue summary will follow||"
            "Event: QueueSummaryComplete|EventList: Complete|ListItems: 0||",
        ),
    ],
)
def test_after_the_login(request_: bytes, answer: str) -> None:
    assert said(logged_in(Centre(1, START_MS)), request_).decode() == answer.replace("|", "\r\n")


def test_a_wrong_secret_is_refused_after_a_second_and_closed() -> None:
    wrong_key = hashlib.md5(b"not it").hexdigest()
    wrong = ({"Secret": "wrong"}, {"AuthType": "MD5", "Key": wrong_key}, {}, {"Username": "else", "Secret": SECRET})
    for fields in wrong:
        talk = AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE)
        talk.receive(ask("Challenge", AuthType="MD5"), START_MS)
        (answer,) = talk.receive(ask("Login", **{"Username": USER, **fields}) + ask("Ping"), START_MS)
        assert answer.data == b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
        assert (answer.after_ms, answer.close) == (1_000, True)
        assert not talk.logged_in


def test_a_key_without_a_challenge_of_this_connection_is_refused() -> None:
    key = hashlib.md5((CHALLENGE + SECRET).encode()).hexdigest()
    talk = AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE)
    (answer,) = talk.receive(ask("Login", AuthType="MD5", Username=USER, Key=key), START_MS)
    assert answer.close


def test_requests_may_come_in_any_pieces() -> None:
    data = ask("Challenge", AuthType="MD5", ActionID="1") + ask("Ping", ActionID="2")
    whole = said(AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE), data)
    talk = AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE)
    assert b"".join(said(talk, data[at : at + 1]) for at in range(len(data))) == whole
    assert whole.count(b"Response: ") == 2


def test_events_are_sent_by_class() -> None:
    centre = Centre(1, START_MS)
    assert [kind for kind in ("system", "agent", "call", "dialplan") if logged_in(centre).wants(kind)] == [
        "system", "agent", "call", "dialplan",
    ]  # fmt: skip
    some = logged_in(centre, events="agent,call")
    assert [some.wants(kind) for kind in ("system", "agent", "call", "dialplan")] == [False, True, True, False]
    assert not logged_in(centre, events="off").wants("agent")
    quiet = AmiTalk(centre, USER, SECRET, CHALLENGE)
    assert b"FullyBooted" not in said(quiet, ask("Login", Username=USER, Secret=SECRET, Events="off"))


def test_a_summary_counts_who_is_there_and_who_is_free() -> None:
    centre = Centre(2, START_MS - 300_000, speed=6.0)
    seen = set()
    for now_ms in range(START_MS, START_MS + 600_000, 10_000):
        centre.advance(now_ms)
        answer = all_frames(BANNER + said(logged_in(centre), ask("QueueSummary"), now_ms))
        summaries = {each.get("Queue"): each for each in answer if each.event == "QueueSummary"}
        for name, line in centre.lines.items():
            here = [seat for seat in centre.seats if seat.logged_in and name in seat.skills]
            free = [seat for seat in here if seat.caller is None and seat.reason is None]
            assert int(summaries[name].get("LoggedIn")) == len(here)
            assert int(summaries[name].get("Available")) == len(free)
            assert int(summaries[name].get("Callers")) == len(line.callers)
            seen |= {(seat.reason is not None, seat.caller is None) for seat in here}
    assert {(True, True), (False, True), (False, False)} <= seen


def test_one_queue_and_one_member_can_be_asked_for() -> None:
    centre = Centre(2, START_MS - 60_000, speed=6.0)
    centre.advance(START_MS)
    asked = all_frames(BANNER + said(logged_in(centre), ask("QueueStatus", Queue="service", Member="PJSIP/102")))
    assert {each.get("Queue") for each in asked if each.get("Queue")} == {"service"}
    assert [each.get("Location") for each in asked if each.event == "QueueMember"] == ["PJSIP/102"]


# The server, over real sockets

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Clock:
    """The wall's clock, run by the test."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


@asynccontextmanager
async def served(centre: Centre, clock: Clock, **options: float) -> AsyncIterator[tuple[DemoPbx, int]]:
    pbx = DemoPbx(centre, clock, USER, SECRET, **options)
    port = await pbx.start(0)
    try:
        yield pbx, port
    finally:
        await pbx.stop()


async def log_in(port: int, secret: str = SECRET) -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.readline() == BANNER
    writer.write(ask("Login", Username=USER, Secret=secret))
    return reader, writer


async def until_quiet(reader: asyncio.StreamReader) -> bytes:
    data = b""
    while True:
        try:
            async with asyncio.timeout(0.3):
                chunk = await reader.read(65_536)
        except TimeoutError:
            return data
        if not chunk:
            return data
        data += chunk


def test_all_clients_are_told_the_same_and_an_answer_comes_behind_what_happened_before() -> None:
    async def scene() -> None:
        centre, clock = Centre(2, START_MS, speed=6.0), Clock()
        async with served(centre, clock) as (pbx, port):
            clients = [await log_in(port) for _ in range(3)]
            for reader, _ in clients:
                await until_quiet(reader)
            clock.now_ms += 30_000
            clients[0][1].write(ask("QueueStatus", ActionID="q"))
            heard = [await until_quiet(reader) for reader, _ in clients]
            events, _, answer = heard[0].partition(b"Response: Success\r\nActionID: q")
            assert events == heard[1] == heard[2]
            assert events.count(b"Event: QueueCallerJoin") > 2
            assert b"QueueStatusComplete" in answer
            assert b"Timestamp" not in answer
            assert pbx.live() == clock.now_ms
            for _, writer in clients:
                writer.close()

    asyncio.run(scene())


def test_a_refused_login_waits_a_second_and_ends() -> None:
    async def scene() -> None:
        async with served(Centre(1, START_MS), Clock()) as (_, port):
            began = asyncio.get_running_loop().time()
            reader, writer = await log_in(port, "wrong")
            answer = await reader.read()
            took = asyncio.get_running_loop().time() - began
            assert answer == b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
            assert 0.95 < took < 3
            writer.close()

    asyncio.run(scene())


def test_a_reader_that_does_not_read_is_cut_off_and_the_others_are_not() -> None:
    async def scene() -> None:
        centre, clock = Centre(2, START_MS, speed=6.0, load=2.0), Clock()
        async with served(centre, clock, write_timeout_s=0.2) as (pbx, port):
            stuck_reader, stuck = await log_in(port)
            stuck_reader._transport.pause_reading()  # type: ignore[attr-defined]
            good, writer = await log_in(port)
            heard = 0
            async with asyncio.timeout(30):
                while not pbx.cut_off:
                    clock.now_ms += 60_000
                    pbx.live()
                    heard += len(await good.read(1 << 20))
            assert heard > 65_536
            clock.now_ms += 60_000
            pbx.live()
            assert b"Event: " in await until_quiet(good)
            stuck_reader._transport.resume_reading()  # type: ignore[attr-defined]
            async with asyncio.timeout(5):  # what was under way, and the end
                while await stuck_reader.read(1 << 20):
                    pass
            for each in (stuck, writer):
                each.close()

    asyncio.run(scene())


def test_a_stop_hangs_up_says_shutdown_and_ends_the_connection(tmp_path: Path) -> None:
    async def scene() -> bytes:
        centre, clock = Centre(2, START_MS - 100_000, speed=6.0, load=3.0), Clock()
        log = queue_log.QueueLog(tmp_path / "queue_log")
        pbx = DemoPbx(centre, clock, USER, SECRET, log=log)
        port = await pbx.start(0)
        pbx.live()
        reader, writer = await log_in(port)
        await until_quiet(reader)
        waiting = sum(len(line.callers) for line in centre.lines.values())
        await pbx.stop()
        data = await reader.read()
        writer.close()
        log.close()
        assert data.count(b"Event: QueueCallerAbandon") == waiting > 0
        return data

    data = asyncio.run(scene())
    assert data.endswith(
        frame("Event", "Shutdown", [("Privilege", "system,all"), ("Timestamp", f"{START_MS // 1000}.250000"),
                                    ("Shutdown", "Cleanly"), ("Restart", "False")])
    )  # fmt: skip
    lines = (tmp_path / "queue_log").read_text("utf-8").splitlines()
    events = Counter(line.split("|")[4] for line in lines)
    ended = events["CONNECT"] + events["ABANDON"] + events["EXITWITHTIMEOUT"] + events["EXITWITHKEY"]
    assert events["ENTERQUEUE"] == ended > 10
    talked = events["COMPLETECALLER"] + events["COMPLETEAGENT"] + events["BLINDTRANSFER"]
    assert events["CONNECT"] == talked


def test_it_listens_on_loopback_only() -> None:
    async def scene() -> None:
        pbx = DemoPbx(Centre(1, START_MS), Clock(), USER, SECRET)
        await pbx.start(0)
        assert pbx._server is not None
        assert {socket.getsockname()[0] for socket in pbx._server.sockets} == {"127.0.0.1"}
        await pbx.stop()

    asyncio.run(scene())


def test_a_change_of_members_is_told_by_every_queue_they_serve() -> None:
    centre = Centre(1, START_MS)
    added = next(each for each in centre.advance(START_MS + 10) if isinstance(each, MembersChanged))
    told = [event for _, event in frames(added)]
    assert len(told) == len(added.members) > 1
    assert all(b"Event: QueueMemberAdded\r\n" in event for event in told)

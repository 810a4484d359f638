"""What can happen in a story: a method for each of the words in story_words.OF_ALL and OF_A_QUEUE."""

from __future__ import annotations

import json
from collections.abc import Callable

from firmware.core import wire
from tests.story_book import Story
from tests.story_bridge import SITE
from tests.story_stage import BOARD, Stage
from tests.story_words import Action, StoryError

PRESS_MS = 100  # a short press of the button
STATE = wire.topic(SITE, "bridge", "state")
COMMAND = wire.topic(SITE, "board", BOARD, "command")
# Words that are figures of the snapshot.
FIGURES = {
    "waiting": "waiting",
    "wait": "oldest_ms",
    "sla": "sla",
    "free": "agents_free",
    "average_wait": "avg_wait_ms",
    "offered": "offered",
    "abandoned": "abandoned",
    "breach": "next_breach_ms",
}


class World(Stage):
    """The stage of one story, and its events. Whatever cannot happen now is a StoryError."""

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._story = story
        self._acks: dict[str, list[bytes]] = {}  # by topic, of other boards
        self.run(story.lines[0].at_ms - 1)

    def happen(self, actions: tuple[Action, ...], at_ms: int) -> None:
        """Let time pass until then; these things happen at that moment, and then what is due by time.

        Figures of one queue are one message, as the bridge's are, and are known before anything else happens.
        """
        self.run(at_ms - 1)
        wake_ms = self.wake_ms()
        self.at_ms = at_ms
        learnt: list[str] = []
        for verb, queue, values in actions:
            if verb in FIGURES and queue is not None:
                self.bridge.learn(queue, FIGURES[verb], values[0] if values else None, at_ms)
                if queue not in learnt:
                    learnt.append(queue)
        for queue in learnt:
            if self.speaks():
                self.bridge.tell(queue, at_ms)
        for verb, queue, values in actions:
            if verb not in FIGURES:
                getattr(self, "_" + verb)(*(values if queue is None else (queue, *values)))
        self.beat()
        self.look(wake_ms)

    # what happens, by the words of story_words.OF_ALL

    def _button_pressed(self) -> None:
        self._button_down()
        self.later.append((self.at_ms + PRESS_MS, self._button_up))

    def _button_down(self) -> None:
        self.stir().press(True, self.board_ms())

    def _button_up(self) -> None:
        self.stir().press(False, self.board_ms())

    def _muted(self, for_ms: int | None = None) -> None:
        self.send(COMMAND, wire.dumps({"v": 1, "do": "mute", **({} if for_ms is None else {"for_ms": for_ms})}))

    def _unmuted(self) -> None:
        self.send(COMMAND, wire.dumps({"v": 1, "do": "unmute"}))

    def _quiet_hours_begin(self) -> None:
        self._check("quiet hours begin", self.bridge.is_quiet)

    def _quiet_hours_end(self) -> None:
        self._check("quiet hours end", lambda at_ms: not self.bridge.is_quiet(at_ms))

    def _thresholds_changed(self) -> None:
        if self._story.changed is None:
            raise StoryError("the story does not say to what: expected a key `changed`")
        self.bridge.change(self._story.changed, self.at_ms)

    def _pbx_down(self) -> None:
        self._pbx("down")

    def _pbx_syncing(self) -> None:
        self._pbx("syncing")

    def _pbx_up(self) -> None:
        self.bridge.tell_all(self.at_ms)  # first: boards must not take old figures for live ones
        self._pbx("up")

    def _pbx(self, state: str) -> None:
        self.bridge.pbx = state
        self.bridge.beat(self.at_ms)

    def _bridge_dies(self) -> None:
        self.bridge.up = False
        self.publish(*self.bridge.will())

    def _bridge_hangs(self) -> None:
        self.bridge.hung = True

    def _bridge_goes_on(self) -> None:
        self.bridge.hung = False

    def _bridge_starts(self, skew_ms: int = 0) -> None:
        self.bridge.start(self.at_ms, skew_ms)
        self._pbx("syncing")

    def _bridge_starts_back(self, ms: int) -> None:
        self._bridge_starts(-ms)

    def _bridge_starts_ahead(self, ms: int) -> None:
        self._bridge_starts(ms)

    def _bridge_restarts_at_once(self) -> None:
        self.bridge.start(self.at_ms)
        self._pbx_up()

    def _bridge_goes_on_behind(self, ms: int) -> None:
        self.bridge.step_back(ms)
        self._bridge_goes_on()

    def _bridge_steps_back(self, ms: int) -> None:
        self.bridge.step_back(ms)

    def _heartbeat_again(self) -> None:
        self._deliver_again(STATE, 0)

    def _heartbeat_of_the_old_bridge(self) -> None:
        self._deliver_again(STATE, 0, before=True)

    def _will_of_the_old_bridge(self) -> None:
        payload = self.bridge.said(STATE, 0, before=True)
        if payload is None:
            raise StoryError("there was no bridge before this one")
        self.deliver(STATE, wire.dumps({"v": 1, "started": json.loads(payload)["started"], "online": False}))

    def _link_lost(self) -> None:
        self.link(False)

    def _link_back(self) -> None:
        self.link(True)

    def _broker_gone(self) -> None:
        self.broker_up = False
        self.link(False)

    def _broker_back(self) -> None:
        self.broker_up = True
        self.link(True)
        if self.speaks():
            self.bridge.tell_all(self.at_ms)
            self.bridge.beat(self.at_ms)

    def _messages_held_up(self) -> None:
        self.held = []

    def _messages_arrive(self) -> None:
        held, self.held = self.held or [], None
        for topic, payload in held:
            self.deliver(topic, payload)

    def _board_off(self) -> None:
        self.switch_off()

    def _board_on(self) -> None:
        self.switch_on(1)

    def _board_frozen(self) -> None:
        self.frozen = True
        self.held = []

    def _board_goes_on(self) -> None:
        self.frozen = False
        held, self.held = self.held or [], None
        for topic, payload in dict(held).items():  # its inbox keeps the newest of a topic
            self.deliver(topic, payload)

    def _board_stood_still(self, ms: int) -> None:
        self.boot_ms += ms

    def _board_jumps_ahead(self, ms: int) -> None:
        self.boot_ms -= ms

    # what happens to a queue, by the words of story_words.OF_A_QUEUE

    def _ack(self, queue: str, rule: str, for_ms: int | None = None) -> None:
        now_ms = self.bridge.now_ms(self.at_ms)
        until = {} if for_ms is None else {"until": now_ms + for_ms}
        payload = wire.dumps({"v": 1, "at": now_ms, "by": "another", **until})
        self._acks.setdefault(self._ack_topic(queue, rule), []).append(payload)
        self.publish(self._ack_topic(queue, rule), payload)

    def _ack_taken_back(self, queue: str, rule: str) -> None:
        self.publish(self._ack_topic(queue, rule), b"")

    def _ack_again(self, queue: str, rule: str) -> None:
        self._ack_late(queue, rule, 0)

    def _ack_late(self, queue: str, rule: str, age: int = 1) -> None:
        known = self._acks.get(self._ack_topic(queue, rule), [])
        if len(known) <= age:
            raise StoryError(f"{queue}: so many acks of {rule} there were not")
        self.deliver(self._ack_topic(queue, rule), known[-1 - age])

    def _opens(self, queue: str) -> None:
        self._check("it opens", lambda at_ms: self.bridge.is_open(queue, at_ms))

    def _closes(self, queue: str) -> None:
        self._check("it closes", lambda at_ms: not self.bridge.is_open(queue, at_ms))

    def _figures_again(self, queue: str) -> None:
        self._deliver_again(self.bridge.topic("queue", queue), 0)

    def _figures_late(self, queue: str) -> None:
        self._deliver_again(self.bridge.topic("queue", queue), 1)

    def _figures_of_the_old_bridge(self, queue: str) -> None:
        self._deliver_again(self.bridge.topic("queue", queue), 0, before=True)

    def _queue_removed(self, queue: str) -> None:
        self.bridge.forget(queue)

    def _queue_back(self, queue: str) -> None:
        self.bridge.have_again(queue, self.at_ms)

    def _check(self, what: str, true: Callable[[int], bool]) -> None:
        """The calendar is the bridge's own: the story may only say what it says."""
        if not true(self.at_ms) or true(self.at_ms - 1):
            raise StoryError(f"by the thresholds, it is not now that {what}")

    def _ack_topic(self, queue: str, rule: str) -> str:
        return self.bridge.topic("ack", queue) + "/" + rule

    def _deliver_again(self, topic: str, age: int, *, before: bool = False) -> None:
        payload = self.bridge.said(topic, age, before=before)
        if payload is None:
            raise StoryError("the bridge has not said so much")
        self.deliver(topic, payload)

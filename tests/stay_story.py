"""A model PBX and the truth that reads it, in step: for the tests of how stays end."""

from __future__ import annotations

import pytest

from host_bridge.truth import ServiceLevel, Truth
from host_bridge.truth.outcomes import Outcome
from tests.model_pbx import ModelPbx

OUTCOMES = [outcome.value for outcome in Outcome]


class Story:
    """A model PBX and the truth that reads it, in step."""

    def __init__(self, *queues: str) -> None:
        self.pbx = ModelPbx(*(queues or ("q1",)))
        self.truth = Truth(lambda queue: ServiceLevel(min_calls=1))
        self.truth.apply(self.pbx.snapshot(), self.pbx.now_ms)
        self.read()

    def read(self) -> None:
        """The truth reads all that the PBX has sent."""
        for event in self.pbx.take():
            self.truth.apply(event, self.pbx.now_ms)

    def take_list(self, *queues: str) -> None:
        """The PBX lists its lines; events not yet read come after it."""
        self.truth.apply(self.pbx.snapshot(*queues), self.pbx.now_ms)

    def wait(self, ms: int) -> None:
        self.pbx.wait(ms)
        self.truth.settle(self.pbx.now_ms)

    def figures(self, queue: str = "q1") -> dict[str, int]:
        return self.truth.figures(queue, self.pbx.now_ms)

    def ends(self, queue: str = "q1") -> dict[str, int]:
        """The outcomes that happened, and that they sum to the offered."""
        figures = self.figures(queue)
        ends = {outcome: figures[outcome] for outcome in OUTCOMES if figures[outcome]}
        assert figures["offered"] == sum(ends.values()) - ends.get("rejected", 0)
        return ends


@pytest.fixture
def story() -> Story:
    """One queue with one caller, `a`, who has waited 7 s."""
    story = Story()
    story.pbx.join("q1", "a")
    story.pbx.wait(7_000)
    story.read()
    return story

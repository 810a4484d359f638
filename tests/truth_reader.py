"""The truth reads a model PBX: for the tests of the facade."""

from __future__ import annotations

import pytest

from host_bridge.truth import ServiceLevel, Truth
from tests.model_pbx import ModelPbx


def level_of(queue: str) -> ServiceLevel:
    return ServiceLevel(min_calls=1)


@pytest.fixture
def pbx() -> ModelPbx:
    return ModelPbx("b", "a")


def read(truth: Truth, pbx: ModelPbx) -> None:
    for event in pbx.take():
        truth.apply(event, pbx.now_ms)

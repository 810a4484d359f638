"""The version that all three programs print with --version and say of themselves over MQTT."""

from __future__ import annotations

import importlib.metadata


def version() -> str:
    """The version of the installed package."""
    try:
        return importlib.metadata.version("led-wallboard")
    except importlib.metadata.PackageNotFoundError:  # run from a checkout that was never installed
        return "0"

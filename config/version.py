"""The version that all three programs print with --version and say of themselves over MQTT."""

from __future__ import annotations


def version() -> str:
    """The version of the installed package."""
    import importlib.metadata  # noqa: PLC0415 - of use to few calls of wallboardctl, and slow to load

    try:
        return importlib.metadata.version("led-wallboard")
    except importlib.metadata.PackageNotFoundError:  # run from a checkout that was never installed
        return "0"

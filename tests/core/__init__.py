"""Tests of firmware/core that run under CPython and MicroPython alike: bare asserts, no pytest."""

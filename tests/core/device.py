"""Imported first, MicroPython compiles what follows as a device has it: without line numbers, and without asserts.

A file that is being compiled already, the test's own, keeps its asserts.
"""

try:
    import micropython

    micropython.opt_level(3)
except ImportError:  # CPython
    pass

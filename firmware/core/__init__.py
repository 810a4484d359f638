"""The portable core: CPython 3.11 and MicroPython 1.24 and newer; no I/O, no clock, integers only."""

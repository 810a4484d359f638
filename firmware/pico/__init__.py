"""The Pico side of a board (MicroPython)."""

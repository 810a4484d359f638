"""The Raspberry Pi side of a board (also a desktop with the emulator)."""

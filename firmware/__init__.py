"""Everything that runs on a board: the portable core, the Raspberry Pi side, the Pico side."""

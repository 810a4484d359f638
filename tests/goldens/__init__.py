"""Golden frames, one character an ink (firmware.core.canvas), and the command that writes them."""

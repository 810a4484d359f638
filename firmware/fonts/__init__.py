"""The board's fonts: text sources of our own figures, the packed .wbf files, and the tool that makes them."""

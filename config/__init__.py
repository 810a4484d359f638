"""Configuration files: the reader that the bridge and the boards share, with a commented example of every file."""

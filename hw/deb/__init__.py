"""The Debian packages of the bridge and of the board: `make deb` (build.py). None of it is in the installed program."""

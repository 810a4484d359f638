"""The Debian packages of the bridge and of the board: `make deb` (build.py). Nothing here is in the installed program."""

"""The whole of a board's first days in emulation: `make test-boot` (root, some ten minutes, not in CI)."""

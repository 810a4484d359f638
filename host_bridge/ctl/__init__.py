"""wallboardctl: one module a command."""

"""Signing the log: its key, what was signed, key changes, declared forks, and the mail of checkpoints."""

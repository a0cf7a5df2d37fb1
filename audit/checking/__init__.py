"""Checking the log in the database against itself, its checkpoints and what its signer remembers."""

"""Proving what was done: an append-only Merkle log of events."""

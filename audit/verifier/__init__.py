"""Checking exports and proofs with the standard library alone: what is copied out with `verify.py`."""

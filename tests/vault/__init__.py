"""Vaults of each kind, against stand-ins over real HTTP."""

"""The kinds of vaults, over real sockets and without rows."""

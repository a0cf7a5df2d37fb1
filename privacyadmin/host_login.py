"""Who runs a command on this host."""

import getpass


def host_login() -> str:
    """The login on this host, for a request's own record; it proves nothing."""
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):
        return "unknown"

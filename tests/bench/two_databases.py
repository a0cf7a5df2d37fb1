"""A second database beside the first, so that rows without seals never stand in a log that is appended to."""

from pathlib import Path

from django.db import connections

PLAIN = "plain"
SEALED = "default"


def copy() -> None:
    """Copy the freshly migrated database, and reach the copy as `plain`."""
    connection = connections[SEALED]
    name = str(connections.settings[SEALED]["NAME"])
    if connection.vendor == "postgresql":
        # A database is copied only while nobody is connected to it.
        connection.close()
        connections.settings["maintenance"] = {**connections.settings[SEALED], "NAME": "template1"}
        with connections["maintenance"].cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{PLAIN}" TEMPLATE "{name}"')
        connections["maintenance"].close()
    else:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [_name_of_copy()])
    reach_copy()


def reach_copy() -> None:
    """Reach the copy as `plain`, also from another process than the one that made it."""
    connections.settings[PLAIN] = {**connections.settings[SEALED], "NAME": _name_of_copy()}


def _name_of_copy() -> str:
    if connections[SEALED].vendor == "postgresql":
        return PLAIN
    return str(Path(connections.settings[SEALED]["NAME"]).with_name(f"{PLAIN}.sqlite3"))

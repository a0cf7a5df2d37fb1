"""What must never be, kept by the database itself on SQLite and PostgreSQL: triggers beside the constraints.

Terminal is terminal, a payload never changes once filed, a date of receipt moves with a recorded correction
alone, an answer and its parts are final, a hold only ends, by the word of two who filed nothing that it
stops, and an override is decided once, by nobody who filed, asked or placed the hold. Like the log's triggers
these guard against our own mistakes; whoever owns the tables can lift them. SQLite loses them whenever Django
makes a table anew, and cannot rename one that a guard names: a migration that alters one of these tables
begins by running what `lifting` gives and ends with `InstallGuards()`.
"""

from erasure.guards.in_place import GUARDS, InstallGuards, check_guards, guards_missing, installing, lifting

__all__ = ["GUARDS", "InstallGuards", "check_guards", "guards_missing", "installing", "lifting"]

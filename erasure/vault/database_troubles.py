"""What an error of a database means for a delivery: told by its code, never by its text.

The text of an error may hold the very values that were to be written, or the name of a user; its code holds
nothing, and says more to whoever runs that database.
"""

import sqlite3
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, Error, IntegrityError, NotSupportedError, ProgrammingError
from django.utils.translation import gettext as _

from erasure.choices import DeliveryTrouble
from erasure.vault.message import NotDelivered

#: By the beginning of SQLSTATE (the SQL standard's classes, with PostgreSQL's own), the longest that fits.
BY_SQLSTATE: Mapping[str, DeliveryTrouble] = {
    "08": DeliveryTrouble.BROKEN,
    "22": DeliveryTrouble.REJECTED,
    "23": DeliveryTrouble.REJECTED,
    "25": DeliveryTrouble.SERVER_ERROR,
    "28": DeliveryTrouble.SIGN_IN,
    "3": DeliveryTrouble.MISCONFIGURED,
    "40": DeliveryTrouble.SERVER_ERROR,
    "42": DeliveryTrouble.MISCONFIGURED,
    "42501": DeliveryTrouble.SIGN_IN,
    "53": DeliveryTrouble.SERVER_ERROR,
    "55P03": DeliveryTrouble.TIMED_OUT,
    "57": DeliveryTrouble.BROKEN,
    "57014": DeliveryTrouble.TIMED_OUT,
    "57P03": DeliveryTrouble.SERVER_ERROR,
    "58": DeliveryTrouble.SERVER_ERROR,
    "XX": DeliveryTrouble.SERVER_ERROR,
}
#: SQLite's primary result codes.
BY_SQLITE_CODE: Mapping[int, DeliveryTrouble] = {
    sqlite3.SQLITE_BUSY: DeliveryTrouble.TIMED_OUT,
    sqlite3.SQLITE_LOCKED: DeliveryTrouble.TIMED_OUT,
    sqlite3.SQLITE_CANTOPEN: DeliveryTrouble.UNREACHABLE,
    sqlite3.SQLITE_PERM: DeliveryTrouble.SIGN_IN,
    sqlite3.SQLITE_READONLY: DeliveryTrouble.SIGN_IN,
    sqlite3.SQLITE_FULL: DeliveryTrouble.SERVER_ERROR,
    sqlite3.SQLITE_IOERR: DeliveryTrouble.SERVER_ERROR,
    sqlite3.SQLITE_CONSTRAINT: DeliveryTrouble.REJECTED,
    sqlite3.SQLITE_ERROR: DeliveryTrouble.MISCONFIGURED,
    sqlite3.SQLITE_NOTADB: DeliveryTrouble.MISCONFIGURED,
    sqlite3.SQLITE_CORRUPT: DeliveryTrouble.MISCONFIGURED,
}

#: What goes away only when somebody changes something.
TO_BE_PUT_RIGHT = frozenset(
    {DeliveryTrouble.SIGN_IN, DeliveryTrouble.MISCONFIGURED, DeliveryTrouble.REJECTED}
)


def trouble_of(error: Exception, *, while_connecting: bool = False, what: str = "") -> NotDelivered:
    """The trouble that an error means.

    `what` says in words what did not work, for troubles that somebody has to put right.
    """
    trouble = _by_code(error) or _by_kind(error, while_connecting=while_connecting)
    said = [what] if what and trouble in TO_BE_PUT_RIGHT else []
    return NotDelivered(trouble, said=" ".join([*said, *_code_words(error)]))


def _by_code(error: Exception) -> DeliveryTrouble | None:
    state = _sqlstate(error)
    fitting = [start for start in BY_SQLSTATE if state.startswith(start)]
    if fitting:
        return BY_SQLSTATE[max(fitting, key=len)]
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    # The lowest eight bits are the primary code, the others say more (sqlite.org, "Result and Error Codes").
    return None if code is None else BY_SQLITE_CODE.get(code & 0xFF)


def _by_kind(error: Exception, *, while_connecting: bool) -> DeliveryTrouble:
    if isinstance(error, ImproperlyConfigured | ProgrammingError | NotSupportedError):
        return DeliveryTrouble.MISCONFIGURED
    if isinstance(error, DataError | IntegrityError):
        return DeliveryTrouble.REJECTED
    if not while_connecting:
        return DeliveryTrouble.BROKEN
    if not isinstance(error, Error | OSError):
        # What a driver says of settings that it cannot read.
        return DeliveryTrouble.MISCONFIGURED
    # libpq gives no code for a connection that failed, but tells whether a password was asked for.
    tried = getattr(error.__cause__, "pgconn", None)
    if tried is not None and (tried.used_password or tried.needs_password):
        return DeliveryTrouble.SIGN_IN
    return DeliveryTrouble.UNREACHABLE


def _sqlstate(error: Exception) -> str:
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def _code_words(error: Exception) -> list[str]:
    code = getattr(error.__cause__, "sqlite_errorname", "")
    if state := _sqlstate(error):
        code = f"SQLSTATE {state}"
    return [_("The database says %(code)s.") % {"code": code}] if code else []

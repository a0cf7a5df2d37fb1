"""The `database` kind with an address: a table of its own in any database that Django can reach.

Each call has a connection of its own, which nothing else in Django knows: any thread can make it, no other
part can be handed it, and there is nothing to mend after the database was away.
"""

import contextlib
from collections.abc import Iterator
from uuid import uuid4

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.utils import timezone
from django.utils.translation import gettext as _

from erasure.choices import DeliveryTrouble
from erasure.vault import privacy_register
from erasure.vault.database_address import Places, read
from erasure.vault.database_troubles import trouble_of
from erasure.vault.hanging_up import HangingUp
from erasure.vault.message import Message, NotDelivered, Receipt

#: All that is done over one connection, from its making on. Longer than the server gives any one statement.
CALL_SECONDS = 20.0
_ALIAS = "vault"


class DatabaseVault:
    """Writes each message once into the table `privacy_register`; a repeat finds its row.

    Raises NotDelivered for an address that may not or cannot be connected to.
    """

    def __init__(self, url: str, places: Places, *, call_seconds: float = CALL_SECONDS) -> None:
        self._address = read(url, places)
        self._call_seconds = call_seconds
        self._has_table = False

    def deliver(self, message: Message) -> Receipt:
        """Write the row, and the table before it where there is none. Raises NotDelivered."""
        row = privacy_register.row_of(message)
        with self._connected() as connection:
            if not self._has_table:
                _make_table(connection)
                self._has_table = True
            made = privacy_register.keep(connection, row)
        return Receipt(already=not made)

    def test(self) -> Receipt:
        """Write a row, and take it back: nothing is left of it, nor of a table that was not there.

        Where making a table cannot be taken back (MySQL, Oracle), an empty one stays. Raises NotDelivered.
        """
        with self._connected() as connection:
            connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
            try:
                _make_table(connection)
                privacy_register.insert(connection, _trial_row())
            finally:
                connection.rollback()
        return Receipt(said=_("A row can be written to the table privacy_register."))

    def close(self) -> None:
        """Nothing is kept open."""

    @contextlib.contextmanager
    def _connected(self) -> Iterator[BaseDatabaseWrapper]:
        """A connection that is closed afterwards; whatever the database does meanwhile is NotDelivered."""
        connection = _made(self._address.checked())
        hanging_up = HangingUp(connection, self._call_seconds)
        try:
            with hanging_up:
                _connect(connection)
                yield connection
        except NotDelivered as told:
            trouble = told
        except (Error, OSError, ValueError) as error:
            self._has_table = False
            words = _("No row could be written to the table privacy_register.")
            trouble = trouble_of(error, what=words)
        else:
            return
        finally:
            with contextlib.suppress(Error):
                connection.close()
        if hanging_up.has_hung_up:
            trouble = NotDelivered(DeliveryTrouble.TIMED_OUT)
        # The driver's error, which may hold what was to be written, stays behind.
        raise trouble from None


def _made(settings: dict[str, object]) -> BaseDatabaseWrapper:
    """A connection that is not made yet, and is not among Django's own."""
    connection = ConnectionHandler({"default": {}, _ALIAS: settings}).create_connection(_ALIAS)
    # With DEBUG on, Django would write every value into the program's log.
    connection.make_debug_cursor = connection.make_cursor  # type: ignore[method-assign, assignment] # see above
    return connection


def _connect(connection: BaseDatabaseWrapper) -> None:
    try:
        connection.ensure_connection()
    except (Error, ImproperlyConfigured, OSError, TypeError, ValueError) as error:
        trouble = trouble_of(error, while_connecting=True)
    else:
        return
    if trouble.trouble == DeliveryTrouble.SIGN_IN and not trouble.said:
        words = _("The database did not accept the user or the password, or has no database of this name.")
        trouble = NotDelivered(trouble.trouble, said=words)
    raise trouble


def _make_table(connection: BaseDatabaseWrapper) -> None:
    try:
        privacy_register.make_if_missing(connection)
    except Error as error:
        words = _(
            "The table privacy_register is not there, and could not be made. Whoever runs the database can "
            "make it with the statement in docs/vaults.md."
        )
        trouble = trouble_of(error, what=words)
    else:
        return
    raise trouble


def _trial_row() -> privacy_register.RegisterRow:
    now = timezone.now()
    return privacy_register.RegisterRow(
        message_id=f"test_{uuid4().hex}",
        reference="TEST",
        status="TEST",
        type="TEST",
        timestamp=now,
        recorded_at=now,
    )

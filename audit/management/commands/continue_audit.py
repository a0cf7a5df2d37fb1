"""`manage.py continue_audit`: after a restored backup or a lost key, go on under a new name and say so."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from audit.signing import continuation
from audit.signing.signing_errors import SigningError
from audit.trail import AuditError

RESTORED_BACKUP, KEY_LOST = "restored_backup", "key_lost"
WORD = "continue"


class Command(BaseCommand):
    """Asks before it does anything, since a log that has ended does not begin again."""

    help = (
        "End the audit log and begin another one that names it: for a database that was restored from a "
        "backup, or a signing key that is lost. Stop web, workers and tick first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Why, and whether to ask."""
        parser.add_argument(
            "--reason", required=True, choices=[RESTORED_BACKUP, KEY_LOST], help="stands in the log for good"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_args: Any, reason: str, yes: bool, **_options: Any) -> None:
        """Raises CommandError when there is nothing to continue from, or it cannot be done."""
        try:
            if continuation.is_unfinished():
                self.stdout.write(f"{continuation.finish()} is signed: what was begun before is finished.")
                return
            self._refuse_or_ask(reason, ask=not yes)
            self._tell(continuation.continue_log(reason=reason, new_key=reason == KEY_LOST))
        except (continuation.ContinuationError, SigningError, ImproperlyConfigured, AuditError) as error:
            raise CommandError(str(error)) from error

    def _refuse_or_ask(self, reason: str, *, ask: bool) -> None:
        refusal = continuation.refusal()
        if not refusal and reason != KEY_LOST:
            raise CommandError(
                "There is nothing to continue from: the log is what was signed, and the signer signs it as "
                "it is. If the signing key is lost or in other hands, say --reason key_lost."
            )
        if refusal:
            self.stdout.write(f"The signer says: {refusal}\n")
        if ask:
            self._ask(reason)

    def _ask(self, reason: str) -> None:
        self.stdout.write(
            "This ends the audit log and begins another one under a new name. Its events stay and can still "
            "be checked and exported. Everybody who checks the log will see that it was continued, and why."
            + (
                " A new signing key is made, and the file of the old one, if there is one, is set aside."
                if reason == KEY_LOST
                else ""
            )
        )
        self.stdout.write(f"Type {WORD} to go on: ", ending="")
        self.stdout.flush()
        if sys.stdin.readline().strip() != WORD:
            raise CommandError("Nothing was done. (Without somebody who can answer, add --yes.)")

    def _tell(self, done: continuation.Continuation) -> None:
        self.stdout.write(
            f"{done.ended.origin} ended with {done.ended.size} events. The log goes on as {done.origin}.\n"
            "Tell everybody who checks it, and send them the new key:\n\n"
            f"  {done.vkey}\n\n"
            f"The first checkpoint of the new log:\n\n{done.checkpoint.note}"
        )

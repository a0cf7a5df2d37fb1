"""`manage.py rotate_audit_key`: a new key signs the audit log from here on."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from audit.signing import key_rotation
from audit.signing.signing_errors import SigningError
from audit.value_kinds import CODE


class Command(BaseCommand):
    """Can be run again after it was interrupted: it goes on where it was left."""

    help = (
        "Let a new key sign the audit log. Both keys sign one checkpoint, so that whoever trusts the old key "
        "can trust the new one; the old private key is destroyed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Why, as a code, since it stands in the log for good."""
        parser.add_argument(
            "--reason",
            default="scheduled",
            metavar="CODE",
            help="why, in one word that goes into the log: scheduled (default), compromised, …",
        )

    def handle(self, *_args: Any, reason: str, **_options: Any) -> None:
        """Raises CommandError when the log cannot be signed, or the reason is no code."""
        if not CODE.accepts(reason):
            raise CommandError(f"--reason must be {CODE.name}, such as scheduled or compromised.")
        if key_rotation.is_under_way():
            self.stdout.write("Going on with the change of key that was begun before.")
        try:
            rotation = key_rotation.hand_over(reason=reason)
            # Said before the last step: an interruption after it would leave nothing to go on with.
            self._tell(rotation)
            key_rotation.finish()
        except (SigningError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Done: {settings.AUDIT_KEY_FILE} holds the new key. Destroy every copy of the old one."
        )

    def _tell(self, rotation: key_rotation.KeyRotation) -> None:
        size = rotation.checkpoint.size
        self.stdout.write(
            f"The audit log has a new key. Tell everybody who checks it:\n\n"
            f"  the new key is          {rotation.vkey}\n"
            f"  the old key counts for  {rotation.previous} until={size}\n\n"
            f"Both lines belong into their vkey file. The checkpoint over {size} events, which both keys "
            f"signed, shows that the old key named the new one:\n\n{rotation.checkpoint.note}"
        )

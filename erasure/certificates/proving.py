"""Proofs to hand out: out of the log that the event stands in, under a checkpoint whose signature holds."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from audit.models import AuditCheckpoint, AuditPastEvent, LoggedEvent
from audit.proofs import ProofError, newest_over, proof_of
from audit.signing import checkpoints
from audit.verifier.proof_text import Proof
from audit.verifier.signed_note import Note, NoteError, signers, vkeys_of
from erasure.certificates.contents import CertificateRefused


def proof_under(event: LoggedEvent, present: AuditCheckpoint | None) -> Proof:
    """The event's proof: under `present`, or of a log that ended under its newest. Raises ProofError."""
    if isinstance(event, AuditPastEvent):
        return proof_of(event.seq, checkpoint=newest_over(event.seq, log=event.log))
    if present is None:
        raise ProofError(f"Event {event.seq} is not covered by a checkpoint of its log.")
    return proof_of(event.seq, checkpoint=present)


def checked_keys(notes: Iterable[Note]) -> str:
    """The vkey file of the logs of these notes. Raises CertificateRefused where one is not signed by them."""
    notes = list(notes)
    origins = dict.fromkeys(note.checkpoint.origin for note in notes)
    text = "".join(checkpoints.vkey_file(origin=origin) for origin in origins)
    try:
        keys = vkeys_of(text)
        is_signed = all(signers(note, keys) for note in notes)
    except NoteError as error:
        raise CertificateRefused(
            _(
                "The signature of the log’s checkpoint does not hold (%(error)s). Run `manage.py "
                "verify_audit`."
            )
            % {"error": error}
        ) from None
    if not is_signed:
        raise CertificateRefused(
            _(
                "The log’s checkpoint is not signed by any key that this log had. Run `manage.py "
                "verify_audit`."
            )
        )
    return text

"""Taking a certificate: a checkpoint that covers it, the event that it was taken, and only then the files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from audit.events import Event
from audit.log_format import LogFormatError
from audit.models import AuditCheckpoint, AuditPastEvent, LoggedEvent
from audit.proofs import ProofError, newest_over, proof_of
from audit.signing import checkpoints
from audit.signing.signing_errors import NoCheckpointError
from audit.trail import audited
from audit.verifier.proof_text import Proof
from audit.verifier.signed_note import Checkpoint, NoteError, signers, to_base64, vkeys_of
from erasure.certificates.contents import CertificateRefused, Contents, Copy, contents_of
from erasure.certificates.files import Proven, files_of, named, zipped
from erasure.models import PrivacyRequest
from erasure.stories import REPORT_ALONE


@dataclass(frozen=True)
class Certificate:
    """The files that were made, and the number of the event that says so."""

    reference: str
    copy: Copy
    files: Mapping[str, bytes]
    seq: int
    taken_at: datetime

    @property
    def name(self) -> str:
        """What folder and archive are called."""
        return f"{self.reference}-{'certificate' if self.copy is Copy.PERSON else 'audit-copy'}"

    def as_zip(self) -> bytes:
        """All files in one archive."""
        return zipped(self.files, folder=self.name, at=self.taken_at)


def take(request: PrivacyRequest, *, copy: Copy, by: Any, via: str) -> Certificate:
    """Make the files of this copy, put on record that `by` took it and by which way, and give the files.

    Whoever only looks at the report (`REPORT_ALONE`) has seen the identifier and has no proof in hand: that
    is on record too, and does not count as a certificate that was taken.

    Raises CertificateRefused where there is none to give, the log is not signed, or does not hold together.
    """
    contents, now = contents_of(request, copy=copy), timezone.now()
    try:
        present = _covering(contents)
        proven = named([(end, _proof(end.event, present)) for end in contents.proven])
        vkeys = _checked_keys(proven)
        files = files_of(contents, proven, vkeys=vkeys, issued_at=now)
    except NoCheckpointError as error:
        raise CertificateRefused(f"The log is not signed as far as this needs it. {error}") from None
    except (ProofError, LogFormatError) as error:
        raise CertificateRefused(str(error)) from None
    seq = _put_on_record(contents, proven[-1].note.checkpoint, by=by, via=via, now=now)
    return Certificate(request.reference, copy, files, seq, now)


def _covering(contents: Contents) -> AuditCheckpoint | None:
    """The checkpoint of the present log that covers what is needed of it; None where nothing of it is."""
    # The auditors' copy lists every entry, so its checkpoint has to cover them all.
    wanted = contents.events if contents.copy is Copy.AUDIT else [end.event for end in contents.proven]
    present = [event.seq for event in wanted if not isinstance(event, AuditPastEvent)]
    return checkpoints.covering(max(present) + 1) if present else None


def _proof(event: LoggedEvent, present: AuditCheckpoint | None) -> Proof:
    if isinstance(event, AuditPastEvent):
        return proof_of(event.seq, checkpoint=newest_over(event.seq, log=event.log))
    if present is None:
        raise ProofError(f"Event {event.seq} is not covered by a checkpoint of its log.")
    return proof_of(event.seq, checkpoint=present)


def _checked_keys(proven: Sequence[Proven]) -> str:
    """The vkey file of the logs that the proofs are from. Raises CertificateRefused for unsigned proofs."""
    origins = dict.fromkeys(one.note.checkpoint.origin for one in proven)
    text = "".join(checkpoints.vkey_file(origin=origin) for origin in origins)
    try:
        keys = vkeys_of(text)
        is_signed = all(signers(one.note, keys) for one in proven)
    except NoteError as error:
        raise CertificateRefused(
            f"The signature of the log’s checkpoint does not hold ({error}). Run `manage.py verify_audit`."
        ) from None
    if not is_signed:
        raise CertificateRefused(
            "The log’s checkpoint is not signed by any key that this log had. Run `manage.py verify_audit`."
        )
    return text


def _put_on_record(contents: Contents, told: Checkpoint, *, by: Any, via: str, now: datetime) -> int:
    request, is_persons = contents.request, contents.copy is Copy.PERSON
    with audited() as log:
        current = PrivacyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        if is_persons and current.shredded_at is not None:
            raise CertificateRefused(
                f"The identifiers of {request.reference} have just been shredded; nothing was handed out."
            )
        if is_persons and via != REPORT_ALONE and current.certified_at is None:
            PrivacyRequest.objects.filter(pk=request.pk).update(certified_at=now)
        entry = log.record(
            Event.REQUEST_CERTIFIED,
            actor=by.actor,
            obj=request.obj,
            data={
                "copy": contents.copy.value,
                "via": via,
                "submissions": [end.submission.number for end in contents.proven],
                "size": told.size,
                "root": to_base64(told.root),
            },
        )
    return entry.seq

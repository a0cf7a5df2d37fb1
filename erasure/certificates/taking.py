"""Taking a certificate: a checkpoint that covers it, the event that it was taken, and only then the files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from audit.events import Event
from audit.log_format import LogFormatError
from audit.models import AuditCheckpoint, AuditPastEvent
from audit.proofs import ProofError
from audit.signing import checkpoints
from audit.signing.signing_errors import NoCheckpointError
from audit.trail import audited
from audit.verifier.signed_note import Checkpoint, to_base64
from erasure.certificates.contents import CertificateRefused, Contents, Copy, contents_of
from erasure.certificates.files import files_of, named, zipped
from erasure.certificates.proving import checked_keys, proof_under
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
        proven = named([(end, proof_under(end.event, present)) for end in contents.proven])
        vkeys = checked_keys(one.note for one in proven)
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

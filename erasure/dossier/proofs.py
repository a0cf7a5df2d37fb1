"""The proofs of one request for whoever presents the identifier, and what opens them.

A certificate's opening is made from what is stored; after the first step of shredding only the salt of it is
left here, and the identifier that is presented is the other half.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from audit.history import history_of
from audit.log_format import LogFormatError
from audit.models import AuditCheckpoint
from audit.proofs import ProofError
from audit.verifier.proof_text import Proof
from audit.verifier.signed_note import Note
from erasure.asked import Identifier
from erasure.certificates import CertificateRefused
from erasure.certificates.contents import (
    EVERY,
    ProvenEnd,
    not_corrected,
    own_of,
    proven_end,
)
from erasure.certificates.files import named
from erasure.certificates.proving import checked_keys, proof_under
from erasure.choices import RequestType, SubmissionStatus
from erasure.dossier.presented import Presented
from erasure.dossier.reading import submissions_of
from erasure.models import PrivacyRequest, Submission

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProvenPart:
    """What one proof of a request shows, by the number of its submission; the names are paths in the ZIP."""

    number: int
    seq: int
    origin: str
    recorded_at: str
    records: int | None
    cxone_id: str
    categories: Sequence[str]
    proof_name: str
    #: Empty where the identifier was not presented, or the salt is shredded.
    opening_name: str


@dataclass
class Proofs:
    """The proofs as they are made, request by request; what of them is needed again is kept."""

    present: AuditCheckpoint
    presented: Presented = field(repr=False)
    #: What was proven, by the key of the request; one that the log could not prove has None.
    parts: dict[int, list[ProvenPart] | None] = field(default_factory=dict)
    #: The vkey file of each log that a proof is from.
    keys: dict[str, str] = field(default_factory=dict)
    _checked: set[str] = field(default_factory=set)

    def files(self, request: PrivacyRequest) -> Iterator[tuple[str, str]]:
        """The files of one request by name. A request that the log cannot prove has none, and is noted.

        Why not is for operators: it stands in the program's own log, not in what the person is handed.
        """
        try:
            proven = named([(end, self._proof(end)) for end in ends_of(request)])
        except (CertificateRefused, ProofError, LogFormatError) as error:
            logger.error(  # noqa: TRY400 - the words say all, and a traceback would not help who reads them.
                "dossier_lacks_proof", extra={"reference": request.reference, "error": str(error)}
            )
            self.parts[request.pk] = None
            return
        parts = self.parts[request.pk] = []
        for one in proven:
            opening = self._opening(one.end)
            proof_name = f"{request.reference}/{one.proof_name}"
            opening_name = f"{request.reference}/{one.opening_name}" if opening else ""
            parts.append(_part(one.end, one.proof, proof_name, opening_name))
            yield proof_name, one.proof.text()
            if opening is not None:
                yield opening_name, _opening_text(opening, request)

    def _proof(self, end: ProvenEnd) -> Proof:
        proof = proof_under(end.event, self.present)
        self._check(proof.note)
        return proof

    def _check(self, note: Note) -> None:
        """Once for each checkpoint: that a key of its log signed it."""
        if note.text() not in self._checked:
            self.keys[note.checkpoint.origin] = checked_keys([note])
            self._checked.add(note.text())

    def _opening(self, end: ProvenEnd) -> Identifier | None:
        request, row = end.submission.request, end.submission.identifier
        return self.presented.opening(row, salt=request.salt, sub=end.event.entry.get("sub"))


def provable(request: PrivacyRequest, submissions: Sequence[Submission]) -> list[Submission]:
    """Those of which CXone reported that an erasure was done, by what counts as the person’s identifier."""
    if request.type != RequestType.ERASURE:
        return []
    theirs = not_corrected(own_of(request, submissions), submissions)
    return [row for row in theirs if row.status == SubmissionStatus.COMPLETED]


def ends_of(request: PrivacyRequest) -> list[ProvenEnd]:
    """How those ended, by the log. Raises CertificateRefused and LogFormatError where the log is at odds."""
    done = provable(request, submissions_of(request))
    if not done:
        return []
    events = history_of(request.obj, most=EVERY).newest[::-1]
    return [proven_end(row, events) for row in done]


def openable(rows: Iterable[Submission], presented: Presented) -> list[Submission]:
    """Those whose proof what is presented can open, as far as can be told before the log is read."""
    return [row for row in rows if row.identifier_id in presented.by_row and row.request.salt is not None]


def count_provable(requests: Iterable[PrivacyRequest]) -> int:
    """How many proofs a dossier of these requests is to hold."""
    return sum(len(provable(request, submissions_of(request))) for request in requests)


def not_opened_words(request: PrivacyRequest, *, was_presented: bool) -> str:
    """Why a proof has no opening."""
    if request.salt is None:
        return _("What linked this proof to a person was shredded; it still shows what was recorded.")
    if was_presented:
        return _("The entry was not written for the identifier that was presented, so nothing opens it.")
    return _("It was sent under another identifier than was presented, so nothing here opens this proof.")


def _part(end: ProvenEnd, proof: Proof, proof_name: str, opening_name: str) -> ProvenPart:
    return ProvenPart(
        number=end.submission.number,
        seq=end.event.seq,
        origin=proof.note.checkpoint.origin,
        recorded_at=str(end.event.entry["ts"]),
        records=end.facts.get("records_deleted"),
        cxone_id=end.cxone_id,
        categories=end.facts.get("categories", end.submission.categories),
        proof_name=proof_name,
        opening_name=opening_name,
    )


def _opening_text(opening: Identifier, request: PrivacyRequest) -> str:
    """As in a certificate: the identifier, its kind, the salt of the request."""
    opened = {"ident": opening.value, "kind": opening.kind, "salt": request.salt}
    return json.dumps(opened, ensure_ascii=False, indent=2) + "\n"

"""The files of a certificate: the proofs, what opens them for the person, and a page that can be read."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from audit.models import AuditPastEvent, LoggedEvent
from audit.verifier.proof_text import Proof
from audit.verifier.signed_note import Note
from erasure.certificates import words
from erasure.certificates.contents import Contents, Copy, ProvenEnd
from erasure.models import Submission
from erasure.plain_words import categories_words

PROOF, OPENING, REPORT, VKEY, README = "proof.txt", "opening.json", "report.html", "vkey", "README.txt"
VKEY_REMARK = """\
# The verifier key of the audit log, for convenience. A key that comes with what it is to check shows nothing
# by itself: compare it with the one that was published or handed to you on another way.
"""


@dataclass(frozen=True)
class Proven:
    """An end with its proof, and the names of the files that hold proof and opening."""

    end: ProvenEnd
    proof: Proof
    proof_name: str
    opening_name: str

    @property
    def note(self) -> Note:
        """The signed checkpoint that the proof leads to."""
        return self.proof.note


def named(ends: Sequence[tuple[ProvenEnd, Proof]]) -> list[Proven]:
    """The first proof is `proof.txt`; further ones carry the number of their submission."""
    return [
        Proven(
            end,
            proof,
            proof_name=_numbered(PROOF, end, is_first=at == 0),
            opening_name=_numbered(OPENING, end, is_first=at == 0),
        )
        for at, (end, proof) in enumerate(ends)
    ]


def _numbered(name: str, end: ProvenEnd, *, is_first: bool) -> str:
    stem, _dot, ending = name.partition(".")
    return name if is_first else f"{stem}-{end.submission.number}.{ending}"


def files_of(
    contents: Contents, proven: Sequence[Proven], *, vkeys: str, issued_at: datetime
) -> dict[str, bytes]:
    """All files by name, in the order in which somebody would look at them."""
    is_persons = contents.copy is Copy.PERSON
    page = "person.html" if is_persons else "auditor.html"
    told = {
        "contents": contents,
        "request": contents.request,
        "organisation": settings.ORGANISATION,
        "issued_at": words.moment_words(issued_at),
        "zone": timezone.get_default_timezone_name(),
        "proven": [_told(one) for one in proven],
        "left": [_left(row, contents) for row in contents.not_covered],
        "anothers": words.anothers_words(contents),
        "kept": words.kept_words(contents),
        "checkpoints": list(dict.fromkeys(one.note.text() for one in proven)),
    }
    if not is_persons:
        told |= _told_to_auditors(contents)
    files: dict[str, str] = {}
    # Whoever takes it may sit in another zone; the times in it are the controller's.
    with timezone.override(timezone.get_default_timezone()):
        files[REPORT] = render_to_string(f"certificates/{page}", told)
    for one in proven:
        files[one.proof_name] = one.proof.text()
        if is_persons:
            files[one.opening_name] = _opening(one.end.submission)
    files[VKEY] = VKEY_REMARK + vkeys
    files[README] = render_to_string("certificates/readme.txt", {**told, "is_persons": is_persons})
    return {name: text.encode() for name, text in files.items()}


def zipped(files: Mapping[str, bytes], *, folder: str, at: datetime) -> bytes:
    """The files as one archive, in a folder of their own."""
    there = timezone.localtime(at, timezone.get_default_timezone())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", date_time=there.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, octets)
    return packed.getvalue()


def _opening(submission: Submission) -> str:
    """What links the `sub` of the event to the person: the identifier, its kind, the salt of the request."""
    opened = {
        "ident": submission.identifier.value,
        "kind": submission.identifier.kind,
        "salt": submission.request.salt,
    }
    return json.dumps(opened, ensure_ascii=False, indent=2) + "\n"


def _told(one: Proven) -> dict[str, Any]:
    end, submission = one.end, one.end.submission
    return {
        "number": submission.number,
        "identifier": submission.identifier.value,
        "masked": submission.identifier.masked,
        "kind": submission.identifier.get_kind_display(),
        "at": words.moment_words(end.recorded_at),
        "cxone_id": end.cxone_id,
        "categories": categories_words(end.facts.get("categories", submission.categories)),
        "count": len(end.facts.get("categories", submission.categories)),
        "scope": words.scope_words(end.facts.get("scope", submission.scope)),
        "counted": words.counted_words(end),
        "found_nothing": words.found_nothing(end),
        "seq": end.event.seq,
        "size": one.note.checkpoint.size,
        "origin": one.note.checkpoint.origin,
        "proof_name": one.proof_name,
        "opening_name": one.opening_name,
    }


def _left(submission: Submission, contents: Contents) -> dict[str, Any]:
    return {
        "number": submission.number,
        "categories": categories_words(submission.categories),
        "standing": words.standing_words(submission),
        "grounds": words.grounds_of(submission, contents),
    }


def _told_to_auditors(contents: Contents) -> dict[str, Any]:
    rows = [*(end.submission for end in contents.proven), *contents.not_covered]
    return {
        "submissions": [_submission(row) for row in sorted(rows, key=lambda row: row.number)],
        "entries": [_entry(event) for event in contents.events],
        "holds": sorted(contents.holds.values(), key=lambda hold: hold.code),
        "overrides": contents.overrides,
    }


def _submission(row: Submission) -> dict[str, Any]:
    return {
        "row": row,
        "categories": categories_words(row.categories),
        "scope": words.scope_words(row.scope),
    }


def _entry(event: LoggedEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "log": event.log.origin if isinstance(event, AuditPastEvent) else "",
        "at": event.occurred_at,
        "words": event.words,
        "who": event.actor,
        "result": event.result,
        "leaf": bytes(event.leaf).hex(),
    }

"""The files of a dossier, piece by piece: one request at a time is in memory, however many there are.

The proofs come first, since both accounts of the requests name them; then the accounts, and what it takes to
check them. A piece is made whole before it is given: language and zone are those of the dossier only while it
is made.
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone, translation

from audit import verifier_file
from audit.export.files import File
from audit.models import AuditCheckpoint
from erasure.certificates.files import README, VKEY, VKEY_REMARK
from erasure.certificates.words import moment_words
from erasure.choices import IdentifierKind
from erasure.dossier.presented import Presented
from erasure.dossier.proofs import Proofs
from erasure.dossier.reading import requests_of
from erasure.dossier.told import Facts, told_of
from erasure.models import PrivacyRequest

PAGE, DATA = "dossier.html", "dossier.json"
FORMAT = "privacyadmin-dossier/1"
#: Where the requests stand in the page; the page is cut there.
HERE = "<!-- requests -->"
#: So many requests are read at once.
AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class Making:
    """What all files of one dossier are made from."""

    presented: Presented
    keys: tuple[int, ...]
    checkpoint: AuditCheckpoint
    language: str
    folder: str
    made_at: datetime

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """The language of the dossier, and the controller's zone, wherever the one who takes it sits."""
        with (
            translation.override(self.language),
            timezone.override(timezone.get_default_timezone()),
        ):
            yield

    def requests(self) -> Iterator[PrivacyRequest]:
        """The requests in their order, some at a time."""
        for start in range(0, len(self.keys), AT_ONCE):
            yield from requests_of(self.presented).filter(pk__in=self.keys[start : start + AT_ONCE])


def files_of(making: Making) -> Iterator[File]:
    """All files, in the order in which they are made."""
    proofs = Proofs(making.checkpoint, making.presented)
    for name, content in _contents(making, proofs):
        yield File(f"{making.folder}/{name}", content)


def _contents(making: Making, proofs: Proofs) -> Iterator[tuple[str, Iterator[bytes]]]:
    for request in making.requests():
        for name, text in proofs.files(request):
            yield name, _whole(text)
    yield DATA, _data(making, proofs)
    yield PAGE, _page(making, proofs)
    if proofs.keys:
        yield VKEY, _whole(VKEY_REMARK + "".join(proofs.keys.values()))
    yield verifier_file.NAME, _verifier()
    yield README, _whole(_readme(making, proofs))


def _whole(text: str) -> Iterator[bytes]:
    yield text.encode()


def _verifier() -> Iterator[bytes]:
    built = io.BytesIO()
    verifier_file.build(built)
    yield built.getvalue()


def _told(making: Making, proofs: Proofs, request: PrivacyRequest) -> Facts:
    return told_of(request, presented=making.presented, proven=proofs.parts[request.pk])


def _data(making: Making, proofs: Proofs) -> Iterator[bytes]:
    with making.spoken():
        head = _json(_head(making))
    yield head.removesuffix("}").encode() + b', "requests": [\n'
    for at, request in enumerate(making.requests()):
        with making.spoken():
            text = _json(_told(making, proofs, request))
        yield (",\n" if at else "").encode() + text.encode()
    yield b"\n]}\n"


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False)


def _head(making: Making) -> Facts:
    return {
        "format": FORMAT,
        "organisation": settings.ORGANISATION,
        "made_at": making.made_at,
        "zone": timezone.get_default_timezone_name(),
        "language": making.language,
        "presented": [{"kind": one.kind, "value": one.value} for one in making.presented.identifiers],
        "log_entries_signed": making.checkpoint.size,
    }


def _page(making: Making, proofs: Proofs) -> Iterator[bytes]:
    head, foot = _frame(making)
    yield head.encode()
    for request in making.requests():
        with making.spoken():
            told = _told(making, proofs, request)
            text = render_to_string("dossier/request.html", {"told": told})
        yield text.encode()
    yield foot.encode()


def _frame(making: Making) -> tuple[str, str]:
    with making.spoken():
        presented = [(one.value, IdentifierKind(one.kind).label) for one in making.presented.identifiers]
        told = {
            "organisation": settings.ORGANISATION,
            "presented": presented,
            "count": len(making.keys),
            "issued_at": moment_words(making.made_at),
            "zone": timezone.get_default_timezone_name(),
            "here": HERE,
        }
        head, _here, foot = render_to_string("dossier/page.html", told).partition(HERE)
    return head, foot


def _readme(making: Making, proofs: Proofs) -> str:
    proven = [part for parts in proofs.parts.values() for part in parts or ()]
    example = next((part for part in proven if part.opening_name), next(iter(proven), None))
    with making.spoken():
        told = {
            "issued_at": moment_words(making.made_at),
            "verifier": verifier_file.NAME,
            "example": example,
            "count": len(proven),
        }
        return render_to_string("dossier/readme.txt", told).strip() + "\n"

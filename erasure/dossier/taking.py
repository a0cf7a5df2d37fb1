"""Taking a dossier: the log is signed, and that it leaves is on record before a byte of it does."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.events import Event
from audit.export import source
from audit.export.allowance import Allowance
from audit.export.zip_stream import READABLE_BY_OWNER, zipped
from audit.models import AuditCheckpoint
from audit.signing.signing_errors import SigningError
from audit.trail import audited
from audit.words import numbered
from erasure.dossier.files import Making, files_of
from erasure.dossier.presented import DossierRefused, Presented
from erasure.dossier.proofs import count_provable
from erasure.dossier.reading import requests_of


class TooManyDossiers(DossierRefused):
    """This person took as many dossiers as an hour allows. `seconds` says when the next one may be taken."""

    def __init__(self, seconds: float) -> None:
        self.seconds = math.ceil(seconds)
        minutes = math.ceil(seconds / 60)
        super().__init__(
            ngettext(
                "You have taken as many dossiers as one person may within an hour (%(most)s). The next one "
                "is possible in %(minutes)s minute.",
                "You have taken as many dossiers as one person may within an hour (%(most)s). The next one "
                "is possible in %(minutes)s minutes.",
                minutes,
            )
            % {"most": numbered(settings.DOSSIERS_PER_HOUR), "minutes": minutes}
        )


@dataclass(frozen=True)
class Dossier:
    """A dossier that is on record as taken; its bytes are made while they are sent."""

    making: Making
    #: The number of the event that says so.
    seq: int

    @property
    def name(self) -> str:
        """The name of the archive: by the event, since a name of the person would stand in it otherwise."""
        return f"{self.making.folder}.zip"

    def as_zip(self) -> Iterator[bytes]:
        """The archive in pieces."""
        return zipped(files_of(self.making), modified=self.making.made_at, permissions=READABLE_BY_OWNER)


def begin(presented: Presented, *, by: Any, language: str) -> Dossier:
    """Put on record that `by` takes the dossier, and give it. Only then may bytes be sent.

    Raises DossierRefused where the log cannot be signed, and TooManyDossiers.
    """
    checkpoint = _signed()
    requests = requests_of(presented)
    keys = tuple(requests.values_list("pk", flat=True))
    proofs = count_provable(requests.iterator(chunk_size=100))
    allowance = Allowance(act=Event.DOSSIER_TAKEN, most=settings.DOSSIERS_PER_HOUR)
    with audited() as log:
        wait = allowance.seconds_until_allowed(by)
        if not wait or not allowance.was_told(by):
            entry = log.record(
                Event.DOSSIER_TAKEN,
                actor=by.actor,
                obj=f"subject:{presented.subject}",
                data={"requests": len(keys), "proofs": 0 if wait else proofs},
                res="denied" if wait else "ok",
            )
    if wait:
        raise TooManyDossiers(wait)
    making = Making(
        presented=presented,
        keys=keys,
        checkpoint=checkpoint,
        language=language,
        folder=f"dossier-{entry.seq}",
        made_at=timezone.now(),
    )
    return Dossier(making, entry.seq)


def _signed() -> AuditCheckpoint:
    try:
        return source.present().checkpoint()
    except SigningError as error:
        raise DossierRefused(
            _("The log is not signed as far as the proofs need it. %(error)s") % {"error": error}
        ) from None

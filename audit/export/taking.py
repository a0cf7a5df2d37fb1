"""An export begins: the log is signed, and that it leaves is written into it before a byte does."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.events import Event
from audit.export.allowance import Allowance
from audit.export.frontier import frontier_at
from audit.export.source import ExportRefusedError, Source
from audit.log_format import Frontier
from audit.models import AuditCheckpoint
from audit.trail import audited
from audit.verifier.signed_note import to_base64
from audit.words import numbered


class Form(StrEnum):
    """What the log is taken away as; the word that its event carries."""

    JSONL = "jsonl"
    CSV = "csv"
    ZIP = "zip"


class TooManyExportsError(ExportRefusedError):
    """This person took as many exports as an hour allows. `seconds` says when the next one may be taken."""

    def __init__(self, seconds: float) -> None:
        self.seconds = math.ceil(seconds)
        minutes = math.ceil(seconds / 60)
        super().__init__(
            ngettext(
                "You have taken as many exports as one person may within an hour. "
                "The next one is possible in %(minutes)s minute.",
                "You have taken as many exports as one person may within an hour. "
                "The next one is possible in %(minutes)s minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )


@dataclass(frozen=True)
class Export:
    """What leaves: the events `first` to `checkpoint.size - 1` of one log, and what they are checked with.

    `number` is the event that tells of it, always behind what it exports: see `begin`.
    """

    source: Source
    first: int
    checkpoint: AuditCheckpoint
    frontier: Frontier
    number: int

    @property
    def size(self) -> int:
        """How many events the log had when it was signed: one more than the last number that leaves."""
        return self.checkpoint.size


# The checkpoint is signed first and the event written second, so that the event can name exactly what left:
# the root of an export's own checkpoint cannot stand in an event that the same checkpoint covers. Whoever
# rewrites the log later would also have to explain an event that names a root which no longer comes out. The
# export does not hold its own event therefore; README.txt tells its number, and the next export has it.
def begin(source: Source, *, form: Form, via: str, first: int = 0, person: Any = None) -> Export:
    """Sign, say in the log what leaves, and give it. The caller sends bytes only after this has returned.

    `via` is the way it is taken (`page`, `command`). A `person` is held to what an hour allows; without one
    the program itself acts. Raises TooManyExportsError, ExportRefusedError for a `first` at which no event
    stands or before which the log is damaged, and SigningError or ImproperlyConfigured when the log cannot be
    signed.
    """
    checkpoint = source.checkpoint()
    _refuse_beyond(first, checkpoint.size)
    frontier = frontier_at(first, checkpoint=checkpoint, stored=source.stored)
    allowance = Allowance(
        act=Event.AUDIT_EXPORTED, most=settings.AUDIT_EXPORTS_PER_HOUR, using=source.stored.using
    )
    with audited(using=source.stored.using) as trail:
        wait = allowance.seconds_until_allowed(person) if person else 0
        if not wait or not allowance.was_told(person):
            entry = trail.record(
                Event.AUDIT_EXPORTED,
                actor=person.actor if person else "sys",
                obj=f"log:{source.log}",
                data={
                    "form": form.value,
                    "via": via,
                    "first": first,
                    "size": checkpoint.size,
                    "root": to_base64(bytes(checkpoint.root)),
                },
                res="denied" if wait else "ok",
            )
    if wait:
        raise TooManyExportsError(wait)
    return Export(source, first, checkpoint, frontier, entry.seq)


def _refuse_beyond(first: int, size: int) -> None:
    if not 0 <= first < size:
        raise ExportRefusedError(
            _(
                "The log has %(size)s events, numbered 0 to %(size_2)s. There is no event %(first)s to begin "
                "with."
            )
            % {"size": numbered(size), "size_2": numbered(size - 1), "first": numbered(first)}
        )

"""Writing another text in place of the program's own, and putting the own one back; each is on record."""

from datetime import datetime
from typing import Any

from audit.events import Event
from audit.trail import Trail
from erasure.letters.placeholders import why_not_placeholders
from erasure.letters.wording import Text
from erasure.lifecycle import MoveRefused
from erasure.models import LetterText


def write(
    log: Trail, text: Text, *, kind: str, regulation: str, language: str, by: Any, now: datetime
) -> LetterText:
    """Have this text from now on. Raises MoveRefused where something in braces is not known."""
    if refusal := why_not_placeholders(f"{text.subject}\n{text.body}", kind):
        raise MoveRefused(refusal)
    row, _made = LetterText.objects.update_or_create(
        kind=kind,
        regulation=regulation,
        language=language,
        defaults={"subject": text.subject, "body": text.body, "edited_by": by, "edited_at": now},
    )
    _note(log, by=by, kind=kind, regulation=regulation, language=language, act="written")
    return row


def put_back(log: Trail, *, kind: str, regulation: str, language: str, by: Any) -> bool:
    """Have the program's own text again; whether there was another one."""
    gone, _rows = LetterText.objects.filter(kind=kind, regulation=regulation, language=language).delete()
    if gone:
        _note(log, by=by, kind=kind, regulation=regulation, language=language, act="put_back")
    return bool(gone)


def _note(log: Trail, *, by: Any, kind: str, regulation: str, language: str, act: str) -> None:
    log.record(
        Event.LETTER_EDITED,
        actor=by.actor,
        obj=obj_of(kind, regulation, language),
        data={"kind": kind, "regulation": regulation or None, "language": language, "act": act},
    )


def obj_of(kind: str, regulation: str, language: str) -> str:
    """The name of a text in the audit log, such as `letter:partly-done-any-en`."""
    return f"letter:{kind.replace('_', '-')}-{regulation or 'any'}-{language}"

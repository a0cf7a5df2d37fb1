"""The recorded answer as the request's page shows it: part by part, with grounds, and how late."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from erasure.choices import LateReason, Outcome
from erasure.models import PrivacyRequest
from erasure.plain_words import categories_words
from erasure.refusal_grounds import refusal_ground


@dataclass(frozen=True, kw_only=True)
class PartShown:
    """What was told about one part."""

    heading: str
    about: str
    outcome: str
    ground: str


def answer_shown(request: PrivacyRequest) -> dict[str, Any]:
    """For the template `erasure/request_answer.html`."""
    if request.answered_on is None:
        return {"answer_parts": [], "days_late": 0}
    rows = request.answer_parts.select_related("submission")
    parts = sorted(rows, key=lambda part: part.submission.number if part.submission else 0)
    refuses = any(part.outcome == Outcome.REFUSED for part in parts)
    due = request.first_due_on if refuses else request.due_on
    late = request.late_reason
    return {
        "answer_parts": [
            PartShown(
                heading=_("Submission %(number)d") % {"number": part.submission.number}
                if part.submission
                else _("The request as a whole"),
                about=categories_words(part.submission.categories) if part.submission else "",
                outcome=part.outcome,
                ground=_ground(request, part.ground),
            )
            for part in parts
        ],
        "answer_was_due": due,
        "days_late": max(0, (request.answered_on - due).days),
        "late_reason": LateReason(late).label if late in LateReason.values else "",
    }


def _ground(request: PrivacyRequest, code: str) -> str:
    ground = refusal_ground(request.regulation, code) if code else None
    return f"{ground.label} ({ground.source})" if ground else code

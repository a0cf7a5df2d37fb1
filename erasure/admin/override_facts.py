"""What the pages of overrides show of a question: the submission, the holds in its way, how it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erasure import holds, overrides
from erasure.choices import OVERRIDE_LOOKS, REVOKED_LOOK, Look, OverrideDecision, SubmissionStatus
from erasure.models import LegalHold, Override, PrivacyRequest, Submission
from erasure.plain_words import categories_words, count_words, duration_words

#: Who may read what was written for the decision; free text may name the person, which auditors do not see.
READ_WORDS = ("erasure.ask_override", "erasure.decide_override")
#: What is shown of an override besides its own row.
RELATED = (
    "submission__request__subject",
    "submission__identifier",
    "asked_by",
    "filed_by",
    "decided_by",
    "revoked_by",
)


@dataclass(frozen=True)
class HoldInTheWay:
    """A hold as the page shows it; `matter` is empty for those who may not read it."""

    code: str
    hold: LegalHold | None
    covers: str
    matter: str


def override_or_404(pk: int) -> Override:
    """The override with this key, with what its page shows."""
    return get_object_or_404(Override.objects.select_related(*RELATED), pk=pk)


def shown(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """One of these pages, within the frame that all pages have."""
    return render(request, f"erasure/{name}.html", {**admin.site.each_context(request), **context})


def about(request: HttpRequest, submission: Submission, codes: Sequence[str]) -> dict[str, Any]:
    """What the pages show of the submission, and of the holds in its way."""
    others = PrivacyRequest.objects.filter(subject=submission.request.subject_id).exclude(
        pk=submission.request_id
    )
    return {
        "submission": submission,
        "about": submission.request,
        "categories": categories_words(submission.categories),
        "holds_in_the_way": _holds(codes, with_matter=request.user.has_perm("erasure.place_hold")),
        "other_requests": others.count(),
        "other_open": others.filter(outcome="").count(),
    }


def newer_holds(override: Override, in_force: Iterable[LegalHold]) -> list[str]:
    """Those of the holds that came after the question was asked: an approval does not reach them."""
    if override.decision:
        return []
    met = holds.stopping(in_force, override.submission)
    return [hold.code for hold in met if hold.code not in override.holds]


def kept_words(codes: Sequence[str]) -> str:
    """Why an approval lets nothing go: of the holds that came after the question."""
    return ngettext(
        "%(codes)s came after the question, and the approval does not reach it: the officer has to ask anew.",
        "%(codes)s came after the question, and the approval does not reach them: the officer has to ask "
        "anew.",
        len(codes),
    ) % {"codes": ", ".join(codes)}


def look_of(override: Override) -> Look | None:
    """How its standing is drawn; None while nobody has decided."""
    if override.revoked_at:
        return REVOKED_LOOK
    return OVERRIDE_LOOKS[OverrideDecision(override.decision)] if override.decision else None


def void_words(override: Override, now: datetime) -> str:
    """Why an approval that was neither used nor taken back lets nothing go; empty while it would."""
    submission = override.submission
    if override.decision != OverrideDecision.APPROVED or override.used_at or override.revoked_at:
        return ""
    if submission.status == SubmissionStatus.BLOCKED:
        unnamed = [code for code in submission.held_by if code not in override.holds]
        if unnamed:
            return _("It does not reach %(unnamed)s, which came later: %(submission)s waits again.") % {
                "unnamed": ", ".join(unnamed),
                "submission": submission,
            }
    if override.expires_at <= now:
        return _("It was not used in time, so it lets nothing go any more.")
    return ""


def refused_by_denial(override: Override, now: datetime) -> tuple[str, str]:
    """What a denial refuses and what goes all the same, in words.

    The second is empty where nothing goes: all is held, or another hold has come to the rest since.
    """
    held, _codes = overrides.questioned_part(override, now=now)
    rest = [category for category in override.submission.categories if category not in held]
    goes = [] if overrides.holding(override, rest, now=now) else rest
    return categories_words(held), categories_words(goes)


def in_groups(digest: str) -> str:
    """The digest as people compare it: four lines of four groups of four."""
    groups = [digest[start : start + 4] for start in range(0, len(digest), 4)]
    return "\n".join(" ".join(groups[start : start + 4]) for start in range(0, len(groups), 4))


def send_delay_words() -> str:
    """How long an approval can still be taken back, in words; empty when it goes out at once."""
    minutes, seconds = divmod(settings.SEND_DELAY_SECONDS, 60)
    if not seconds:
        return count_words(minutes, "minute") if minutes else ""
    return duration_words(settings.SEND_DELAY_SECONDS * 1000)


def _holds(codes: Sequence[str], *, with_matter: bool) -> list[HoldInTheWay]:
    """The holds by their codes; a code without a row is a rule of the policy that stopped it at the gate."""
    known = {hold.code: hold for hold in LegalHold.objects.filter(code__in=codes).select_related("placed_by")}
    return [_hold(code, known.get(code), with_matter=with_matter) for code in codes]


def _hold(code: str, hold: LegalHold | None, *, with_matter: bool) -> HoldInTheWay:
    if hold is None:
        return HoldInTheWay(code, None, "", "")
    what = hold.get_category_display() if hold.category else _("Everything")
    whose = _("this person") if hold.subject_id else _("everybody")
    return HoldInTheWay(code, hold, f"{what}, {whose}", (hold.matter or "") if with_matter else "")

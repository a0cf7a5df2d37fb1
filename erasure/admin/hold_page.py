"""The page of one legal hold: what it stops, what it would let go, what it came too late for, its release."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from erasure import holds, releasing
from erasure.admin.access import page
from erasure.admin.hold_history import history_of_hold
from erasure.admin.hold_let_go import let_go_by
from erasure.admin.hold_list import PLACE_HOLD
from erasure.admin.hold_words import HoldLine, line_of
from erasure.choices import RELEASE_LOOKS, HoldState, Look, ReleaseDecision
from erasure.departures import HAS_LEFT, SHOWN
from erasure.forms.releasing_hold import ProposalForm, ReleaseForm
from erasure.models import HoldRelease, LegalHold, Submission
from erasure.models.subjects import in_order
from erasure.plain_words import categories_words, clock_words

MOST_STOPPED = 20
MOST_LATE = 20
MOST_PROPOSALS = 20


@dataclass(frozen=True)
class Stopped:
    """One submission that waits because of the hold, and the codes of what else holds it."""

    submission: Submission
    categories: str
    others: str
    goes: bool


@dataclass(frozen=True)
class Effect:
    """What the hold stops: how many, the most pressing of them, and how many its release would let go."""

    count: int
    shown: Sequence[Stopped]
    lets_go: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)

    @property
    def stays(self) -> int:
        """How many something else would still hold."""
        return self.count - self.lets_go


@dataclass(frozen=True)
class Late:
    """What had left when the hold came: the submission, and when it was sent, in words."""

    submission: Submission
    sent: str


@dataclass(frozen=True)
class Proposal:
    """A release that was proposed and is over, with how it looks."""

    release: HoldRelease
    look: Look


@page(PLACE_HOLD)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of the hold with this number."""
    return rendered_hold(request, hold_or_404(pk))


def hold_or_404(pk: int) -> LegalHold:
    """The hold with this number, with what its page shows of people."""
    about = LegalHold.objects.select_related("placed_by").prefetch_related("subject__identifiers")
    return get_object_or_404(about, pk=pk)


def rendered_hold(
    request: HttpRequest,
    hold: LegalHold,
    *,
    proposal: ProposalForm | None = None,
    decision: ReleaseForm | None = None,
) -> HttpResponse:
    """The hold's page; with a form that came back, what has to be put right in it."""
    now = timezone.now()
    line = line_of(hold, now=now)
    context = {
        "title": _("Legal hold %(code)s") % {"code": hold.code},
        "hold": hold,
        "line": line,
        "identifiers": in_order(hold.subject.identifiers.all()) if hold.subject else [],
        "effect": effect_of(hold, now=now) if line.state in {HoldState.IN_FORCE, HoldState.AHEAD} else None,
        "let_go": let_go_by(hold),
        **_late(hold),
        "timeline": history_of_hold(hold),
        "may": {"see_log": request.user.has_perm("audit.view_auditevent")},
        **_release(request.user, hold, line, now=now),
        "proposal_form": proposal or ProposalForm(),
        "decision_form": decision or ReleaseForm(),
    }
    return render(request, "erasure/hold_page.html", {**admin.site.each_context(request), **context})


def effect_of(hold: LegalHold, *, now: datetime) -> Effect:
    """What the hold stops, and what of it would go if it were released now."""
    rows = releasing.stopped(hold)
    going = releasing.lets_go(hold, now=now)
    shown = [_stopped(row, hold.code, going) for row in rows[:MOST_STOPPED]]
    return Effect(count=rows.count(), shown=shown, lets_go=len(going))


def _stopped(row: Submission, code_here: str, going: Collection[int]) -> Stopped:
    others = _others(code for code in row.held_by if code != code_here)
    return Stopped(row, categories_words(row.categories), others, goes=row.pk in going)


def _others(codes: Iterable[str]) -> str:
    others = list(codes)
    return (
        _("the rules no longer allow this payload") if any(map(holds.is_rule, others)) else ", ".join(others)
    )


def _late(hold: LegalHold) -> dict[str, Any]:
    """What had left, the latest sending first, and what turned out not to have been taken."""
    noted = Submission.objects.filter(late_holds__hold=hold)
    noted = noted.select_related("request").only(*SHOWN)
    gone, back = noted.filter(HAS_LEFT), noted.exclude(HAS_LEFT)
    return {
        "late": [late_words(submission) for submission in gone.order_by("-first_sent_at", "-pk")[:MOST_LATE]],
        "late_more": max(0, gone.count() - MOST_LATE),
        "not_taken": back.order_by("-pk")[:MOST_LATE],
        "not_taken_more": max(0, back.count() - MOST_LATE),
    }


def late_words(submission: Submission) -> Late:
    """One that had left, with the moment of its sending."""
    return Late(
        submission,
        _("sent %(clock)s") % {"clock": clock_words(submission.first_sent_at or submission.filed_at)},
    )


def _release(user: Any, hold: LegalHold, line: HoldLine, *, now: datetime) -> dict[str, Any]:
    """The proposal that waits, or whether one can be made, and by whom not; and those that are over."""
    waiting = releasing.open_proposal(hold, now=now)
    facts: dict[str, Any] = {"waiting": waiting, "proposals": _over(hold)}
    if waiting:
        waiting.hold = hold
        return {
            **facts,
            "is_mine": waiting.asked_by_id == user.pk,
            "why_not": releasing.why_not_decide(waiting, user, now=now),
            "why_not_release": str(releasing.bar_approving(waiting) or ""),
            "who_can": [person.shown_name for person in releasing.who_can_decide(waiting)],
        }
    if line.state in {HoldState.IN_FORCE, HoldState.AHEAD}:
        facts["why_not"] = releasing.why_not_ask(hold, user, now=now)
    return facts


def _over(hold: LegalHold) -> list[Proposal]:
    decided: QuerySet[HoldRelease] = hold.releases.exclude(decision="")
    rows = decided.select_related("asked_by", "decided_by").order_by("-asked_at")[:MOST_PROPOSALS]
    return [Proposal(row, RELEASE_LOOKS[ReleaseDecision(row.decision)]) for row in rows]


urls: list[URLPattern] = [path("holds/<int:pk>/", show, name="hold_page")]

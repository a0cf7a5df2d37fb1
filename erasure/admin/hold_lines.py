"""What a submission's card says of holds: those in its way, those that came too late, what could go in spite
of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from erasure import departures, holds
from erasure.choices import HoldKind, SubmissionStatus
from erasure.models import LateHold, LegalHold, PrivacyRequest, Submission
from erasure.plain_words import categories_words, clock_words, uncapitalised

UNFIT = _lazy("the rules no longer allow this payload; stop it and register it anew")


@dataclass(frozen=True)
class HoldOnCard:
    """What keeps a submission here, as officers may read it; `came` says of one that came after the filing
    who placed it and when.
    """

    code: str
    ground: str
    came: str = ""


@dataclass(frozen=True)
class Rest:
    """The categories of a held submission that nothing holds, and those that have to wait, in words."""

    goes: str
    waits: str


@dataclass(frozen=True)
class HoldsOf:
    """The holds that the cards of one request need, read at once."""

    named: Mapping[str, LegalHold]
    in_force: Sequence[LegalHold]
    late: Mapping[int, Sequence[str]]
    #: Of holds that came while it was on its way, and that CXone turned out not to have taken.
    not_taken: Mapping[int, Sequence[str]]

    @classmethod
    def of(cls, request: PrivacyRequest, submissions: Iterable[Submission], *, now: datetime) -> "HoldsOf":
        """Those of this request; without a held submission nothing but the late ones is asked for."""
        held = [row for row in submissions if row.status == SubmissionStatus.BLOCKED]
        people = {person for row in held for person in holds.people_of(row)}
        in_force = holds.active(now, on=people) if held else ()
        codes = {code for row in held for code in holds.in_the_way(row, in_force)}
        known = LegalHold.objects.filter(code__in=codes).select_related("placed_by") if codes else ()
        late, not_taken = _late(request)
        return cls({hold.code: hold for hold in known}, in_force, late, not_taken)

    def lines(self, submission: Submission, *, first_filed_at: datetime) -> list[HoldOnCard]:
        """A line for each hold that keeps it here; empty for what is not held."""
        if submission.status != SubmissionStatus.BLOCKED:
            return []
        codes = holds.in_the_way(submission, self.in_force)
        return [self._line(code, first_filed_at) for code in codes]

    def rest(self, submission: Submission) -> Rest | None:
        """What of a held submission could go by itself; None where there is nothing, or it all goes soon."""
        if submission.status != SubmissionStatus.BLOCKED or submission.request.is_answered:
            return None
        held, _codes = holds.held_part(submission, self.in_force)
        rest = [category for category in submission.categories if category not in held]
        return Rest(categories_words(rest), categories_words(held)) if held and rest else None

    def _line(self, code: str, first_filed_at: datetime) -> HoldOnCard:
        hold = self.named.get(code)
        if hold is None:
            return HoldOnCard("", str(UNFIT))
        came = _began(hold) if max(hold.placed_at, hold.valid_from) > first_filed_at else ""
        return HoldOnCard(code, f"{hold.ground} ({uncapitalised(HoldKind(hold.kind).label)})", came)


def since_words(lines: Sequence[HoldOnCard], filed_at: datetime, *, was_free: bool) -> str:
    """Since when a submission waits: since it was filed, or since somebody placed a hold.

    Of what an approval had freed meanwhile, and of what a rule stopped, the page says it in other words.
    """
    came = "; ".join(line.came for line in lines if line.came)
    if any(line.code and not line.came for line in lines) and not was_free:
        filed = clock_words(filed_at)
        if not came:
            return _("Held since it was filed %(filed)s.") % {"filed": filed}
        return _("Held since it was filed %(filed)s. %(came)s, too.") % {"filed": filed, "came": came}
    return _("%(came)s, after this was filed and before it was sent.") % {"came": came} if came else ""


def _began(hold: LegalHold) -> str:
    """`Marek Vondra placed LIT-2026-1 at 10:05`; of one that was placed ahead of its time, when it began."""
    if hold.valid_from > hold.placed_at or hold.placed_by is None:
        return _("%(code)s began %(clock)s") % {
            "code": hold.code,
            "clock": clock_words(max(hold.placed_at, hold.valid_from)),
        }
    return _("%(shown_name)s placed %(code)s %(clock)s") % {
        "shown_name": hold.placed_by.shown_name,
        "code": hold.code,
        "clock": clock_words(hold.placed_at),
    }


def _late(request: PrivacyRequest) -> tuple[Mapping[int, Sequence[str]], Mapping[int, Sequence[str]]]:
    """By submission, a sentence for every hold that came when it had left, or seemed to have."""
    found: dict[int, list[str]] = defaultdict(list)
    not_taken: dict[int, list[str]] = defaultdict(list)
    late = LateHold.objects.filter(submission__request=request).select_related(
        "hold__placed_by", "submission"
    )
    for row in late.order_by("hold__placed_at", "pk"):
        if departures.has_left(row.submission):
            found[row.submission_id].append(_late_words(row.hold, row.submission))
        else:
            not_taken[row.submission_id].append(_not_taken_words(row.hold))
    return found, not_taken


def _came_words(hold: LegalHold) -> str:
    began = hold.valid_from > hold.placed_at
    words = _("%(code)s began %(clock)s") if began else _("%(code)s was placed %(clock)s")
    return words % {"code": hold.code, "clock": clock_words(max(hold.placed_at, hold.valid_from))}


def _not_taken_words(hold: LegalHold) -> str:
    return _("%(came)s, while this was on its way. It turned out that CXone had not taken it.") % {
        "came": _came_words(hold)
    }


def _late_words(hold: LegalHold, submission: Submission) -> str:
    sent = clock_words(submission.first_sent_at or submission.filed_at)
    tell = (
        _(" Tell %(shown_name)s, who placed it.") % {"shown_name": hold.placed_by.shown_name}
        if hold.placed_by
        else ""
    )
    return _("%(came)s; this was sent %(sent)s, and CXone has no recall.%(tell)s") % {
        "came": _came_words(hold),
        "sent": sent,
        "tell": tell,
    }

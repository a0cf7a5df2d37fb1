"""The parts of an answer as its page asks about them: what was reported of each, and what fits that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.words import Words
from erasure import lifecycle
from erasure.admin.submission_cards import report_words
from erasure.choices import Outcome, RequestType, SubmissionStatus
from erasure.forms.answer import AnswerForm, PartAsked, parts_asked
from erasure.models import PrivacyRequest, Submission
from erasure.plain_words import categories_words, count_words

S = SubmissionStatus
OUTCOME_LINES: dict[Outcome, Words] = {
    Outcome.DONE: gettext_lazy("What was asked for was carried out, as CXone reported it."),
    Outcome.PARTLY_DONE: gettext_lazy("A part was carried out; the person is told that the rest was not."),
    Outcome.NOTHING_FOUND: gettext_lazy("CXone was asked and found nothing about this person."),
    Outcome.REFUSED: gettext_lazy("Not carried out; the person is told the ground, and their rights."),
    Outcome.WITHDRAWN: gettext_lazy("The person took the request back before it was carried out."),
}
#: CXone was never asked by us for what was not sent: then nothing was found by whoever looked there.
LOOKED_UP = gettext_lazy("You looked the person up at CXone and found nobody.")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One part as the page asks about it."""

    part: PartAsked
    heading: str
    about: str
    report: str
    outcome: BoundField
    ground: BoundField
    outcomes: Sequence[tuple[BoundWidget, Words]]
    grounds: Sequence[tuple[BoundWidget, str]]


def rows_of(request: PrivacyRequest, form: AnswerForm) -> list[Row]:
    """A row for each part. Alone, it offers cards with a line each; of several, each offers two lists."""
    sentences = {ground.code: str(ground.letter) for ground in form.grounds}
    alone = len(form.parts) == 1
    rows = []
    for part in form.parts:
        outcome, ground = form[part.outcome_name], form[part.ground_name]
        rows.append(
            Row(
                part=part,
                heading=_("Submission %(number)d") % {"number": part.number}
                if part.number
                else _("The request as a whole"),
                about=categories_words(part.submission.categories if part.submission else request.categories),
                report=_report(part.submission),
                outcome=outcome,
                ground=ground,
                outcomes=[(one, _line(Outcome(one.data["value"]), part.submission)) for one in outcome]
                if alone
                else [],
                grounds=[(one, sentences[one.data["value"]]) for one in ground] if alone else [],
            )
        )
    return rows


def _line(outcome: Outcome, part: Submission | None) -> Words:
    was_sent = part is not None and part.status != S.CANCELLED
    return OUTCOME_LINES[outcome] if was_sent or outcome != Outcome.NOTHING_FOUND else LOOKED_UP


def _report(part: Submission | None) -> str:
    if part is None:
        return _("Nothing was sent to CXone.")
    return report_words(part) or {
        S.REFUSED: _("Refused: the override was denied. Nothing was sent."),
        S.CANCELLED: _("Stopped before it was sent."),
    }.get(SubmissionStatus(part.status), "")


def suggested(request: PrivacyRequest) -> dict[str, Any]:
    """For each part the outcome that fits what was reported; none where only the officer can know."""
    return {part.outcome_name: _fitting(part.submission) for part in parts_asked(request)}


def _fitting(part: Submission | None) -> str:
    if part is None or part.status == S.CANCELLED:
        return ""
    if part.status == S.FAILED:
        return Outcome.PARTLY_DONE.value if part.records_affected else ""
    if part.status == S.REFUSED:
        return Outcome.REFUSED.value
    return Outcome.NOTHING_FOUND.value if part.records_affected == 0 else Outcome.DONE.value


def all_of_them(parts: Sequence[PartAsked], outcome: str | None, ground: str | None) -> dict[str, str]:
    """This outcome, and this ground, for each part that bears it; the others stay as they are."""
    bearing = [part for part in parts if outcome in lifecycle.possible_outcomes(part.submission)]
    values = {part.outcome_name: str(outcome) for part in bearing}
    return {**values, **{part.ground_name: ground or "" for part in bearing}}


def suggestion(request: PrivacyRequest) -> str:
    """What was reported of the whole, in one sentence; the officer decides."""
    parts = lifecycle.parts_to_answer(request)
    completed = [part for part in parts if part.status == S.COMPLETED]
    if not parts:
        return _("Nothing was sent to CXone for this request.")
    if not completed:
        return _("CXone has reported nothing done.")
    if len(completed) < len(parts):
        return _("CXone reported %(done)d of %(all)s done; tell the person of the rest, too.") % {
            "done": len(completed),
            "all": count_words(len(parts), "submission"),
        }
    if all(part.records_affected == 0 for part in completed):
        return _("CXone found nothing under this identifier. Check the identifier before you answer.")
    if request.type == RequestType.ACCESS:
        return _("Record it once the copy was handed over, and say in the note how.")
    if any(part.records_affected == 0 for part in completed):
        return _("Under one of the identifiers CXone found nothing; check it before you answer.")
    return _("CXone reported everything that was sent as done.")

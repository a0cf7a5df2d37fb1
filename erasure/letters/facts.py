"""What a request fills a letter in with: nothing that was written for colleagues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from erasure import lifecycle
from erasure.choices import Category, Outcome, RequestType
from erasure.models import PrivacyRequest, Submission
from erasure.refusal_grounds import refusal_grounds


@dataclass(frozen=True, kw_only=True)
class PartTold:
    """One part of an answer. The person knows neither our ids nor their masks: none is named."""

    categories: Sequence[str]
    outcome: Outcome
    ground: str = ""


@dataclass(frozen=True, kw_only=True)
class LetterFacts:
    """All that is filled in. `day` is the letter's own; the extension's are empty in any other letter."""

    reference: str
    organisation: str
    regulation: str
    request_type: str
    categories: Sequence[str]
    received_on: date
    due_on: date
    day: date
    parts: Sequence[PartTold] = ()
    previous_due_on: date | None = None
    extension_ground: str = ""
    reason: str = ""


def facts_of(request: PrivacyRequest, *, day: date, parts: Sequence[PartTold] = ()) -> LetterFacts:
    """The facts of a request, with its extension if it has one."""
    extension = request.extensions.filter(fell_at__isnull=True).first()
    return LetterFacts(
        reference=request.reference,
        organisation=settings.ORGANISATION,
        regulation=request.regulation,
        request_type=request.type,
        categories=request.categories,
        received_on=request.received_on,
        due_on=request.due_on,
        day=day,
        parts=parts,
        previous_due_on=extension.previous_due_on if extension else request.first_due_on,
        extension_ground=extension.ground if extension else "",
        reason=(extension.explanation or "") if extension else "",
    )


def parts_told(request: PrivacyRequest, told: Sequence[lifecycle.Told]) -> list[PartTold]:
    """The parts of an answer with what each is about."""
    rows = {row.number: row for row in lifecycle.parts_to_answer(request)}
    return _parts(
        request,
        [(rows.get(part.submission or 0), part.outcome, part.ground) for part in told],
    )


def parts_on_record(request: PrivacyRequest) -> list[PartTold]:
    """The parts of the answer that was recorded."""
    rows = request.answer_parts.select_related("submission")
    ordered = sorted(rows, key=lambda part: part.submission.number if part.submission else 0)
    return _parts(request, [(part.submission, Outcome(part.outcome), part.ground) for part in ordered])


def _parts(request: PrivacyRequest, told: Sequence[tuple[Submission | None, Outcome, str]]) -> list[PartTold]:
    return [
        PartTold(
            categories=row.categories if row else request.categories,
            outcome=outcome,
            ground=ground,
        )
        for row, outcome, ground in told
    ]


def made_up_facts(kind: str, regulation: str) -> LetterFacts:
    """Made-up values, to see what a text looks like filled in."""
    outcome = Outcome(kind) if kind in Outcome.values else Outcome.DONE
    ground = refusal_grounds(regulation, RequestType.ERASURE)[0].code
    refused = PartTold(categories=[Category.ANALYTICS], outcome=Outcome.REFUSED, ground=ground)
    first = PartTold(
        categories=[Category.CONTACT, Category.EMAIL],
        outcome=Outcome.DONE if outcome == Outcome.PARTLY_DONE else outcome,
        ground=ground if outcome == Outcome.REFUSED else "",
    )
    return LetterFacts(
        reference="PR-2026-000042",
        organisation=settings.ORGANISATION or "Northwind",
        regulation=regulation or "gdpr",
        request_type=RequestType.ERASURE,
        categories=[Category.CONTACT, Category.EMAIL],
        received_on=date(2026, 11, 2),
        due_on=date(2026, 12, 2),
        day=date(2026, 11, 24),
        parts=[first, refused] if outcome == Outcome.PARTLY_DONE else [first],
        previous_due_on=date(2026, 12, 2),
        extension_ground="complexity",
        reason="Your data is spread over several systems that we have to go through by hand.",
    )

"""What a dossier tells of one request: dates and how they were computed, grounds, answers, what was reported.

Everything here may be read by the person: no internal target, no reason, note or comment of colleagues, no
matter of a hold, and no identifier that was not presented. Codes are told beside their words.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from erasure.certificates.contents import Contents, Copy, gathered
from erasure.certificates.words import anothers_words, grounds_of, standing_words
from erasure.choices import Category, Channel, RequestType, Scope, SubmissionStatus
from erasure.deadlines import as_stored
from erasure.dossier.presented import Presented
from erasure.dossier.proofs import ProvenPart, not_opened_words
from erasure.dossier.reading import submissions_of
from erasure.dossier.vaults_told import vaults_told
from erasure.models import AnswerPart, PrivacyRequest, Submission
from erasure.plain_words import count_words
from erasure.refusal_grounds import refusal_ground
from erasure.regulations import RULE_OF
from erasure.stages import Part, stage_of

Facts = dict[str, Any]

#: The dates that the person may hold us to, by their names in the derivation; our own target is not one.
DATES: Mapping[str, str] = {
    "due": gettext_noop("To be answered by"),
    "first": gettext_noop("End of the first period"),
    "acknowledge": gettext_noop("Receipt to be confirmed by"),
}
COLUMN_OF: Mapping[str, str] = {"due": "due_on", "first": "first_due_on", "acknowledge": "acknowledge_by"}


def told_of(request: PrivacyRequest, *, presented: Presented, proven: Sequence[ProvenPart] | None) -> Facts:
    """All that is told of a request; `proven` is None where the log could not prove what it should."""
    submissions = submissions_of(request)
    contents = gathered(request, Copy.PERSON, proven=[], submissions=submissions, events=[])
    return {
        "reference": request.reference,
        "type": _coded(request.type, RequestType),
        "state": _state(request, submissions),
        "regulation": _regulation(request),
        "channel": _coded(request.channel, Channel),
        "received_on": request.received_on,
        "recorded_on": _day(request.filed_at),
        "dates": _dates(request),
        "rule_version": request.rule_version,
        "acknowledged": _acknowledged(request),
        "extensions": [_extension(row) for row in request.extensions.all()],
        "pauses": [_pause(row) for row in request.pauses.all()],
        "corrections": [_correction(row) for row in request.clock_corrections.all()],
        "answer": _answer(request),
        "parts": [
            _part(row, contents=contents, presented=presented, proven=proven or ())
            for row in contents.not_covered
        ],
        "also": _also(contents),
        "vaults": vaults_told(request, {row.number for row in contents.not_covered}),
        "lacks_proof": proven is None,
        "shredded": {
            "identifiers_and_text_on": _day(request.shredded_at),
            "proof_on": _day(request.unlinked_at),
        },
    }


def _coded(code: str, choices: type[TextChoices]) -> Facts | None:
    if not code:
        return None
    return {"code": code, "words": str(choices(code).label) if code in choices.values else code}


def _day(moment: datetime | None) -> date | None:
    """The day in the controller's zone, as all days here are."""
    return moment and timezone.localdate(moment, timezone.get_default_timezone())


def _state(request: PrivacyRequest, submissions: Sequence[Submission]) -> Facts:
    replaced = {row.replaces_id for row in submissions}
    parts = [Part(row.status, row.attention) for row in submissions if row.pk not in replaced]
    stage = stage_of(parts, answered=request.is_answered)
    return {"code": str(stage), "words": str(stage.label)}


def _regulation(request: PrivacyRequest) -> Facts:
    rule = RULE_OF.get(request.regulation)
    return {
        "code": request.regulation,
        "words": str(request.get_regulation_display()),
        "rule": _(rule.rule) if rule else "",
        "source": _(rule.source) if rule else "",
    }


def _dates(request: PrivacyRequest) -> list[Facts]:
    steps = as_stored(request.derivation)
    found = []
    for of, column in COLUMN_OF.items():
        day = getattr(request, column)
        if day is None or (of == "first" and day == request.due_on):
            continue
        told = [{"words": step.words, "source": step.source_words} for step in steps.get(of, ())]
        found.append({"date": of, "words": _(DATES[of]), "on": day, "computed": told})
    return found


def _acknowledged(request: PrivacyRequest) -> Facts | None:
    if request.acknowledged_on is None:
        return None
    return {"on": request.acknowledged_on, "channel": _coded(request.acknowledged_channel, Channel)}


def _extension(row: Any) -> Facts:
    return {
        "ground": {"code": row.ground, "words": str(row.get_ground_display())},
        "told_on": row.told_on,
        "previous_due_on": row.previous_due_on,
        "due_on": row.due_on,
        "no_longer_holds_since": _day(row.fell_at),
    }


def _pause(row: Any) -> Facts:
    return {
        "ground": {"code": row.ground, "words": str(row.get_ground_display())},
        "from": row.from_day,
        "until": row.until_day,
        "no_longer_holds_since": _day(row.fell_at),
    }


def _correction(row: Any) -> Facts:
    return {
        "corrected_on": _day(row.corrected_at),
        "previous": {
            "regulation": str(row.get_previous_regulation_display()),
            "received_on": row.previous_received_on,
            "due_on": row.previous_due_on,
        },
        "now": {
            "regulation": str(row.get_regulation_display()),
            "received_on": row.received_on,
            "due_on": row.due_on,
        },
    }


def _answer(request: PrivacyRequest) -> Facts | None:
    if not request.is_answered:
        return None
    return {
        "outcome": {"code": request.outcome, "words": str(request.get_outcome_display())},
        "on": request.answered_on,
        "channel": _coded(request.answer_channel, Channel),
        "parts": [_answered(part, request) for part in request.answer_parts.all()],
    }


def _answered(part: AnswerPart, request: PrivacyRequest) -> Facts:
    return {
        "part": part.submission.number if part.submission else None,
        "categories": _categories(part.submission.categories) if part.submission else [],
        "outcome": {"code": part.outcome, "words": str(part.get_outcome_display())},
        "ground": _ground(part, request),
    }


def _ground(part: AnswerPart, request: PrivacyRequest) -> Facts | None:
    if not part.ground:
        return None
    ground = refusal_ground(request.regulation, part.ground)
    if ground is None:
        return {"code": part.ground, "words": part.ground, "told": "", "source": ""}
    return {
        "code": ground.code,
        "words": str(ground.label),
        "told": str(ground.letter),
        "source": _(ground.source),
    }


def _part(
    row: Submission, *, contents: Contents, presented: Presented, proven: Sequence[ProvenPart]
) -> Facts:
    given = presented.by_row.get(row.identifier_id)
    proof = next((one for one in proven if one.number == row.number), None)
    return {
        "part": row.number,
        "categories": _categories(row.categories),
        "scope": _coded(row.scope, Scope),
        "identifier": given and {"kind": given.kind, "value": given.value},
        "standing": standing_words(row),
        "grounds": [str(ground) for ground in grounds_of(row, contents)],
        "sent_on": _day(row.first_sent_at),
        "cxone": _reported(row, proof),
        "proof": proof and _proof(proof, contents.request, was_presented=given is not None),
    }


def _reported(row: Submission, proof: ProvenPart | None) -> Facts | None:
    """What CXone reported: by the entry of the log where that is proven, else by the record of it."""
    if proof is not None:
        return _report(
            proof.cxone_id, datetime.fromisoformat(proof.recorded_at), proof.records, proof.categories
        )
    if row.status != SubmissionStatus.COMPLETED or row.closed_at is None:
        return None
    records = row.records_affected if row.type == RequestType.ERASURE else None
    return _report(row.cxone_id or "", row.closed_at, records, row.categories)


def _report(cxone_id: str, at: datetime, records: int | None, categories: Sequence[str]) -> Facts:
    return {
        "request": cxone_id,
        "reported_at": at,
        "records": records,
        "records_words": "" if records is None else count_words(records, "record"),
        "categories": _categories(categories),
    }


def _proof(proof: ProvenPart, request: PrivacyRequest, *, was_presented: bool) -> Facts:
    not_opened = "" if proof.opening_name else not_opened_words(request, was_presented=was_presented)
    return {
        "log": proof.origin,
        "entry": proof.seq,
        "file": proof.proof_name,
        "opening": proof.opening_name or None,
        "not_opened": not_opened,
    }


def _categories(codes: Sequence[str]) -> list[Facts]:
    return [fact for code in codes if (fact := _coded(code, Category))]


def _also(contents: Contents) -> list[str]:
    """What is told of the rest, without naming it."""
    said = []
    if contents.replaced:
        said.append(_("Something was sent under an identifier that was corrected afterwards."))
    if anothers := anothers_words(contents):
        said.append(anothers)
    return said

"""A million requests such as three years bring, written straight into the tables, past moves, guards and log.

Nothing here is about a person: identifiers and texts are the same in every row, as wide as real ones. What
tells the rows apart is drawn from their numbers, so that every run has the same rows.
"""

import random
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, models, transaction

from audit.events import Event
from audit.trail import audited
from erasure.encryption import encrypt
from erasure.models import (
    AnswerPart,
    ClockPause,
    Delivery,
    Extension,
    PrivacyRequest,
    Subject,
    SubjectIdentifier,
    Submission,
    Vault,
)
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS
from tests.erasure.lifted_guards import lifted_guards

DAYS = 3 * 365
OPEN_DAYS = 44
EVENTS_AT_ONCE = 10_000
TROUBLES = (
    (Event.REQUEST_REQUEUED, "rate_limited"),
    (Event.REQUEST_REQUEUED, "unreachable"),
    (Event.REQUEST_UNCLEAR, "server_trouble"),
    (Event.REQUEST_UNCLEAR, "timed_out"),
)
CATEGORIES = ('["CONTACT"]', '["CONTACT", "EMAIL"]', '["CHAT", "SMS", "IVR"]', '["CONTACT", "ANALYTICS"]')
TEXT = "x" * 120
DRAWN = (
    *(("number", "integer"), ("regulation", "text"), ("type", "text"), ("categories", "text")),
    *(("received_on", "date"), ("due_on", "date"), ("answered_on", "date"), ("outcome", "text")),
    *(("late_reason", "text"), ("extended", "integer"), ("status", "text"), ("filed_at", "timestamptz")),
    *(("accepted_at", "timestamptz"), ("closed_at", "timestamptz")),
    *(("owner", "integer"), ("certified_at", "timestamptz"), ("shredded_at", "timestamptz")),
    ("paused", "integer"),
)
#: So many officers share the requests, and one more, who has left, had some of them, too.
OFFICERS_AT_WORK = 12


def make(requests: int, *, still_open: int, today: date) -> None:
    """Fill an empty database with `requests` requests, of which `still_open` are not yet answered."""
    officer = _officers()
    subject = Subject.objects.create()
    kind = {"kind": "cxone_id", "value": "cust-1", "fingerprint": "0" * 64}
    identifier = SubjectIdentifier.objects.create(subject=subject, **kind)
    with lifted_guards():
        _draw(requests, still_open=still_open, today=today)
        _insert(_request(officer, subject), _OF_REQUEST)
        _insert(_submission(officer, identifier), _OF_SUBMISSION)
        _insert(AnswerPart(), _OF_PART, where="outcome <> ''")
        _insert(_extension(officer), _OF_EXTENSION, where="extended = 1")
        _insert(_pause(officer), _OF_PAUSE, where="paused = 1")
        _insert(_delivery(), _OF_DELIVERY, where="closed_at IS NOT NULL")
    _run("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def tell_of_trouble(events: int) -> None:
    """So many events in the log that tell of calls that CXone did not take."""
    for first in range(0, events, EVENTS_AT_ONCE):
        with audited() as log:
            for number in range(first, min(events, first + EVENTS_AT_ONCE)):
                event, reason = TROUBLES[number % len(TROUBLES)]
                about = f"request:PR-2026-{number + 1:06d}"
                log.record(event, actor="sys", obj=about, data={"submission": 1, "reason": reason})


def _officers() -> User:
    """Who left, and right after that account in the order of keys the officers who are at work."""
    gone = User.objects.create_user("bench", is_staff=True)
    for place in range(1, OFFICERS_AT_WORK + 1):
        person = User.objects.create_user(f"officer{place}", password=secrets.token_hex(8), is_staff=True)
        person.groups.set(Group.objects.filter(name=OFFICERS))
    return gone


def _draw(requests: int, *, still_open: int, today: date) -> None:
    """The table `drawn`: what is particular about each request."""
    is_sqlite = connection.vendor == "sqlite"
    columns = [(name, "text" if is_sqlite and kind != "integer" else kind) for name, kind in DRAWN]
    _run(f"CREATE TEMPORARY TABLE drawn ({', '.join(map(' '.join, columns))})")
    rows = (
        _one(number, today=today, is_open=number > requests - still_open) for number in range(1, requests + 1)
    )
    if is_sqlite:
        marks = ", ".join("?" * len(DRAWN))
        with transaction.atomic():
            connection.connection.executemany(f"INSERT INTO drawn VALUES ({marks})", rows)  # noqa: S608 - ours.
        return
    with connection.cursor() as cursor, cursor.copy("COPY drawn FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _one(number: int, *, today: date, is_open: bool) -> tuple[object, ...]:
    """A row of `drawn`, its dates and moments as text that both databases read."""
    dice = random.Random(number)  # noqa: S311 - made-up rows, the same in every run.
    regulation = dice.choices(("gdpr", "uk-gdpr", "ccpa", "utah"), (50, 20, 25, 5))[0]
    type_ = "ERASURE" if dice.random() < 0.8 else "ACCESS"
    received_on = today - timedelta(days=dice.randrange(OPEN_DAYS if is_open else DAYS))
    answered_on = min(today, received_on + timedelta(days=dice.randrange(1, 60)))
    outcomes = ("done", "partly_done", "nothing_found", "refused", "withdrawn")
    outcome = "" if is_open else dice.choices(outcomes, (70, 8, 10, 8, 4))[0]
    status = dice.choices(("processing", "queued", "blocked", "failed", "completed"), (40, 10, 20, 5, 25))[0]
    if not is_open:
        status = "failed" if outcome == "refused" else "completed"
    shredded_up_to = today - timedelta(days=settings.SUBJECT_RETENTION_DAYS)
    filed_at = datetime.combine(received_on, time(12), tzinfo=UTC)
    took = timedelta(seconds=dice.randrange(20, 400_000))
    return (
        *(number, regulation, type_, dice.choice(CATEGORIES)),
        *(received_on.isoformat(), (received_on + timedelta(days=45)).isoformat()),
        *(None if is_open else answered_on.isoformat(), outcome),
        *("cxone" if outcome and dice.random() < 0.03 else "", int(dice.random() < 0.04), status),
        _moment(filed_at),
        _moment(filed_at + took / 2) if status not in {"blocked", "queued"} else None,
        _moment(filed_at + took) if status in {"completed", "failed"} else None,
        0 if dice.random() < 0.01 else dice.randrange(1, OFFICERS_AT_WORK + 1),
        _moment(filed_at + took) if outcome in {"done", "partly_done"} and dice.random() < 0.7 else None,
        _moment(filed_at + took) if outcome and answered_on <= shredded_up_to else None,
        int(is_open and dice.random() < 0.03),
    )


def _moment(when: datetime) -> str:
    words = when.strftime("%Y-%m-%d %H:%M:%S")
    return words if connection.vendor == "sqlite" else f"{words}+00"


_SAME = ("regulation", "type", "received_on", "due_on", "answered_on", "outcome", "late_reason", "filed_at")
_OF_REQUEST: Mapping[str, str] = {
    **{name: name for name in _SAME},
    "id": "number",
    "reference": "'PR-2026-' || (1000000 + number)",
    "categories": "{categories}",
    "first_due_on": "due_on",
    "target_on": "due_on",
    "answer_channel": "CASE WHEN outcome = '' THEN '' ELSE 'email' END",
    "owner_id": "{officer} + owner",
    "note": "CASE WHEN shredded_at IS NULL THEN {text} END",
    "answer_note": "CASE WHEN shredded_at IS NULL AND outcome <> '' THEN {text} END",
    "certified_at": "certified_at",
    "shredded_at": "shredded_at",
    "answered_by_id": "CASE WHEN outcome <> '' THEN {officer} END",
    "answer_recorded_at": "CASE WHEN outcome <> '' THEN filed_at END",
}
_OF_SUBMISSION: Mapping[str, str] = {
    **{name: name for name in ("type", "status", "filed_at", "accepted_at", "closed_at")},
    "id": "number",
    "request_id": "number",
    "public_id": "{uuid}",
    "categories": "{categories}",
    "first_sent_at": "CASE WHEN accepted_at IS NOT NULL THEN filed_at END",
    "cxone_id": "CASE WHEN accepted_at IS NOT NULL THEN 'cx-' || number END",
    "next_attempt_at": "CASE WHEN closed_at IS NULL AND status <> 'blocked' THEN filed_at END",
}
_OF_PART: Mapping[str, str] = {
    "request_id": "number",
    "submission_id": "number",
    "outcome": "outcome",
    "ground": "CASE WHEN outcome = 'refused' THEN 'identity_not_established' ELSE '' END",
}
_OF_PAUSE: Mapping[str, str] = {"request_id": "number", "from_day": "received_on", "begun_at": "filed_at"}
#: Of a hundred ends one still waits to be told, and of a thousand one was given up.
_WAITS = "number - (number / 100) * 100 = 0"
_GIVEN_UP = "number - (number / 1000) * 1000 = 1"
_OF_DELIVERY: Mapping[str, str] = {
    "request_id": "number",
    "submission_id": "number",
    "public_id": "{uuid}",
    "made_at": "closed_at",
    "occasion": "CASE WHEN status = 'failed' THEN 'failed' ELSE 'completed' END",
    "state": f"CASE WHEN {_WAITS} THEN 'waiting' WHEN {_GIVEN_UP} THEN 'given_up' ELSE 'delivered' END",
    "next_attempt_at": f"CASE WHEN {_WAITS} THEN closed_at END",
    "settled_at": f"CASE WHEN NOT ({_WAITS}) THEN closed_at END",
    "last_tried_at": "closed_at",
}
_OF_EXTENSION: Mapping[str, str] = {
    "request_id": "number",
    "told_on": "received_on",
    "previous_due_on": "received_on",
    "due_on": "due_on",
    "extended_at": "filed_at",
}


def _request(officer: User, subject: Subject) -> PrivacyRequest:
    kinds = {"scope": "CONTACT", "channel": "email", "identity_check": "document"}
    return PrivacyRequest(subject=subject, filed_by=officer, owner=officer, rule_version="1", **kinds)


def _submission(officer: User, identifier: SubjectIdentifier) -> Submission:
    return Submission(number=1, scope="CONTACT", identifier=identifier, filed_by=officer, frozen_payload=TEXT)


def _extension(officer: User) -> Extension:
    return Extension(ground="complexity", explanation=TEXT, extended_by=officer)


def _pause(officer: User) -> ClockPause:
    return ClockPause(ground="identity", begun_by=officer)


def _delivery() -> Delivery:
    """To the vault that is told of everything, and one beside it that is told of nothing."""
    facts = {"kind": "database", "added_at": datetime.now(tz=UTC), "tells": []}
    Vault.objects.create(name="Quiet", code="quiet", **facts)
    told = Vault.objects.create(name="Told", code="told", paused_until=facts["added_at"], **facts)
    return Delivery(vault=told, attempts=1, last_status=200, last_answer=TEXT, body=TEXT)


def _insert(template: models.Model, varied: Mapping[str, str], *, where: str = "1 = 1") -> None:
    """A row for each of `drawn`: the columns of the template, but for those that vary."""
    columns, sources, constants = [], [], []
    for field in template._meta.concrete_fields:
        if field.primary_key and field.column not in varied:
            continue
        columns.append(f'"{field.column}"')
        if field.column in varied:
            sources.append(_in_this_database(varied[field.column], template))
        else:
            sources.append("%s")
            constants.append(field.get_db_prep_save(getattr(template, field.attname), connection))
    into = f'INSERT INTO "{template._meta.db_table}" ({", ".join(columns)})'
    _run(f"{into} SELECT {', '.join(sources)} FROM drawn WHERE {where}", *constants)  # noqa: S608 - ours.


def _in_this_database(expression: str, template: models.Model) -> str:
    is_sqlite = connection.vendor == "sqlite"
    return expression.format(
        categories="categories" if is_sqlite else "categories::jsonb",
        uuid="lower(hex(randomblob(16)))" if is_sqlite else "gen_random_uuid()",
        officer=getattr(template, "owner_id", ""),
        text=f"'{encrypt(TEXT)}'",
    )


def _run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)

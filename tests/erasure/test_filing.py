"""Filing: whom a request is about, what of it goes now, what waits, and all that is said against it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from audit.trail import audited, events_of
from erasure import filing, lifecycle
from erasure.asked import Filing, Identifier
from erasure.choices import Category, Outcome
from erasure.filing import FilingRefused
from erasure.lifecycle import MoveRefused
from erasure.models import (
    LegalHold,
    PrivacyRequest,
    ReferenceCounter,
    Subject,
    SubjectIdentifier,
    Submission,
)
from privacyadmin.models import User
from tests.erasure.made_holds import released
from tests.erasure.made_requests import (
    accepted,
    answered,
    completed,
    failed,
    filed,
    filing_of,
    hold_on,
    only,
    registered,
    sent,
    today,
)

pytestmark = pytest.mark.django_db

NOW = timedelta(0)


def codes(refusal: pytest.ExceptionInfo[FilingRefused]) -> list[str]:
    return [violation.code for violation in refusal.value.violations]


def stored() -> list[int]:
    models = (Subject, SubjectIdentifier, PrivacyRequest, Submission)
    return [model.objects.count() for model in models]


def correct(submission: Submission, value: str, by: User) -> Submission:
    return filing.correct_identifier(submission, Identifier("cxone_id", value), by=by, send_delay=NOW)


# Whom it is about ----------------------------------------------------------------------------------------


def test_a_person_not_yet_known_is_put_on_record_with_all_identifiers(officer: User) -> None:
    request = filed(officer, "USR-1", ("email", "Lena@Example.org"), ("phone", "+49 170 1"), ("other", "K-7"))
    assert Subject.objects.get() == request.subject
    kinds = request.subject.identifiers.values_list("kind", flat=True)
    assert sorted(kinds) == ["cxone_id", "email", "other", "phone"]


def test_a_person_who_is_known_is_found_again_however_it_is_written(officer: User) -> None:
    first = registered(officer, ("email", "Lena@Example.org"))
    second = filed(officer, "USR-1", ("email", " lena@example.ORG "))
    third = filed(officer, "USR-1")
    assert first.subject == second.subject == third.subject
    assert first.subject.identifiers.count() == 2


def test_one_text_of_two_kinds_is_two_identifiers(officer: User) -> None:
    one = registered(officer, ("other", "4930123456"))
    two = registered(officer, ("phone", "4930123456"))
    assert one.subject != two.subject


def test_the_same_identifier_given_twice_is_sent_once(officer: User) -> None:
    request = filed(officer, "USR-1", "USR-1", " USR-1 ".strip())
    assert request.submissions.count() == 1


def test_ids_that_differ_in_case_are_two(officer: User) -> None:
    request = filed(officer, "USR-1", "usr-1")
    sent_for = [sub.identifier.value for sub in request.submissions.order_by("number")]
    assert sent_for == ["USR-1", "usr-1"]


def test_identifiers_of_two_people_are_refused(officer: User) -> None:
    filed(officer, "USR-1")
    filed(officer, "USR-2")
    before = stored()
    with pytest.raises(FilingRefused) as refusal:
        filed(officer, "USR-1", "USR-2")
    assert codes(refusal) == ["identifiers.two_people"]
    assert "one request for each person" in str(refusal.value)
    assert "USR-" not in str(refusal.value)
    assert stored() == before


def test_what_was_registered_for_one_person_is_not_sent_for_another(officer: User) -> None:
    filed(officer, "USR-2")
    request = registered(officer, ("email", "lena@example.org"))
    with pytest.raises(FilingRefused) as refusal:
        filing.send(request, filing_of("USR-2"), by=officer, send_delay=NOW)
    assert codes(refusal) == ["identifiers.two_people"]
    assert not request.submissions.exists()


def test_an_identifier_that_was_shredded_is_known_again_when_it_is_presented(officer: User) -> None:
    request = filed(officer, "USR-1")
    SubjectIdentifier.objects.update(value=None)
    again = filed(officer, "USR-1")
    assert again.subject == request.subject
    assert only(again).identifier.value == "USR-1"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
def test_two_who_file_for_a_new_person_at_once_file_for_one_person(
    officer: User, other_officer: User
) -> None:
    start = threading.Barrier(4)
    trouble: list[BaseException] = []

    def file(by: User, number: int) -> None:
        try:
            start.wait(timeout=10)
            filed(by, "USR-1", ("email", "lena@example.org"), ("phone", f"+49 170 {number}"))
        except BaseException as error:
            trouble.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=file, args=(by, number))
        for number, by in enumerate([officer, other_officer] * 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert PrivacyRequest.objects.count() == 4
    assert Subject.objects.count() == 1
    assert SubjectIdentifier.objects.count() == 6


# What goes and what waits --------------------------------------------------------------------------------


def parts(request: PrivacyRequest) -> list[tuple[str, list[str], list[str]]]:
    return [(s.status, s.categories, s.held_by) for s in request.submissions.order_by("number")]


def test_a_held_category_waits_apart_from_the_rest(officer: User) -> None:
    request = filed(officer, categories=["EMAIL", "ANALYTICS", "CONTACT"])
    (standing,) = LegalHold.objects.values_list("code", flat=True)
    assert parts(request) == [
        ("queued", ["EMAIL", "CONTACT"], []),
        ("blocked", ["ANALYTICS"], [standing]),
    ]
    acts = [(event.act, event.result) for event in events_of(request.obj)]
    assert acts == [
        ("request.registered", "ok"),
        ("request.filed", "ok"),
        ("request.filed", "ok"),
        ("request.blocked", "denied"),
    ]


def test_all_wait_together_where_nothing_is_to_be_split(officer: User) -> None:
    request = filed(officer, categories=["EMAIL", "ANALYTICS"], split_held=False)
    assert [(status, categories) for status, categories, _ in parts(request)] == [
        ("blocked", ["EMAIL", "ANALYTICS"])
    ]


def test_each_identifier_has_its_own_submissions(officer: User) -> None:
    request = filed(officer, "USR-1", "USR-2", categories=["EMAIL", "ANALYTICS"])
    statuses = [(s.identifier.value, s.status) for s in request.submissions.order_by("number")]
    assert statuses == [("USR-1", "queued"), ("USR-1", "blocked"), ("USR-2", "queued"), ("USR-2", "blocked")]


def test_a_hold_on_a_person_reaches_all_of_their_identifiers_and_nobody_else(officer: User) -> None:
    hold = hold_on(filed(officer, "USR-1"))
    later = filed(officer, "USR-1", "USR-9")
    assert parts(later) == [("blocked", ["CONTACT", "EMAIL"], [hold.code])] * 2
    assert [status for status, *_ in parts(filed(officer, "USR-2"))] == ["queued"]


@pytest.mark.parametrize("way", ["released", "over"])
def test_a_hold_that_has_ended_holds_nothing(officer: User, way: str) -> None:
    request = filed(officer, "USR-1")
    begun = timezone.now() - timedelta(days=9)
    hold = LegalHold.objects.create(
        code="LIT-1",
        kind="litigation",
        ground="a claim",
        subject=request.subject,
        placed_at=begun,
        valid_from=begun,
        valid_until=timezone.now() if way == "over" else None,
    )
    if way == "released":
        released(hold)
    assert [status for status, *_ in parts(filed(officer, "USR-1"))] == ["queued"]


def test_access_passes_every_hold(officer: User) -> None:
    hold_on(filed(officer, "USR-1"))
    request = filed(officer, "USR-1", type="ACCESS", categories=list(Category.values), scope="CONTACT")
    assert parts(request) == [("queued", list(Category.values), [])]


# References and the clock --------------------------------------------------------------------------------


def _number_and_fail(year: int) -> None:
    with audited():
        assert lifecycle.next_reference(year) == f"PR-{year}-000002"
        raise RuntimeError("undone")


def test_references_have_no_gap_even_where_filings_were_refused(officer: User) -> None:
    year = timezone.now().year
    first = filed(officer, "USR-1")
    with pytest.raises(FilingRefused):
        filed(officer, "not an id")
    with pytest.raises(RuntimeError, match="undone"):
        _number_and_fail(year)
    second = filed(officer, "USR-2")
    assert (first.reference, second.reference) == (f"PR-{year}-000001", f"PR-{year}-000002")


def test_a_reference_past_a_million_still_fits() -> None:
    with audited():
        ReferenceCounter.objects.create(year=2031, last=999_999)
        assert lifecycle.next_reference(2031) == "PR-2031-1000000"


def test_the_due_date_runs_from_the_receipt_and_says_how(officer: User) -> None:
    request = filed(officer, received_on=today() - timedelta(days=20), regulation="ccpa")
    assert request.due_on == request.received_on + timedelta(days=45)
    assert request.acknowledge_by is not None
    assert {step["of"] for step in request.derivation} == {"due", "target", "acknowledge"}


# What is said against it ---------------------------------------------------------------------------------


def test_everything_is_said_at_once_and_nothing_is_stored(officer: User) -> None:
    bad = Filing(
        identifiers=[Identifier("cxone_id", "bad id!")],
        type="ERASURE",
        regulation="us-va",
        received_on=today() + timedelta(days=1),
        channel="pigeon",
        categories=["CONTACT", "CONTACT", "NONSENSE"],
        scope="EVERYTHING",
        description="x" * 256,
    )
    before = stored()
    with pytest.raises(FilingRefused) as refusal:
        filing.register_and_send(bad, by=officer, send_delay=NOW)
    fields = {violation.field for violation in refusal.value.violations}
    assert fields == {
        *("subjectId", "regulation", "received_on", "channel", "categories", "scope", "description"),
        "identity_check",
    }
    assert len(codes(refusal)) == len(set(codes(refusal)))
    assert stored() == before == [0, 0, 0, 0]


def test_nobody_and_nothing_is_refused_too(officer: User) -> None:
    empty = filing_of(("email", " "), categories=[], scope="", identity_check="")
    with pytest.raises(FilingRefused) as refusal:
        filing.register_and_send(empty, by=officer, send_delay=NOW)
    assert {"identifier.missing", "subject_id.missing", "identity_check.missing"} <= set(codes(refusal))


def test_six_categories_with_scope_all_are_too_deep_for_an_erasure_only(officer: User) -> None:
    six = ["CONTACT", "CONVERSATION", "SURVEY", "CHAT", "EMAIL", "SMS"]
    with pytest.raises(FilingRefused, match="5"):
        filed(officer, categories=six, scope="ALL")
    assert only(filed(officer, categories=six, scope="ALL", type="ACCESS")).status == "queued"


def test_registering_asks_for_no_more_than_who_and_when(officer: User) -> None:
    request = registered(officer, ("email", "lena@example.org"))
    assert not request.submissions.exists()
    with pytest.raises(FilingRefused) as refusal:
        registered(officer, ("email", "lena@example.org"), received_on=today() + timedelta(days=1))
    assert codes(refusal) == ["received_on.future"]


def test_open_requests_of_the_same_person_are_named(officer: User) -> None:
    first = filed(officer, "USR-1", ("email", "lena@example.org"))
    over = registered(officer, ("email", "lena@example.org"))
    answered(over, officer, outcome=Outcome.WITHDRAWN)
    filed(officer, "USR-2")
    assert filing.open_requests_of([Identifier("email", "LENA@example.org")]) == [first]
    with pytest.raises(FilingRefused, match=first.reference):
        filed(officer, "USR-1", refuse_duplicates=True)
    again = filed(officer, "USR-1", refuse_duplicates=True, duplicate_reason="A second account.")
    assert first.reference in (again.note or "")


# Sending later -------------------------------------------------------------------------------------------


def test_what_was_registered_is_sent_later_under_the_same_clock(officer: User) -> None:
    request = registered(officer, ("email", "lena@example.org"))
    (submission,) = filing.send(request, filing_of("USR-1"), by=officer, send_delay=timedelta(minutes=15))
    assert submission.request == request
    assert submission.next_attempt_at is not None
    assert submission.next_attempt_at > timezone.now() + timedelta(minutes=14)
    assert request.subject.identifiers.count() == 2


def test_nothing_more_is_sent_once_the_person_is_answered(officer: User) -> None:
    request = registered(officer, "USR-1")
    answered(request, officer, outcome=Outcome.WITHDRAWN)
    with pytest.raises(MoveRefused, match="answered"):
        filing.send(request, filing_of("USR-1"), by=officer, send_delay=NOW)
    with pytest.raises(MoveRefused, match="answered"), audited() as log:
        lifecycle.file(
            log,
            request,
            by=officer,
            identifier=request.subject.identifiers.get(),
            categories=["EMAIL"],
            scope="CONTACT",
            description="",
            holds=[],
            send_at=timezone.now(),
            now=timezone.now(),
        )


# A corrected identifier ----------------------------------------------------------------------------------


def test_a_corrected_identifier_is_a_new_submission_of_the_same_request(officer: User) -> None:
    request = filed(officer, "USR-1")
    old = failed(only(request))
    new = correct(old, "USR-2", officer)
    assert (new.request, new.number, new.replaces, new.identifier.value) == (request, 2, old, "USR-2")
    assert (new.status, new.categories, new.scope) == ("queued", old.categories, old.scope)
    assert PrivacyRequest.objects.get().received_on == request.received_on
    assert events_of(request.obj).last().act == "request.corrected"  # type: ignore[union-attr]


def test_what_found_nothing_can_be_corrected_and_what_found_something_not(officer: User) -> None:
    empty = completed(only(filed(officer, "USR-1")), records=0)
    assert correct(empty, "USR-2", officer).status == "queued"
    with pytest.raises(MoveRefused, match="carried out"):
        correct(completed(only(filed(officer, "USR-3")), records=4), "USR-4", officer)


@pytest.mark.parametrize("status", ["queued", "blocked", "submitting", "processing"])
def test_what_is_open_is_not_corrected(officer: User, status: str) -> None:
    held = ["ANALYTICS"] if status == "blocked" else ["EMAIL"]
    row = only(filed(officer, categories=held))
    if status in {"submitting", "processing"}:
        (sent if status == "submitting" else accepted)(row)
    assert row.status == status
    with pytest.raises(MoveRefused, match="still open"):
        correct(row, "USR-2", officer)


def test_what_was_corrected_once_or_answered_is_not_corrected_again(officer: User) -> None:
    old = failed(only(filed(officer, "USR-1")))
    correct(old, "USR-2", officer)
    with pytest.raises(MoveRefused, match="filed anew already"):
        correct(old, "USR-3", officer)
    done = failed(only(filed(officer, "USR-7")))
    answered(done.request, officer, outcome=Outcome.REFUSED)
    with pytest.raises(MoveRefused, match="answered"):
        correct(done, "USR-8", officer)


def test_an_identifier_that_cxone_would_not_take_corrects_nothing(officer: User) -> None:
    old = failed(only(filed(officer, "USR-1")))
    with pytest.raises(FilingRefused):
        correct(old, "bad id!", officer)
    assert not old.replaced_by.exists()


def test_a_correction_to_somebody_else_meets_the_holds_on_either(officer: User) -> None:
    old = failed(only(filed(officer, "USR-1")))
    somebody_else = filed(officer, "USR-2")
    hold = hold_on(somebody_else)
    new = correct(old, "USR-2", officer)
    assert (new.status, new.held_by) == ("blocked", [hold.code])
    assert new.identifier.subject == somebody_else.subject

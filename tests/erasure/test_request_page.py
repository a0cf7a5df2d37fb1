"""The page of one request: what it shows to whom, what it claims, and how it follows by itself."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from audit.models import AuditEvent
from audit.trail import audited
from erasure import filing, lifecycle, overrides
from erasure.asked import Identifier
from erasure.choices import ATTENTION_LINES, Attention, OverrideReason
from erasure.deadlines import DISCLAIMER, long_date
from erasure.models import LegalHold, PrivacyRequest, Submission, Upstream
from erasure.upstream import PAUSE_LINES, PauseCode
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db


def address(request: PrivacyRequest, name: Any = "request_page") -> str:
    return reverse(f"admin:{name}", args=[request.reference])


def text_of(client: Client, request: PrivacyRequest) -> str:
    return client.get(address(request)).content.decode()


def live(client: Client, request: PrivacyRequest, version: str = "") -> Any:
    return client.get(address(request, "request_live"), headers={"If-None-Match": version})


# The facts ----------------------------------------------------------------------------------------------


def test_it_shows_dates_owner_law_identity_and_how_it_came(
    officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, regulation="ccpa", external_reference="TICKET-4711")
    page = text_of(signed_in(auditor), request)
    dates = (request.due_on, request.target_on, request.acknowledge_by)
    for day in dates:
        assert long_date(day) in page
    for words in (
        "Lena Hofmann",
        "California, CCPA",
        "Showed an identity document",
        "channel: e-mail",
        "TICKET-4711",
    ):
        assert words in page


def test_it_tells_how_each_date_was_computed_from_what_was_stored(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, regulation="ccpa")
    request.derivation = [
        *request.derivation,
        {"of": "due", "code": "a <later> step", "facts": {}, "source": "§ 7021 <then>"},
    ]
    request.save(update_fields=["derivation"])

    page = text_of(signed_in(officer), request)

    assert "How was this date computed?" in page
    assert "cannot put into words (a &lt;later&gt; step)" in page
    assert "§ 7021 &lt;then&gt;" in page
    assert "Confirm receipt within 10 business days" in page
    assert str(DISCLAIMER) in page


def test_identifiers_are_masked_for_everybody(
    officer: User, reviewer: User, auditor: User, superuser: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, made.CXONE_ID, ("email", "anna.k@example.org"))
    for reader in (officer, reviewer, auditor, superuser):
        page = text_of(signed_in(reader), request)
        assert made.CXONE_ID not in page
        assert "anna.k@example.org" not in page
        assert made.only(request).identifier.masked in page


def test_what_may_name_the_person_is_kept_from_auditors(
    officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, note="Rang twice.", description="As agreed with the person")
    made.failed(made.only(request), message="Contact of Anna is locked.")
    for words in ("Rang twice.", "As agreed with the person", "Contact of Anna is locked."):
        assert words in text_of(signed_in(officer), request)
        assert words not in text_of(signed_in(auditor), request)


def test_only_a_request_without_a_submission_offers_to_send(
    officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    waiting, gone = made.registered(officer, ("email", "a@example.org")), made.filed(officer)
    send = "admin:request_send"
    assert reverse(send, args=[waiting.reference]) in text_of(signed_in(officer), waiting)
    assert reverse(send, args=[waiting.reference]) not in text_of(signed_in(auditor), waiting)
    assert reverse(send, args=[gone.reference]) not in text_of(signed_in(officer), gone)


@pytest.mark.parametrize("who", ["operator", "stranger"])
def test_others_are_refused(
    who: str, officer: User, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    filed, client = made.filed(officer), signed_in(request.getfixturevalue(who))
    assert client.get(address(filed)).status_code == 403
    assert live(client, filed).status_code == 403


def test_an_unknown_reference_is_not_found(officer: User, signed_in: made.SignIn) -> None:
    for reference in ("PR-2026-999999", "PR-2026-1", "pr-2026-000001"):
        assert signed_in(officer).get(f"/admin/requests/{reference}/").status_code == 404


def test_the_page_takes_no_post(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    assert signed_in(officer).post(address(request)).status_code == 405
    assert signed_in(officer).post(address(request, "request_live")).status_code == 405


# What comes next ----------------------------------------------------------------------------------------


def test_a_queued_request_says_when_it_goes_in_the_readers_zone(
    officer: User, signed_in: made.SignIn
) -> None:
    officer.time_zone = "Asia/Tokyo"
    officer.save()
    request = made.filed(officer, delay=timedelta(minutes=15))
    goes_at = made.only(request).next_attempt_at
    with timezone.override("Asia/Tokyo"):
        words = timezone.localtime(goes_at).strftime("%H:%M")

    page = text_of(signed_in(officer), request)

    assert "Goes to CXone " in page
    assert f"at {words}." in page
    assert "Times in Asia/Tokyo" in page


def test_a_held_request_names_the_hold_its_ground_and_the_way_out(
    officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, categories=["ANALYTICS"])
    hold = LegalHold.objects.get(code="RET-1")
    ask = reverse("admin:override_ask", args=[request.reference, 1])

    page = text_of(signed_in(officer), request)

    assert f"On hold: RET-1, {hold.ground}" in page
    assert "the statutory date keeps running" in page
    assert ask in page
    assert ask not in text_of(signed_in(auditor), request)


def test_a_question_already_asked_is_named_instead_of_offered(
    officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, categories=["ANALYTICS"])
    with audited() as log:
        question = overrides.ask(
            log,
            made.only(request),
            by=officer,
            reason=OverrideReason.MATTER_CLOSED,
            justification="The matter was closed by the court in May.",
            now=timezone.now(),
        )

    page = text_of(signed_in(officer), request)

    assert "asked for an override" in page
    assert reverse("admin:override_ask", args=[request.reference, 1]) not in page
    assert reverse("admin:override_decide", args=[question.pk]) in text_of(signed_in(reviewer), request)


def test_a_flag_says_what_to_do(officer: User, auditor: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    made.flagged(made.accepted(made.only(request)), Attention.STALLED)
    seen = reverse("admin:attention_clear", args=[request.reference, 1])

    page = text_of(signed_in(officer), request)

    assert str(ATTENTION_LINES[Attention.STALLED]) in page
    assert seen in page
    assert seen not in text_of(signed_in(auditor), request)


def test_a_pause_of_the_connection_is_said_while_something_waits_for_it(
    officer: User, signed_in: made.SignIn
) -> None:
    Upstream.objects.filter(id=1).update(
        paused_until=timezone.now() + timedelta(minutes=1), pause_code=PauseCode.RATE_LIMITED
    )
    waiting, ended = made.filed(officer), made.filed(officer, "cust-2")
    made.completed(made.only(ended))
    line = str(PAUSE_LINES[PauseCode.RATE_LIMITED])
    assert line in text_of(signed_in(officer), waiting)
    assert line not in text_of(signed_in(officer), ended)


# What CXone reported ------------------------------------------------------------------------------------


def test_a_completion_shows_the_cascade_and_its_sum_as_cxones_report(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    made.completed(made.only(request), 1284, [("Recordings", 1200), ("Chat <b>transcripts</b>", 84)])
    page = text_of(signed_in(officer), request)
    for words in (
        "What CXone reported",
        "Recordings",
        "1,200",
        "Chat &lt;b&gt;transcripts&lt;/b&gt;",
        "1,284",
    ):
        assert words in page
    assert "CXone reported done: 1,284 records." in page


def test_nothing_found_says_to_check_the_identifier_and_offers_to_correct_it(
    officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    made.completed(made.only(request), 0, [])
    correct = reverse("admin:submission_correct", args=[request.reference, 1])
    page = text_of(signed_in(officer), request)
    assert "found nothing: check the identifier before you answer" in page
    assert correct in page
    assert correct not in text_of(signed_in(auditor), request)


def test_a_completion_without_a_count_claims_none(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    made.completed(made.only(request), None, [])
    assert "without saying how many records" in text_of(signed_in(officer), request)


def test_a_failure_after_records_were_removed_says_so_with_cxones_words_escaped(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    made.failed(
        made.only(request), message=f"<script>no</script> {made.CXONE_ID.upper()} is locked", records=12
    )
    page = text_of(signed_in(officer), request)
    assert "CXone reported that it failed after 12 records were removed." in page
    assert "&lt;script&gt;no&lt;/script&gt;" in page
    assert made.CXONE_ID.upper() not in page
    assert reverse("admin:submission_correct", args=[request.reference, 1]) in page


def test_an_access_request_ends_with_a_copy_to_collect(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer, type="ACCESS")
    made.completed(made.only(request))
    page = text_of(signed_in(officer), request)
    assert "CXone reports finished: collect the copy there" in page
    assert "deleted" not in page


def test_what_was_filed_anew_is_named_and_not_offered_again(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    failed = made.failed(made.only(request))
    right = Identifier("cxone_id", "cust-2026-9999")
    filing.correct_identifier(failed, right, by=officer, send_delay=timedelta(0))
    page = text_of(signed_in(officer), request)
    assert "Filed anew as submission 2." in page
    assert reverse("admin:submission_correct", args=[request.reference, 1]) not in page


# The timeline -------------------------------------------------------------------------------------------


def test_every_event_is_told_newest_first_with_its_number(
    officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    made.completed(made.only(request))
    events = list(AuditEvent.objects.filter(obj=request.obj).order_by("-seq"))

    timeline = signed_in(auditor).get(address(request)).context["timeline"]

    assert [moment.seq for moment in timeline.moments] == [event.seq for event in events]
    assert [moment.who for moment in timeline.moments] == ["PrivacyAdmin"] * 3 + ["Lena Hofmann"] * 2
    assert timeline.moments[0].words.startswith("CXone reported that it is done: 7 records deleted")
    page = text_of(signed_in(auditor), request)
    for event in events:
        assert reverse("admin:audit_auditevent_change", args=[event.seq]) in page


def test_an_officer_sees_the_numbers_and_no_way_into_the_log(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    seq = AuditEvent.objects.filter(obj=request.obj).earliest("seq").seq
    page = text_of(signed_in(officer), request)
    assert f"#{seq}" in page
    assert reverse("admin:audit_auditevent_change", args=[seq]) not in page


def test_with_several_submissions_each_event_says_which(officer: User, signed_in: made.SignIn) -> None:
    one, two = made.filed(officer, "c-1"), made.filed(officer, "c-2", "c-3")
    client = signed_in(officer)
    assert "(submission 1)" not in text_of(client, one)
    assert "(submission 2)" in text_of(client, two)


def test_the_whole_life_of_a_request_can_be_told(
    officer: User, other_officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    """Each kind of event that a request may have is put into words of its own, with nothing left in code."""
    request = made.filed(officer, categories=["ANALYTICS"])
    submission, now = made.only(request), timezone.now()
    with audited() as log:
        question = overrides.ask(
            log,
            submission,
            by=officer,
            reason=OverrideReason.MATTER_CLOSED,
            justification="The matter was closed by the court in May.",
            now=now,
        )
    with audited() as log:
        overrides.decide(log, question, by=reviewer, approve=True, reason="Seen.", now=now, send_at=now)
    made.sent(submission := made.only(request))
    with audited() as log:
        lifecycle.requeue(log, submission, reason="rate_limited", next_attempt_at=now)
    made.sent(submission)
    with audited() as log:
        lifecycle.note_unclear(log, submission, reason="timed_out")
        lifecycle.repeat_sending(log, submission)
        lifecycle.raise_attention(log, submission, Attention.UNCLEAR)
    with audited() as log:
        lifecycle.clear_attention(log, made.only(request), by=officer)
        lifecycle.accept(log, made.only(request), cxone_id="a-1", next_poll_at=now, now=now)
    with audited() as log:
        lifecycle.note_callback(log, made.only(request), status="COMPLETED")
        lifecycle.complete(log, made.only(request), records=0, body="{}", now=now)
        lifecycle.assign(log, request, to=other_officer, by=other_officer)
    made.answered(request, officer)

    moments = signed_in(officer).get(address(request)).context["timeline"].moments

    assert moments[2].words.startswith("CXone reported that it is done and found nothing, ")
    assert [moment.words for moment in reversed(moments)] == [
        f"Registered: received on {long_date(request.received_on)}, due on {long_date(request.due_on)}",
        "Filed: Analytics; scope: this contact",
        "On hold: RET-1. Nothing was sent",
        "Override asked for: the matter is closed",
        "Override approved",
        "Free to be sent: an override was approved",
        "Being sent to CXone",
        "Not taken by CXone, queued again: CXone asked for fewer calls",
        "Being sent to CXone once more, attempt 2",
        "Unclear whether CXone took it: its answer did not come in time",
        "Being sent to CXone once more, attempt 3",
        "Needs a look: unclear whether CXone took it",
        "Looked at: unclear whether CXone took it",
        "Accepted by CXone, which calls it a-1",
        "A callback came: it says COMPLETED",
        moments[2].words,
        "Anna Berg has it now",
        f"Answered on {long_date(made.today())} (e-mail): done",
    ]


# Following by itself ------------------------------------------------------------------------------------


def test_the_live_part_is_a_fragment_that_is_not_sent_twice(officer: User, signed_in: made.SignIn) -> None:
    request, client = made.filed(officer), signed_in(officer)
    first = live(client, request)
    assert first.status_code == 200
    assert "<html" not in first.content.decode()
    assert request.reference in first.content.decode()
    again = live(client, request, first["ETag"])
    assert again.status_code == 304
    assert again.content == b""


def test_the_page_knows_the_version_that_it_shows(officer: User, signed_in: made.SignIn) -> None:
    request, client = made.filed(officer), signed_in(officer)
    version = client.get(address(request)).context["version"]
    assert live(client, request, f'"{version}"').status_code == 304


def test_every_move_makes_a_new_version(officer: User, other_officer: User, signed_in: made.SignIn) -> None:
    request, client = made.filed(officer, delay=timedelta(minutes=15)), signed_in(officer)
    versions = [live(client, request)["ETag"]]

    def moved() -> None:
        answer = live(client, request, versions[-1])
        assert answer.status_code == 200
        versions.append(answer["ETag"])

    Submission.objects.filter(request=request).update(next_attempt_at=timezone.now())
    moved()
    made.accepted(made.only(request))
    moved()
    Upstream.objects.filter(id=1).update(
        paused_until=timezone.now() + timedelta(minutes=1), pause_code=PauseCode.UNREACHABLE
    )
    moved()
    with audited() as log:
        lifecycle.assign(log, request, to=other_officer, by=other_officer)
    moved()
    assert len(set(versions)) == len(versions)


def test_the_version_changes_when_a_queued_submissions_time_comes(
    officer: User, signed_in: made.SignIn, time_machine: TimeMachineFixture
) -> None:
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    request, client = made.filed(officer, delay=timedelta(minutes=15)), signed_in(officer)
    before = live(client, request)["ETag"]
    time_machine.move_to(now + timedelta(minutes=16), tick=False)
    assert live(client, request, before).status_code == 200


@pytest.mark.parametrize(
    ("state", "moving"),
    [
        ("registered", "never"),
        ("about to go", "soon"),
        ("goes later", "later"),
        ("processing", "soon"),
        ("held", "later"),
        ("completed", "never"),
    ],
)
def test_it_says_how_soon_something_can_change(
    state: str, moving: str, officer: User, signed_in: made.SignIn
) -> None:
    if state == "registered":
        request = made.registered(officer, ("email", "a@example.org"))
    elif state == "held":
        request = made.filed(officer, categories=["ANALYTICS"])
    else:
        delay = timedelta(minutes=15) if state == "goes later" else timedelta(0)
        request = made.filed(officer, delay=delay)
    if state == "processing":
        made.accepted(made.only(request))
    if state == "completed":
        made.completed(made.only(request))
    assert f'data-moving="{moving}"' in text_of(signed_in(officer), request)


def test_somebody_whose_session_ended_is_sent_to_the_sign_in(officer: User, client: Client) -> None:
    answer = live(client, made.filed(officer))
    assert answer.status_code == 302
    assert reverse("admin:login") in answer.url


# Looking at a flag --------------------------------------------------------------------------------------


def test_i_have_looked_at_it_clears_the_flag_and_is_put_on_record(
    officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    made.flagged(made.accepted(made.only(request)), Attention.STALLED)
    seen = reverse("admin:attention_clear", args=[request.reference, 1])

    answer = signed_in(officer).post(seen, follow=True)

    assert made.only(request).attention == ""
    assert str(ATTENTION_LINES[Attention.STALLED]) not in answer.content.decode()
    newest = AuditEvent.objects.filter(obj=request.obj).latest("seq")
    assert (newest.act, newest.actor) == ("attention.cleared", officer.actor)
    assert json.loads(newest.body)["data"] == {"submission": 1, "flag": "stalled"}


def test_looking_twice_says_that_nothing_waits_any_more(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    seen = reverse("admin:attention_clear", args=[request.reference, 1])
    before = AuditEvent.objects.filter(obj=request.obj).count()
    answer = signed_in(officer).post(seen, follow=True)
    assert "waits for a look any more" in answer.content.decode()
    assert AuditEvent.objects.filter(obj=request.obj).count() == before


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_say_that_they_have_looked(
    who: str, officer: User, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    filed = made.filed(officer)
    made.flagged(made.accepted(made.only(filed)), Attention.STALLED)
    seen = reverse("admin:attention_clear", args=[filed.reference, 1])
    assert signed_in(request.getfixturevalue(who)).post(seen).status_code == 403
    assert made.only(filed).attention == Attention.STALLED


def test_a_look_is_posted_with_the_forms_token(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    seen = reverse("admin:attention_clear", args=[request.reference, 1])
    assert signed_in(officer).get(seen).status_code == 405
    assert made.guarded(officer).post(seen).status_code == 403

"""Importing requests on the page: looked at, filed, followed, stopped, taken back; twice is once."""

import csv
import io
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from audit.trail import audited
from erasure import jobs, lifecycle
from erasure.choices import ImportStage
from erasure.encryption import decrypt
from erasure.imports import runs, uploads, withdrawing
from erasure.imports.outcomes import summed
from erasure.models import ImportedRow, ImportLot, ImportRun, PrivacyRequest, Submission
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.filing_desk import said, text_of
from tests.erasure.made_lists import (
    BAD,
    IMPORTS,
    begun,
    checked,
    csv_of,
    given,
    imported,
    known,
    row,
    upload,
    work_all,
    work_once,
)
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db(transaction=True)

LOG = ("import.started", "import.finished", "import.stopped")


@pytest.fixture(autouse=True)
def _sent_in_an_hour(settings: Any) -> None:
    settings.SEND_DELAY_SECONDS = 3600


def page_of(run: ImportRun, name: str = "") -> str:
    return reverse(f"admin:request_import{f'_{name}' if name else ''}", args=[run.pk])


def import_events(run: ImportRun) -> list[str]:
    return list(AuditEvent.objects.filter(obj=run.obj).order_by("seq").values_list("act", flat=True))


def result_of(client: Client, run: ImportRun) -> list[dict[str, str]]:
    content = b"".join(client.get(page_of(run, "result")).streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


# Who may --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_import_requests(
    signed_in: SignIn, officer: User, request: pytest.FixtureRequest, who: str
) -> None:
    run = checked(officer, csv_of(row()))
    client = signed_in(request.getfixturevalue(who))
    assert upload(client, csv_of(row())).status_code == 403
    for name in ("", "live", "result"):
        assert client.get(page_of(run, name)).status_code == 403
    for name in ("file", "discard", "stop", "withdraw"):
        assert client.post(page_of(run, name)).status_code == 403
    assert ImportRun.objects.get().stage == ImportStage.CHECKED


def test_another_officer_looks_and_stops_but_does_not_file_what_is_not_hers(
    signed_in: SignIn, officer: User, other_officer: User
) -> None:
    run = checked(officer, csv_of(row()))
    client = signed_in(other_officer)
    assert "Only Lena Hofmann, who gave it, can have it filed." in text_of(client.get(page_of(run)))
    for name in ("file", "discard"):
        assert client.post(page_of(run, name), {"identity_check": "document"}).status_code == 403
    runs.begin(run, identity_check="document", duplicate_reason="")
    assert "Stopped." in said(client.post(page_of(run, "stop")))


# Looking at it --------------------------------------------------------------------------------------------


def test_it_shows_row_by_row_what_would_happen_and_files_nothing(officer: User, signed_in: SignIn) -> None:
    there = made.filed(officer, "cust-open")
    before = PrivacyRequest.objects.count()
    client = signed_in(officer)
    answer = upload(
        client,
        csv_of(
            row(1),
            row(2, categories="ANALYTICS"),
            row(3, categories="CONTACT;ANALYTICS"),
            row(4, subject_id="cust-open"),
            row(1),
            row(1, categories="SMS"),
            row(5, type="DELETE", received_on="1.2.2026"),
            row(6, type="ACCESS", categories="ANALYTICS"),
        ),
    )
    work_all()
    page = client.get(answer["Location"])
    words = text_of(page)
    assert page.context["shown"].sums == {"filed": 3, "blocked": 1, "refused": 3, "same": 1}
    assert sum(page.context["shown"].sums.values()) == 8
    assert "4 requests would be filed" in words
    assert words.count("Held by RET-1.") == 2
    assert f"{there.reference} of the same person is still open." in words
    assert "The same as line 2." in words
    assert "Line 2 asks for the same person." in words
    assert "type: Write one of ERASURE, ACCESS." in words
    assert "received_on: This cannot be read as a day." in words
    assert PrivacyRequest.objects.count() == before
    assert not AuditEvent.objects.filter(act__in=LOG).exists()


def test_identifiers_are_masked_on_every_page_of_it(officer: User, signed_in: SignIn) -> None:
    run = checked(officer, csv_of(*map(row, range(3))))
    client = signed_in(officer)
    assert "cust-2026-0001" not in client.get(page_of(run)).content.decode()
    assert "cu••••01" in text_of(client.get(page_of(run)))
    assert all("cust" not in "".join(one.values()) for one in result_of(client, run))


def test_a_long_list_is_turned_and_narrowed_and_its_numbers_add_up(officer: User, signed_in: SignIn) -> None:
    run = checked(
        officer, csv_of(*(row(number, **(BAD["no id"] if number % 4 == 0 else {})) for number in range(80)))
    )
    client = signed_in(officer)
    first, second = (client.get(page_of(run), {"page": number}).context for number in (1, 2))
    assert [len(context["rows"]) for context in (first, second)] == [50, 30]
    refused = client.get(page_of(run), {"verdict": "refused"}).context
    assert [one.known.line for one in refused["rows"]] == list(range(2, 82, 4))
    tabs = {tab.verdict: tab.count for tab in first["tabs"]}
    assert tabs == {"": 80, "file": 60, "refused": 20}
    assert client.get(page_of(run), {"verdict": "nonsense", "page": "x"}).context["verdict"] == ""


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"name\n1\n", b"\0\0"])
def test_what_is_no_list_gets_its_message_beside_the_field_and_nothing_is_kept(
    officer: User, signed_in: SignIn, content: bytes
) -> None:
    answer = upload(signed_in(officer), content)
    assert answer.status_code == 200
    assert len(answer.context["form"].errors["list"]) == 1
    assert not ImportRun.objects.exists()


def test_the_example_is_good(officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)
    example = client.get(reverse("admin:request_import_example")).content
    upload(client, example)
    work_all()
    assert ImportRun.objects.get().counts == {"file": 2}


# Filing it ------------------------------------------------------------------------------------------------


def test_it_is_filed_on_the_word_of_who_gave_it_who_owns_what_it_becomes(
    officer: User, signed_in: SignIn
) -> None:
    run = checked(
        officer, csv_of(row(1, channel=""), row(2, categories="CONTACT;ANALYTICS"), row(3, **BAD["no id"]))
    )
    client = signed_in(officer)
    assert "Choose one before anything is filed." in text_of(client.post(page_of(run, "file")))
    assert not PrivacyRequest.objects.exists()
    answer = client.post(page_of(run, "file"), {"identity_check": "known_details"})
    assert answer["Location"] == page_of(run)
    work_all()
    one, two = PrivacyRequest.objects.order_by("reference")
    assert (one.owner, one.filed_by, one.channel, one.identity_check) == (
        officer,
        officer,
        "other",
        "known_details",
    )
    assert one.external_reference == "T-1"
    assert sorted(two.submissions.values_list("status", flat=True)) == ["blocked", "queued"]
    due = one.submissions.get().next_attempt_at
    assert due is not None
    assert due - one.filed_at == timedelta(hours=1)
    page = client.get(page_of(run))
    assert "2 requests filed" in text_of(page)
    assert page.context["shown"].sums == {"filed": 2, "blocked": 0, "refused": 1, "same": 0}


def test_pressing_twice_or_in_two_tabs_files_once(officer: User, signed_in: SignIn) -> None:
    run = checked(officer, csv_of(row(1)))
    tabs = [signed_in(officer), signed_in(officer)]
    answers = [tab.post(page_of(run, "file"), {"identity_check": "document"}) for tab in tabs]
    work_all()
    work_all()
    assert "is being filed already" in said(answers[1])
    assert PrivacyRequest.objects.count() == 1
    assert import_events(run) == ["import.started", "import.finished"]


def test_the_same_list_again_files_nothing_and_names_what_was_filed(officer: User, signed_in: SignIn) -> None:
    text = csv_of(*map(row, range(3)), row(9, **BAD["another date"]))
    imported(officer, text)
    again = imported(officer, text)
    assert summed(again.counts) == {"filed": 0, "blocked": 0, "refused": 1, "same": 3}
    assert PrivacyRequest.objects.count() == 3
    references = list(PrivacyRequest.objects.order_by("reference").values_list("reference", flat=True))
    results = result_of(signed_in(officer), again)
    assert [one["reference"] for one in results] == [*references, ""]
    assert "was filed before as" in text_of(signed_in(officer).get(page_of(again)))


def test_a_list_corrected_and_given_again_files_only_what_was_put_right(officer: User) -> None:
    imported(officer, csv_of(row(1), row(2, **BAD["another date"])))
    again = imported(officer, csv_of(row(1), row(2)))
    assert summed(again.counts) == {"filed": 1, "blocked": 0, "refused": 0, "same": 1}


def test_a_duplicate_is_left_out_unless_the_list_has_a_reason_for_it(officer: User) -> None:
    there = made.filed(officer, "cust-open")
    text = csv_of(row(1, subject_id="cust-open"), row(2), row(2, categories="SMS"))
    run = imported(officer, text)
    assert summed(run.counts) == {"filed": 1, "blocked": 0, "refused": 2, "same": 0}
    assert known(run)[2].reference == there.reference
    again = imported(officer, text, duplicate_reason="The second batch asks anew.")
    assert summed(again.counts) == {"filed": 2, "blocked": 0, "refused": 0, "same": 1}
    beside = ImportedRow.objects.get(run=again, line=2).request
    assert beside.note == f"Filed beside {there.reference}: The second batch asks anew."
    assert again.duplicate_reason is None


def test_what_came_up_between_the_look_and_the_filing_is_told_not_filed(officer: User) -> None:
    run = begun(officer, csv_of(row(1), row(2)))
    between = made.filed(officer, "cust-2026-0001")
    work_all()
    run.refresh_from_db()
    assert run.counts == {"duplicate": 1, "file": 1}
    assert known(run)[2].reference == between.reference


def test_the_result_says_of_every_line_what_became_of_it_and_nothing_a_spreadsheet_would_run(
    officer: User, signed_in: SignIn
) -> None:
    run = imported(
        officer, csv_of(row(1), row(2, categories="ANALYTICS"), *(row(9, **cells) for cells in BAD.values()))
    )
    answer = signed_in(officer).get(page_of(run, "result"))
    assert answer["Content-Disposition"] == f'attachment; filename="import-{run.pk}-result.csv"'
    results = result_of(signed_in(officer), run)
    assert [int(one["line"]) for one in results] == list(range(2, 14))
    assert Counter(one["result"] for one in results) == {"Filed": 1, "On hold": 1, "To be put right": 10}
    assert all(bool(one["reference"]) != bool(one["error"]) for one in results)
    assert all(not re.match(r"[=+\-@\t\r]", cell) for one in results for cell in one.values())


# What is kept ---------------------------------------------------------------------------------------------


def test_the_list_is_kept_encrypted_and_gone_when_it_is_filed(officer: User) -> None:
    run = checked(officer, csv_of(row(1, description="Quillfeather")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT cells FROM erasure_importlot")
        [(stored,)] = cursor.fetchall()
    assert stored.startswith("gAAAA")
    assert "Quillfeather" in decrypt(stored)
    runs.begin(run, identity_check="document", duplicate_reason="")
    work_all()
    lot = ImportLot.objects.get()
    assert lot.cells is None
    assert "Quillfeather" not in str(lot.outcomes) + str(lot.verdicts)
    assert "cust-" not in str(lot.outcomes) + str(lot.verdicts)


def test_a_list_that_nobody_files_is_thrown_away_after_a_day(officer: User) -> None:
    run = checked(officer, csv_of(row(1)))
    fresh = checked(officer, csv_of(row(2)))
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    jobs.tick_round()
    run.refresh_from_db()
    assert run.stage == ImportStage.ABANDONED
    assert list(ImportLot.objects.values_list("run", flat=True)) == [fresh.pk]


def test_a_list_can_be_thrown_away_at_once_even_while_it_is_looked_at(
    officer: User, signed_in: SignIn
) -> None:
    run = given(officer, csv_of(row(1)))
    client = signed_in(officer)
    assert "Thrown away." in said(client.post(page_of(run, "discard")))
    work_all()
    run.refresh_from_db()
    assert (run.stage, ImportLot.objects.count()) == (ImportStage.ABANDONED, 0)
    assert "Nothing of this list was filed" in text_of(client.get(page_of(run)))
    assert "there is no list left" in said(client.post(page_of(run, "discard")))
    assert client.post(page_of(run, "file"), {"identity_check": "document"}).status_code == 302
    assert not PrivacyRequest.objects.exists()


# Following it ---------------------------------------------------------------------------------------------


def test_the_page_shows_how_far_it_is_whenever_it_is_opened(officer: User, signed_in: SignIn) -> None:
    run = begun(officer, csv_of(*map(row, range(60))))
    client = signed_in(officer)
    live = client.get(page_of(run, "live"))
    assert client.get(page_of(run, "live"), headers={"If-None-Match": live["ETag"]}).status_code == 304
    assert work_once(seconds=0)
    moved = client.get(page_of(run, "live"), headers={"If-None-Match": live["ETag"]})
    assert moved.status_code == 200
    assert 'value="25"' in moved.content.decode()
    page = client.get(page_of(run))
    assert "25 of 60 rows." in text_of(page)
    assert page.context["shown"].moving == "soon"
    work_all()
    assert "60 requests filed" in text_of(client.get(page_of(run)))


def test_it_says_when_no_worker_is_at_it(officer: User, signed_in: SignIn) -> None:
    run = given(officer, csv_of(row(1)))
    client = signed_in(officer)
    assert "No worker is at it" not in text_of(client.get(page_of(run)))
    ImportRun.objects.update(created_at=timezone.now() - timedelta(seconds=20))
    assert "No worker is at it" in text_of(client.get(page_of(run)))


def test_earlier_imports_are_listed_with_their_counts(officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)
    assert "No list was imported yet" in text_of(client.get(IMPORTS))
    imported(officer, csv_of(row(1), row(2, **BAD["no id"])))
    assert "1 filed, 0 on hold, 1 refused, 0 the same" in text_of(client.get(IMPORTS))


# Stopping it, and taking back -----------------------------------------------------------------------------


def test_stopped_in_the_middle_it_files_no_further_row_and_says_which_were_left(
    officer: User, signed_in: SignIn
) -> None:
    run = begun(officer, csv_of(*map(row, range(60))))
    work_once(seconds=0)
    client = signed_in(officer)
    assert "No further row is filed" in said(client.post(page_of(run, "stop")))
    work_all()
    assert PrivacyRequest.objects.count() == 25
    page = client.get(page_of(run))
    assert page.context["shown"].left == 35
    assert Counter(one["result"] for one in result_of(client, run)) == {"Filed": 25, "Not filed": 35}
    assert not ImportLot.objects.filter(cells__isnull=False).exists()
    assert "nothing to stop" in said(client.post(page_of(run, "stop")))
    again = imported(officer, csv_of(*map(row, range(60))))
    assert summed(again.counts) == {"filed": 35, "blocked": 0, "refused": 0, "same": 25}


def test_until_it_is_sent_everything_can_be_taken_back_with_one_button(
    officer: User, signed_in: SignIn
) -> None:
    run = imported(officer, csv_of(*map(row, range(40)), row(50, categories="ANALYTICS")))
    for submission in Submission.objects.order_by("pk")[:3]:
        made.sent(submission)
    client = signed_in(officer)
    assert "Stop all that has not been sent: 38 of 41" in text_of(client.get(page_of(run)))
    client.post(page_of(run, "withdraw"))
    client.post(page_of(run, "withdraw"))
    assert "0 of 41 submissions so far." in text_of(client.get(page_of(run)))
    work_all()
    run.refresh_from_db()
    assert Counter(Submission.objects.values_list("status", flat=True)) == {"cancelled": 38, "submitting": 3}
    assert "Lena Hofmann stopped 38 of 41 submissions" in text_of(client.get(page_of(run)))
    assert event_data(run.obj, "import.stopped") == [{"rows": 41, "submissions": 38, "too_late": 3}]
    assert AuditEvent.objects.filter(act="request.cancelled").count() == 38
    assert "nothing is left to take back" in said(client.post(page_of(run, "withdraw")))


def test_what_cxone_gave_back_in_between_can_be_taken_back_as_well(officer: User, signed_in: SignIn) -> None:
    run = imported(officer, csv_of(row(1), row(2)))
    late = made.sent(Submission.objects.order_by("pk")[0])
    withdrawing.ask(run, by=officer)
    work_all()
    with audited() as log:
        lifecycle.requeue(log, late, reason="rate_limited", next_attempt_at=timezone.now())
    client = signed_in(officer)
    assert "Stop all that has not been sent: 1 of 2" in text_of(client.get(page_of(run)))
    client.post(page_of(run, "withdraw"))
    work_all()
    run.refresh_from_db()
    assert run.withdrawn == 2


def test_nothing_is_taken_back_while_it_is_being_filed(officer: User, signed_in: SignIn) -> None:
    run = begun(officer, csv_of(row(1)))
    assert "it is being filed or taken back" in said(signed_in(officer).post(page_of(run, "withdraw")))
    assert not withdrawing.ask(run, by=officer)


# The log --------------------------------------------------------------------------------------------------


def test_the_log_has_counts_of_the_import_and_the_usual_events_of_each_request(officer: User) -> None:
    run = imported(officer, csv_of(row(1), row(2, categories="ANALYTICS"), row(3, **BAD["no id"]), row(1)))
    assert event_data(run.obj, "import.started") == [{"rows": 4, "via": "page"}]
    counts = {"rows": 4, "filed": 1, "blocked": 1, "refused": 1, "same": 1}
    assert event_data(run.obj, "import.finished") == [counts]
    one, two = PrivacyRequest.objects.order_by("reference")
    acts = [
        list(AuditEvent.objects.filter(obj=each.obj).order_by("seq").values_list("act", flat=True))
        for each in (one, two)
    ]
    assert acts == [
        ["request.registered", "request.filed"],
        ["request.registered", "request.filed", "request.blocked"],
    ]


def test_uploads_are_discarded_by_nobody_once_they_are_filed(officer: User) -> None:
    run = imported(officer, csv_of(row(1)))
    assert not uploads.discard(run)
    assert ImportLot.objects.count() == 1


def test_what_is_overdue_already_is_said_and_counted_before_it_is_filed(
    signed_in: SignIn, officer: User
) -> None:
    long_ago = (made.today() - timedelta(days=60)).isoformat()
    late = {"received_on": long_ago}
    run = checked(officer, csv_of(row(1), row(2, **late), row(3, **late, type="DELETE")))
    answer = signed_in(officer).get(page_of(run))
    assert list(answer.context["shown"].days_overdue) == [3]
    days = answer.context["shown"].days_overdue[3]
    page = text_of(answer)
    assert page.count(f"Already overdue by {days} days") == 1
    assert "Already overdue 1" in page
    assert runs.begin(run, identity_check="document", duplicate_reason="")
    work_all()
    assert "Already overdue" not in text_of(signed_in(officer).get(page_of(run)))

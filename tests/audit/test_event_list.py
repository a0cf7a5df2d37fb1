"""Reading the log on its pages: who may, what is found, and that nothing can be changed there."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from audit.admin.event_words import event_choices
from audit.events import Event
from audit.models import AuditEvent
from audit.signing import signing_notices
from audit.signing.checkpoints import vkey_file
from audit.signing.signer import sign_head
from audit.trail import audited
from privacyadmin.models import User
from tests.audit import tampering

LIST = "admin:audit_auditevent_changelist"
#: Session, person, permissions, the panel above the list, the form's people, and the page itself.
MOST_QUERIES = 24

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def reader(auditor: User, officer: User, signed_in: SignIn) -> Client:
    """The auditor's browser, over a log in which Lena, the program and CXone have acted."""
    with audited() as trail:
        trail.record(
            Event.REQUEST_BLOCKED,
            actor=officer.actor,
            obj="request:PR-2026-000042",
            data={"submission": 1, "holds": ["RET-1"]},
        )
        trail.record(
            Event.CALLBACK_REFUSED, actor="cxone", obj="request:PR-2026-000043", data={"reason": "unknown"}
        )
        trail.record(
            Event.OVERRIDE_REFUSED,
            actor="u:gone2222",
            obj="request:PR-2026-000044",
            data={"submission": 1, "reason": "own_request"},
            res="denied",
        )
    return signed_in(auditor)


def shown(client: Client, **query: str) -> str:
    answer = client.get(reverse(LIST), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_auditor_reads_every_event_in_words(reader: Client) -> None:
    page = shown(reader)
    for words in (
        "Blocked by a hold",
        "PR-2026-000042",
        "Lena Hofmann",
        "Callback refused",
        "CXone",
        "Override decision not allowed",
        "u:gone2222",
        "Log begun",
        "PrivacyAdmin",
        "Refused",
        "Done",
    ):
        assert words in page
    assert "request:PR-" not in page


def test_the_newest_event_stands_first(reader: Client) -> None:
    page = shown(reader)
    assert page.index("PR-2026-000044") < page.index("PR-2026-000043") < page.index("PR-2026-000042")


@pytest.mark.parametrize("term", ["PR-2026-000042", "pr-2026-000042", " request:PR-2026-000042 "])
def test_a_search_finds_the_events_of_one_request(reader: Client, term: str) -> None:
    page = shown(reader, q=term)
    assert "Blocked by a hold" in page
    assert "PR-2026-000043" not in page


def results(client: Client, **query: str) -> list[int]:
    answer = client.get(reverse(LIST), query)
    return [event.seq for event in answer.context["cl"].result_list]


def test_a_search_finds_a_number_a_person_and_an_event(reader: Client, officer: User) -> None:
    assert results(reader, q="2") == [2]
    assert results(reader, q=officer.staff_id) == results(reader, q=officer.actor) == [1]
    assert results(reader, q="callback.refused") == [2]
    assert results(reader, q="9" * 30) == results(reader, q="PR-2026-00004") == results(reader, q="²") == []


def test_the_filter_leaves_one_kind_of_event(reader: Client) -> None:
    assert results(reader, act="request.blocked") == [1]
    assert results(reader, act="no.such") == []
    everything = results(reader)
    assert len(everything) > 3
    assert everything == sorted(everything, reverse=True)


def test_names_take_no_query_of_their_own(reader: Client, officer: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(reader)
        return len(captured)

    before = queries()
    with audited() as trail:
        for number in range(40):
            trail.record(Event.USER_INVITED, actor=officer.actor, obj=f"user:invited{number}")
    assert queries() == before


def test_terms_narrow_together(reader: Client, officer: User) -> None:
    assert results(reader, actor=officer.actor) == [1]
    assert results(reader, actor="cxone") == results(reader, res="ok", q="PR-2026-000043") == [2]
    assert results(reader, res="denied") == [3]
    assert results(reader, res="failed") == results(reader, actor="cxone", act="request.blocked") == []
    assert results(reader, actor="u:gone2222", act="override.refused", res="denied") == [3]


def test_both_days_are_included_and_are_days_in_the_readers_zone(
    auditor: User, officer: User, signed_in: SignIn
) -> None:
    # In Auckland the 9th of March begins at 11:00 UTC on the 8th.
    for moment in ("2030-03-08 10:59", "2030-03-08 11:00", "2030-03-09 10:59", "2030-03-09 11:00"):
        with time_machine.travel(f"{moment}:30+00:00", tick=False), audited() as trail:
            trail.record(Event.USER_INVITED, actor=officer.actor, obj="user:somebody")
    first, *_others, last = AuditEvent.objects.filter(actor=officer.actor).order_by("seq")
    auditor.time_zone = "Pacific/Auckland"
    auditor.save()
    with time_machine.travel("2030-03-09 12:00:00+00:00", tick=False):
        reader = signed_in(auditor)
        day = {"first_day": "2030-03-09", "last_day": "2030-03-09", "actor": officer.actor}
        assert results(reader, **day) == [last.seq - 1, first.seq + 1]
        assert results(reader, actor=officer.actor, last_day="2030-03-08") == [first.seq]
        assert results(reader, actor=officer.actor, first_day="2030-03-10") == [last.seq]


@pytest.mark.parametrize(
    ("term", "value", "words"),
    [
        ("q", "anna.k@example.org", "reference such as PR-2026-000042"),
        ("act", "no.such", "not one of the available choices"),
        ("actor", "Lena Hofmann", "Choose somebody from the list"),
        ("first_day", "2026-02-30", "Enter a valid date"),
        ("res", "perhaps", "not one of the available choices"),
    ],
)
def test_a_wrong_term_is_named_and_nothing_is_shown(
    reader: Client, term: str, value: str, words: str
) -> None:
    assert words in shown(reader, **{term: value})
    assert results(reader, **{term: value}) == []


def test_days_in_the_wrong_order_are_named(reader: Client) -> None:
    assert "This day is before the first one" in shown(reader, first_day="2026-03-02", last_day="2026-03-01")


def test_what_was_asked_for_becomes_the_address(reader: Client) -> None:
    answer = reader.post(reverse(LIST), {"q": " PR-2026-000042 ", "act": "", "res": "ok", "first_day": ""})
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse(LIST)}?q=PR-2026-000042&res=ok"
    assert reader.post(reverse(LIST), {"q": ""})["Location"] == reverse(LIST)


def test_an_identifier_that_is_pasted_never_comes_into_an_address(reader: Client) -> None:
    answer = reader.post(reverse(LIST), {"q": "anna.k@example.org"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Type a request’s reference" in page
    assert reverse("admin:erasure_privacyrequest_changelist") in page
    assert "anna.k" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page))


def test_people_of_the_log_are_chosen_by_name(reader: Client, officer: User, reviewer: User) -> None:
    page = shown(reader)
    assert f'<option value="{officer.actor}">Lena Hofmann ({officer.staff_id})</option>' in page
    assert "Marek Vondra" not in page
    gone = shown(reader, actor="u:gone2222")
    assert '<option value="u:gone2222" selected>u:gone2222</option>' in gone


def test_every_kind_of_event_can_be_chosen_once() -> None:
    offered = [act for _heading, choices in event_choices() for act, _words in choices]
    assert sorted(offered) == sorted(map(str, Event))


def test_fifty_events_make_a_page(reader: Client) -> None:
    with audited() as trail:
        for number in range(60):
            trail.record(Event.USER_INVITED, actor="sys", obj=f"user:invited{number}")
    newest = AuditEvent.objects.order_by("-seq").values_list("seq", flat=True)[0]
    assert len(results(reader)) == 50
    assert len(results(reader, all="")) == 50
    assert results(reader, after="-1") == list(range(49, -1, -1))
    assert results(reader, before="3") == [2, 1, 0]
    assert results(reader, after=str(newest - 2)) == [newest, newest - 1]
    assert results(reader, before="x") == results(reader)


@pytest.mark.parametrize("narrowed", [{}, {"act": "user.invited"}, {"first_day": "2020-01-01"}])
def test_the_pages_lead_through_the_whole_log_and_back(reader: Client, narrowed: dict[str, str]) -> None:
    with audited() as trail:
        for number in range(130):
            trail.record(Event.USER_INVITED, actor="sys", obj=f"user:invited{number}")
    kinds = {"act": "user.invited"} if "act" in narrowed else {}
    every = list(AuditEvent.objects.filter(**kinds).order_by("-seq").values_list("seq", flat=True))
    assert walked(reader, narrowed, "older") == every
    assert sorted(walked(reader, {**narrowed, "after": "-1"}, "newer"), reverse=True) == every


def walked(client: Client, query: dict[str, str], onwards: str) -> list[int]:
    """The numbers of all pages, following the links of one kind from where `query` leads."""
    address, found = f"{reverse(LIST)}?{urlencode(query)}", []
    for _page in range(10):
        changes = client.get(address).context["cl"]
        found += [event.seq for event in changes.result_list]
        if onwards not in changes.links:
            return found
        address = reverse(LIST) + changes.links[onwards]
    raise AssertionError("The links go round in a circle.")


def test_a_page_holds_still_while_the_log_grows(reader: Client) -> None:
    before = results(reader, before="4")
    with audited() as trail:
        trail.record(Event.USER_INVITED, actor="sys", obj="user:somebody")
    assert results(reader, before="4") == before == [3, 2, 1, 0]


def test_events_that_the_clock_put_out_of_order_stand_by_time_among_days(reader: Client) -> None:
    for moment in ("2031-01-02", "2031-01-01"):
        with time_machine.travel(f"{moment} 12:00:00+00:00", tick=False), audited() as trail:
            trail.record(Event.USER_INVITED, actor="sys", obj="user:somebody")
    newest = AuditEvent.objects.order_by("-seq")[0].seq
    assert results(reader, first_day="2031-01-01", last_day="2031-01-02") == [newest - 1, newest]
    assert results(reader, first_day="2031-01-01", last_day="2031-01-02", before=str(newest - 1)) == [newest]


def test_it_says_how_many_events_there_are(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def words(**query: str) -> str:
        return reader.get(reverse(LIST), query).context["cl"].count_words

    with audited() as trail:
        for number in range(1_020):
            trail.record(Event.USER_INVITED, actor="sys", obj=f"user:invited{number}")
    assert words() == f"{AuditEvent.objects.count():,} events"
    assert words(act="request.blocked") == "1 event"
    assert words(act="user.invited") == "1,020 events"
    assert words(res="ok") == "50 of more events"
    monkeypatch.setattr("audit.admin.event_paging.MOST_COUNTED", 1_000)
    monkeypatch.setattr("audit.admin.event_list.MOST_COUNTED", 1_000)
    assert words(act="user.invited") == "More than 1,000 events"


def test_a_page_takes_the_same_few_queries_however_it_is_narrowed(
    reader: Client, officer: User, django_assert_max_num_queries: Any
) -> None:
    for query in ({}, {"before": "3"}, {"q": "PR-2026-000042"}, {"actor": officer.actor}, {"res": "denied"}):
        with django_assert_max_num_queries(MOST_QUERIES):
            shown(reader, **query)


def test_above_the_list_stands_how_the_log_stands(reader: Client) -> None:
    page = shown(reader)
    assert "Not verified yet" in page
    assert "None yet" in page
    checkpoint = sign_head()
    page = shown(reader)
    for words in (
        f"{checkpoint.size} events",
        escape(checkpoint.note),
        escape(vkey_file()),
        "Evidence (ZIP)",
        "CSV view",
        "Verify now",
        reverse("admin:log_check_elsewhere"),
    ):
        assert words in page
    assert "Earlier logs" not in page


def test_a_signer_that_refuses_is_told_at_the_top(reader: Client) -> None:
    signing_notices.tell_refusal("The log has 3 events, and 9 were signed.", using="default")
    page = shown(reader)
    assert "The signer refuses to sign this log" in page
    assert "9 were signed" in page


def test_a_damaged_line_is_shown_as_damaged(reader: Client) -> None:
    tampering.change(1, body="x")
    assert "Line damaged" in shown(reader)


def test_the_list_opens_though_the_line_that_names_the_key_is_damaged(reader: Client) -> None:
    tampering.change(0, body="x")
    assert "The lines that name the log&#x27;s keys cannot be read" in shown(reader)


@pytest.mark.parametrize("who", ["auditor", "superuser"])
def test_nobody_adds_changes_or_deletes(who: str, request: pytest.FixtureRequest, signed_in: SignIn) -> None:
    client = signed_in(request.getfixturevalue(who))
    there = reverse(LIST)
    assert client.post(f"{there}add/", {"body": "x"}).status_code == 404
    assert client.post(f"{there}0/delete/", {"post": "yes"}).status_code == 404
    assert client.get(f"{there}0/history/").status_code == 404
    assert client.post(reverse("admin:audit_auditevent_change", args=[0]), {"body": "x"}).status_code == 405
    client.post(reverse(LIST), {"action": "delete_selected", "_selected_action": ["0"], "post": "yes"})
    assert AuditEvent.objects.filter(seq=0).exists()


@pytest.mark.parametrize("who", ["officer", "reviewer", "operator", "stranger"])
@pytest.mark.parametrize("address", [LIST, "admin:audit_auditevent_change"])
def test_others_do_not_read_it(
    who: str, address: str, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))
    arguments = [0] if address.endswith("_change") else []
    assert client.get(reverse(address, args=arguments)).status_code == 403


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(client: Client) -> None:
    answer = client.get(reverse(LIST))
    assert answer.status_code == 302
    assert reverse("admin:login") in answer["Location"]

"""Reading the log on its pages: who may, what is found, and that nothing can be changed there."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.append_only import installing, lifting
from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from privacyadmin.models import User

LIST = "admin:audit_auditevent_changelist"

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


def test_fifty_events_make_a_page(reader: Client) -> None:
    with audited() as trail:
        for number in range(60):
            trail.record(Event.USER_INVITED, actor="sys", obj=f"user:invited{number}")
    assert len(results(reader)) == 50
    assert results(reader, p="2")[-1] == 0
    assert len(results(reader, all="")) == 50


def test_an_event_shows_its_line_and_leaf_as_stored(reader: Client) -> None:
    event = AuditEvent.objects.get(seq=1)
    answer = reader.get(reverse("admin:audit_auditevent_change", args=[1]))
    page = answer.content.decode()
    assert event.body.replace('"', "&quot;") in page
    assert bytes(event.leaf).hex() in page
    assert "Lena Hofmann" in page
    assert 'name="_save"' not in page


def test_a_damaged_line_is_shown_as_damaged(reader: Client) -> None:
    with connection.cursor() as cursor:
        for statement in lifting(connection.vendor):
            cursor.execute(statement)
        cursor.execute("UPDATE audit_event SET body = 'x' WHERE seq = 1")
        for statement in installing(connection.vendor):
            cursor.execute(statement)
    assert "Line damaged" in shown(reader)
    assert "Line damaged" in reader.get(reverse("admin:audit_auditevent_change", args=[1])).content.decode()


@pytest.mark.parametrize("who", ["auditor", "superuser"])
def test_nobody_adds_changes_or_deletes(who: str, request: pytest.FixtureRequest, signed_in: SignIn) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(reverse("admin:audit_auditevent_add")).status_code == 403
    assert client.post(reverse("admin:audit_auditevent_add"), {"body": "x"}).status_code == 403
    assert client.post(reverse("admin:audit_auditevent_change", args=[0]), {"body": "x"}).status_code == 403
    assert client.post(reverse("admin:audit_auditevent_delete", args=[0]), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:audit_auditevent_history", args=[0])).status_code == 404
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

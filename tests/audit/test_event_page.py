"""The page of one event: what it says, its line and leaf as stored, and what proves it."""

import html
import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from audit.events import Event
from audit.log_format import leaf_hash
from audit.models import AuditEvent
from audit.signing.signer import sign_head
from audit.trail import audited
from audit.verifier.proof_text import parse_proof
from privacyadmin.models import User
from tests.audit import tampering
from tests.erasure.made_requests import SignIn, filed

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(auditor: User, signed_in: SignIn) -> Client:
    """The auditor's browser."""
    return signed_in(auditor)


def shown(client: Client, seq: int) -> str:
    answer = client.get(reverse("admin:audit_auditevent_change", args=[seq]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def event(officer: User) -> AuditEvent:
    """What Lena did about a request that exists."""
    request = filed(officer)
    return AuditEvent.objects.filter(obj=request.obj).earliest("seq")


def test_it_shows_the_line_and_the_leaf_as_stored(reader: Client, event: AuditEvent) -> None:
    page = shown(reader, event.seq)
    assert html.escape(event.body) in page
    assert bytes(event.leaf).hex() in page
    assert f"&quot;seq&quot;: {event.seq}," in page
    for words in ("Request registered", "Lena Hofmann", event.actor, event.act):
        assert words in page
    assert 'name="_save"' not in page


def test_it_leads_to_the_request_and_to_all_events_about_it(reader: Client, event: AuditEvent) -> None:
    page = shown(reader, event.seq)
    reference = event.obj.removeprefix("request:")
    assert reverse("admin:request_page", args=[reference]) in page
    assert f"{reverse('admin:audit_auditevent_changelist')}?q=request%3A{reference}" in page


def test_who_may_not_see_requests_is_not_led_there(
    event: AuditEvent, stranger: User, signed_in: SignIn
) -> None:
    stranger.user_permissions.add(Permission.objects.get(codename="view_auditevent"))
    page = shown(signed_in(stranger), event.seq)
    reference = event.obj.removeprefix("request:")
    assert reference in page
    assert reverse("admin:request_page", args=[reference]) not in page


def test_it_leads_to_the_events_before_and_after(reader: Client, event: AuditEvent) -> None:
    page = shown(reader, event.seq)
    for neighbour, relation in ((event.seq - 1, "prev"), (event.seq + 1, "next")):
        assert f'rel="{relation}" href="{reverse("admin:audit_auditevent_change", args=[neighbour])}"' in page
    assert 'rel="prev"' not in shown(reader, 0)
    assert 'rel="next"' not in shown(reader, AuditEvent.objects.latest("seq").seq)


def test_an_event_that_no_checkpoint_covers_says_so(reader: Client, event: AuditEvent) -> None:
    page = shown(reader, event.seq)
    assert "Not covered yet" in page
    assert "Copy the proof" not in page


def test_an_event_that_is_covered_names_the_first_checkpoint_and_carries_its_proof(
    reader: Client, event: AuditEvent
) -> None:
    first = sign_head()
    with audited() as trail:
        trail.record(Event.USER_INVITED, actor="sys", obj="user:somebody")
    newest = sign_head()
    page = shown(reader, event.seq)
    assert "Covered by a checkpoint" in page
    assert f"signed over {newest.size:,} events" in page
    assert f"of size {first.size}, was signed on" in page
    written = re.search(r'<pre class="pa-code" id="proof"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert written is not None
    proof = parse_proof(html.unescape(written[1]))
    assert (proof.line, proof.index, proof.note.text()) == (event.body, event.seq, newest.note)


@pytest.mark.parametrize("damage", ["x", "other", "number"])
def test_a_line_that_was_changed_is_called_damaged(reader: Client, event: AuditEvent, damage: str) -> None:
    sign_head()
    bodies = {
        "x": "x",
        "other": event.body.replace('"res":"ok"', '"res":"failed"'),
        "number": event.body.replace(f'"seq":{event.seq},', f'"seq":{event.seq + 1},'),
    }
    tampering.change(event.seq, body=bodies[damage])
    page = shown(reader, event.seq)
    assert "This event is damaged" in page
    assert "Does not fit what was signed" in page
    assert "Covered by a checkpoint" not in page


def test_a_line_that_was_changed_together_with_its_leaf_does_not_fit_what_was_signed(
    reader: Client, event: AuditEvent
) -> None:
    sign_head()
    changed = event.body.replace('"res":"ok"', '"res":"failed"')
    tampering.change(event.seq, body=changed, leaf=leaf_hash(changed))
    page = shown(reader, event.seq)
    assert "This event is damaged" not in page
    assert "Does not fit what was signed" in page


@pytest.mark.parametrize("number", ["999999", "1.5", "-1", "x", "9" * 30])
def test_what_is_no_event_is_not_found(reader: Client, number: str) -> None:
    assert reader.get(f"/admin/audit/auditevent/{number}/change/").status_code == 404

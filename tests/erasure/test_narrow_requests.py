"""Narrowing the list by its address: each filter and all together, as chips, and what is not known."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle
from erasure.admin.request_filters import FILTERS
from erasure.choices import Channel, ExtensionGround, Outcome, PauseGround
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of
from tests.erasure.made_lists import csv_of, imported, row
from tests.erasure.test_list_requests import references, the_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists(officer: User, signed_in: made.SignIn) -> Callable[..., list[str]]:
    """The references that Lena's list shows for these parameters."""
    client = signed_in(officer)
    return lambda **terms: references(client.get(the_list(), terms))


def extended(request: PrivacyRequest, by: User) -> PrivacyRequest:
    with audited() as log:
        lifecycle.extend(
            log,
            request,
            by=by,
            ground=ExtensionGround.COMPLEXITY,
            explanation="Many systems.",
            told_on=made.today(),
            now=timezone.now(),
        )
    return request


def ended(by: User, name: str, outcome: Outcome, *, received: int = 3, answered: int = 0) -> PrivacyRequest:
    request = made.filed(by, name, received_on=made.today() - timedelta(days=received))
    if outcome == Outcome.REFUSED:
        with audited() as log:
            lifecycle.cancel(log, made.only(request), by=by, because="stopped", now=timezone.now())
    else:
        made.completed(made.only(request))
    return made.answered(request, by, outcome, on=made.today() - timedelta(days=answered))


def test_it_narrows_by_channel_and_days_of_receipt(officer: User, lists: Callable[..., list[str]]) -> None:
    phone = made.filed(officer, "c-1", channel=Channel.PHONE, received_on=made.today() - timedelta(days=9))
    mail = made.filed(officer, "c-2")
    day = (made.today() - timedelta(days=9)).isoformat()
    assert lists(channel="phone") == [phone.reference]
    assert lists(received_to=day) == [phone.reference]
    assert lists(received_from=day, received_to=day) == [phone.reference]
    assert lists(received_from=made.today().isoformat()) == []
    assert lists(received_from=(made.today() - timedelta(days=5)).isoformat()) == [mail.reference]


def test_it_narrows_by_answer_ground_and_day_of_the_answer(
    officer: User, lists: Callable[..., list[str]]
) -> None:
    done = ended(officer, "c-1", Outcome.DONE, answered=2)
    refused = ended(officer, "c-2", Outcome.REFUSED)
    yesterday = (made.today() - timedelta(days=1)).isoformat()
    assert lists(outcome="done") == [done.reference]
    assert lists(ground="identity_not_established") == [refused.reference]
    assert lists(ground="legal_claims") == []
    assert lists(answered_to=yesterday) == [done.reference]
    assert lists(answered_from=yesterday) == [refused.reference]


def test_late_and_in_time_are_all_that_was_answered(officer: User, lists: Callable[..., list[str]]) -> None:
    in_time = ended(officer, "c-1", Outcome.DONE)
    late = ended(officer, "c-2", Outcome.DONE, received=70)
    made.filed(officer, "c-3", received_on=made.today() - timedelta(days=70))
    assert lists(late="yes") == lists(late="other") == [late.reference]
    assert lists(late="hold") == []
    assert lists(in_time="yes") == [in_time.reference]


def test_it_narrows_to_what_was_extended(officer: User, lists: Callable[..., list[str]]) -> None:
    longer = extended(made.filed(officer, "c-1"), officer)
    plain = made.filed(officer, "c-2")
    assert lists(extended="yes") == [longer.reference]
    assert lists(extended="no") == [plain.reference]


def test_it_narrows_to_a_missed_target_before_and_after_the_statutory_date(
    officer: User, lists: Callable[..., list[str]]
) -> None:
    missed = made.filed(officer, "c-1", received_on=made.today() - timedelta(days=27))
    overdue = made.filed(officer, "c-2", received_on=made.today() - timedelta(days=50))
    made.filed(officer, "c-3")
    assert missed.target_on < made.today() <= missed.due_on
    assert set(lists(due="target_missed")) == {missed.reference, overdue.reference}
    assert lists(due="overdue") == [overdue.reference]
    assert lists(due_from=made.today().isoformat(), due_to=missed.due_on.isoformat()) == [missed.reference]


def test_it_narrows_to_one_colleague_and_to_nobody(
    officer: User, other_officer: User, lists: Callable[..., list[str]]
) -> None:
    mine, theirs = made.filed(officer, "c-1"), made.filed(other_officer, "c-2")
    assert lists(owner=other_officer.staff_id) == [theirs.reference]
    assert lists(owner="nobody") == []
    User.objects.filter(pk=other_officer.pk).update(is_active=False)
    assert lists(owner="nobody") == [theirs.reference]
    assert lists(owner="me") == [mine.reference]


def test_it_narrows_to_what_an_imported_list_has_filed(
    officer: User, lists: Callable[..., list[str]], signed_in: made.SignIn
) -> None:
    made.filed(officer, "c-by-hand")
    first, second = imported(officer, csv_of(row(1), row(2))), imported(officer, csv_of(row(3)))
    of_first = sorted(one.request.reference for one in first.imported_rows.all())
    assert sorted(lists(**{"import": str(first.pk)})) == of_first
    page = signed_in(officer).get(reverse("admin:request_import", args=[second.pk])).content.decode()
    assert f"?import={second.pk}" in page
    assert "See the request filed" in page


def test_filters_are_combined(officer: User, lists: Callable[..., list[str]]) -> None:
    wanted = made.filed(officer, "c-1", regulation="utah", channel=Channel.LETTER)
    made.filed(officer, "c-2", regulation="utah")
    made.filed(officer, "c-3", channel=Channel.LETTER)
    assert lists(regulation="utah", channel="letter", stage="open", owner="me") == [wanted.reference]
    assert lists(regulation="utah", channel="letter", stage="answered") == []


def test_each_filter_is_a_chip_that_takes_itself_away(officer: User, signed_in: made.SignIn) -> None:
    made.filed(officer)
    answer = signed_in(officer).get(the_list(), {"stage": "open", "received_from": "2026-01-31", "q": "PR-"})
    chips = answer.context["narrowing"].chips
    assert [(str(chip.label), str(chip.words)) for chip in chips] == [
        ("Status", "Open"),
        ("Received from", "31 January 2026"),
    ]
    assert [chip.without for chip in chips] == [
        f"{the_list()}?q=PR-&received_from=2026-01-31",
        f"{the_list()}?q=PR-&stage=open",
    ]
    page = answer.content.decode()
    for chip in chips:
        assert chip.without.replace("&", "&amp;") in page
    assert "1 found" in text_of(answer)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"stage": "nonsense"}, "“Status” does not know"),
        ({"due": "never", "owner": "stranger"}, "“Statutory date”, “Who has it” does not know"),
        ({"received_from": "2026-02-30"}, "“Received from” does not know"),
        ({"answered_to": "20260131"}, "“Answered until” does not know"),
        ({"reference__startswith": "PR"}, "something that this list cannot be narrowed by"),
        ({"e": "1"}, "something that this list cannot be narrowed by"),
    ],
)
def test_what_is_not_known_is_left_out_and_said(
    terms: dict[str, str], words: str, officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    answer = signed_in(officer).get(the_list(), {**terms, "type": "ERASURE"})
    assert answer.status_code == 200
    assert references(answer) == [request.reference]
    assert words in text_of(answer)
    assert [str(chip.words) for chip in answer.context["narrowing"].chips] == ["Erasure"]


def test_the_panel_leads_to_an_address_of_what_was_chosen_alone(
    officer: User, signed_in: made.SignIn
) -> None:
    everything = dict.fromkeys((one.name for one in FILTERS), "")
    answer = signed_in(officer).get(the_list(), {**everything, "stage": "failed"})
    assert answer["Location"] == f"{the_list()}?stage=failed"


def test_the_panel_shows_what_is_chosen(officer: User, signed_in: made.SignIn) -> None:
    terms = {"regulation": "utah", "due_to": "2027-01-31"}
    page = signed_in(officer).get(the_list(), terms).content.decode()
    assert '<option value="utah" selected>' in page
    assert 'name="due_to" value="2027-01-31"' in page
    assert "Clear all filters" in page


def test_pages_keep_the_filters(officer: User, signed_in: made.SignIn, monkeypatch: Any) -> None:
    for number in range(3):
        made.filed(officer, f"c-{number}")
    monkeypatch.setattr("erasure.admin.request_list.PrivacyRequestAdmin.list_per_page", 2)
    client = signed_in(officer)
    answer = client.get(the_list(), {"stage": "open"})
    assert '?p=2&amp;stage=open"' in answer.content.decode()
    assert len(references(client.get(the_list(), {"stage": "open", "p": "2"}))) == 1


def test_every_filter_works_with_every_choice_it_offers(officer: User, signed_in: made.SignIn) -> None:
    made.filed(officer)
    client = signed_in(officer)
    for one in FILTERS:
        for value in [code for code, _label in one.options()] if one.options else ["2026-11-01"]:
            answer = client.get(the_list(), {one.name: value})
            assert answer.status_code == 200, (one.name, value)
            assert answer.context["narrowing"].complaint == "", (one.name, value)


def test_a_paused_clock_is_a_need_to_narrow_by(officer: User, lists: Callable[..., list[str]]) -> None:
    paused = made.registered(officer, ("email", "a@example.org"), type="ACCESS", regulation="uk-gdpr")
    made.filed(officer, "c-2")
    with audited() as log:
        lifecycle.pause(
            log, paused, by=officer, ground=PauseGround.IDENTITY, from_day=made.today(), now=timezone.now()
        )
    assert lists(need="paused") == [paused.reference]


def test_who_sees_no_requests_is_refused_whatever_the_filter(client: Client, operator: User) -> None:
    client.force_login(operator)
    assert client.get(the_list(), {"stage": "open"}).status_code == 403
    assert client.post(reverse("admin:requests_export")).status_code == 403


def test_both_days_of_an_end_at_cxone_are_asked_of_one_submission(
    officer: User, lists: Callable[..., list[str]]
) -> None:
    """One part ended long before these days, the other after them: none ended within."""
    request = made.filed(officer, "c-1", "c-2")
    for number, days in ((1, 9), (2, 0)):
        part = made.completed(made.only(request, number))
        type(part).objects.filter(pk=part.pk).update(closed_at=timezone.now() - timedelta(days=days))
    first, last = ((made.today() - timedelta(days=days)).isoformat() for days in (6, 3))
    assert lists(ended_from=first) == lists(ended_to=last) == [request.reference]
    assert lists(ended_from=first, ended_to=last) == []


def test_complied_with_is_done_in_whole_or_in_part(officer: User, lists: Callable[..., list[str]]) -> None:
    done = ended(officer, "c-1", Outcome.DONE)
    ended(officer, "c-2", Outcome.REFUSED)
    assert lists(outcome="complied") == [done.reference]

"""The page of the law's clocks: every row in words, and a calculator that files nothing."""

import pytest
from django.conf import LazySettings
from django.test import Client

from erasure.models import PrivacyRequest
from erasure.regulations import RULES
from privacyadmin.models import User
from tests.erasure.filing_desk import SignIn, text_of

PAGE = "/admin/regulations/"


def test_every_regulation_is_there_and_says_whether_it_is_on(lena: Client, settings: LazySettings) -> None:
    answer = lena.get(PAGE)

    assert [row.token for row in answer.context["on"]] == ["gdpr", "uk-gdpr", "ccpa", "utah"]
    assert len(answer.context["off"]) == len(RULES) - 4
    html = answer.content.decode()
    assert all(f'id="{rule.regulation}"' in html for rule in RULES)
    settings.REGULATIONS_ON = ["us-fl"]
    assert [row.token for row in lena.get(PAGE).context["on"]] == ["us-fl"]


def test_a_row_says_its_rule_its_periods_its_sources_and_its_version(lena: Client) -> None:
    words = text_of(lena.get(PAGE))

    for said in (
        "Answer without undue delay, at the latest within one month of receipt.",
        "Two further months, counted from receipt",
        "Grounds: the complexity of the request, the number of requests",
        "Off here (EU_IDENTITY_PAUSE): While information that confirms the identity is awaited",
        "Of an access request alone",
        "10 business days",
        "Once by 15 days.",
        "Regulation (EEC, Euratom) No 1182/71, Art. 3",
        "Version 2",
        "First period: no date to compute",
        "no public holidays are configured",
        "Computed, not legal advice.",
    ):
        assert said in words


def test_it_names_the_place_whose_holidays_are_days_off_and_a_pause_that_is_on(
    lena: Client, settings: LazySettings
) -> None:
    settings.HOLIDAYS, settings.EU_IDENTITY_PAUSE = "DE-BY", True
    words = text_of(lena.get(PAGE))

    assert "Public holidays of DE-BY" in words
    assert "Off here" not in words


def test_the_calculator_shows_the_dates_with_their_derivation_and_files_nothing(lena: Client) -> None:
    answer = lena.get(PAGE, {"regulation": "ccpa", "received_on": "2099-10-06", "type": "ACCESS"})

    words = text_of(answer)
    assert "Statutory date Friday 20 November 2099" in words
    assert "Confirm receipt by Tuesday 20 October 2099" in words
    assert "If extended, due on Monday 4 January 2100" in words
    assert "The person must be told of it by Friday 20 November 2099" in words
    assert "45 calendar days later" in words
    assert not PrivacyRequest.objects.exists()


def test_before_anything_is_asked_it_computes_nothing_and_suggests_today(lena: Client) -> None:
    answer = lena.get(PAGE)

    assert answer.context["tried"] is None
    assert 'value="2099-11-21"' in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"received_on": "2099-11-22"}, "lies in the future"),
        ({"received_on": "2099-02-30"}, "Give the day as year, month and day"),
        ({"regulation": "lgpd", "received_on": "2099-11-20"}, "Select a valid choice"),
        ({"type": "DELETE"}, "Select a valid choice"),
    ],
)
def test_it_says_what_is_wrong_with_what_was_asked(lena: Client, query: dict[str, str], said: str) -> None:
    answer = lena.get(PAGE, query)

    assert answer.status_code == 200
    assert said in text_of(answer)
    assert answer.context["tried"] is None


def test_where_the_calendar_has_no_working_day_it_says_what_to_check(
    lena: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("erasure.deadlines.working_days.LONGEST_CLOSURE_DAYS", 0)
    answer = lena.get(PAGE, {"regulation": "gdpr", "received_on": "2099-10-21"})  # A month on is a Saturday.

    assert "Check the public holidays that are configured (HOLIDAYS)." in text_of(answer)


@pytest.mark.parametrize(("role", "status"), [("reviewer", 200), ("auditor", 200), ("operator", 403)])
def test_who_sees_requests_sees_their_clocks(
    role: str, status: int, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    who: User = request.getfixturevalue(role)
    assert signed_in(who).get(PAGE).status_code == status

"""The dashboard: who sees what, every number with the list it counts, regulation and period, wrong dates."""

import json
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle, overrides
from erasure.admin.tiles import decimal, percent
from erasure.choices import Attention, Outcome, OverrideReason
from erasure.metrics import at_cxone
from erasure.metrics.periods import Period, month_of
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.made_requests import (
    SignIn,
    accepted,
    answered,
    completed,
    failed,
    filed,
    flagged,
    only,
    registered,
    sent,
    today,
)

pytestmark = pytest.mark.django_db

DASHBOARD = reverse("admin:dashboard")


@pytest.fixture
def some(officer: User) -> dict[str, PrivacyRequest]:
    """Requests that between them are counted by every tile of what is open."""
    names = ("to_be_answered", "failed", "attention", "under_way", "done")
    made = {name: filed(officer, f"cust-2026-{place:04d}") for place, name in enumerate(names)}
    completed(only(made["to_be_answered"]))
    failed(only(made["failed"]))
    flagged(accepted(only(made["attention"])), Attention.UNEXPECTED_ANSWER)
    accepted(only(made["under_way"]), cxone_id="7f1c-under-way")
    completed(only(made["done"]))
    answered(made["done"], officer, Outcome.DONE)
    made["registered"] = registered(officer, ("email", "someone@example.org"))
    long_ago = {"received_on": today() - timedelta(days=50), "regulation": "ccpa", "type": "ACCESS"}
    made["overdue"] = filed(officer, "cust-2026-0011", **long_ago)
    made["due_soon"] = filed(officer, "cust-2026-0012", received_on=today() - timedelta(days=27))
    made["asked"] = filed(officer, "cust-2026-0013", categories=["ANALYTICS"])
    with audited() as log:
        overrides.ask(
            log,
            only(made["asked"]),
            by=officer,
            reason=OverrideReason.MATTER_CLOSED,
            justification="The matter was closed on 3 March by counsel.",
            now=timezone.now(),
        )
    return made


def dashboard(client: Client, **asked: str) -> Any:
    answer = client.get(DASHBOARD, asked)
    assert answer.status_code == 200
    return answer


def tiles(answer: Any) -> dict[str, Any]:
    return {tile.label: tile for tile in (*answer.context["now"], *answer.context["within"])}


def listed(client: Client, href: str) -> int:
    count: int = client.get(href).context["cl"].result_count
    return count


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor"])
def test_every_number_of_what_is_open_leads_to_the_list_it_counts(
    some: dict[str, PrivacyRequest], signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    found = tiles(dashboard(client))
    expected = {
        "Open": 8,
        "Overdue": 1,
        "Due in 7 days": 1,
        "To be answered": 1,
        "Awaiting override": 1,
        "Failed": 1,
    }
    assert {label: found[label].value for label in expected} == expected
    for label, count in expected.items():
        assert listed(client, found[label].href) == count, label


def test_every_number_of_the_days_leads_to_the_list_it_counts(
    some: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    period = {"first_day": (today() - timedelta(days=60)).isoformat(), "last_day": today().isoformat()}
    found = tiles(dashboard(client, **period))
    assert (found["Received"].value, found["Answered in time"].value) == (9, "1 of 1")
    assert (found["Median days to answer"].value, found["95 % answered within"].value) == ("3", "3 days")
    assert found["Success rate at CXone"].value == "66.6 %"
    for label in ("Success rate at CXone", "Median time at CXone"):
        assert listed(client, found[label].href) == 3, label
    assert listed(client, found["Received"].href) == 9
    for label in ("Answered in time", "Median days to answer", "95 % answered within"):
        assert listed(client, found[label].href) == 1, label


def test_every_number_behind_a_chart_leads_to_the_list_it_counts(
    some: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    linked = 0
    for chart in dashboard(client, period="last_90_days").context["charts"]:
        for name, cells in chart.rows:
            for cell in cells:
                assert bool(cell.href) == bool(cell.value)
                if cell.href:
                    linked += 1
                    assert listed(client, cell.href) == cell.value, (chart.title, name)
    assert linked >= 12


def test_the_charts_the_words_for_them_and_the_tables_agree(
    some: dict[str, PrivacyRequest], signed_in: SignIn
) -> None:
    both = person("both", "Auditors", "Operators")
    answer = dashboard(signed_in(both), period="last_90_days")
    for chart in answer.context["charts"]:
        drawn = json.loads(chart.data)
        assert [name for name, _cells in chart.rows] == drawn["labels"]
        for place, dataset in enumerate(drawn["datasets"]):
            assert [cells[place].value for _name, cells in chart.rows] == dataset["data"]
    page = answer.content.decode()
    assert page.count('role="img"') == page.count("<summary>Show as a table</summary>") == 5


def test_one_about_several_categories_counts_in_each(officer: User, signed_in: SignIn) -> None:
    filed(officer, "cust-2026-0001", categories=["CONTACT", "CHAT"])
    filed(officer, "cust-2026-0002", categories=["CHAT"])
    registered(officer, "cust-2026-0003")
    charts = {chart.key: chart for chart in dashboard(signed_in(officer)).context["charts"]}
    counted = {name: cell.value for name, (cell,) in charts["category"].rows}
    assert counted == {"Contact": 1, "Chat": 2, "Not chosen yet": 1}


def test_a_regulation_narrows_every_number(
    some: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    answer = dashboard(client, regulation="ccpa", period="last_90_days")
    found = tiles(answer)
    assert (found["Open"].value, found["Overdue"].value, found["Received"].value) == (1, 1, 1)
    assert found["Failed"].value == found["To be answered"].value == 0
    for label in ("Open", "Overdue", "Received"):
        assert listed(client, found[label].href) == 1
    assert {chart.key for chart in answer.context["charts"]} == {"per-day", "days-left", "category"}
    assert 'href="/admin/dashboard/?period=this_year&amp;regulation=ccpa"' in answer.content.decode()


def test_days_of_ones_own_are_kept_and_a_name_is_not(officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)
    filed(officer)
    own = dashboard(client, period="last_month", first_day="2026-01-05", last_day="2026-01-07")
    assert own.context["preset"] is None
    assert own.context["span"] == "5 Jan 2026 to 7 Jan 2026"
    named = dashboard(client, period="last_month")
    assert named.context["preset"] == "last_month"
    assert named.content.decode().count('aria-current="true"') == 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"first_day": "2026-02-30", "last_day": "2026-03-01"},
            "This is not a day. Write it as year-month-day",
        ),
        ({"first_day": "2026-03-02", "last_day": "2026-03-01"}, "This day is before the first one."),
        ({"first_day": "2006-03-02", "last_day": "2026-03-01"}, "Choose at most ten years."),
        ({"first_day": "", "last_day": "2026-03-01"}, "Give the first day."),
        ({"regulation": "elsewhere"}, "There is no such regulation here."),
    ],
)
def test_what_cannot_be_counted_gets_a_clear_word_and_no_numbers(
    officer: User, signed_in: SignIn, asked: dict[str, str], words: str
) -> None:
    filed(officer)
    answer = dashboard(signed_in(officer), **asked)
    assert words in text_of(answer)
    assert "charts" not in answer.context
    assert "Put the words beside the fields right" in text_of(answer)


def test_a_period_of_no_known_name_is_this_month(officer: User, signed_in: SignIn) -> None:
    filed(officer)
    assert dashboard(signed_in(officer), period="forever").context["preset"] == "this_month"


def test_without_any_request_it_says_what_will_be_here(
    officer: User, auditor: User, signed_in: SignIn
) -> None:
    page = text_of(dashboard(signed_in(officer)))
    assert "No requests yet" in page
    assert "File a request" in page
    assert "Privacy officers register the first one" in text_of(dashboard(signed_in(auditor)))


def test_who_may_see_no_request_sees_no_dashboard(operator: User, stranger: User, signed_in: SignIn) -> None:
    for who in (operator, stranger):
        assert signed_in(who).get(DASHBOARD).status_code == 403


def test_more_requests_take_no_more_queries(
    officer: User, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(officer)
    for number in range(8):
        completed(only(filed(officer, f"cust-2026-{number:04d}")))
    with django_assert_max_num_queries(20):
        dashboard(client)


def test_an_operator_sees_what_cxone_answered_and_no_request(
    operator: User, officer: User, signed_in: SignIn
) -> None:
    accepted(only(filed(officer, "cust-2026-0001")))
    page = signed_in(operator).get(reverse("admin:upstream"))
    (row,) = [cells for _name, cells in page.context["chart"].rows if any(cell.value for cell in cells)]
    assert [cell.value for cell in row] == [1, 0, 0, 0, 0]
    assert "PR-20" not in page.content.decode()


def test_the_answers_of_cxone_are_told_apart(officer: User) -> None:
    now = timezone.now()
    accepted(only(filed(officer, "cust-2026-0001")))
    refused, unclear = (sent(only(filed(officer, f"cust-2026-{place}"))) for place in ("0002", "0003"))
    reasons = ("rate_limited", "rate_limited", "unreachable", "token_busy")
    requeued = [sent(only(filed(officer, f"cust-2026-1{place}"))) for place, _reason in enumerate(reasons)]
    with audited() as log:
        lifecycle.fail(log, refused, code="refused_by_cxone", message="No.", now=now)
        for row, reason in zip(requeued, reasons, strict=True):
            lifecycle.requeue(log, row, reason=reason, next_attempt_at=now)
        for reason in ("server_trouble", "timed_out", "timed_out"):
            lifecycle.note_unclear(log, unclear, reason=reason)
    (told,) = at_cxone.answers_of_cxone(Period(today(), today()))
    kinds = (told.accepted, told.refused, told.too_many, told.server_trouble, told.other)
    # A token that was just being renewed is no answer of CXone's.
    assert kinds == (1, 1, 2, 1, 3)
    before = month_of(month_of(today()).first - timedelta(days=1))
    assert sum(part.accepted + part.other for part in at_cxone.answers_of_cxone(before)) == 0


@pytest.mark.parametrize(
    ("rate", "words"),
    [(None, "–"), (1.0, "100 %"), (0.9999, "99.9 %"), (0.986, "98.6 %"), (0.0, "0 %"), (2 / 3, "66.6 %")],
)
def test_a_rate_is_rounded_down_so_that_only_all_is_all(rate: float | None, words: str) -> None:
    assert percent(rate) == words


@pytest.mark.parametrize(("number", "words"), [(None, "–"), (13.5, "13.5"), (20, "20"), (6.25, "6.3")])
def test_days_are_shown_to_one_decimal(number: float | None, words: str) -> None:
    assert decimal(None if number is None else Fraction(number)) == words


def test_its_foot_names_the_month_and_the_year_in_words(
    some: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    page = text_of(dashboard(signed_in(officer), first_day="2026-02-01", last_day="2026-02-28"))
    assert "Figures of February 2026" in page
    assert "Figures of 2026" in page

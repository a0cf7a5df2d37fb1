"""The month's and the year's page: who may, which addresses, links that count the same, and the downloads."""

import csv
import io
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from erasure.admin import figures_csv
from erasure.choices import Outcome
from erasure.metrics.periods import month_of
from privacyadmin.models import User
from tests.erasure.filing_desk import text_of
from tests.erasure.made_requests import SignIn, answered, completed, filed, only, registered, today

pytestmark = pytest.mark.django_db

ADDRESSES = (
    reverse("admin:month_figures", args=["2026-02"]),
    reverse("admin:month_figures_csv", args=["2026-02"]),
    reverse("admin:year_figures", args=[2026]),
    reverse("admin:year_figures_csv", args=[2026]),
)


@pytest.fixture
def some(officer: User) -> None:
    """Open, done in time, and refused too late."""
    filed(officer, "cust-2026-0001")
    done = filed(officer, "cust-2026-0002", regulation="ccpa")
    completed(only(done))
    answered(done, officer)
    refused = registered(officer, "cust-2026-0003", received_on=today() - timedelta(days=50))
    answered(refused, officer, Outcome.REFUSED)


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_sees_requests_sees_figures_and_nobody_else(
    signed_in: SignIn, request: pytest.FixtureRequest, address: str
) -> None:
    statuses = {
        who: signed_in(request.getfixturevalue(who)).get(address).status_code
        for who in ("officer", "reviewer", "auditor", "operator", "stranger")
    }
    allowed = {who for who, status in statuses.items() if status == 200}
    assert allowed == {"officer", "reviewer", "auditor"}
    assert {status for who, status in statuses.items() if who not in allowed} == {403}


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "2026-1", "1776-07", "november", "2026-11-01", "²026-11"]
)
def test_what_is_no_month_is_not_found(officer: User, signed_in: SignIn, month: str) -> None:
    client = signed_in(officer)
    for name in ("month_figures", "month_figures_csv"):
        assert client.get(reverse(f"admin:{name}", args=[month])).status_code == 404


@pytest.mark.parametrize("year", [0, 1776, 9999, 123456])
def test_what_is_no_year_is_not_found(officer: User, signed_in: SignIn, year: int) -> None:
    client = signed_in(officer)
    for name in ("year_figures", "year_figures_csv"):
        assert client.get(reverse(f"admin:{name}", args=[year])).status_code == 404


def test_a_month_leads_to_the_one_before_and_none_that_has_not_begun(
    officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    this = client.get(reverse("admin:month_figures", args=[f"{today():%Y-%m}"]))
    before = month_of(month_of(today()).first - timedelta(days=1))
    assert this.context["before"] == before
    assert this.context["after"] is None
    assert "This month is not over" in text_of(this)
    earlier = client.get(reverse("admin:month_figures", args=[f"{before.first:%Y-%m}"]))
    assert earlier.context["after"] == month_of(today())
    assert "is not over" not in text_of(earlier)


def cells_of(answer: Any) -> list[Any]:
    """Every number of a page that may lead to a list."""
    if "total" in answer.context:
        names = ("lines", "outcomes", "late", "grounds")
        lines = [answer.context["total"], *(line for name in names for line in answer.context[name])]
    else:
        years = [*answer.context["california"], *answer.context["lines"]]
        lines = [line.counted for line in years]
        lines += [line for _name, grounds in answer.context["grounds"] for line in grounds]
        return [cell for line in lines for cell in line.cells] + [
            cell for line in years for cell in (line.complied, line.answered_later)
        ]
    return [cell for line in lines for cell in line.cells]


def linked(client: Client, address: str) -> int:
    """How many numbers lead to a list; each list has as many requests as its number says."""
    cells = [cell for cell in cells_of(client.get(address)) if cell.href]
    for cell in cells:
        assert client.get(cell.href).context["cl"].result_count == cell.value, cell.href
    return len(cells)


def test_every_number_leads_to_the_list_it_counts(some: None, officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)
    assert linked(client, reverse("admin:month_figures", args=[f"{today():%Y-%m}"])) >= 12
    assert linked(client, reverse("admin:year_figures", args=[today().year])) >= 4


def test_nought_leads_nowhere(officer: User, signed_in: SignIn) -> None:
    for address in (ADDRESSES[0], ADDRESSES[2]):
        answer = signed_in(officer).get(address)
        assert all(cell.value == 0 and cell.href == "" for cell in cells_of(answer))
    assert "Nobody was answered in this month." in text_of(signed_in(officer).get(ADDRESSES[0]))


def test_a_refusal_after_the_first_period_is_late_and_says_why(
    some: None, officer: User, signed_in: SignIn
) -> None:
    answer = signed_in(officer).get(reverse("admin:month_figures", args=[f"{today():%Y-%m}"]))
    assert {line.name: line.cells[0].value for line in answer.context["late"]} == {
        "Another reason, told in the comments": 1
    }
    total = dict(
        zip(
            [column.header for column in answer.context["columns"]],
            [cell.value for cell in answer.context["total"].cells],
            strict=True,
        )
    )
    assert (total["Answered"], total["In time"], total["Answered late"]) == (2, 1, 1)


def test_the_downloads_say_what_the_pages_say(some: None, officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)
    month = client.get(reverse("admin:month_figures_csv", args=[f"{today():%Y-%m}"]))
    assert month["Content-Type"].startswith("text/csv")
    assert month["Content-Disposition"] == f'attachment; filename="figures-{today():%Y-%m}.csv"'
    rows = list(csv.DictReader(io.StringIO(month.content.decode(), newline="")))
    assert {(row["regulation"], row["type"]) for row in rows} >= {("gdpr", "ERASURE"), ("utah", "ACCESS")}
    assert sum(int(row["answered"]) for row in rows) == 2
    assert sum(int(row["late_for_other"]) for row in rows) == 1
    year = client.get(reverse("admin:year_figures_csv", args=[today().year]))
    (ccpa,) = [
        row
        for row in csv.DictReader(io.StringIO(year.content.decode(), newline=""))
        if (row["regulation"], row["type"]) == ("ccpa", "ERASURE")
    ]
    assert (ccpa["received"], ccpa["complied_in_whole"], ccpa["median_days"]) == ("1", "1", "3")


def test_a_cell_that_a_spreadsheet_would_compute_gets_an_apostrophe() -> None:
    answer = figures_csv.table("figures.csv", ["code", "days"], [["=1+1", Fraction(7, 2)], ["a,b", None]])
    assert answer.content.decode() == 'code,days\r\n\'=1+1,3.5\r\n"a,b",\r\n'


def test_the_year_says_what_its_numbers_mean(officer: User, signed_in: SignIn) -> None:
    page = text_of(signed_in(officer).get(ADDRESSES[2]))
    assert "§ 7102(a)" in page
    for words in ("Requests to delete", "Requests to know", "counts to the year in which it was received"):
        assert words in page


def test_what_was_complied_with_and_what_was_answered_after_the_year_lead_to_their_lists(
    some: None, officer: User, signed_in: SignIn
) -> None:
    last_year = today().year - 1
    late = registered(officer, "cust-2026-0004", received_on=date(last_year, 12, 30), regulation="ccpa")
    answered(late, officer, Outcome.WITHDRAWN)
    client = signed_in(officer)
    for year, name in ((today().year, "complied"), (last_year, "answered_later")):
        answer = client.get(reverse("admin:year_figures", args=[year]))
        cells = [getattr(line, name) for line in answer.context["lines"]]
        assert [cell.value for cell in cells if cell.href] == [1], name
        assert linked(client, reverse("admin:year_figures", args=[year]))

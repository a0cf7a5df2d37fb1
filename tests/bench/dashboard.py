"""The pages that count, at a million requests of which 20,000 are open: by the time a bare COUNT(*) takes.

The landing page, the lists of requests and deliveries, the dashboard and the figures are asked for as a
browser does, by somebody who sees all of them; the landing page also by one officer who has a share of what
is open.
`database_seconds` is what the queries of a page took together; the rest is Python and templates.
"""

import time
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from erasure.admin.delivery_narrowing import list_address as deliveries
from erasure.admin.request_narrowing import list_address
from erasure.asked import controllers_today
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from privacyadmin.roles import AUDITORS, OFFICERS, OPERATORS
from tests.bench import many_requests
from tests.bench.figures import Figures, paired, seconds

COUNTED_IN = "requests"
STILL_OPEN = 50
TROUBLES = 20


def measure(*, requests: int, rounds: int) -> Iterator[Figures]:
    """Make the requests, then the seconds of each page; the ratio is those of COUNT(*) by them."""
    today = controllers_today()
    begun = time.perf_counter()
    many_requests.make(requests, still_open=requests // STILL_OPEN, today=today)
    many_requests.tell_of_trouble(requests // TROUBLES)
    yield {"figure": "requests made", "requests": requests, "seconds": round(time.perf_counter() - begun)}
    everybody, officer = _signed_in(_everybody()), _signed_in(User.objects.get(username="officer1"))
    pages = [
        *((everybody, *page) for page in _addresses(month=f"{today:%Y-%m}", year=today.year).items()),
        (officer, "landing page of one officer", reverse("admin:index")),
        (officer, "list, one officer’s open requests", list_address("stage=open&owner=me")),
    ]
    for client, name, address in pages:
        yield from paired(
            name,
            ours=lambda client=client, address=address: seconds(lambda: _opened(client, address)),
            measure=lambda: seconds(PrivacyRequest.objects.count),
            rounds=rounds,
        )
        yield {"figure": f"{name}, queries alone", "database_seconds": _database_seconds(client, address)}


def _addresses(*, month: str, year: int) -> dict[str, str]:
    dashboard = reverse("admin:dashboard")
    return {
        "landing page": reverse("admin:index"),
        "landing page, everybody’s": f"{reverse('admin:index')}?whose=everybody",
        "list": list_address(),
        "list, open": list_address("stage=open"),
        "list, to be answered": list_address("stage=to_be_answered"),
        "list, overdue": list_address("due=overdue"),
        "list, a need that nobody has": list_address("need=overdue"),
        "list, answered": list_address("stage=answered"),
        "list, soon shredded": list_address("certificate=to_be_taken"),
        "list, waiting to be told to vaults": list_address("delivery=waiting"),
        "deliveries": deliveries(),
        "deliveries, given up": deliveries(state="given_up"),
        "deliveries, waiting for one vault": deliveries(state="waiting", vault="told"),
        "deliveries to a vault that was told nothing": deliveries(vault="quiet"),
        "deliveries of what failed": deliveries(occasion="failed"),
        "dashboard, this month": dashboard,
        "dashboard, this month, one regulation": f"{dashboard}?regulation=ccpa",
        "dashboard, last 90 days": f"{dashboard}?period=last_90_days",
        "dashboard, this year": f"{dashboard}?period=this_year",
        "figures of this month": reverse("admin:month_figures", args=[month]),
        "figures of last year": reverse("admin:year_figures", args=[year - 1]),
    }


def _everybody() -> User:
    everybody = User.objects.create_user("everybody", is_staff=True)
    everybody.groups.set(Group.objects.filter(name__in=[OFFICERS, AUDITORS, OPERATORS]))
    return everybody


def _signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _opened(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")


def _database_seconds(client: Client, address: str) -> float:
    """What the queries of one page took, the fetching of their rows left out."""
    taken = 0.0

    def timed(execute: Any, *query: Any) -> Any:
        nonlocal taken
        begun = time.perf_counter()
        try:
            return execute(*query)
        finally:
            taken += time.perf_counter() - begun

    with connection.execute_wrapper(timed):
        _opened(client, address)
    return round(taken, 3)

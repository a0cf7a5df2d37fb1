"""Ten requests carried from register to answer, over the sandbox: the month's page and the year's table show
exactly them.
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited
from erasure import filing, lifecycle, together
from erasure.choices import Channel, ExtensionGround, Outcome
from erasure.lifecycle import Told
from erasure.metrics.periods import month_of
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure.at_work import Work, cxone, work
from tests.erasure.made_requests import SignIn, filing_of, registered, today

__all__ = ["cxone", "work"]

O = Outcome  # noqa: E741 - the outcomes are the table.
GROUND = "identity_not_established"


@dataclass(frozen=True)
class Story:
    """One request: its identifiers, when it came, how its parts were answered, and what else befell it."""

    identifiers: Sequence[str]
    told: Sequence[Outcome]
    days_ago: int = 5
    regulation: str = "gdpr"
    type: str = "ERASURE"
    only_registered: bool = False
    #: Another identifier, stopped before it was sent.
    stopped: str = ""
    extended: bool = False
    corrected_to: tuple[str, int] | None = None
    late_reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def counted_as(self) -> tuple[str, int]:
        """Under which regulation, and received how many days ago, once all was put right."""
        return self.corrected_to or (self.regulation, self.days_ago)


STORIES = (
    Story(["cust-01"], [O.DONE]),
    Story(["cust-02", "cust-02b"], [O.DONE, O.DONE], days_ago=7),
    Story(["cust-03"], [O.DONE, O.REFUSED], stopped="cust-03b", days_ago=11),
    Story(["cust-04-NONE"], [O.NOTHING_FOUND], regulation="ccpa", days_ago=20),
    Story(["cust-05"], [O.REFUSED], regulation="ccpa", only_registered=True),
    Story(["cust-06"], [O.WITHDRAWN], regulation="ccpa", only_registered=True, days_ago=2),
    Story(["cust-07"], [O.DONE], extended=True, days_ago=10),
    Story(["cust-08"], [O.DONE], days_ago=50, late_reason="cxone"),
    Story(["cust-09"], [O.DONE], corrected_to=("ccpa", 9)),
    Story(["cust-10"], [O.DONE], regulation="ccpa", type="ACCESS", days_ago=30),
)


def carried(story: Story, work: Work) -> PrivacyRequest:
    """Registered and sent, or registered alone."""
    received_on = today() - timedelta(days=story.days_ago)
    facts = {"regulation": story.regulation, "type": story.type, "received_on": received_on}
    if story.only_registered:
        return registered(work.officer, *story.identifiers, **facts)
    request = filing.register_and_send(
        filing_of(*story.identifiers, categories=["CONTACT"], **facts),
        by=work.officer,
        send_delay=timedelta(0),
    )
    if story.stopped:
        more = filing_of(story.stopped, categories=["CONTACT"], **facts)
        (part,) = filing.send(request, more, by=work.officer, send_delay=timedelta(days=1))
        together.stop(part, by=work.officer)
    return request


def moved(request: PrivacyRequest, story: Story, by: User) -> None:
    """Extended or corrected, where the story has it."""
    now = timezone.now()
    with audited() as log:
        if story.extended:
            lifecycle.extend(
                log,
                request,
                by=by,
                ground=ExtensionGround.COMPLEXITY,
                told_on=today(),
                explanation="Several systems have to be searched.",
                now=now,
            )
        if story.corrected_to:
            regulation, days_ago = story.corrected_to
            lifecycle.correct_clock(
                log,
                request,
                by=by,
                regulation=regulation,
                received_on=today() - timedelta(days=days_ago),
                reason="The letter had lain in the mail room.",
                now=now,
            )


def answered(request: PrivacyRequest, story: Story, by: User) -> None:
    """Answered today, part by part."""
    numbers = [part.number for part in lifecycle.parts_to_answer(request)] or [None]
    with audited() as log:
        lifecycle.answer(
            log,
            request,
            by=by,
            told=[
                Told(submission=number, outcome=outcome, ground=GROUND if outcome == O.REFUSED else "")
                for number, outcome in zip(numbers, story.told, strict=True)
            ],
            channel=Channel.EMAIL,
            answered_on=today(),
            note="",
            now=timezone.now(),
            late_reason=story.late_reason,
        )


def table(client: Client, address: str) -> list[dict[str, str]]:
    """The rows of a download."""
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def summed(rows: Sequence[dict[str, str]], *columns: str) -> dict[str, int]:
    return {column: sum(int(row[column]) for row in rows) for column in columns}


def all_ten(work: Work) -> None:
    """All ten from beginning to end."""
    requests = [carried(story, work) for story in STORIES]
    work.carry_on()
    for request, story in zip(requests, STORIES, strict=True):
        request.refresh_from_db()
        moved(request, story, work.officer)
        answered(request, story, work.officer)


def test_ten_requests_are_in_the_month_and_the_year_exactly_as_they_were(
    work: Work, officer: User, signed_in: SignIn
) -> None:
    all_ten(work)
    client = signed_in(officer)
    month = month_of(today())
    came = [today() - timedelta(days=story.counted_as[1]) for story in STORIES]
    of_month = [month.first <= day <= month.last for day in came]

    page = client.get(reverse("admin:month_figures", args=[f"{today():%Y-%m}"]))
    total = dict(
        zip(
            (column.header for column in page.context["columns"]),
            (cell.value for cell in page.context["total"].cells),
            strict=True,
        )
    )
    assert total == {
        "Received": sum(of_month),
        "Of these still open": 0,
        "Of these extended": int(of_month[6]),
        "Answered": 10,
        "In time": 9,
        "Answered late": 1,
        "Refused": 1,
        "Withdrawn": 1,
    }
    assert lines(page, "outcomes") == {
        "Done": 6,
        "Partly done": 1,
        "Nothing found": 1,
        "Refused": 1,
        "Withdrawn by the person": 1,
    }
    assert lines(page, "late") == {"CXone took too long or could not be reached": 1}
    # The refusal of the whole, and that of one of two parts.
    assert lines(page, "grounds") == {"Identity could not be established": 2}

    rows = table(client, reverse("admin:month_figures_csv", args=[f"{today():%Y-%m}"]))
    assert summed(rows, "answered", "late_for_cxone", "answered_extended", f"refused_on_{GROUND}") == {
        "answered": 10,
        "late_for_cxone": 1,
        "answered_extended": 1,
        f"refused_on_{GROUND}": 2,
    }
    by_law = Counter(story.counted_as[0] for story in STORIES)
    assert {law: sum(int(r["answered"]) for r in rows if r["regulation"] == law) for law in by_law} == by_law
    check_years(client, {day.year for day in came})


def lines(page: Any, name: str) -> dict[str, int]:
    """One of the short tables of the month's page."""
    return {line.name: line.cells[0].value for line in page.context[name]}


def check_years(client: Client, years: set[int]) -> None:
    """The years of receipt together, since the ten may have come in two."""
    rows = [row for year in years for row in table(client, reverse("admin:year_figures_csv", args=[year]))]
    california = [row for row in rows if row["regulation"] == "ccpa"]
    deletions = [row for row in california if row["type"] == "ERASURE"]
    counts = ("received", "complied_in_whole_or_part", "denied", "nothing_found", "withdrawn")
    assert summed(deletions, *counts, "not_yet_answered") == {
        "received": 4,
        "complied_in_whole_or_part": 1,
        "denied": 1,
        "nothing_found": 1,
        "withdrawn": 1,
        "not_yet_answered": 0,
    }
    (access,) = [row for row in california if row["type"] == "ACCESS" and row["received"] != "0"]
    assert (access["complied_in_whole"], access["median_days"], access["mean_days"]) == ("1", "30", "30")
    assert summed([row for row in rows if row["regulation"] == "gdpr"], *counts, "complied_in_part") == {
        "received": 5,
        "complied_in_whole_or_part": 5,
        "denied": 0,
        "nothing_found": 0,
        "withdrawn": 0,
        "complied_in_part": 1,
    }
    if len(years) == 1:
        (deleted,) = [row for row in deletions if row["received"] != "0"]
        # Twenty days until nothing was found, five until the refusal, nine until the corrected one was done.
        assert (deleted["median_days"], deleted["mean_days"]) == ("9", "11.33")

"""Nobody gets to decide on their own filing by way of somebody else: by a correction, by a request that
another sends, by a question that another asks again, by a part that another adds.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.trail import audited
from erasure import filing, overrides, releasing
from erasure.asked import Identifier
from erasure.attention import waiting_releases
from erasure.models import Override
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import person
from tests.erasure.made_holds import placed, proposed
from tests.erasure.made_overrides import asked, decided
from tests.erasure.made_requests import filed, filing_of, only, registered

pytestmark = pytest.mark.django_db

NO_DELAY = timedelta(0)


@pytest.fixture
def alice(db: None) -> User:
    """Alice files and decides, but never both for one request."""
    return person("alice", OFFICERS, REVIEWERS)


def code_of(override: Override, user: User) -> str:
    barred = overrides.bar(override, user)
    return barred.code if barred else ""


def test_a_denied_filing_that_another_files_anew_is_not_for_its_first_filer_to_decide(
    alice: User, officer: User, reviewer: User
) -> None:
    first = only(filed(alice, "USR-1", categories=["ANALYTICS"]))
    decided(asked(first, by=alice), by=reviewer, approve=False)
    again = filing.correct_identifier(
        only(first.request), Identifier("cxone_id", "USR-2"), by=officer, send_delay=NO_DELAY
    )
    question = asked(only(again.request, 2), by=officer)
    assert code_of(question, alice) == "filed_by"
    assert alice not in overrides.who_can_decide(question)
    assert code_of(question, reviewer) == ""


def test_who_registered_a_request_does_not_decide_on_what_another_sends_for_it(
    alice: User, officer: User
) -> None:
    request = registered(alice, "USR-1")
    filing.send(request, filing_of("USR-1", categories=["ANALYTICS"]), by=officer, send_delay=NO_DELAY)
    question = asked(only(request), by=officer)
    assert code_of(question, alice) == "filed_by"


def test_who_asked_and_took_it_back_does_not_decide_when_another_asks(alice: User, officer: User) -> None:
    held = only(filed(officer, "USR-1", categories=["ANALYTICS"]))
    mine = asked(held, by=alice)
    with audited() as log:
        overrides.withdraw(log, mine, by=alice, now=timezone.now())
    question = asked(only(held.request), by=officer)
    assert code_of(question, alice) == "asked_by"
    assert "asked for an override of this request before" in str(overrides.bar(question, alice))


def test_a_reviewer_who_decided_once_may_decide_again(officer: User, reviewer: User) -> None:
    held = only(filed(officer, "USR-1", categories=["ANALYTICS"]))
    override = decided(asked(held, by=officer), by=reviewer)
    with audited() as log:
        overrides.revoke(log, override, by=reviewer, now=timezone.now())
    assert code_of(asked(only(held.request), by=officer), reviewer) == ""


def test_a_part_filed_by_another_does_not_open_the_release_to_who_filed_the_rest(
    alice: User, officer: User, reviewer: User
) -> None:
    request = filed(alice, "USR-1", categories=["EMAIL"])
    hold = placed(reviewer, category="SURVEY")
    more = filing_of("USR-1", categories=["SURVEY"])
    filing.send(request, more, by=officer, send_delay=NO_DELAY)
    assert "You filed a submission that" in str(releasing.bar_asking(hold, alice))
    assert releasing.bar_asking(hold, reviewer) is None


def test_a_release_does_not_wait_for_who_registered_what_the_hold_stops(
    alice: User, officer: User, reviewer: User, other_reviewer: User
) -> None:
    request = registered(alice, "USR-1")
    hold = placed(reviewer, "USR-1")
    filing.send(request, filing_of("USR-1"), by=officer, send_delay=NO_DELAY)
    proposed(hold, by=reviewer)
    assert not any(one.can_decide for one in waiting_releases(alice, now=timezone.now()))
    assert all(one.can_decide for one in waiting_releases(other_reviewer, now=timezone.now()))

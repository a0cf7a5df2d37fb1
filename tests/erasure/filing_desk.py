"""Where requests are filed in tests: a Saturday in November, an officer signed in, and what the pages say."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from erasure.encryption import fingerprint
from erasure.models import LegalHold, Subject, SubjectIdentifier
from privacyadmin.models import User

SignIn = Callable[[User], Client]
NEW = "/admin/requests/new/"
ID = "cust-2026-4471"


@pytest.fixture
def a_saturday_in_november() -> Iterator[None]:
    """The standing hold was placed when the tables were made, and holds never change: so a day after that."""
    with time_machine.travel(datetime(2099, 11, 21, 10, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def lena(a_saturday_in_november: None, officer: User, signed_in: SignIn) -> Client:
    """The officer's browser on that day."""
    return signed_in(officer)


def said(answer: Any) -> str:
    """The messages that an answer leaves for the next page."""
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def text_of(answer: Any) -> str:
    """The words of a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def person_of(value: str = ID) -> Subject:
    """Somebody on record with this CXone id."""
    subject = Subject.objects.create()
    SubjectIdentifier.objects.create(
        subject=subject, kind="cxone_id", value=value, fingerprint=fingerprint("cxone_id", value)
    )
    return subject


def hold_on(subject: Subject, *, category: str = "") -> LegalHold:
    """A hold on this person, placed yesterday."""
    return LegalHold.objects.create(
        code="HOLD-7",
        kind="litigation",
        ground="A dispute is pending.",
        matter="Kovacs v. Northwind",
        subject=subject,
        category=category,
        placed_at=timezone.now() - timedelta(days=1),
    )

"""The page of a request speaks of one moment, although CXone reports while it is read."""

import threading
from typing import Any

import pytest
from django.db import connection

from erasure.admin import request_state
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import address, words_of
from tests.erasure.made_overrides import patiently


def accepted_meanwhile(request: PrivacyRequest) -> None:
    """A worker, in a connection of its own, has CXone accept it."""

    def accept() -> None:
        try:
            patiently(lambda: made.accepted(made.only(request)))
        finally:
            connection.close()

    worker = threading.Thread(target=accept)
    worker.start()
    worker.join(timeout=30)
    assert not worker.is_alive()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["page", "live"])
def test_badge_and_timeline_are_read_at_the_same_moment(
    name: str, officer: User, signed_in: made.SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = made.filed(officer)
    client, timeline_of, moved = signed_in(officer), request_state.timeline_of, []

    def between(found: PrivacyRequest, **options: Any) -> Any:
        if not moved:
            moved.append(True)
            accepted_meanwhile(request)
        return timeline_of(found, **options)

    monkeypatch.setattr(request_state, "timeline_of", between)
    page = words_of(client.get(address(request, name)))
    assert made.only(request).status == "processing"
    assert "Accepted by CXone" not in page
    assert "Accepted by CXone" in words_of(client.get(address(request, name)))

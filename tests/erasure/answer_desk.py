"""The pages on which an officer acts on a request: their addresses, what is posted, what the letter says."""

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from erasure.models import PrivacyRequest
from tests.erasure import made_requests as made


def address(request: PrivacyRequest, name: str = "answer") -> str:
    """The page of this act."""
    return reverse(f"admin:request_{name}", args=[request.reference])


def answer_form(*parts: str, **changes: Any) -> dict[str, Any]:
    """An answer of today: each part as `number outcome ground`, by default the first one done."""
    form: dict[str, Any] = {"do": "record", "channel": "email", "note": "", "language": "en"}
    for part in parts or ("1 done",):
        number, outcome, *ground = part.split()
        form |= {f"outcome-{number}": outcome, f"ground-{number}": ground[0] if ground else ""}
    return {**form, "answered_on": made.today().isoformat(), **changes}


def answer(client: Client, request: PrivacyRequest, *parts: str, **changes: Any) -> Any:
    """Post an answer, and follow to the page that says what came of it."""
    return client.post(address(request), answer_form(*parts, **changes), follow=True)


def act(client: Client, request: PrivacyRequest, name: str, **posted: Any) -> Any:
    """Post one of the other acts."""
    return client.post(address(request, name), posted, follow=True)


def text_at(page: Any, element_id: str) -> str:
    """The text of an element that holds no element of its own kind."""
    found = re.search(rf'id="{element_id}"[^>]*>(.*?)</(?:div|p|h2)>', page.content.decode(), re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", found[1])).strip() if found else ""


def words_of(page: Any) -> str:
    """All words of a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())

"""The filing page's form as a browser sends it, all in order; a test changes what it is about."""

import re
import uuid
from collections.abc import Sequence
from html import unescape
from typing import Any

from erasure.choices import Channel, IdentifierKind, IdentityCheck, RequestType, Scope

Rows = Sequence[tuple[str, str]]


def request_form(
    *identifiers: tuple[str, str], do: str = "send", without: Sequence[str] = (), **changes: Any
) -> dict[str, Any]:
    """A new request; `identifiers` are pairs of kind and value, one CXone id when none is named."""
    form = {
        "do": do,
        "form_token": str(uuid.uuid4()),
        "type": RequestType.ERASURE.value,
        "regulation": "gdpr",
        "received_on": "2099-11-20",
        "channel": Channel.EMAIL.value,
        "external_reference": "",
        **sending_form(*identifiers),
        **changes,
    }
    return {name: value for name, value in form.items() if name not in without}


def sending_form(*identifiers: tuple[str, str]) -> dict[str, Any]:
    """What is to be sent, for a new request as for a registered one."""
    rows = identifiers or ((IdentifierKind.CXONE_ID.value, "cust-2026-4471"),)
    form: dict[str, Any] = {
        "identifier-TOTAL_FORMS": str(len(rows)),
        "identifier-INITIAL_FORMS": "0",
        "identity_check": IdentityCheck.SIGNED_IN.value,
        "categories": ["CONTACT", "CHAT"],
        "scope": Scope.CONTACT.value,
        "description": "",
        "note": "",
        "duplicate_reason": "",
        "split_held": "split",
        "override_reason": "",
        "justification": "",
    }
    for number, (kind, value) in enumerate(rows):
        form |= {f"identifier-{number}-kind": kind, f"identifier-{number}-value": value}
    return form


def words_at(html: str, element_id: str) -> str:
    """The text of the element that holds a field's errors; empty when the field has none."""
    found = re.search(rf'<div id="{element_id}_error">(.*?)</div>', html, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>|\berror\b(?=</span>)", " ", found[1])).split()) if found else ""

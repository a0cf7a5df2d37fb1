"""The sandbox's own check of a submitted payload, by the contract and not by the program's policy.

It is written apart from `erasure.policy` on purpose: a rule that the program forgot is found out here.
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit

TYPES = ("ERASURE", "ACCESS")
CATEGORIES = ("CONTACT", "CONVERSATION", "SURVEY", "ANALYTICS", "INTERACTION", "IVR", "CHAT", "EMAIL", "SMS")
SCOPES = ("ACCOUNT", "CONTACT", "CONVERSATION", "ALL")
FIELDS = ("subjectId", "type", "categories", "scope", "callbackUrl", "description")

MOST_CATEGORIES_WITH_ALL = 5
LONGEST_DESCRIPTION = 255


class BadPayload(ValueError):  # noqa: N818 - named for what it says to the sender
    """The payload breaks the contract; the text says how."""


def read_payload(body: bytes) -> dict[str, Any]:
    """The payload, if it keeps the contract ("Submit"). Raises BadPayload."""
    try:
        payload = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadPayload("The body must be a JSON object in UTF-8.") from None
    if not isinstance(payload, dict):
        raise BadPayload("The body must be a JSON object.")
    if unknown := sorted(set(payload) - set(FIELDS)):
        raise BadPayload(f"Unknown field: {', '.join(unknown)}.")
    _check_subject(payload)
    _check_words(payload)
    _check_extras(payload)
    _check_depth(payload)
    return payload


def _check_subject(payload: dict[str, Any]) -> None:
    subject = payload.get("subjectId")
    if not isinstance(subject, str) or not re.fullmatch(r"[A-Za-z0-9_.-]+", subject):
        raise BadPayload("subjectId must be one or more of A-Z a-z 0-9 _ - .")


def _check_words(payload: dict[str, Any]) -> None:
    if payload.get("type") not in TYPES:
        raise BadPayload(f"type must be one of {', '.join(TYPES)}.")
    if payload.get("scope") not in SCOPES:
        raise BadPayload(f"scope must be one of {', '.join(SCOPES)}.")
    categories = payload.get("categories")
    if not isinstance(categories, list) or not categories:
        raise BadPayload("categories must be a list of 1 to 9 categories.")
    if any(category not in CATEGORIES for category in categories):
        raise BadPayload(f"categories must be of {', '.join(CATEGORIES)}.")
    if len(set(categories)) != len(categories):
        raise BadPayload("categories must not repeat.")


def _check_extras(payload: dict[str, Any]) -> None:
    description = payload.get("description", "")
    if not isinstance(description, str) or len(description) > LONGEST_DESCRIPTION:
        raise BadPayload("description must be a text of at most 255 characters.")
    if "callbackUrl" in payload and not _is_absolute(payload["callbackUrl"]):
        raise BadPayload("callbackUrl must be an absolute http or https URI.")


def _is_absolute(url: object) -> bool:
    if not isinstance(url, str) or any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _check_depth(payload: dict[str, Any]) -> None:
    """Maximum scope depth; it is a rule of erasing and does not stop ACCESS."""
    if payload["type"] != "ERASURE" or payload["scope"] != "ALL":
        return
    if len(payload["categories"]) > MOST_CATEGORIES_WITH_ALL:
        raise BadPayload(
            "Retention violation: scope ALL with more than 5 categories exceeds the maximum scope depth. "
            "Reduce the category matrix."
        )

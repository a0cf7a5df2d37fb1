"""The payload of one submission as the contract has it (Submit): its schema, how it is built, its bytes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from rfc3986_validator import validate_rfc3986

from erasure.choices import Category, RequestType, Scope

LONGEST_DESCRIPTION = 255

# Patterns end by looking ahead for no character at all: `$` would also match before a trailing newline.
_END = r"(?![\s\S])"

PAYLOAD_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "subjectId": {"type": "string", "minLength": 1, "pattern": rf"^[A-Za-z0-9_.\-]*{_END}"},
        "type": {"type": "string", "enum": list(RequestType.values)},
        "categories": {
            "type": "array",
            "items": {"type": "string", "enum": list(Category.values)},
            "minItems": 1,
            "maxItems": len(Category),
            "uniqueItems": True,
        },
        "scope": {"type": "string", "enum": list(Scope.values)},
        "callbackUrl": {"type": "string", "format": "uri"},
        # Control characters and lone surrogates survive neither every database nor every JSON reader.
        "description": {
            "type": "string",
            "maxLength": LONGEST_DESCRIPTION,
            "pattern": rf"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]*{_END}",
        },
    },
    "required": ["subjectId", "type", "categories", "scope"],
    "additionalProperties": False,
}

# An unregistered `format` is not checked at all, so the checker is ours and knows exactly the one we use.
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("uri")
def is_absolute_web_address(value: object) -> bool:
    """Whether a text is an absolute http(s) URI (RFC 3986) with a host; what is no text passes."""
    if not isinstance(value, str):
        return True
    # The RFC's own characters are printable ASCII; this also stops a trailing newline.
    if not all("!" <= character <= "~" for character in value) or not validate_rfc3986(value):
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0


PAYLOAD_VALIDATOR = Draft202012Validator(PAYLOAD_SCHEMA, format_checker=_FORMATS)


def build_payload(
    *,
    subject_id: str,
    type: str,  # noqa: A002 - the contract's own name of the field.
    categories: Iterable[str],
    scope: str,
    callback_url: str = "",
    description: str = "",
) -> dict[str, object]:
    """The payload in the contract's field and category order, optional fields left out when empty.

    Nothing is checked or corrected here: what is unknown or repeated stays, for `violations` to name.
    """
    order = {category: position for position, category in enumerate(Category.values)}
    ordered = sorted((str(category) for category in categories), key=lambda one: order.get(one, len(order)))
    payload: dict[str, object] = {
        "subjectId": subject_id,
        "type": str(type),
        "categories": ordered,
        "scope": str(scope),
    }
    if callback_url:
        payload["callbackUrl"] = callback_url
    if description:
        payload["description"] = description
    return payload


def encode_payload(payload: Mapping[str, object]) -> bytes:
    """The bytes that are sent and frozen: compact ASCII JSON, keys sorted, the same for equal payloads."""
    return json.dumps(dict(payload), sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")

"""What is wrong with the shape of a payload, in words. `jsonschema` decides; this module only translates.

The validator's own messages are never shown: they are written for programmers, and they quote the identifier.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from jsonschema.exceptions import ValidationError

from audit.words import Words
from erasure.choices import Category, RequestType, Scope
from erasure.policy.characters import in_words, listed, offending, shown, where
from erasure.policy.payload import (
    LONGEST_DESCRIPTION,
    PAYLOAD_SCHEMA,
    PAYLOAD_VALIDATOR,
)
from erasure.policy.violation import Violation

FIELDS: tuple[str, ...] = tuple(PAYLOAD_SCHEMA["properties"])

# How messages name a field, and the stem of its codes.
NAMES = {
    "subjectId": (_lazy("The CXone id"), "subject_id"),
    "type": (_lazy("The type"), "type"),
    "categories": (_lazy("The list of categories"), "categories"),
    "scope": (_lazy("The scope"), "scope"),
    "callbackUrl": (_lazy("The callback address"), "callback_url"),
    "description": (_lazy("The description"), "description"),
}
WAYS_IN = {
    "subjectId": _lazy("Look the person up in CXone and add their id."),
    "type": format_lazy(_lazy("Choose one of: {values}."), values=", ".join(RequestType.values)),
    "categories": format_lazy(_lazy("Choose at least one of: {values}."), values=", ".join(Category.values)),
    "scope": format_lazy(_lazy("Choose one of: {values}."), values=", ".join(Scope.values)),
    "callbackUrl": _lazy("Write it as text, or leave it out."),
    "description": _lazy("Write it as text, or leave it out."),
}
ALLOWED_IN_ID = _lazy("CXone accepts the letters A to Z, digits, underscore, hyphen and full stop.")
OWN_ID = _lazy("CXone takes its own id here. Look it up and add it; {kind} is not one.")
LIKE_AN_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
LIKE_A_PHONE_NUMBER = re.compile(r"(?=.*[0-9])\+?[0-9 ()/.-]{6,}")


def with_json_types(payload: Mapping[Any, object]) -> dict[str, object]:
    """A shallow copy that is safe to validate: texts and lists of texts as they are, for the rest a stand-in.

    The validator prints what it refuses, and a structure nested thousands deep or a number of thousands of
    digits cannot be printed. Of what is neither text nor list nothing but its type is ever told, so that a
    stand-in of that type loses nothing. What is no mapping at all has no fields.
    """
    if not isinstance(payload, Mapping):
        return {}
    return {
        key if isinstance(key, str) else "(a name that is not text)": _field_stand_in(value)
        for key, value in payload.items()
    }


def misshapes(payload: Mapping[str, object]) -> list[Violation]:
    """Where `payload`, as `with_json_types` gives it, departs from the schema; in the order of the fields."""
    found: dict[tuple[str, str], Violation] = {}
    for error in PAYLOAD_VALIDATOR.iter_errors(payload):
        for violation in _translated(error, payload):
            found.setdefault((violation.code, violation.field), violation)
    return sorted(found.values(), key=_position)


def _field_stand_in(value: object) -> object:
    return [_stand_in(item) for item in value] if isinstance(value, list | tuple) else _stand_in(value)


def _stand_in(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return 0
    return [] if isinstance(value, list | tuple) else {}


def _position(violation: Violation) -> tuple[int, str]:
    known = violation.field in FIELDS
    return FIELDS.index(violation.field) if known else len(FIELDS), violation.code


def _translated(error: ValidationError, payload: Mapping[str, object]) -> Iterator[Violation]:
    keyword = str(error.validator)
    if keyword == "required":
        return _missing_fields(payload)
    if keyword == "additionalProperties":
        return _unknown_fields(payload)
    field = str(error.absolute_path[0])
    if len(error.absolute_path) > 1:
        keyword = "items"
    return TRANSLATIONS[keyword](field, payload[field])


def _violation(field: str, what: str, message: str, *, way_out: Words) -> Violation:
    code = f"{NAMES[field][1]}.{what}"
    return Violation(code=code, field=field, message=message, way_out=str(way_out), kind="invalid")


def _missing_fields(payload: Mapping[str, object]) -> Iterator[Violation]:
    for field in PAYLOAD_SCHEMA["required"]:
        if field not in payload:
            yield _violation(
                field,
                "missing",
                _("%(field)s is missing.") % {"field": NAMES[field][0]},
                way_out=WAYS_IN[field],
            )


def _unknown_fields(payload: Mapping[str, object]) -> Iterator[Violation]:
    for name in payload:
        if name not in FIELDS:
            yield Violation(
                code="payload.unknown_field",
                field=shown(name),
                message=_("CXone’s privacy requests have no field “%(shown)s”.") % {"shown": shown(name)},
                way_out=_("Leave it out. The fields are: %(fields)s.") % {"fields": ", ".join(FIELDS)},
                kind="invalid",
            )


def _wrong_type(field: str, value: object) -> Iterator[Violation]:
    wanted = _("a list") if field == "categories" else _("text")
    message = _("%(field)s must be %(wanted)s, not %(type_in)s.") % {
        "field": NAMES[field][0],
        "wanted": wanted,
        "type_in": _type_in_words(value),
    }
    yield _violation(field, "type", message, way_out=WAYS_IN[field])


def _type_in_words(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return _("true or false")
    words = ((str, _("text")), (int, _("a number")), (list, _("a list")))
    return next((word for kind, word in words if isinstance(value, kind)), _("an object"))


def _unknown_choice(field: str, value: object) -> Iterator[Violation]:
    if isinstance(value, str):
        message = _("%(field)s “%(shown)s” is not known to CXone.") % {
            "field": NAMES[field][0],
            "shown": shown(value),
        }
        yield _violation(field, "unknown", message, way_out=WAYS_IN[field])


def _empty_id(field: str, _value: object) -> Iterator[Violation]:
    yield _violation(
        field, "empty", _("%(field)s is empty.") % {"field": NAMES[field][0]}, way_out=WAYS_IN[field]
    )


def _characters(field: str, value: object) -> Iterator[Violation]:
    text = str(value)
    if field == "description":
        characters = offending(text, allowed=lambda one: one in "\t\n\r" or not _is_control(one))
        way_out = _("Take out what cannot be seen; line breaks may stay.")
    else:
        characters = offending(text, allowed=lambda one: one.isascii() and (one.isalnum() or one in "_-."))
        way_out = _way_out_of_id(text)
    message = f"{NAMES[field][0]} {where(text, characters)} {in_words(characters)}."
    yield _violation(field, "characters", message, way_out=way_out)


def _is_control(character: str) -> bool:
    """C0 controls, DEL, and lone surrogates, which no encoding can carry."""
    return character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff"


def _way_out_of_id(text: str) -> str:
    bare = text.strip()
    if LIKE_AN_EMAIL.fullmatch(bare):
        return str(OWN_ID).format(kind=_("an e-mail address"))
    if LIKE_A_PHONE_NUMBER.fullmatch(bare) and bare == text:
        return str(OWN_ID).format(kind=_("a phone number"))
    return _("Take it out. %(allowed_in_id)s") % {"allowed_in_id": ALLOWED_IN_ID}


def _too_long(field: str, value: object) -> Iterator[Violation]:
    length = len(str(value))
    yield _violation(
        field,
        "too_long",
        _("%(field)s has %(length)s characters; CXone takes at most %(longest_description)s.")
        % {"field": NAMES[field][0], "length": length, "longest_description": LONGEST_DESCRIPTION},
        way_out=_("Shorten it by %(length)s.") % {"length": length - LONGEST_DESCRIPTION},
    )


def _not_an_address(field: str, _value: object) -> Iterator[Violation]:
    # The address itself is a secret: whoever knows it may report on the request. It is not shown.
    message = _("%(field)s is not an absolute http or https address.") % {"field": NAMES[field][0]}
    yield _violation(
        field, "invalid", message, way_out=_("Write it in full, as in https://privacy.example.org/.")
    )


def _no_categories(field: str, _value: object) -> Iterator[Violation]:
    yield _violation(field, "empty", _("No category is chosen."), way_out=WAYS_IN[field])


def _too_many_categories(field: str, value: object) -> Iterator[Violation]:
    named = len(value) if isinstance(value, list) else 0
    message = _("CXone takes at most %(category)s categories; this names %(named)s.") % {
        "category": len(Category),
        "named": named,
    }
    yield _violation(field, "too_many", message, way_out=_("Name each category once."))


def _repeated_categories(field: str, value: object) -> Iterator[Violation]:
    repeated = [one for one, times in Counter(_texts(value)).items() if times > 1]
    # Stand-ins may be alike where the values were not; what is no text has its own message.
    if repeated:
        message = ngettext(
            "%(categories)s is named more than once.",
            "%(categories)s are named more than once.",
            len(repeated),
        ) % {"categories": listed([shown(one) for one in repeated])}
        yield _violation(field, "repeated", message, way_out=_("Name each category once."))


def _unfit_categories(field: str, value: object) -> Iterator[Violation]:
    unknown = [one for one in dict.fromkeys(_texts(value)) if one not in Category.values]
    if unknown:
        message = ngettext(
            "%(categories)s is not a category of CXone’s.",
            "%(categories)s are not categories of CXone’s.",
            len(unknown),
        ) % {"categories": listed([f"“{shown(one)}”" for one in unknown])}
        yield _violation(field, "unknown", message, way_out=WAYS_IN[field])
    if isinstance(value, list) and len(_texts(value)) < len(value):
        stray = next(item for item in value if not isinstance(item, str))
        message = _("The list of categories holds %(type_in)s; categories are text.") % {
            "type_in": _type_in_words(stray)
        }
        yield _violation(field, "item_type", message, way_out=WAYS_IN[field])


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


# By keyword of the schema; "items" stands for whatever is wrong with single categories.
TRANSLATIONS: dict[str, Callable[[str, object], Iterator[Violation]]] = {
    "type": _wrong_type,
    "enum": _unknown_choice,
    "minLength": _empty_id,
    "pattern": _characters,
    "maxLength": _too_long,
    "format": _not_an_address,
    "minItems": _no_categories,
    "maxItems": _too_many_categories,
    "uniqueItems": _repeated_categories,
    "items": _unfit_categories,
}

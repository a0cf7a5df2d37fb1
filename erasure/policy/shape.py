"""What is wrong with the shape of a payload, in words. `jsonschema` decides; this module only translates.

The validator's own messages are never shown: they are written for programmers, and they quote the identifier.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

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
    "subjectId": ("The CXone id", "subject_id"),
    "type": ("The type", "type"),
    "categories": ("The list of categories", "categories"),
    "scope": ("The scope", "scope"),
    "callbackUrl": ("The callback address", "callback_url"),
    "description": ("The description", "description"),
}
WAYS_IN = {
    "subjectId": "Look the person up in CXone and add their id.",
    "type": f"Choose one of: {', '.join(RequestType.values)}.",
    "categories": f"Choose at least one of: {', '.join(Category.values)}.",
    "scope": f"Choose one of: {', '.join(Scope.values)}.",
    "callbackUrl": "Write it as text, or leave it out.",
    "description": "Write it as text, or leave it out.",
}
ALLOWED_IN_ID = "CXone accepts the letters A to Z, digits, underscore, hyphen and full stop."
OWN_ID = "CXone takes its own id here. Look it up and add it; {kind} is not one."
LIKE_AN_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
LIKE_A_PHONE_NUMBER = re.compile(r"\+?[0-9 ()/.-]{6,}")


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


def _violation(field: str, what: str, message: str, *, way_out: str) -> Violation:
    code = f"{NAMES[field][1]}.{what}"
    return Violation(code=code, field=field, message=message, way_out=way_out, kind="invalid")


def _missing_fields(payload: Mapping[str, object]) -> Iterator[Violation]:
    for field in PAYLOAD_SCHEMA["required"]:
        if field not in payload:
            yield _violation(field, "missing", f"{NAMES[field][0]} is missing.", way_out=WAYS_IN[field])


def _unknown_fields(payload: Mapping[str, object]) -> Iterator[Violation]:
    for name in payload:
        if name not in FIELDS:
            yield Violation(
                code="payload.unknown_field",
                field=shown(name),
                message=f"CXone’s privacy requests have no field “{shown(name)}”.",
                way_out=f"Leave it out. The fields are: {', '.join(FIELDS)}.",
                kind="invalid",
            )


def _wrong_type(field: str, value: object) -> Iterator[Violation]:
    wanted = "a list" if field == "categories" else "text"
    message = f"{NAMES[field][0]} must be {wanted}, not {_type_in_words(value)}."
    yield _violation(field, "type", message, way_out=WAYS_IN[field])


def _type_in_words(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    words = ((str, "text"), (int, "a number"), (list, "a list"))
    return next((word for kind, word in words if isinstance(value, kind)), "an object")


def _unknown_choice(field: str, value: object) -> Iterator[Violation]:
    if isinstance(value, str):
        message = f"{NAMES[field][0]} “{shown(value)}” is not known to CXone."
        yield _violation(field, "unknown", message, way_out=WAYS_IN[field])


def _empty_id(field: str, _value: object) -> Iterator[Violation]:
    yield _violation(field, "empty", f"{NAMES[field][0]} is empty.", way_out=WAYS_IN[field])


def _characters(field: str, value: object) -> Iterator[Violation]:
    text = str(value)
    if field == "description":
        characters = offending(text, allowed=lambda one: one in "\t\n\r" or not _is_control(one))
        way_out = "Take out what cannot be seen; line breaks may stay."
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
        return OWN_ID.format(kind="an e-mail address")
    if LIKE_A_PHONE_NUMBER.fullmatch(bare) and bare == text:
        return OWN_ID.format(kind="a phone number")
    return f"Take it out. {ALLOWED_IN_ID}"


def _too_long(field: str, value: object) -> Iterator[Violation]:
    length = len(str(value))
    yield _violation(
        field,
        "too_long",
        f"{NAMES[field][0]} has {length} characters; CXone takes at most {LONGEST_DESCRIPTION}.",
        way_out=f"Shorten it by {length - LONGEST_DESCRIPTION}.",
    )


def _not_an_address(field: str, _value: object) -> Iterator[Violation]:
    # The address itself is a secret: whoever knows it may report on the request. It is not shown.
    message = f"{NAMES[field][0]} is not an absolute http or https address."
    yield _violation(
        field, "invalid", message, way_out="Write it in full, as in https://privacy.example.org/."
    )


def _no_categories(field: str, _value: object) -> Iterator[Violation]:
    yield _violation(field, "empty", "No category is chosen.", way_out=WAYS_IN[field])


def _too_many_categories(field: str, value: object) -> Iterator[Violation]:
    named = len(value) if isinstance(value, list) else 0
    message = f"CXone takes at most {len(Category)} categories; this names {named}."
    yield _violation(field, "too_many", message, way_out="Name each category once.")


def _repeated_categories(field: str, value: object) -> Iterator[Violation]:
    repeated = [one for one, times in Counter(_texts(value)).items() if times > 1]
    # Stand-ins may be alike where the values were not; what is no text has its own message.
    if repeated:
        verb = "is" if len(repeated) == 1 else "are"
        message = f"{listed([shown(one) for one in repeated])} {verb} named more than once."
        yield _violation(field, "repeated", message, way_out="Name each category once.")


def _unfit_categories(field: str, value: object) -> Iterator[Violation]:
    unknown = [one for one in dict.fromkeys(_texts(value)) if one not in Category.values]
    if unknown:
        verb = "is not a category" if len(unknown) == 1 else "are not categories"
        message = f"{listed([f'“{shown(one)}”' for one in unknown])} {verb} of CXone’s."
        yield _violation(field, "unknown", message, way_out=WAYS_IN[field])
    if isinstance(value, list) and len(_texts(value)) < len(value):
        stray = next(item for item in value if not isinstance(item, str))
        message = f"The list of categories holds {_type_in_words(stray)}; categories are text."
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

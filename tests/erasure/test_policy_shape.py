"""The shape of a payload: what is refused, in which words, and that nothing makes the check itself fail."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from erasure.choices import Category
from erasure.policy import PAYLOAD_SCHEMA, Violation, build_payload, encode_payload, violations
from erasure.policy.payload import PAYLOAD_VALIDATOR


def payload(**changes: object) -> dict[str, object]:
    sound = {"subjectId": "USR-1", "type": "ERASURE", "categories": ["CONTACT"], "scope": "CONTACT"}
    return {**sound, **changes}


def only(found: list[Violation]) -> Violation:
    assert len(found) == 1, found
    return found[0]


def codes(found: list[Violation]) -> list[str]:
    return [violation.code for violation in found]


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(PAYLOAD_SCHEMA)


def test_a_sound_payload_has_nothing_against_it() -> None:
    full = payload(callbackUrl="https://privacy.example.org:8443/webhooks/1/", description="Two\nlines, é")
    assert violations(full) == []


@pytest.mark.parametrize("subject_id", ["a", "USR-8847291-XONE", "a.b_c-d", "0", "...", "x" * 5000])
def test_ids_of_the_allowed_characters_pass(subject_id: str) -> None:
    assert violations(payload(subjectId=subject_id)) == []


@pytest.mark.parametrize(
    ("subject_id", "message"),
    [
        ("bad id!", "The CXone id contains a space and a “!”."),
        ("USR-1\n", "The CXone id ends with a line break."),
        ("USR-1 ", "The CXone id ends with a space."),
        ("\tUSR-1", "The CXone id starts with a tab."),
        ("USR\0", "The CXone id ends with a NUL character."),
        ("USR\n1", "The CXone id contains a line break."),
        ("Müller", "The CXone id contains a “ü”."),
        ("１２", "The CXone id contains a “１” and a “２”."),
        ("a\u200bb", "The CXone id contains an unseen character (U+200B, ZERO WIDTH SPACE)."),
        ("a\ud800b", "The CXone id contains an unseen character (U+D800)."),
        ("a:/?#[]b", "The CXone id contains a “:”, a “/”, a “?” and 3 more."),
        (" ", "The CXone id contains a space."),
    ],
)
def test_a_character_that_does_not_belong_is_named(subject_id: str, message: str) -> None:
    violation = only(violations(payload(subjectId=subject_id)))
    assert (violation.code, violation.field) == ("subject_id.characters", "subjectId")
    assert violation.message == message
    assert violation.kind == "invalid"
    assert "letters A to Z, digits, underscore, hyphen and full stop" in violation.way_out


@pytest.mark.parametrize(
    ("subject_id", "kind"),
    [
        ("anna.kovacs@example.org", "an e-mail address"),
        (" anna@example.org\n", "an e-mail address"),
        ("+49 170 1234567", "a phone number"),
        ("(030) 901820", "a phone number"),
    ],
)
def test_an_address_or_number_is_told_from_a_cxone_id(subject_id: str, kind: str) -> None:
    violation = only(violations(payload(subjectId=subject_id)))
    assert violation.way_out == f"CXone takes its own id here. Look it up and add it; {kind} is not one."


def test_the_words_never_quote_the_identifier() -> None:
    violation = only(violations(payload(subjectId="anna.kovacs@example.org")))
    assert "anna" not in violation.message + violation.way_out


def test_an_empty_id_is_empty_and_nothing_else() -> None:
    assert codes(violations(payload(subjectId=""))) == ["subject_id.empty"]


@pytest.mark.parametrize(
    ("field", "stem"),
    [("subjectId", "subject_id"), ("type", "type"), ("categories", "categories"), ("scope", "scope")],
)
def test_a_missing_field_is_named_with_what_to_add(field: str, stem: str) -> None:
    lacking = payload()
    del lacking[field]
    violation = only(violations(lacking))
    assert (violation.code, violation.field) == (f"{stem}.missing", field)
    assert violation.message.endswith("is missing.")
    assert violation.way_out


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true or false"),
        (7, "a number"),
        (1.5, "a number"),
        ({}, "an object"),
        ([], "a list"),
    ],
)
@pytest.mark.parametrize("field", ["subjectId", "type", "scope", "callbackUrl", "description"])
def test_a_value_that_is_no_text_is_refused(field: str, value: object, words: str) -> None:
    violation = violations(payload(**{field: value}))[0]
    assert violation.field == field
    assert violation.code.endswith(".type")
    assert violation.message.endswith(f"must be text, not {words}.")


@pytest.mark.parametrize("value", [None, "CONTACT", 3, {"CONTACT": True}])
def test_categories_that_are_no_list_are_refused(value: object) -> None:
    violation = only(violations(payload(categories=value)))
    assert violation.code == "categories.type"
    assert "must be a list" in violation.message


@pytest.mark.parametrize("field", ["type", "scope"])
@pytest.mark.parametrize("value", ["", "erasure", "ERASURE\n", "EVERYTHING", "CONTACT "])
def test_an_unknown_choice_is_refused_with_the_known_ones(field: str, value: str) -> None:
    violation = only(violations(payload(**{field: value})))
    assert violation.code == f"{field}.unknown"
    assert violation.way_out.startswith("Choose one of: ")


def test_no_category_is_refused() -> None:
    assert codes(violations(payload(categories=[]))) == ["categories.empty"]


def test_a_repeated_category_is_named() -> None:
    violation = only(violations(payload(categories=["SMS", "CONTACT", "SMS"])))
    assert violation.code == "categories.repeated"
    assert violation.message == "SMS is named more than once."


def test_unknown_categories_are_named_together() -> None:
    violation = only(violations(payload(categories=["FAX", "CONTACT", "contact"])))
    assert violation.code == "categories.unknown"
    assert violation.message == "“FAX” and “contact” are not categories of CXone’s."


def test_a_category_that_is_no_text_is_told() -> None:
    found = violations(payload(categories=["CONTACT", 1, 2, None]))
    assert codes(found) == ["categories.item_type"]
    assert found[0].message == "The list of categories holds a number; categories are text."


def test_ten_categories_are_too_many() -> None:
    found = violations(payload(categories=[*Category.values, "SMS"]), holds=())
    assert codes(found) == ["categories.repeated", "categories.too_many"]


def test_all_nine_categories_pass_the_shape() -> None:
    assert violations(payload(categories=list(Category.values)), holds=()) == []


def test_a_tuple_counts_as_a_list() -> None:
    assert violations(payload(categories=(Category.CONTACT, Category.SMS))) == []


def test_an_unknown_field_is_named() -> None:
    violation = only(violations(payload(priority="high")))
    assert (violation.code, violation.field) == ("payload.unknown_field", "priority")
    assert "“priority”" in violation.message


def test_every_unknown_field_is_named() -> None:
    assert [violation.field for violation in violations(payload(b=1, a=2))] == ["b", "a"]


@pytest.mark.parametrize("length", [0, 255])
def test_a_description_of_255_characters_passes(length: int) -> None:
    assert violations(payload(description="é" * length)) == []


def test_a_longer_description_is_refused_with_the_count() -> None:
    violation = only(violations(payload(description="x" * 300)))
    assert violation.code == "description.too_long"
    assert violation.message == "The description has 300 characters; CXone takes at most 255."
    assert violation.way_out == "Shorten it by 45."


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\udfff"])
def test_a_description_with_control_characters_is_refused(character: str) -> None:
    assert codes(violations(payload(description=f"a{character}b"))) == ["description.characters"]


def test_a_description_may_have_lines() -> None:
    assert violations(payload(description="one\r\n\ttwo\n")) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://privacy.example.org",
        "http://127.0.0.1:8000/webhooks/cxone/1/k1.abc/",
        "https://[2001:db8::1]:8443/x?y=1#z",
        "HTTPS://EXAMPLE.ORG/%20",
    ],
)
def test_absolute_web_addresses_pass(address: str) -> None:
    assert violations(payload(callbackUrl=address)) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/webhooks/",
        "//example.org/",
        "example.org",
        "https://",
        "https:///path",
        "https:example.org",
        "ftp://example.org/",
        "javascript:alert(1)",
        "mailto:a@example.org",
        "https://example.org/\n",
        "https://example.org/a b",
        "https://example.org/é",
        "https://example.org/%zz",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://[::1/",
        "https://user@:80/",
    ],
)
def test_other_callback_addresses_are_refused_without_being_shown(address: str) -> None:
    violation = only(violations(payload(callbackUrl=address)))
    assert violation.code == "callback_url.invalid"
    assert not address or address not in violation.message


def test_everything_wrong_is_told_at_once_in_the_order_of_the_fields() -> None:
    wrong = {
        "description": "x" * 256,
        "stray": 1,
        "callbackUrl": "nowhere",
        "categories": ["FAX", "SMS", "SMS"],
        "subjectId": "a b",
        "type": "DELETE",
    }
    assert codes(violations(wrong)) == [
        "subject_id.characters",
        "type.unknown",
        "categories.repeated",
        "categories.unknown",
        "scope.missing",
        "callback_url.invalid",
        "description.too_long",
        "payload.unknown_field",
    ]


def test_what_cannot_even_be_printed_is_refused_in_words() -> None:
    deep: object = []
    for _ in range(100_000):
        deep = [deep]
    found = violations(
        payload(subjectId=10**5000, scope=deep, categories=[deep, deep], description={"a": deep})
    )
    assert codes(found) == ["subject_id.type", "categories.item_type", "scope.type", "description.type"]


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_what_has_no_fields_at_all_lacks_them_all(value: Mapping[str, object]) -> None:
    assert codes(violations(value)) == [
        "subject_id.missing",
        "type.missing",
        "categories.missing",
        "scope.missing",
    ]


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(list(PAYLOAD_SCHEMA["properties"])) | st.text(max_size=8)
nearly = st.fixed_dictionaries(
    {},
    optional={
        "subjectId": st.from_regex(r"[A-Za-z0-9_.@ \n-]{0,6}", fullmatch=True) | json_like,
        "type": st.sampled_from(["ERASURE", "ACCESS", "erasure"]) | json_like,
        "categories": st.lists(st.sampled_from([*Category.values, "FAX"]), max_size=11) | json_like,
        "scope": st.sampled_from(["ACCOUNT", "CONTACT", "CONVERSATION", "ALL"]) | json_like,
        "callbackUrl": st.sampled_from(["https://a.example/", "a"]) | json_like,
        "description": st.text(st.characters(), max_size=300) | json_like,
        "more": json_like,
    },
)


@given(nearly | st.dictionaries(fields, json_like, max_size=8))
def test_it_never_raises_and_refuses_exactly_what_the_schema_refuses(
    given_payload: dict[str, object],
) -> None:
    found = violations(given_payload)
    refused = any(violation.kind == "invalid" for violation in found)
    assert refused != PAYLOAD_VALIDATOR.is_valid(given_payload)
    assert violations(given_payload) == found
    for violation in found:
        assert violation.code
        assert violation.message
        assert violation.way_out
        (violation.message + violation.way_out + violation.field).encode("utf-8")


@given(st.dictionaries(st.integers() | st.none() | st.tuples(st.text()), json_like, min_size=1, max_size=3))
def test_names_that_are_no_text_are_refused(given_payload: dict[str, object]) -> None:
    assert "payload.unknown_field" in codes(violations(given_payload))


def test_a_payload_is_built_in_the_contracts_order_without_what_is_empty() -> None:
    built = build_payload(
        subject_id="USR-1", type="ERASURE", categories=["SMS", "CONTACT", "ANALYTICS"], scope="CONTACT"
    )
    assert built == payload(categories=["CONTACT", "ANALYTICS", "SMS"])
    assert list(built) == ["subjectId", "type", "categories", "scope"]


def test_a_built_payload_hides_no_mistake() -> None:
    built = build_payload(
        subject_id="USR-1", type="ERASURE", categories=["SMS", "FAX", "SMS"], scope="CONTACT"
    )
    assert codes(violations(built)) == ["categories.repeated", "categories.unknown"]


@given(
    st.permutations(list(Category.values)).flatmap(lambda nine: st.integers(1, 9).map(lambda n: nine[:n])),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
def test_the_bytes_are_ascii_and_say_the_same_whatever_the_order(chosen: list[str], description: str) -> None:
    built = build_payload(
        subject_id="USR-1",
        type="ACCESS",
        categories=chosen,
        scope="ALL",
        callback_url="https://a.example/x",
        description=description,
    )
    sent = encode_payload(built)
    assert sent.isascii()
    assert json.loads(sent) == built
    assert encode_payload(dict(reversed(built.items()))) == sent

"""The schema of the events: each has words and keys, and what is not in its schema cannot be written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import value_kinds
from audit.event_keys import EVENT_KEYS
from audit.event_words import EVENT_WORDS
from audit.events import ACTOR, OBJECT, Event
from audit.log_format import KEY
from audit.value_kinds import objections

COMPLETED = {
    "submission": 1,
    "event_type": "PRIVACY_DELETION_COMPLETED",
    "completion_time_ms": 1234,
    "records_deleted": 17,
    "categories": ["CONTACT", "SMS"],
    "scope": "CONTACT",
    "cxone_id": "b7c1-44",
    "callback": True,
}


@pytest.mark.parametrize("event", list(Event))
def test_every_event_has_a_name_of_the_grammar_and_words_and_keys(event: Event) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", event)
    assert len(event) <= 40
    assert EVENT_WORDS[event]
    assert all(KEY.fullmatch(key) for key in EVENT_KEYS[event])


def test_no_words_and_no_keys_are_left_over() -> None:
    assert list(EVENT_WORDS) == list(EVENT_KEYS) == list(Event)
    assert len(set(EVENT_WORDS.values())) == len(Event)


def test_what_the_contract_asks_of_a_completion_fits() -> None:
    assert objections(COMPLETED, kinds=EVENT_KEYS[Event.REQUEST_COMPLETED]) == []
    assert objections({**COMPLETED, "records_deleted": None}, kinds=EVENT_KEYS[Event.REQUEST_COMPLETED]) == []


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({"description": "please hurry"}, "description is not among its keys"),
        ({"event_type": "DELETED"}, "event_type must be one of"),
        ({"records_deleted": -1}, "records_deleted must be a whole number"),
        ({"records_deleted": 1.5}, "records_deleted must be a whole number"),
        ({"records_deleted": True}, "records_deleted must be a whole number"),
        ({"completion_time_ms": None}, "completion_time_ms must be a whole number"),
        ({"categories": "CONTACT"}, "categories must be a list"),
        ({"categories": ["CONTACT", "no such thing"]}, "categories must be a list"),
        ({"cxone_id": "anna@example.org"}, "cxone_id must be"),
        ({"cxone_id": "two words"}, "cxone_id must be"),
        ({"callback": 1}, "callback must be true or false"),
    ],
)
def test_what_does_not_fit_is_named_but_not_repeated(change: dict[str, object], objection: str) -> None:
    against = objections({**COMPLETED, **change}, kinds=EVENT_KEYS[Event.REQUEST_COMPLETED])
    assert len(against) == 1
    assert objection in against[0]
    assert not any(str(value) in against[0] for value in change.values() if isinstance(value, str))


@pytest.mark.parametrize(
    "key", ["submission", "completion_time_ms", "records_deleted", "categories", "scope"]
)
def test_a_completion_may_leave_out_nothing_that_the_contract_names(key: str) -> None:
    rest = {name: value for name, value in COMPLETED.items() if name != key}
    assert objections(rest, kinds=EVENT_KEYS[Event.REQUEST_COMPLETED]) == [f"{key} is missing"]


@given(st.text(min_size=1).filter(lambda text: re.search(r"[\s@]", text) is not None))
def test_no_text_with_a_space_or_an_at_sign_is_a_code_an_id_or_a_name_of_staff(text: str) -> None:
    for kind in (
        value_kinds.CODE,
        value_kinds.SYSTEM_ID,
        value_kinds.STAFF,
        value_kinds.DATE,
        value_kinds.INSTANT,
    ):
        assert not kind.accepts(text)


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-1-1", "20260101", "2026-01-01T00:00", "2026-W01-1", 20260101]
)
def test_a_date_that_is_none_is_refused(text: object) -> None:
    assert not value_kinds.DATE.accepts(text)


@pytest.mark.parametrize(
    "text", ["gdpr", "uk-gdpr", "us-VA", "LIT-2026-014", "erasure.decide_override", "429", "GET"]
)
def test_the_codes_of_the_house_are_codes(text: str) -> None:
    assert value_kinds.CODE.accepts(text)


@pytest.mark.parametrize("actor", ["u:k3v9q2ma", "sys", "cxone"])
def test_the_three_kinds_of_actor(actor: str) -> None:
    assert ACTOR.fullmatch(actor)


@pytest.mark.parametrize("actor", ["u:Anna Schmidt", "anna", "u:", "system", "u:anna@example.org", "sys\n"])
def test_nobody_else_acts(actor: str) -> None:
    assert not ACTOR.fullmatch(actor)


@pytest.mark.parametrize(
    "obj",
    [
        "request:PR-2026-000042",
        "log:6f1c2a",
        "log:d1eb5a61-f524-4755-b20e-78cd04f5f3a7",
        "hold:7",
        "user:k3v9q2ma",
        "upstream:cxone",
    ],
)
def test_what_an_act_may_be_about(obj: str) -> None:
    assert OBJECT.fullmatch(obj)


@pytest.mark.parametrize(
    "obj",
    [
        "PR-2026-000042",
        "request:USR-8847291-XONE",
        "request:42",
        "user:anna@example.org",
        "hold:",
        "hold:-",
        "cat:1",
    ],
)
def test_an_act_is_about_nothing_else(obj: str) -> None:
    assert not OBJECT.fullmatch(obj)

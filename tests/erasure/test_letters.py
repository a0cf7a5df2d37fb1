"""What letters say: by kind, regulation and language, filled in, and claiming no more than is known."""

import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.choices import LetterKind, Outcome, Regulation
from erasure.letters import (
    LANGUAGES,
    LetterFacts,
    PartTold,
    Text,
    filled_in,
    known_placeholders,
    made_up_facts,
    own_text,
    why_not_placeholders,
)

KINDS = list(LetterKind)
LAWS = ["gdpr", "uk-gdpr", "ccpa", "utah", "us-va", "other"]
#: What only colleagues know, in either language.
INTERNAL = re.compile(
    r"CXone|submission|override|\bhold\b|webhook|Vorgang|NICE|counsel|tenant|erased\b", re.IGNORECASE
)


def written(kind: str, facts: LetterFacts, language: str = "en") -> str:
    letter = filled_in(own_text(kind, language), kind, facts, language=language)
    return f"{letter.subject}\n{letter.body}"


def facts_of(kind: str, regulation: str, **changes: object) -> LetterFacts:
    return replace(made_up_facts(kind, regulation), regulation=regulation, **changes)


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, LANGUAGES)))
def test_every_text_of_our_own_can_be_filled_in(kind: LetterKind, language: str) -> None:
    text = own_text(kind, language)
    assert why_not_placeholders(f"{text.subject}\n{text.body}", kind) == ""
    for regulation in Regulation.values:
        letter = written(kind, facts_of(kind, regulation), language)
        assert not re.search(r"[{}]|\n\n\n|None", letter)
        assert "PR-2026-000042" in letter


@pytest.mark.parametrize(("kind", "language", "regulation"), list(product(KINDS, LANGUAGES, LAWS)))
def test_no_letter_holds_a_word_for_colleagues(kind: LetterKind, language: str, regulation: str) -> None:
    for request_type in ("ERASURE", "ACCESS"):
        facts = facts_of(kind, regulation, request_type=request_type)
        assert not INTERNAL.search(written(kind, facts, language))


@pytest.mark.parametrize(
    ("regulation", "kind", "words"),
    [
        ("gdpr", LetterKind.REFUSED, "GDPR Art. 12(4), 77 and 79"),
        ("gdpr", LetterKind.EXTENSION, "supervisory authority"),
        ("gdpr", LetterKind.DONE, "Art. 19"),
        ("uk-gdpr", LetterKind.REFUSED, "Information Commissioner’s Office"),
        ("uk-gdpr", LetterKind.PARTLY_DONE, "acknowledge a complaint within 30 days"),
        ("ccpa", LetterKind.ACKNOWLEDGEMENT, "45 more, which makes 90 days in all"),
        ("ccpa", LetterKind.ACKNOWLEDGEMENT, "authorised agent"),
        ("ccpa", LetterKind.DONE, "do not treat you worse"),
        ("utah", LetterKind.ACKNOWLEDGEMENT, "45 days"),
        ("utah", LetterKind.REFUSED, "Utah Division of Consumer Protection"),
        ("us-va", LetterKind.REFUSED, "the authority that is competent"),
    ],
)
def test_each_law_has_its_own_rights(regulation: str, kind: LetterKind, words: str) -> None:
    assert words in written(kind, facts_of(kind, regulation))


def test_a_law_of_its_own_words_does_not_get_the_general_ones_too() -> None:
    assert "the authority that is competent" not in written(
        LetterKind.REFUSED, facts_of(LetterKind.REFUSED, "gdpr")
    )


def test_an_access_is_no_erasure_and_has_no_recipients_to_tell() -> None:
    facts = facts_of(LetterKind.DONE, "gdpr", request_type="ACCESS")
    letter = written(LetterKind.DONE, facts)
    assert "copy" in letter
    assert "erasure" not in letter


def test_a_mixed_answer_says_of_each_part_what_was_done_and_what_refused_on_which_ground() -> None:
    parts = [
        PartTold(categories=["CONTACT"], outcome=Outcome.DONE),
        PartTold(categories=["ANALYTICS", "IVR"], outcome=Outcome.REFUSED, ground="legal_claims"),
        PartTold(categories=["EMAIL"], outcome=Outcome.NOTHING_FOUND),
    ]
    letter = written(LetterKind.PARTLY_DONE, facts_of(LetterKind.PARTLY_DONE, "gdpr", parts=parts))
    assert "– Contact: our contact-centre provider reported the erasure as done." in letter
    assert "– Analytics, IVR: not carried out. We need the data concerned for the establishment" in letter
    assert "(GDPR Art. 17(3)(e))" in letter
    assert "– Email: nothing about you was found" in letter


def test_a_ground_that_is_still_to_be_confirmed_names_no_law() -> None:
    parts = [PartTold(categories=["CONTACT"], outcome=Outcome.REFUSED, ground="legal_claims")]
    letter = written(LetterKind.REFUSED, facts_of(LetterKind.REFUSED, "us-va", parts=parts))
    assert "We need the data concerned" in letter
    assert "confirmed" not in letter


def test_dates_are_written_in_the_language_of_the_letter() -> None:
    facts = facts_of(LetterKind.EXTENSION, "gdpr")
    assert "2 December 2026" in written(LetterKind.EXTENSION, facts)
    assert "2. Dezember 2026" in written(LetterKind.EXTENSION, facts, "de")


# Placeholders -------------------------------------------------------------------------------------------

NAMES = sorted({one.name for kind in KINDS for one in known_placeholders(kind)})


@given(kind=st.sampled_from(KINDS), name=st.text(max_size=30).filter(lambda text: not set(text) & set("{}")))
def test_an_unknown_one_is_refused_with_the_list_of_those_that_are_known(kind: LetterKind, name: str) -> None:
    known = [one.name for one in known_placeholders(kind)]
    refusal = why_not_placeholders(f"On {{{name}}} we", kind)
    if name in known:
        assert refusal == ""
    else:
        assert all(f"{{{one}}}" in refusal for one in known)


@given(
    kind=st.sampled_from(KINDS),
    pieces=st.lists(st.one_of(st.sampled_from(NAMES).map("{{{}}}".format), st.text(max_size=12)), max_size=8),
)
def test_whatever_is_not_refused_is_filled_in_without_a_trace(kind: LetterKind, pieces: list[str]) -> None:
    body = "".join(pieces)
    if why_not_placeholders(body, kind):
        return
    letter = filled_in(Text("s", body), kind, made_up_facts(kind, "gdpr"), language="en")
    assert "{" not in letter.body
    assert "}" not in letter.body


@given(reason=st.text(max_size=60))
def test_what_is_filled_in_is_never_read_as_a_placeholder(reason: str) -> None:
    facts = facts_of(LetterKind.EXTENSION, "gdpr", reason=f"x{reason}x{{reference}}x")
    letter = filled_in(Text("s", "<{reason}>"), LetterKind.EXTENSION, facts, language="en")
    assert letter.body.endswith("x{reference}x>")


@pytest.mark.parametrize("text", ["a { b", "a } b", "{{reference}", "{reference}}", "{", "}{"])
def test_a_brace_that_stands_alone_is_refused(text: str) -> None:
    assert "{reference}" in why_not_placeholders(text, LetterKind.DONE)


def test_what_was_done_under_two_ids_is_read_once() -> None:
    part = PartTold(categories=["CONTACT"], outcome=Outcome.DONE)
    letter = written(LetterKind.DONE, facts_of(LetterKind.DONE, "gdpr", parts=[part, part]))
    assert letter.count("Contact: our contact-centre provider reported") == 1
    assert "under" not in letter.split("provider reported")[0].rsplit("\n", 1)[-1]

"""What a vault says is kept without the person, however it writes the identifier."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.deliveries.masking import MASK, without_identifiers
from erasure.vault.message import LONGEST_SAID

ADDRESS = "Björn.Quillfeather+x@example.org"


@pytest.mark.parametrize(
    "said",
    [
        f"no such subject: {ADDRESS}.",
        f"NO SUCH SUBJECT: {ADDRESS.upper()}",
        json.dumps({"error": ADDRESS}),
        f"GET /people/{quote(ADDRESS, safe='')} failed",
        f"GET /people/{quote(ADDRESS, safe='@')} failed",
        f"{ADDRESS}{ADDRESS}",
    ],
)
def test_every_way_of_writing_it_is_masked(said: str) -> None:
    masked = without_identifiers(said, [ADDRESS])
    assert MASK in masked
    assert "quillfeather" not in masked.casefold()


@pytest.mark.parametrize("said", ["No O&#x27;Quill here", "No O&#39;Quill here", "GET /?name=O%27Quill+a"])
def test_a_page_that_repeats_it_is_masked(said: str) -> None:
    assert "Quill" not in without_identifiers(said, ["O'Quill", "O'Quill a"])


@pytest.mark.parametrize("shown", range(4, len(ADDRESS)))
def test_one_that_was_cut_leaves_no_beginning(shown: int) -> None:
    said = ("x" * (LONGEST_SAID - shown) + ADDRESS)[:LONGEST_SAID]
    assert without_identifiers(said, [ADDRESS]).endswith(MASK)
    assert "bj" not in without_identifiers(said, [ADDRESS]).casefold()


def test_the_longer_of_two_identifiers_goes_first() -> None:
    assert without_identifiers("cust-1 cust-12", ["cust-1", "cust-12"]) == f"{MASK} {MASK}"


def test_words_without_a_person_stay() -> None:
    assert without_identifiers("Internal Server Error", []) == "Internal Server Error"
    assert without_identifiers("Internal Server Error", ["cust-1"]) == "Internal Server Error"


@given(st.text(max_size=200), st.text(min_size=1, max_size=40), st.text(max_size=200))
def test_it_is_never_left_anywhere(before: str, identifier: str, after: str) -> None:
    left = without_identifiers(f"{before}{identifier}{after}", [identifier])
    assert identifier not in left or identifier in MASK

"""Retention: what holds and rules forbid, what an override lets go, and that access is never stopped."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erasure.choices import Category
from erasure.policy import RETENTION_RULES, STANDING_HOLDS, ActiveHold, Violation, build_payload, violations

LITIGATION = ActiveHold(matter="LIT-204", ground="pending litigation", categories=frozenset({"CHAT", "SMS"}))
WHOLE_PERSON = ActiveHold(matter="INV-7", ground="an investigation", categories=None)


def filed(categories: Sequence[str], *, asked: str = "ERASURE", scope: str = "CONTACT") -> dict[str, object]:
    return build_payload(subject_id="USR-1", type=asked, categories=categories, scope=scope)


def told(found: list[Violation]) -> list[tuple[str, str, str]]:
    return [(violation.code, violation.field, violation.kind) for violation in found]


def test_analytics_is_held_unless_somebody_says_otherwise() -> None:
    found = violations(filed(["CONTACT", "ANALYTICS"]))
    assert told(found) == [("category.held", "categories", "held")]
    assert found[0].message == (
        "ANALYTICS is held (RET-1: analytics records are under a standing retention rule)."
    )
    assert found[0].way_out == (
        "The other categories can go now; ask for an override for this one on the request’s page."
    )


def test_analytics_alone_offers_the_override_and_nothing_else() -> None:
    found = violations(filed(["ANALYTICS"]))
    assert found[0].way_out == "Ask for an override on the request’s page."


def test_an_override_of_the_hold_lets_it_go() -> None:
    assert violations(filed(["ANALYTICS"]), overridden=frozenset({"RET-1"})) == []


def test_an_override_of_one_hold_leaves_another_on_the_same_category() -> None:
    later = ActiveHold(matter="LIT-9", ground="pending litigation", categories=frozenset({"ANALYTICS"}))
    found = violations(filed(["ANALYTICS"]), holds=(*STANDING_HOLDS, later), overridden=frozenset({"RET-1"}))
    assert [violation.message for violation in found] == ["ANALYTICS is held (LIT-9: pending litigation)."]


def test_naming_a_category_is_no_override() -> None:
    found = violations(filed(["ANALYTICS"]), overridden=frozenset({"ANALYTICS"}))
    assert told(found) == [("category.held", "categories", "held")]


def test_holds_that_are_given_replace_the_standing_ones() -> None:
    assert violations(filed(["ANALYTICS"]), holds=()) == []


def test_every_held_category_is_named_in_the_contracts_order() -> None:
    found = violations(filed(["SMS", "CHAT", "CONTACT"]), holds=(LITIGATION,))
    assert [violation.message for violation in found] == [
        "CHAT is held (LIT-204: pending litigation).",
        "SMS is held (LIT-204: pending litigation).",
    ]
    assert found[0].way_out == (
        "The other categories can go now; ask for an override for the held ones on the request’s page."
    )


def test_a_hold_that_meets_nothing_forbids_nothing() -> None:
    assert violations(filed(["CONTACT"]), holds=(LITIGATION,)) == []


def test_a_hold_on_the_person_is_told_once_and_frees_nothing() -> None:
    found = violations(filed(["CONTACT", "SMS"]), holds=(WHOLE_PERSON,))
    assert told(found) == [("subject.held", "subjectId", "held")]
    assert found[0].message == "Everything of this person is held (INV-7: an investigation)."
    assert found[0].way_out == "Ask for an override on the request’s page."


def test_everything_linked_takes_five_categories() -> None:
    assert violations(filed(["CONTACT", "SURVEY", "IVR", "CHAT", "SMS"], scope="ALL")) == []


def test_everything_linked_with_six_is_too_deep() -> None:
    found = violations(filed(["CONTACT", "SURVEY", "IVR", "CHAT", "EMAIL", "SMS"], scope="ALL"))
    assert told(found) == [("scope.too_deep", "scope", "rule")]
    assert found[0].message == (
        "“Everything linked” (scope ALL) takes at most 5 categories; this names 6 (RET-2)."
    )
    assert found[0].way_out == "Reduce the category matrix to 5 or fewer, or choose a narrower scope."


@pytest.mark.parametrize("scope", ["ACCOUNT", "CONTACT", "CONVERSATION"])
def test_narrower_scopes_take_all_nine(scope: str) -> None:
    assert violations(filed(Category.values, scope=scope), holds=()) == []


def test_an_override_does_not_deepen_the_scope() -> None:
    found = violations(filed(Category.values, scope="ALL"), overridden=frozenset({"RET-1", "RET-2"}))
    assert told(found) == [("scope.too_deep", "scope", "rule")]


def test_repeats_do_not_count_towards_the_depth() -> None:
    found = violations(filed(["SMS"] * 6, scope="ALL"))
    assert told(found) == [("categories.repeated", "categories", "invalid")]


def test_a_misshapen_payload_still_hears_of_its_holds() -> None:
    found = violations({**filed(["ANALYTICS"]), "subjectId": "a b"})
    assert [violation.code for violation in found] == ["subject_id.characters", "category.held"]


@given(
    categories=st.lists(st.sampled_from(Category.values), min_size=1, unique=True),
    scope=st.sampled_from(["ACCOUNT", "CONTACT", "CONVERSATION", "ALL"]),
    holds=st.lists(st.sampled_from([*STANDING_HOLDS, LITIGATION, WHOLE_PERSON]), unique=True),
)
def test_access_is_never_stopped_by_retention(
    categories: list[str], scope: str, holds: list[ActiveHold]
) -> None:
    assert violations(filed(categories, asked="ACCESS", scope=scope), holds=holds) == []


@given(
    categories=st.lists(st.sampled_from(Category.values), min_size=1, unique=True),
    holds=st.lists(st.sampled_from([*STANDING_HOLDS, LITIGATION, WHOLE_PERSON]), unique=True),
    overridden=st.frozensets(st.sampled_from(["RET-1", "LIT-204", "INV-7"])),
)
def test_an_erasure_is_held_exactly_when_a_hold_that_stands_meets_it(
    categories: list[str], holds: list[ActiveHold], overridden: frozenset[str]
) -> None:
    found = violations(filed(categories), holds=holds, overridden=overridden)
    meets = any(
        hold.matter not in overridden and (hold.categories is None or hold.categories & set(categories))
        for hold in holds
    )
    assert bool(found) == meets
    assert all(violation.kind == "held" for violation in found)


def test_every_rule_has_a_name_of_its_own() -> None:
    names = [rule.rule for rule in RETENTION_RULES]
    assert names == ["RET-1", "RET-2"]

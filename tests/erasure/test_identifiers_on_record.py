"""Finding who is on record with an identifier: by the index, and once for each row of a list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from erasure import hold_lists
from erasure.admin.request_search import subjects_known_by
from erasure.asked import Identifier, open_requests_of, people_of
from erasure.subjects import subject_of
from privacyadmin.models import User
from tests.erasure.made_requests import registered

pytestmark = pytest.mark.django_db

ID = "cust-2026-7730"
GIVEN = [Identifier("cxone_id", ID), Identifier("email", "jane@example.org")]
HEADER = "identifier,kind,matter,ground\n"


def looked_up(act: Callable[[], Any]) -> list[str]:
    """The queries by which identifiers were looked up."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        act()
    return [query["sql"] for query in queries if '"fingerprint" ' in query["sql"].partition(" WHERE ")[2]]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL reads small tables as a whole")
@pytest.mark.parametrize(
    "look",
    [
        lambda: people_of(GIVEN),
        lambda: open_requests_of(GIVEN),
        lambda: subject_of(GIVEN),
        lambda: subjects_known_by(ID),
    ],
    ids=["people_of", "open_requests_of", "subject_of", "subjects_known_by"],
)
def test_identifiers_are_found_by_the_index_and_not_by_reading_all(
    officer: User, look: Callable[[], Any]
) -> None:
    registered(officer, ID)
    lookups = looked_up(look)
    assert lookups
    for sql in lookups:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = " ".join(row[-1] for row in cursor.fetchall())
        assert "SCAN erasure_subjectidentifier" not in plan
        assert "fingerprint=?" in plan


def test_a_fingerprint_of_another_kind_is_nobody(officer: User) -> None:
    request = registered(officer, ("email", "jane@example.org"), ("cxone_id", ID))
    assert people_of(GIVEN) == {request.subject_id}
    assert people_of([Identifier("other", ID), Identifier("phone", "jane@example.org")]) == set()
    assert people_of([]) == set()


def test_looking_at_a_list_asks_for_the_people_of_each_row_once(officer: User) -> None:
    registered(officer, ID)
    text = HEADER + "".join(f"{one},litigation,Case 7,claims\n" for one in (ID, "cust-1", "cust-2"))
    lines = hold_lists.lines_of(text.encode())
    assert len(looked_up(lambda: hold_lists.checked_list(lines, now=timezone.now()))) == 3


@pytest.mark.django_db(transaction=True)
def test_placing_a_row_asks_for_its_people_once_before_they_are_made(reviewer: User) -> None:
    text = f"{HEADER}{ID},litigation,Case 7,claims\n"
    (row,) = hold_lists.checked_list(hold_lists.lines_of(text.encode()), now=timezone.now())
    looks = looked_up(lambda: hold_lists.place_list({row.line: row.wish}, by=reviewer))
    # Once to see whether it is there already, and twice to find or make the person and the identifier.
    assert len(looks) == 3

"""Every address of the site, by every person and method: the table in `address_table.py`, row by row."""

from collections.abc import Iterator
from string import Formatter

import pytest
from django.conf import LazySettings, settings
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve, reverse

from privacyadmin.models import User
from tests.forget_signing import forget_what_was_signed
from tests.privacyadmin.address_table import PEOPLE, POSTED, Row, rows, written
from tests.privacyadmin.made_site import UNKNOWN, Site, made_site

pytestmark = pytest.mark.django_db

ROWS = rows()
REFUSED = {"403", "405", "login", "barred"}
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
#: Who comes here from outside brings no token of a form of ours.
WITHOUT_A_TOKEN = {"cxone_callback", "^webhooks/cxone/<uuid:public_id>/<str:key_id>.<str:mac>"}

Sessions = dict[str, str]


def _addresses(resolver: URLResolver, route: str = "", names: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every address below; what has no name goes by `^` and its route."""
    for pattern in resolver.url_patterns:
        here = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            below = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from _addresses(pattern, here, below)
        else:
            yield (f"{names}{pattern.name}" if pattern.name else f"^{here}"), here


def _all_addresses() -> list[tuple[str, str]]:
    return list(_addresses(get_resolver()))


@pytest.fixture(autouse=True)
def _nobody_answers_for_cxone(settings: LazySettings) -> None:
    settings.CXONE_BASE_URL = "http://127.0.0.1:9"


@pytest.fixture
def site(officer: User, operator: User) -> Site:
    return made_site(officer=officer, operator=operator)


@pytest.fixture
def sessions(
    officer: User, reviewer: User, auditor: User, operator: User, stranger: User, superuser: User
) -> Sessions:
    """Everybody signed in: the keys of their sessions."""
    people = zip(PEOPLE, (officer, reviewer, auditor, operator, stranger, superuser), strict=False)
    return {who: _session_of(user) for who, user in people}


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _client(sessions: Sessions, who: str, **options: bool) -> Client:
    client = Client(**options)
    if who in sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = sessions[who]
    return client


def _answer(client: Client, method: str, address: str, posted: dict[str, str] | None = None) -> str:
    """What comes back, in the words of the table. What it changed is taken back, the signer's memory too."""
    before = transaction.savepoint()
    answer = client.post(address, posted) if method == "POST" else client.generic(method, address)
    b"".join(answer)
    transaction.savepoint_rollback(before)
    forget_what_was_signed()
    if answer.status_code in {301, 302}:
        to_login = answer["Location"].startswith(reverse("admin:login"))
        return "login" if to_login else "go"
    return str(answer.status_code)


def _seen(name: str, address: str, sessions: Sessions) -> dict[str, tuple[str, ...]]:
    return {
        method: tuple(
            _answer(_client(sessions, who), method, address, POSTED.get(name, {})) for who in PEOPLE
        )
        for method in ("GET", "POST")
    }


def _as_status(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("403" if cell == "barred" else cell for cell in cells)


# The table is whole ---------------------------------------------------------------------------------------


def test_every_address_has_its_row(site: Site, sessions: Sessions) -> None:
    missing = [(name, route) for name, route in _all_addresses() if name not in ROWS]
    rows_to_add = "\n".join(_row_to_add(name, route, site, sessions) for name, route in missing)
    assert not missing, (
        "Add to TABLE in tests/privacyadmin/address_table.py, after a look at each answer "
        f"(403 for who they are to the object is `barred`):\n{rows_to_add}"
    )


def _row_to_add(name: str, route: str, site: Site, sessions: Sessions) -> str:
    """The row as the site answers today; with question marks where the objects are not known."""
    address = f"/{route.replace('<reference:', '<').replace('<int:', '<').replace('<slug:', '<')}"
    address = address.replace("<staff_id>", "{colleague}").replace("<", "{").replace(">", "}")
    known = {word for _text, word, _spec, _how in Formatter().parse(address) if word} <= set(site.words)
    unknown = dict.fromkeys(("GET", "POST"), ("?",) * len(PEOPLE))
    seen = _seen(name, site.address(address), sessions) if known else unknown
    note = "" if known else f"\n# Put an object of made_site.py into {address} (made there if there is none)."
    return written(name, address, seen) + note


def test_no_name_stands_for_two_addresses() -> None:
    names = [name for name, _route in _all_addresses()]
    assert {name for name in names if names.count(name) > 1} == set()


@pytest.mark.parametrize("name", ROWS)
def test_the_address_of_a_row_is_the_one_it_names(name: str, site: Site) -> None:
    assert name in dict(_all_addresses()), f"{name} is gone: take its row out of the table."
    match = resolve(site.address(ROWS[name].address))
    assert name in {match.view_name, f"^{match.route}"}


# Every cell -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROWS)
def test_everybody_gets_what_the_table_says(name: str, site: Site, sessions: Sessions) -> None:
    row = ROWS[name]
    seen = _seen(name, site.address(row.address), sessions)
    expected = {method: _as_status(cells) for method, cells in row.answers.items()}
    assert seen == expected, f"As it answers now:\n{written(name, row.address, seen)}"


@pytest.mark.parametrize("name", ROWS)
def test_head_is_answered_as_get(name: str, site: Site, sessions: Sessions) -> None:
    row = ROWS[name]
    address = site.address(row.address)
    seen = tuple(_answer(_client(sessions, who), "HEAD", address) for who in PEOPLE)
    assert seen == _as_status(row.answers["GET"])


@pytest.mark.parametrize("method", OTHER_METHODS)
def test_other_methods_are_405_everywhere_for_everybody(method: str, site: Site, sessions: Sessions) -> None:
    for row in ROWS.values():
        for who in ("anonymous", "stranger", "superuser"):
            assert _answer(_client(sessions, who), method, site.address(row.address)) == "405", row.name


@pytest.mark.parametrize("name", sorted(set(ROWS) - WITHOUT_A_TOKEN))
def test_nothing_is_posted_without_the_token_of_a_form(name: str, site: Site, sessions: Sessions) -> None:
    for who in ("anonymous", "superuser"):
        client = _client(sessions, who, enforce_csrf_checks=True)
        assert _answer(client, "POST", site.address(ROWS[name].address), POSTED.get(name, {})) == "403"


# Objects that are not there -------------------------------------------------------------------------------


def _with_objects() -> list[tuple[str, str]]:
    words = {
        (row.name, word)
        for row in ROWS.values()
        for _text, word, _spec, _how in Formatter().parse(row.address)
        if word in UNKNOWN
    }
    return sorted(words)


def _of_what_is_not_there(row: Row, method: str, who: str) -> str:
    """404 for whoever may do anything here; the rest of it as ever, so that nobody learns what exists."""
    cells = {method: answers[PEOPLE.index(who)] for method, answers in row.answers.items()}
    if cells[method] in {"405", "login"}:
        return cells[method]
    may = cells[method] == "barred" or set(cells.values()) - REFUSED
    return "404" if may else cells[method]


@pytest.mark.parametrize(("name", "word"), _with_objects())
def test_what_is_not_there_is_404_for_who_may_and_403_for_who_may_not(
    name: str, word: str, site: Site, sessions: Sessions
) -> None:
    row = ROWS[name]
    address = site.address(row.address, **{word: UNKNOWN[word]})
    for method in ("GET", "POST"):
        for who in PEOPLE:
            seen = _answer(_client(sessions, who), method, address, POSTED.get(name, {}))
            assert seen == _of_what_is_not_there(row, method, who), f"{method} by {who}"

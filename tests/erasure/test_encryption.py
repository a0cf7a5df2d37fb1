"""Personal data at rest: what is stored, under which keys it opens, how it is found, what lists show."""

import base64
import string

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import Q
from django.test.utils import override_settings
from hypothesis import given
from hypothesis import strategies as st

from erasure.choices import IdentifierKind
from erasure.encryption import (
    EncryptedTextField,
    WrongKey,
    decrypt,
    encrypt,
    fingerprint,
    masked,
    new_salt,
    salt_bytes,
)
from erasure.models import PrivacyRequest, Subject, SubjectIdentifier
from erasure.personal_data import ENCRYPTED_COLUMNS, Column
from privacyadmin.models import User
from tests.erasure.made_requests import answered, completed, filed, only
from tests.erasure.what_remains import bytes_of_the_files

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


# Under which keys ----------------------------------------------------------------------------------------


@given(st.text())
def test_any_text_comes_back_as_it_was(plain: str) -> None:
    assert decrypt(encrypt(plain)) == plain


@given(st.text(min_size=9))
def test_no_text_is_to_be_read_in_its_token(plain: str) -> None:
    assert plain.encode() not in base64.urlsafe_b64decode(encrypt(plain))


def test_one_text_is_never_stored_alike_twice() -> None:
    assert encrypt("USR-1") != encrypt("USR-1")


def test_after_a_rotation_the_old_key_still_reads_and_the_new_one_writes() -> None:
    with override_settings(FIELD_KEYS=[OLD]):
        before = encrypt("USR-1")
    with override_settings(FIELD_KEYS=[NEW, OLD]):
        assert decrypt(before) == "USR-1"
        after = encrypt("USR-2")
    with override_settings(FIELD_KEYS=[NEW]):
        assert decrypt(after) == "USR-2"
        with pytest.raises(WrongKey):
            decrypt(before)


def test_a_wrong_key_is_an_error_that_shows_neither_the_value_nor_a_key() -> None:
    with override_settings(FIELD_KEYS=[OLD]):
        token = encrypt("USR-1")
    with override_settings(FIELD_KEYS=[OTHER]), pytest.raises(WrongKey) as refusal:
        decrypt(token)
    told = f"{refusal.value!r} {refusal.value.__cause__!r}"
    assert "FIELD_KEYS" in told
    assert not any(secret in told for secret in (token, OTHER, OLD, "USR-1"))


@pytest.mark.parametrize("stored", ["", "USR-1", "Müller", "gAAAA", "\x00", "•"])
def test_what_is_no_token_is_not_shown_as_it_stands(stored: str) -> None:
    with pytest.raises(WrongKey):
        decrypt(stored)


@pytest.mark.django_db
def test_a_row_written_under_a_lost_key_is_an_error_and_never_shown_as_stored() -> None:
    with override_settings(FIELD_KEYS=[OLD]):
        made = SubjectIdentifier.objects.create(
            subject=Subject.objects.create(), kind="cxone_id", value="USR-1", fingerprint="f"
        )
    with override_settings(FIELD_KEYS=[OTHER]), pytest.raises(WrongKey):
        SubjectIdentifier.objects.get(pk=made.pk)


# What is stored ------------------------------------------------------------------------------------------


def test_every_encrypted_column_is_on_the_one_list() -> None:
    found = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, EncryptedTextField)
    }
    assert found == {(column.model, column.name) for column in ENCRYPTED_COLUMNS}
    assert len(ENCRYPTED_COLUMNS) == len(found)


@pytest.mark.parametrize("column", ENCRYPTED_COLUMNS, ids=lambda column: column.name)
def test_an_encrypted_column_can_be_emptied(column: Column) -> None:
    assert column.model._meta.get_field(column.name).null


@pytest.mark.django_db
def test_the_columns_of_a_request_hold_tokens_only(officer: User) -> None:
    request = filed(officer, "USR-8847291", description="Ticket 4711 of Mrs Hofer", note="She called twice.")
    completed(only(request))
    answered(request, officer, note="Told her on the phone.")
    cells = []
    with connection.cursor() as cursor:
        for on_the_list in ENCRYPTED_COLUMNS:
            table, column = on_the_list.model._meta.db_table, on_the_list.name
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608 - our own names.
            cells += [cell for (cell,) in cursor.fetchall()]
    assert len(cells) >= 7
    assert all(cell.startswith("gAAAA") for cell in cells)


#: Written nowhere else in the tests, since SQLite's file keeps what earlier tests have deleted.
IN_CLEAR = (
    "USR-5150-CLEAR",
    "clear.hofer@example.org",
    "Ticket clear-4711",
    "She called clearly",
    "Clearly told",
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's pages are read above, as columns")
def test_neither_the_file_nor_its_wal_holds_anything_in_clear(officer: User) -> None:
    subject, address, description, note, answer = IN_CLEAR
    request = filed(officer, subject, ("email", address), description=description, note=note)
    completed(only(request))
    answered(request, officer, note=answer)
    stored = bytes_of_the_files()
    assert request.reference.encode() in stored
    assert fingerprint("cxone_id", subject).encode() in stored
    assert [text for text in IN_CLEAR if text.encode() in stored] == []


# How it is found -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "Zoë@Example.ORG", "zoe\u0308@example.org"),
        ("email", " a@b.example ", "A@B.EXAMPLE"),
        ("phone", "+49 (170) 123-45.67/8", "0049170\u00a012345678"),
        ("phone", "+1 415\u2011555\u20130100", "+14155550100"),
        ("other", "Straße 7", "STRASSE 7"),
        ("cxone_id", "Ame\u0301lie", "Amélie"),
    ],
)
def test_writings_that_mean_the_same_agree(kind: str, one: str, other: str) -> None:
    assert fingerprint(kind, one) == fingerprint(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("cxone_id", "usr-1", "USR-1"),
        ("cxone_id", "USR-1", "USR1"),
        ("email", "a.b@example.org", "ab@example.org"),
        ("phone", "+4917012345678", "+4917012345679"),
        ("other", "A 1", "A1"),
    ],
)
def test_writings_that_may_mean_others_do_not_agree(kind: str, one: str, other: str) -> None:
    assert fingerprint(kind, one) != fingerprint(kind, other)


def test_the_kind_and_the_key_are_part_of_a_fingerprint() -> None:
    prints = {fingerprint(kind, "12345") for kind in IdentifierKind.values}
    with override_settings(FINGERPRINT_KEY="another key"):
        prints.add(fingerprint("email", "12345"))
    assert len(prints) == len(IdentifierKind.values) + 1
    assert all(len(one) == 64 and set(one) <= set(string.hexdigits) for one in prints)


@pytest.mark.django_db
@pytest.mark.parametrize("lookup", ["exact", "iexact", "in", "contains", "startswith", "gt", "regex"])
def test_an_encrypted_column_cannot_be_searched(lookup: str) -> None:
    value = ["USR-1"] if lookup == "in" else "USR-1"
    with pytest.raises(FieldError, match="fingerprint"):
        list(SubjectIdentifier.objects.filter(**{f"value__{lookup}": value}))
    with pytest.raises(FieldError, match="fingerprint"):
        list(PrivacyRequest.objects.filter(Q(**{f"subject__identifiers__value__{lookup}": value})))


@pytest.mark.django_db
def test_what_is_not_there_can_be_asked_for() -> None:
    assert not SubjectIdentifier.objects.filter(value__isnull=True).exists()


@pytest.mark.parametrize("kind", list(IdentifierKind))
@given(identifier=st.text(min_size=1))
def test_blanks_around_an_identifier_change_nothing(kind: str, identifier: str) -> None:
    assert fingerprint(kind, f"  {identifier}\n") == fingerprint(kind, identifier)


# What lists show -----------------------------------------------------------------------------------------


@given(st.text(alphabet=st.characters(exclude_characters="@•", exclude_categories=["Cs"]), min_size=1))
def test_a_mask_shows_less_than_half_of_an_identifier_and_never_its_length(identifier: str) -> None:
    shown = masked(identifier)
    left, _, right = shown.partition("••••")
    assert identifier.startswith(left)
    assert identifier.endswith(right)
    assert len(left) + len(right) <= min(8, len(identifier) * 2 // 5)
    assert masked(identifier) == f"{left}••••{right}"


@given(
    st.text(alphabet=st.characters(exclude_characters="•", exclude_categories=["Cs"])),
    st.text(alphabet=st.characters(exclude_characters="@•", exclude_categories=["Cs"])),
)
def test_a_mask_of_an_address_shows_one_letter_at_most_and_nothing_of_its_domain(
    local: str, domain: str
) -> None:
    shown = masked(f"{local}@{domain}")
    assert shown in {"•••@•••", f"{local[:1]}•••@•••"}
    assert len(local) >= 3 or shown == "•••@•••"


def test_a_shredded_identifier_says_so() -> None:
    assert masked(None) == "shredded"


def test_a_salt_is_32_random_bytes() -> None:
    one, other = new_salt(), new_salt()
    assert one != other
    assert len(salt_bytes(one)) == len(salt_bytes(other)) == 32

"""A host with other keys than the database's is refused; a rotated list is followed."""

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings

from privacyadmin.key_check import KeysDoNotFitError, record_first_keys, refuse_unfitting_keys
from privacyadmin.models import KeyCheck

pytestmark = pytest.mark.django_db


def test_the_keys_are_noted_when_the_database_is_made(settings: LazySettings) -> None:
    assert set(KeyCheck.objects.values_list("name", flat=True)) == {
        "FIELD_KEYS",
        "FINGERPRINT_KEY",
        "CALLBACK_KEYS",
    }
    refuse_unfitting_keys()


def test_nothing_of_a_key_is_in_its_check_value(settings: LazySettings) -> None:
    values = "".join(KeyCheck.objects.values_list("check_value", flat=True))
    assert settings.FINGERPRINT_KEY not in values
    assert settings.FIELD_KEYS[0] not in values


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIELD_KEYS", [Fernet.generate_key().decode()]),
        ("FINGERPRINT_KEY", "another"),
        ("CALLBACK_KEYS", ["another"]),
    ],
)
def test_another_key_is_refused_by_name(settings: LazySettings, name: str, value: object) -> None:
    setattr(settings, name, value)
    with pytest.raises(KeysDoNotFitError, match=f"{name}: not the keys"):
        refuse_unfitting_keys()
    # What was refused is not noted, so that it does not fit the next time either.
    with pytest.raises(KeysDoNotFitError):
        refuse_unfitting_keys()


def test_a_new_key_before_the_old_one_fits_and_then_fits_alone(settings: LazySettings) -> None:
    old, new = settings.FIELD_KEYS, Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, *old]
    refuse_unfitting_keys()
    settings.FIELD_KEYS = [new]
    refuse_unfitting_keys()


def test_a_migrate_of_a_database_that_has_its_keys_notes_no_others(settings: LazySettings) -> None:
    settings.FINGERPRINT_KEY = "another"
    record_first_keys()
    with pytest.raises(KeysDoNotFitError):
        refuse_unfitting_keys()


def test_a_database_without_check_values_is_refused() -> None:
    KeyCheck.objects.all().delete()
    with pytest.raises(KeysDoNotFitError, match="migrate"):
        refuse_unfitting_keys()

"""What all tests share; each fixture lives in a module that says what it is for."""

import pytest
from hypothesis import HealthCheck, settings

from tests.append_only_flush import _triggers_lifted_around_flush
from tests.cast import (
    auditor,
    officer,
    operator,
    other_officer,
    other_reviewer,
    reviewer,
    signed_in,
    stranger,
    superuser,
)
from tests.cxone_sandbox import sandbox
from tests.erasure.mail_desk import mail_server
from tests.forget_signing import _signer_remembers_nothing

# A busy machine is no finding: examples are not timed, neither one by one nor while they are made.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

__all__ = [
    "_signer_remembers_nothing",
    "_triggers_lifted_around_flush",
    "auditor",
    "mail_server",
    "officer",
    "operator",
    "other_officer",
    "other_reviewer",
    "reviewer",
    "sandbox",
    "signed_in",
    "stranger",
    "superuser",
]


DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the database, so that the run on PostgreSQL repeats that and nothing else."""
    for item in items:
        uses = DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
        if uses or item.get_closest_marker("django_db"):
            item.add_marker("database")

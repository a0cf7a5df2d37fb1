"""What all tests share; each fixture lives in a module that says what it is for."""

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

# A busy machine is no finding: examples are not timed, neither one by one nor while they are made.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

__all__ = [
    "_triggers_lifted_around_flush",
    "auditor",
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
